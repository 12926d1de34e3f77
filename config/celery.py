"""config.celery: the Celery app and the beat's table."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tenth")


def pgmq_options() -> dict[str, Any]:
    """Transport options for the queue inside PostgreSQL (why each: docs/decisions)."""
    from psycopg.conninfo import make_conninfo

    database = settings.DATABASES["default"]
    return {
        "conn_string": make_conninfo(
            host=database.get("HOST") or "",
            port=database.get("PORT") or None,
            dbname=database["NAME"],
            user=database.get("USER") or None,
            password=database.get("PASSWORD") or None,
        ),
        "init_extension": False,
        "use_notify": True,
        "wait_time_seconds": 0,
        "polling_interval": 0.2,
        # Not renewed while a task runs: longer than the longest task.
        "visibility_timeout": 1800,
    }


app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=pgmq_options() if settings.CELERY_BROKER_URL.startswith("pgmq") else {},
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="tenth",
    task_soft_time_limit=600,
    task_time_limit=660,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    timezone="UTC",
    # The table is short and nothing in it needs to be remembered over a restart.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "tick": {"task": "papers.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
        "refresh-yields": {"task": "papers.tasks.refresh_yields", "schedule": 3600.0},
    },
)
app.autodiscover_tasks(["papers"])


@beat_init.connect
def tick_at_once(**_: Any) -> None:
    """The first tick comes at the start, not a minute later."""
    app.send_task("papers.tasks.tick")
