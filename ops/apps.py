"""ops.apps: a Django app, so that `backup` and `restore` are management commands and Celery loads in every process."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string


class OpsConfig(AppConfig):
    name = "ops"

    def ready(self) -> None:
        import_string(settings.CELERY_APP)  # shared tasks find their app in every process
