"""config.celery: the Celery app and the beat schedule."""

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

# Celery's warning about running as root concerns pickle, and we use only JSON.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

ON_PGMQ = settings.CELERY_BROKER_URL == "pgmq://"

app = Celery("tenth")
app.conf.update(
    broker_url="pgmq://database" if ON_PGMQ else settings.CELERY_BROKER_URL,
    broker_transport_options=broker.options() if ON_PGMQ else broker.external_options(settings.CELERY_BROKER_URL),
    broker_connection_retry_on_startup=True,
    # Never give up: Celery would otherwise stop the worker after 100 attempts, within the hour.
    broker_connection_max_retries=None,
    # A page waits for this. Whatever could not be queued is found due by the next tick.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue=broker.QUEUE,
    # Threads, since tasks mostly wait for other people's servers, and a killed process cannot take along a lock that
    # the others wait for (docs/decisions/0017). Every task limits its own time. Tasks that wait for strangers are
    # limited by kind (papers.tasks), so that a tick or a pulse always finds a thread.
    worker_pool="threads",
    worker_concurrency=settings.WORKER_CONCURRENCY + 12,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    timezone="UTC",
    # The schedule is short, and nothing in it has to survive a restart.
    beat_scheduler="ops.heartbeat:Scheduler",
    beat_schedule={
        "tick": {"task": "papers.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
        "pulse": {"task": "papers.tasks.pulse", "schedule": heartbeat.EVERY, "options": {"expires": heartbeat.EVERY}},
        "enqueue-old": {"task": "papers.tasks.enqueue_old", "schedule": 120.0, "options": {"expires": 110}},
        "reindex": {"task": "papers.tasks.reindex", "schedule": 60.0, "options": {"expires": 55}},
        "refresh-yields": {"task": "papers.tasks.refresh_yields", "schedule": 3600.0},
        "tidy": {"task": "papers.tasks.tidy", "schedule": 6 * 3600.0},
        "tidy-queue": {"task": "ops.broker.delete_archived", "schedule": 6 * 3600.0},
    },
)
app.autodiscover_tasks(["papers"])


@beat_init.connect
def send_first_tasks(**_: Any) -> None:
    """Send the first tick at the start, not a minute later; tidy too, for installs that restart often."""
    send("papers.tasks.tick", "papers.tasks.tidy", "ops.broker.delete_archived")


def send(*names: str) -> None:
    try:
        for name in names:
            app.send_task(name)
    except OperationalError as error:
        logging.getLogger("tenth").warning("Could not send the first tick, the next one follows in a minute: %s", error)


@worker_ready.connect
def send_a_tick(**_: Any) -> None:
    """Pick up at once whatever a killed worker left undone."""
    send("papers.tasks.tick")


@worker_init.connect
def release_claims(**_: Any) -> None:
    """Release a killed worker's claims, when the supervisor's lock says that there is no other worker."""
    if settings.EMBEDDED:
        from ops.prepare import release  # noqa: PLC0415 (the models load only now)

        release()
