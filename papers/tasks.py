"""tasks: the Celery tasks. Thin, and each may run twice or not at all.

The work to do is in the database; a task only says that there is some. The running threads take everything that is
due, row by row, by conditional updates, and a task that finds enough threads running returns at once. So nothing
piles up in the queue, and a killed worker loses nothing.
"""

import threading
import time

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.utils import timezone

from . import jobs
from .intake import article, complete, enrich, pipeline
from .intake import reindex as index
from .intake.lanes import Lanes
from .intake.quiet import Book
from .intake.retention import delete_old
from .models import Article, Job, Share
from .ranking import refresh
from .sharing import outbox

# The most threads of each kind that wait for other servers. config.celery has spare ones, so that other tasks never
# queue behind them.
PULLING = Lanes(settings.WORKER_CONCURRENCY)
SENDING = Lanes(4)
ANSWERING = Lanes(4)
COMPLETING = Lanes(1)
READING = Lanes(1)
ENRICHING = Lanes(1)

ROUND_SECONDS = 240.0  # then a round ends, and the next tick starts another
TURN_SECONDS = 60.0  # seconds for a host with many sources, before others get their turn
REINDEX_SECONDS = 50.0
EXPIRES = 55  # seconds that a task may wait for a worker: until the next tick

_ending = threading.Event()


@worker_shutting_down.connect
def _end_soon(**_: object) -> None:
    _ending.set()


@shared_task
def tick() -> None:
    """Start as many tasks as can run at once: for due sources, due messages, and jobs of killed workers."""
    now = timezone.now()
    for _ in zip(pipeline.due_by_host(now), range(settings.WORKER_CONCURRENCY), strict=False):
        refresh_due.apply_async(expires=EXPIRES)
    if Share.objects.due(now).exists():
        deliver_due.apply_async(expires=EXPIRES)
    if Job.objects.due(now).exists():
        answer_due.apply_async(expires=EXPIRES)
    if complete.is_open(now):
        complete_due.apply_async(expires=EXPIRES)
    if Article.objects.enlist(now) or Article.objects.due(now).exists():
        read_due.apply_async(expires=EXPIRES)
    if settings.ENRICH:
        enrich_due.apply_async(expires=EXPIRES)


@shared_task
def pulse() -> None:
    """Do nothing: passing through queue and pool is the worker's sign of life (ops.heartbeat)."""


@shared_task
def refresh_due(first: int = 0) -> None:
    """Pull due sources host by host, at each host's pace; first the one that somebody waits for.

    If no lane is free, the running threads get to it.
    """
    with PULLING.lane() as free, Book() as book:
        if not free:
            return
        end = time.monotonic() + ROUND_SECONDS
        if first:
            _turn([first], book, end)
            book.write()
        for host, ids in pipeline.due_by_host(timezone.now()).items():
            with PULLING.host(host) as ours:
                if ours:
                    _turn(ids, book, min(end, time.monotonic() + TURN_SECONDS))


def _turn(ids: list[int], book: Book, until: float) -> None:
    """Pull these sources of one host until time is up or another worker has the host."""
    pipeline.take_turn(ids, book, lambda: time.monotonic() > until or _ending.is_set())


@shared_task
def deliver_due() -> None:
    """Deliver due messages, channel by channel."""
    end = time.monotonic() + ROUND_SECONDS
    while Share.objects.due(timezone.now()).exists():
        with SENDING.lane() as free:
            if not free or not _deliver(end):
                return


def _deliver(until: float) -> bool:
    """Make one pass over the channels; False if there was nothing to do or time is up."""
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
    """Do the jobs that people wait for, one after the other."""
    while not _ending.is_set() and Job.objects.due(timezone.now()).exists():
        with ANSWERING.lane() as free:
            if not free:
                return  # the thread that frees a lane looks again
            if job := Job.objects.claim_next(timezone.now()):
                jobs.do(job)


@shared_task
def complete_due() -> None:
    """Look up arXiv's own records of papers, batch by batch, as long as no announcements wait."""
    end = time.monotonic() + ROUND_SECONDS
    with COMPLETING.lane() as free:
        while free and time.monotonic() < end and not _ending.is_set():
            if not complete.take_batch(timezone.now()):
                return


@shared_task
def read_due() -> None:
    """Fetch the pages of posts of which feeds give only a summary."""
    with READING.lane() as free:
        if free:
            article.take_due(_ending, time.monotonic() + ROUND_SECONDS)


@shared_task
def enrich_due() -> None:
    """Ask the catalogues about papers."""
    with ENRICHING.lane() as free:
        if free:
            enrich.take_due(_ending, time.monotonic() + ROUND_SECONDS)


@shared_task
def enqueue_old() -> None:
    """Queue lookups for papers from before, slice by slice."""
    complete.enqueue_old(timezone.now())


@shared_task
def refresh_yields() -> None:
    """Recompute the sources' yields and typical reading times."""
    refresh.refresh_minutes()
    refresh.refresh_yields(timezone.now())


@shared_task
def reindex() -> None:
    """Bring the words that are searched up to date, for most of a minute."""
    end = time.monotonic() + REINDEX_SECONDS
    while time.monotonic() < end and not _ending.is_set() and index.batch():
        pass


@shared_task
def tidy() -> None:
    """Delete old logs, expired sessions and the like."""
    delete_old(timezone.now())
