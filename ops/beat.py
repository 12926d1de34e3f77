"""ops.beat: the clock. It sends tasks by name, so it loads neither Django's apps nor ours, which halves its memory."""

import logging.config
import os

from celery.apps.beat import Beat
from django.conf import settings
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = import_string(settings.CELERY_APP)


class Clock(Beat):
    def init_loader(self) -> None:
        """Skip Celery's own loader, which would import every task and everything the tasks import."""
        app.finalize()


if __name__ == "__main__":
    logging.config.dictConfig(settings.LOGGING)
    Clock(app=app, loglevel=settings.LOG_LEVEL, quiet=True).run()
