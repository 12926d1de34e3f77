"""ops.apps: an app of its own, for the commands `backup` and `restore` and for Celery."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class OpsConfig(AppConfig):
    name = "ops"

    def ready(self) -> None:
        import_string(settings.CELERY_APP)  # shared tasks find their app in every process
