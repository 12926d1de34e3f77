"""tasks: the door for the clock. Thin: each takes ids, claims its row, and may run twice."""

import time
from collections import defaultdict
from collections.abc import Iterable

from celery import shared_task
from django.utils import timezone

from config import broker

from .intake import pipeline
from .intake import tidy as tidying
from .models import Share, Source
from .models.source import SourceQuerySet
from .ranking import refresh
from .reading import outbox
from .sources import kinds

BATCH_SECONDS = 300  # then a batch takes no further source: what is left is due still, at the next tick

MOST_MESSAGES = 60  # of the outbox that one tick hands out: a message a second, which is what Slack takes

EXPIRES = 120  # seconds that a batch may wait for a worker


@shared_task
def tick() -> None:
    """Hand the due sources and messages to workers: sources in one batch a host, which is asked one thing at a time.

    A host that is being asked waits for a later tick, and what no worker took within two ticks is handed out anew:
    however slow a host is, its batches do not pile up.
    """
    now, endpoints = timezone.now(), pipeline.endpoints()

    def by_host(sources: SourceQuerySet) -> dict[str, list[int]]:
        batches: dict[str, list[int]] = defaultdict(list)
        for pk, kind, address in sources.fetched().values_list("pk", "kind", "address"):
            batches[kinds.host_of(kind, address, endpoints)].append(pk)
        return batches

    busy = by_host(Source.objects.claimed(now))
    for host, ids in by_host(Source.objects.due(now).order_by("next_fetch", "id")).items():
        if host not in busy:
            refresh_sources.apply_async((ids,), expires=EXPIRES)
    for pk in Share.objects.due(now).values_list("pk", flat=True)[:MOST_MESSAGES]:
        deliver_share.apply_async((pk,), expires=EXPIRES)


@shared_task
def refresh_sources(ids: Iterable[int]) -> None:
    """Pull these sources of one host, one after the other, at the host's pace."""
    began = time.monotonic()
    for pk in ids:
        if time.monotonic() - began > BATCH_SECONDS:
            return
        _refresh(pk)


@shared_task
def refresh_source(source_id: int) -> None:
    """Pull one source now; nothing happens when it is being pulled already."""
    _refresh(source_id)


def _refresh(pk: int) -> None:
    now = timezone.now()
    source = Source.objects.filter(pk=pk).first()
    if source and source.claim(now):  # a conditional update; False when another worker was first
        pipeline.refresh(source, now)


@shared_task
def deliver_share(share_id: int) -> None:
    """Try to deliver one message; nothing happens when another worker has it, or it waits for a later attempt."""
    now = timezone.now()
    share = Share.objects.select_related("paper", "channel", "person", "link").filter(pk=share_id).first()
    if share and share.claim(now):
        outbox.deliver(share, now)


@shared_task
def refresh_yields() -> None:
    """Make the sources' yields anew."""
    refresh.refresh_yields(timezone.now())


@shared_task
def tidy() -> None:
    """Let go of old logs, of sessions that are over, and of what the queue has archived."""
    now = timezone.now()
    tidying.tidy(now)
    broker.forget(now - tidying.logs_kept())
