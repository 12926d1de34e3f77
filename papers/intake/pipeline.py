"""intake.pipeline: a source is pulled, what it gave is stored, and how it went is written down."""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..database import is_away, patiently
from ..identity import Name as PaperName
from ..identity import names_in, without_password
from ..models import Event, FetchLog, Name, Paper, Person, Sighting, Source
from ..models.source import SourceQuerySet
from ..sources import page
from ..sources.item import LastFetch, Item, Pull
from ..sources.wire.fetch import Fetcher
from ..sources.wire.sentences import FetchError
from . import clients, schedule
from .draft import plain
from .gate import BusyError, hold
from .store import Stored, store

log = logging.getLogger(__name__)

DEAD_AFTER = timedelta(days=14)  # of failures; the team is told once
MOVED_FOR_GOOD = 3  # times that a permanent redirect is seen before it is believed


# ── one pull ─────────────────────────────────────────────────────────────────────────────────


def due_by_host(now: datetime) -> dict[str, list[int]]:
    """The ids of the due sources by the host that pulling them asks; without hosts that are being asked just now."""

    def by_host(sources: SourceQuerySet) -> dict[str, list[int]]:
        hosts: dict[str, list[int]] = defaultdict(list)
        for pk, kind, address in sources.fetched().values_list("pk", "kind", "address"):
            hosts[kinds[kind].host(address)].append(pk)
        return hosts

    kinds = clients.kinds()
    busy = by_host(Source.objects.claimed(now))
    due = by_host(Source.objects.due(now).order_by("next_fetch", "id"))
    return {host: ids for host, ids in due.items() if host not in busy}


def refresh(source: Source, now: datetime) -> bool:
    """Pull a source that this worker has claimed. Whatever comes of it is on the row and in the log afterwards.

    False when its host could not be asked now: then nothing happened, and the source is due still.
    """
    began = time.monotonic()
    entry = FetchLog(source=source, at=now)
    try:
        _pull(source, entry, now, began)
    except BusyError:
        _let_go(source)
        return False
    except FetchError as error:
        trouble = error
    except Exception as error:
        if is_away(error):
            log.warning("The database went away while source %s was pulled, so it is pulled anew", source.pk)
            _let_go(source)
            return False
        # A fence around the source: whatever rises is its failure, with a pause, and the others go on.
        log.exception("Pulling source %s (%s) failed", source.pk, source.shown_address)
        trouble = FetchError(
            f"Something in it could not be dealt with ({type(error).__name__}). The worker’s log has the details."
        )
    else:
        return True
    patiently(lambda: _note_failure(source, trouble, entry, now, began))
    return True


def _let_go(source: Source) -> None:
    """Make a claimed source due again."""
    patiently(lambda: Source.objects.filter(pk=source.pk).update(claimed_until=None))


def _pull(source: Source, entry: FetchLog, now: datetime, began: float) -> None:
    last = LastFetch(source.etag, source.last_modified, source.body_hash, source.last_success)
    pull = clients.kinds()[source.kind].pull(source.address, last, clients.fetcher(), now)
    with transaction.atomic():
        done = store(source, pull.items, now, first=source.last_success is None)
        _succeeded(source, pull, done, now)
        unchanged = pull.not_modified or not (done.added or done.joined or done.amended)
        entry.outcome = FetchLog.Outcome.UNCHANGED if unchanged else FetchLog.Outcome.OK
        entry.status, entry.size, entry.note = pull.status, pull.size, pull.note
        entry.seen, entry.skipped = len(pull.items), done.skipped + pull.skipped
        entry.added, entry.joined, entry.amended = done.added, done.joined, done.amended
        entry.took_ms = _since(began)
        entry.save()


def _note_failure(source: Source, error: FetchError, entry: FetchLog, now: datetime, began: float) -> None:
    try:
        source.refresh_from_db()  # what a pull that broke off has set on it was never stored
    except Source.DoesNotExist:
        return  # taken off the list meanwhile
    with transaction.atomic():
        _failed(source, error, now)
        entry.outcome, entry.note, entry.status = FetchLog.Outcome.FAILED, source.last_error, error.code
        entry.took_ms = _since(began)
        entry.save()


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _succeeded(source: Source, pull: Pull, done: Stored, now: datetime) -> None:
    source.last_fetch = source.last_success = now
    source.last_error, source.failures, source.claimed_until = "", 0, None
    if done.added or done.joined:
        source.last_new = now
    if not pull.not_modified:
        source.etag, source.last_modified, source.body_hash = pull.etag, pull.last_modified, pull.body_hash
    if pull.site_url and not source.site_url:
        source.site_url = pull.site_url[:2000]
    _follow(source, pull.moved_to, now)
    source.next_fetch = schedule.after_success(source.kind, source.address, now, source.last_new, pull.wait_seconds)
    source.save(
        update_fields=[
            *("last_fetch", "last_success", "last_error", "failures", "claimed_until", "last_new", "etag"),
            *("last_modified", "body_hash", "site_url", "address", "moved_to", "moved_seen", "next_fetch"),
        ]
    )


def _failed(source: Source, error: FetchError, now: datetime) -> None:
    source.last_fetch, source.claimed_until = now, None
    source.last_error = plain(str(error), 1_000)
    source.failures += 1
    source.next_fetch = schedule.after_failure(now, source.failures, error.retry_after or 0)
    source.save(update_fields=["last_fetch", "claimed_until", "last_error", "failures", "next_fetch"])
    if error.retry_after:
        hold(clients.kinds()[source.kind].host(source.address), now + timedelta(seconds=error.retry_after))
    if error.gone:
        _pause(source, str(error), now)
    since = source.last_success or source.created_at
    if now - since > DEAD_AFTER and not source.events.filter(kind=Event.Kind.SOURCE_DIED, at__gte=since).exists():
        Event.objects.create(kind=Event.Kind.SOURCE_DIED, source=source, at=now, data={"why": str(error)})


def _pause(source: Source, why: str, now: datetime) -> None:
    """Stop asking a source, for a reason that the team is shown."""
    source.last_error = why
    Source.objects.filter(pk=source.pk).update(state=Source.State.PAUSED, last_error=why)
    data = {"state": Source.State.PAUSED.value, "why": why}
    Event.objects.create(kind=Event.Kind.SOURCE_CHANGED, source=source, at=now, data=data)


def _follow(source: Source, moved_to: str, now: datetime) -> None:
    """A permanent redirect, seen often enough, rewrites the address; unless that is another source's."""
    if not moved_to:
        source.moved_to, source.moved_seen = "", 0
        return
    source.moved_seen = source.moved_seen + 1 if moved_to == source.moved_to else 1
    source.moved_to = moved_to[:2000]
    if source.moved_seen < MOVED_FOR_GOOD or len(moved_to) > 2000:
        return
    if other := Source.objects.filter(kind=source.kind, address=moved_to).first():
        _pause(source, f"This feed moved to the address of “{other.name}”, which is in the list already.", now)
        return
    data = {"from": without_password(source.address), "to": without_password(moved_to)}
    Event.objects.create(kind=Event.Kind.SOURCE_MOVED, source=source, at=now, data=data)
    source.address, source.moved_to, source.moved_seen = moved_to, "", 0


def preview(kind: str, address: str, now: datetime | None = None, fetcher: Fetcher | None = None) -> Pull:
    """What would come in, without writing any of it. Raises FetchError, or BusyError as one."""
    try:
        return clients.kinds()[kind].pull(
            address, LastFetch(), fetcher or clients.quick_fetcher(), now or timezone.now()
        )
    except BusyError as error:
        raise FetchError(str(error)) from error


# ── a link by hand ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Added:
    """A paper that somebody brought, and whether the team did not have it before."""

    paper: Paper
    created: bool


def add_link(person: Person, address: str, now: datetime, title: str = "") -> Added:
    """Bring a paper by its address. A known one joins at once; else the far side is asked what it is.

    With a `title`, typed by somebody after the far side did not tell, nobody is asked.
    Raises FetchError, with a sentence.
    """
    names = names_in(address)
    if not names:
        raise FetchError("That is no link, arXiv id or DOI. Paste the address of a paper or a post.")
    paper = Paper.objects.filter(pk__in=Name.objects.filter(_any(names)).values("paper")).order_by("id").first()
    if not paper:
        item = Item(title=title, link=address) if title else _described(address)
        done = store(source_of(person, now), [item], now)
        if not done.papers or not done.papers[0]:
            raise FetchError("Nothing there says what it is called. Type a title, and it is saved under that.")
        paper = Paper.objects.get(pk=done.papers[0])
        if done.added:
            Event.objects.create(kind=Event.Kind.ADDED, paper=paper, person=person, at=now)
            return Added(paper, True)
    Sighting.objects.get_or_create(
        source=source_of(person, now), paper=paper, defaults={"at": now, "link": address[:4000]}
    )
    return Added(paper, False)


def _any(names: tuple[PaperName, ...]) -> Q:
    fits = Q()
    for name in names:
        fits |= Q(kind=name.kind, value=name.value)
    return fits


def _described(address: str) -> Item:
    try:
        return page.describe(address, clients.quick_fetcher(), clients.endpoints())
    except BusyError as error:
        raise FetchError(str(error)) from error


def source_of(person: Person, now: datetime) -> Source:
    """The source that is this person, adding links by hand."""
    source, _ = Source.objects.get_or_create(
        person=person,
        defaults={
            "kind": Source.Kind.PERSON,
            "address": f"person:{person.pk}",
            "name": person.name,
            "created_at": now,
            "next_fetch": None,
        },
    )
    return source
