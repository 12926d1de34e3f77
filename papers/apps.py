from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"
    verbose_name = "Tenth"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import config.celery  # noqa: F401  (shared tasks find their app in every process)
