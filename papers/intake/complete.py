"""intake.complete: complete arXiv papers from their own records, which only arXiv's API has.

Feeds, digests and links bring a title and perhaps authors; arXiv's announcements bring no comment and no publication
date. The queue is in the database. It is served in batches at arXiv's pace, and only while no arXiv source waits.
A busy arXiv pauses the whole queue; one bad paper spoils nothing but its own request.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from ..database import is_away
from ..identity import arxiv_id
from ..models import Lookup, LookupPause, Paper, Source
from ..sources import arxiv
from ..sources.item import Item
from ..sources.wire.addresses import gate_name
from ..sources.wire.sentences import FetchError
from . import clients, standing
from .draft import plain
from .gate import BusyError, hold
from .store import store

log = logging.getLogger(__name__)

ARXIV = "arxiv"
FIRST_PAUSE, LAST_PAUSE = timedelta(minutes=5), timedelta(hours=6)  # when arXiv does not answer; doubled each time
MISSING = (timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12), timedelta(days=1))  # a new paper comes late
MOST_TRIES = 6
SLICE = 2_000  # old papers looked through at once
ENOUGH = 500  # waiting lookups, with which no old papers are added


def is_open(now: datetime) -> bool:
    """Tell whether there are lookups to do, and arXiv is neither paused nor wanted for announcements."""
    pause = LookupPause.objects.filter(pk=ARXIV).first()
    if pause and pause.until and pause.until > now:
        return False
    sources = Source.objects.filter(kind=Source.Kind.ARXIV)
    return Lookup.objects.due(now).exists() and not (sources.due(now) | sources.claimed(now)).exists()


def take_batch(now: datetime) -> bool:
    """Look up the next batch; False if nothing more can be done now."""
    if not is_open(now) or not (batch := Lookup.objects.claim(now)):
        return False
    named = [each for each in batch if arxiv_id(each.paper.arxiv_id)]
    for each in set(batch) - set(named):
        _give_up(each, "This is no arXiv ID.")
    if not named:
        return True
    try:
        with clients.turn() as turn:
            ids = [each.paper.arxiv_id for each in named]
            items = arxiv.by_ids(ids, turn.fetcher(), now, clients.endpoints())
        _complete(named, items, now)
    except BusyError:
        Lookup.objects.put_back(named, now)
        return False
    except FetchError as error:
        return _failed(named, error, now)
    except Exception as error:
        if is_away(error):
            return False  # the lease ends by itself
        log.exception("A batch of lookups failed")
        return _spoilt(named, f"Its record could not be processed ({type(error).__name__}).", now)
    LookupPause.objects.filter(pk=ARXIV, failures__gt=0).update(until=None, failures=0, why="")
    return True


def _complete(batch: Sequence[Lookup], items: Sequence[Item], now: datetime) -> None:
    """Correct the papers from their records. Those that arXiv does not know (yet) are asked for again later."""
    with transaction.atomic():
        papers = store(None, items, now).papers
        _date(dict(zip(papers, items, strict=False)))
        came = {base[0] for item in items if (base := arxiv_id(item.link))}
        Lookup.objects.filter(pk__in=[each.pk for each in batch if each.paper.arxiv_id in came]).delete()
        for each in batch:
            if each.paper.arxiv_id in came:
                continue
            if each.missing >= len(MISSING):
                _give_up(each, "arXiv does not know this ID.")
            else:
                Lookup.objects.put_back([each], now + MISSING[each.missing], missing=each.missing + 1)


def _date(items: dict[int, Item]) -> None:
    """Set the dates of the papers' versions to arXiv's."""
    rows = [(pk, item.version, item.updated_at) for pk, item in items.items() if pk]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE papers_version version SET at = given.at "
            "FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[]) given (id, number, at) "
            "WHERE version.paper_id = given.id AND version.number = given.number AND given.at IS NOT NULL",
            columns,
        )


def _failed(batch: Sequence[Lookup], error: FetchError, now: datetime) -> bool:
    """Put a batch back. If arXiv answered, it is this batch's fault; if not, all lookups pause."""
    if error.code in {200, 400}:
        return _spoilt(batch, str(error), now)
    pause, _ = LookupPause.objects.get_or_create(pk=ARXIV)
    wait = max(FIRST_PAUSE * 2 ** min(pause.failures, 10), timedelta(seconds=error.retry_after or 0))
    pause.until, pause.failures, pause.why = now + min(wait, LAST_PAUSE), pause.failures + 1, plain(str(error), 500)
    pause.save(update_fields=["until", "failures", "why"])
    if error.retry_after:  # that is for all of our requests
        hold(gate_name(clients.endpoints().api), pause.until)
    Lookup.objects.put_back(batch, now)
    return False


def _spoilt(batch: Sequence[Lookup], why: str, now: datetime) -> bool:
    for each in batch:
        if each.tries + 1 >= MOST_TRIES:
            _give_up(each, why)
        else:
            Lookup.objects.put_back([each], now, tries=each.tries + 1)
    return True


def _give_up(lookup: Lookup, why: str) -> None:
    Lookup.objects.filter(pk=lookup.pk).update(next_attempt=None, why=plain(why, 500))


# ── papers from before ───────────────────────────────────────────────────────────────────────


def enqueue_old(now: datetime) -> int:
    """Look through the next slice of old papers, newest first, for those that lack what only the API has.

    Also reads the standing of those that have a comment. Returns the number of papers looked through.
    """
    pause, _ = LookupPause.objects.get_or_create(pk=ARXIV)
    if pause.backlog_below == 0 or Lookup.objects.waiting()[: ENOUGH + 1].count() > ENOUGH:
        return 0
    papers = Paper.objects.order_by("-pk").exclude(kind=Paper.Kind.POST)
    if pause.backlog_below is not None:
        papers = papers.filter(pk__lt=pause.backlog_below)
    fields = ("pk", "arxiv_id", "title", "abstract", "comment", "journal_ref", "standing")
    rows = list(papers.values(*fields)[:SLICE])
    known = set(Lookup.objects.filter(pk__in=[row["pk"] for row in rows]).values_list("pk", flat=True))
    Lookup.objects.want(
        [row["pk"] for row in rows if row["arxiv_id"] and not row["comment"] and row["pk"] not in known], now
    )
    for row in rows:
        standing.read_again(row, now)
    pause.backlog_below = rows[-1]["pk"] if len(rows) == SLICE else 0
    pause.save(update_fields=["backlog_below"])
    return len(rows)
