from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"
    verbose_name = "Tenth"
    default_auto_field = "django.db.models.BigAutoField"
