"""config.celery: the Celery app and the beat's table."""

import logging
import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from django.conf import settings
from kombu.exceptions import OperationalError

from ops import broker, heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# Celery's warning about root is about pickle, and we speak JSON only.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

ON_PGMQ = settings.CELERY_BROKER_URL == "pgmq://"

app = Celery("tenth")
app.conf.update(
    broker_url="pgmq://database" if ON_PGMQ else settings.CELERY_BROKER_URL,
    broker_transport_options=broker.options() if ON_PGMQ else broker.others(settings.CELERY_BROKER_URL),
    broker_connection_retry_on_startup=True,
    # For ever: after its 100 attempts, within the hour, Celery would end the worker, and all else with it.
    broker_connection_max_retries=None,
    # A page waits for this. What could not be put into the queue is found due by the next tick.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue=broker.QUEUE,
    # Threads, since tasks wait for other people's servers most of the time, and no process that is killed takes a lock
    # with it on which the others wait (docs/decisions/0017). Each task bounds its own time. Those that wait for
    # strangers are limited by kind (papers.tasks), so that a tick or a pulse always finds a thread.
    worker_pool="threads",
    worker_concurrency=settings.WORKER_CONCURRENCY + 12,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    timezone="UTC",
    # The table is short and nothing in it needs to be remembered over a restart.
    beat_scheduler="ops.heartbeat:Scheduler",
    beat_schedule={
        "tick": {"task": "papers.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
        "pulse": {"task": "papers.tasks.pulse", "schedule": heartbeat.EVERY, "options": {"expires": heartbeat.EVERY}},
        "refresh-yields": {"task": "papers.tasks.refresh_yields", "schedule": 3600.0},
        "tidy": {"task": "papers.tasks.tidy", "schedule": 6 * 3600.0},
        "tidy-queue": {"task": "ops.broker.delete_archived", "schedule": 6 * 3600.0},
    },
)
app.autodiscover_tasks(["papers"])


@beat_init.connect
def begin_at_once(**_: Any) -> None:
    """The first tick comes at the start, not a minute later; so does tidying, for who starts anew more often."""
    begin("papers.tasks.tick", "papers.tasks.tidy", "ops.broker.delete_archived")


def begin(*names: str) -> None:
    try:
        for name in names:
            app.send_task(name)
    except OperationalError as error:
        logging.getLogger("tenth").warning("The first tick could not be sent, the next is in a minute: %s", error)


@worker_ready.connect
def look_round(**_: Any) -> None:
    """Take up at once what a killed worker left undone."""
    begin("papers.tasks.tick")


@worker_init.connect
def take_back(**_: Any) -> None:
    """Free what a killed worker held, where the supervisor's lock says that there is no other."""
    if settings.EMBEDDED:
        from ops.prepare import release  # noqa: PLC0415 (the models load only now)

        release()
