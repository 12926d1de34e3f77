"""config.beat: the clock. It sends tasks by name, so it loads neither Django's apps nor our own (half the memory)."""

import logging.config
import os

from celery.apps.beat import Beat
from django.conf import settings

from config.celery import app


class Clock(Beat):
    def init_loader(self) -> None:
        """Celery's own would load every task and all beneath."""
        app.finalize()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    logging.config.dictConfig(settings.LOGGING)
    Clock(app=app, loglevel=settings.LOG_LEVEL, quiet=True).run()
