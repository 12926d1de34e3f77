"""tasks: the door for the clock. Thin, and each may run twice or not at all.

What there is to do stands in the database: a task only says that there is something. Whoever is at work takes all that
is due, row by row, by a conditional update; a task that finds enough threads at work returns at once. So nothing
piles up in the queue, and a worker that is killed loses nothing.
"""

import threading
import time

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.utils import timezone

from . import jobs
from .intake import pipeline
from .intake.lanes import Lanes
from .intake.retention import delete_old
from .models import Job, Share, Source
from .ranking import refresh
from .sharing import outbox

# Threads that wait for other people's servers, at most, of each kind. config.celery has some to spare, so that a task
# of another kind never stands behind them.
PULLING = Lanes(settings.WORKER_CONCURRENCY)
SENDING = Lanes(4)
ANSWERING = Lanes(4)

ROUND_SECONDS = 240.0  # then a round ends, and the next tick begins another
TURN_SECONDS = 60.0  # of a host with many sources, before the others get their turn
EXPIRES = 55  # seconds that a task may wait for a worker: until the next tick

_ending = threading.Event()


@worker_shutting_down.connect
def _end_soon(**_: object) -> None:
    _ending.set()


@shared_task
def tick() -> None:
    """Wake as many as can work at once: for due sources, due messages, and jobs whose worker was killed."""
    now = timezone.now()
    for _ in zip(pipeline.due_by_host(now), range(settings.WORKER_CONCURRENCY), strict=False):
        refresh_due.apply_async(expires=EXPIRES)
    if Share.objects.due(now).exists():
        deliver_due.apply_async(expires=EXPIRES)
    if Job.objects.due(now).exists():
        answer_due.apply_async(expires=EXPIRES)


@shared_task
def pulse() -> None:
    """Nothing. That it passes through queue and pool is the worker's sign of life (ops.heartbeat)."""


@shared_task
def refresh_due(first: int = 0) -> None:
    """Pull what is due, one host after the other, at each host's pace; before that the source that somebody waits for.

    Where no lane is free, those at work come to it.
    """
    with PULLING.lane() as free:
        if not free:
            return
        end = time.monotonic() + ROUND_SECONDS
        _refresh(first)
        for host, ids in pipeline.due_by_host(timezone.now()).items():
            with PULLING.host(host) as ours:
                if ours:
                    _turn(ids, min(end, time.monotonic() + TURN_SECONDS))


def _turn(ids: list[int], until: float) -> None:
    """Pull these sources of one host until the time is up, or the host is another worker's."""
    for pk in ids:
        if time.monotonic() > until or _ending.is_set() or not _refresh(pk):
            return


def _refresh(pk: int) -> bool:
    """False when the host could not be asked."""
    now = timezone.now()
    source = Source.objects.filter(pk=pk).first()
    if source and source.claim(now):  # a conditional update; False when another worker was first
        return pipeline.refresh(source, now)
    return True


@shared_task
def deliver_due() -> None:
    """Deliver what is due, one channel after the other."""
    end = time.monotonic() + ROUND_SECONDS
    while Share.objects.due(timezone.now()).exists():
        with SENDING.lane() as free:
            if not free or not _deliver(end):
                return


def _deliver(until: float) -> bool:
    """One pass over the channels; False when there was nothing that this thread could do, or the time is up."""
    worked = False
    for channel, ids in Share.objects.due_by_channel(timezone.now()).items():
        with SENDING.host(str(channel)) as ours:
            for pk in ids if ours else ():
                if time.monotonic() > until or _ending.is_set():
                    return False
                now = timezone.now()
                share = Share.objects.select_related("paper", "channel", "person", "link").filter(pk=pk).first()
                if share and share.claim(now):
                    outbox.deliver(share, now)
                    worked = True
    return worked


@shared_task
def answer_due() -> None:
    """Do what people wait for, one job after the other."""
    while not _ending.is_set() and Job.objects.due(timezone.now()).exists():
        with ANSWERING.lane() as free:
            if not free:
                return  # whoever gives a lane back looks again
            if job := Job.objects.claim_next(timezone.now()):
                jobs.do(job)


@shared_task
def refresh_yields() -> None:
    """Make the sources' yields anew."""
    refresh.refresh_yields(timezone.now())


@shared_task
def tidy() -> None:
    """Delete old logs, expired sessions and the like."""
    delete_old(timezone.now())
