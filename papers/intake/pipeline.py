"""intake.pipeline: pull a source, store its items, and log the outcome."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..database import is_away, patiently
from ..identity import Name as PaperName
from ..identity import names_in, without_password
from ..models import Event, FetchLog, Name, Paper, Person, Sighting, Source
from ..models.source import SourceQuerySet
from ..sources import page
from ..sources.item import Item, LastFetch, Pull
from ..sources.wire.fetch import Fetcher
from ..sources.wire.sentences import FetchError
from ..wrappers import unwrap
from . import clients, quiet, schedule
from .draft import plain
from .gate import BusyError, hold
from .store import Stored, store

log = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 20  # sources of one host
DEAD_AFTER = timedelta(days=14)  # of failures; it is reported once
UNQUESTIONED = timedelta(days=7)  # then a source is asked for everything: some say "not modified" for ever
MOVED_FOR_GOOD = 3  # pulls with the same permanent redirect before the address is changed


# ── one pull ─────────────────────────────────────────────────────────────────────────────────


def due_by_host(now: datetime) -> dict[str, list[int]]:
    """The ids of the due sources by host, without hosts from which a source is being pulled now."""

    def by_host(sources: SourceQuerySet) -> dict[str, list[int]]:
        hosts: dict[str, list[int]] = defaultdict(list)
        for pk, kind, address in sources.fetched().values_list("pk", "kind", "address"):
            hosts[kinds[kind].host(address)].append(pk)
        return hosts

    kinds = clients.kinds()
    busy = by_host(Source.objects.claimed(now))
    due = by_host(Source.objects.due(now).order_by("next_fetch", "id"))
    return {host: ids for host, ids in due.items() if host not in busy}


def take_turn(ids: Sequence[int], book: quiet.Book, stop: Callable[[], bool]) -> None:
    """Pull these sources of one host, those that are due, until `stop()` or until the host is not available."""
    with clients.turn() as turn:
        for start in range(0, len(ids), CLAIMED_AT_ONCE):
            claimed = [] if stop() else Source.objects.claim(ids[start : start + CLAIMED_AT_ONCE], timezone.now())
            for at, source in enumerate(claimed):
                book.write_old()
                if stop() or not _refresh(source, timezone.now(), turn, book):
                    _release(*claimed[at:])
                    return


def refresh(source: Source, now: datetime) -> bool:
    """Pull a single source that this worker has claimed; False when its host or the database was not available."""
    with clients.turn() as turn, quiet.Book() as book:
        return _refresh(source, now, turn, book)


def _refresh(source: Source, now: datetime, turn: clients.Turn, book: quiet.Book) -> bool:
    """Pull a source that this worker has claimed, and record the outcome on its row and in the log.

    An outcome without news goes into the `book`. False when its host or the database was not available: then nothing
    has changed and the source is still due.
    """
    began = time.monotonic()
    entry = FetchLog(source=source, at=now)
    try:
        _pull(source, entry, now, began, turn, book)
    except BusyError:
        _release(source)
        return False
    except FetchError as error:
        failure = error
    except Exception as error:
        if is_away(error):
            log.warning("The database went away while source %s was being pulled; it will be pulled again", source.pk)
            _release(source)
            return False
        # Count any other exception as this source's failure, so that it never stops the other sources.
        log.exception("Pulling source %s (%s) failed", source.pk, source.shown_address)
        failure = FetchError(
            f"Its content could not be processed ({type(error).__name__}). The worker’s log has the details."
        )
    else:
        return True
    patiently(lambda: _log_failure(source, failure, entry, now, began))
    return True


def _release(*sources: Source) -> None:
    """Make claimed sources due again."""
    ids = [source.pk for source in sources]
    patiently(lambda: Source.objects.filter(pk__in=ids).update(claimed_until=None))


def _pull(source: Source, entry: FetchLog, now: datetime, began: float, turn: clients.Turn, book: quiet.Book) -> None:
    last = LastFetch(source.etag, source.last_modified, source.body_hash, source.last_success)
    if not source.whole_at or now - source.whole_at > UNQUESTIONED:
        last = replace(last, etag="", last_modified="", body_hash="")
    pull = clients.kinds()[source.kind].pull(source.address, last, turn.fetcher(), now)
    if quiet.is_quiet(source, pull):
        entry.outcome, entry.status, entry.size = FetchLog.Outcome.UNCHANGED, pull.status, pull.size
        entry.note, entry.took_ms = pull.note, _since(began)
        book.add(source, entry)
        return
    turn.leave()  # storing takes a while
    with transaction.atomic():
        stored = store(source, pull.items, now, first=source.last_success is None)
        _succeeded(source, pull, stored, now)
        unchanged = pull.not_modified or not (stored.added or stored.joined or stored.amended)
        entry.outcome = FetchLog.Outcome.UNCHANGED if unchanged else FetchLog.Outcome.OK
        entry.status, entry.size, entry.note = pull.status, pull.size, pull.note
        entry.seen, entry.skipped = len(pull.items), stored.skipped + pull.skipped
        entry.added, entry.joined, entry.amended = stored.added, stored.joined, stored.amended
        entry.took_ms = _since(began)
        entry.save()


def _log_failure(source: Source, error: FetchError, entry: FetchLog, now: datetime, began: float) -> None:
    try:
        source.refresh_from_db()  # the failed pull may have set fields that were never saved
    except Source.DoesNotExist:
        return  # it has been removed meanwhile
    with transaction.atomic():
        _failed(source, error, now)
        entry.outcome, entry.note, entry.status = FetchLog.Outcome.FAILED, source.last_error, error.code
        entry.took_ms = _since(began)
        entry.save()


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _succeeded(source: Source, pull: Pull, stored: Stored, now: datetime) -> None:
    source.last_fetch = source.last_success = now
    source.last_error, source.failures, source.claimed_until = "", 0, None
    if stored.added or stored.joined:
        source.last_new = now
    if pull.status != HTTPStatus.NOT_MODIFIED:
        source.whole_at = now
        source.etag, source.last_modified, source.body_hash = pull.etag, pull.last_modified, pull.body_hash
    if pull.site_url and not source.site_url:
        source.site_url = pull.site_url[:2000]
    _follow(source, pull.moved_to, now)
    source.next_fetch = schedule.after_success(source.kind, source.address, now, source.last_new, pull.wait_seconds)
    source.save(
        update_fields=[
            *("last_fetch", "last_success", "last_error", "failures", "claimed_until", "last_new", "etag"),
            *("last_modified", "body_hash", "whole_at", "site_url", "address", "moved_to", "moved_seen", "next_fetch"),
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
    """Pause a source, with a reason that the team can see."""
    source.last_error = why
    Source.objects.filter(pk=source.pk).update(state=Source.State.PAUSED, last_error=why)
    data = {"state": Source.State.PAUSED.value, "why": why}
    Event.objects.create(kind=Event.Kind.SOURCE_CHANGED, source=source, at=now, data=data)


def _follow(source: Source, moved_to: str, now: datetime) -> None:
    """Change the address after repeated permanent redirects; if another source has that address, pause this one."""
    if not moved_to:
        source.moved_to, source.moved_seen = "", 0
        return
    source.moved_seen = source.moved_seen + 1 if moved_to == source.moved_to else 1
    source.moved_to = moved_to[:2000]
    if source.moved_seen < MOVED_FOR_GOOD or len(moved_to) > 2000:
        return
    if other := Source.objects.filter(kind=source.kind, address=moved_to).first():
        _pause(source, f"This feed moved to the address of “{other.name}”, which is already in the list.", now)
        return
    data = {"from": without_password(source.address), "to": without_password(moved_to)}
    Event.objects.create(kind=Event.Kind.SOURCE_MOVED, source=source, at=now, data=data)
    source.address, source.moved_to, source.moved_seen = moved_to, "", 0


def preview(kind: str, address: str, now: datetime | None = None, fetcher: Fetcher | None = None) -> Pull:
    """Pull a source without storing anything. Raises FetchError, also in place of BusyError."""
    try:
        return clients.kinds()[kind].pull(
            address, LastFetch(), fetcher or clients.quick_fetcher(), now or timezone.now()
        )
    except BusyError as error:
        raise FetchError(str(error)) from error


# ── adding a link by hand ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Added:
    """A paper that somebody added, and whether it was new to the team."""

    paper: Paper
    created: bool


def add_link(person: Person, address: str, now: datetime, title: str = "") -> Added:
    """Add a paper by its address. If it is new, its title and metadata are fetched from the site.

    With a `title`, which a person types when the site gave none, nothing is fetched.
    Raises FetchError, with a sentence.
    """
    address = unwrap(address.strip())
    names = names_in(address)
    if not names:
        raise FetchError("That is not a link, arXiv ID or DOI. Paste the address of a paper or a post.")
    paper = Paper.objects.filter(pk__in=Name.objects.filter(_any(names)).values("paper")).order_by("id").first()
    if not paper:
        item = Item(title=title, link=address) if title else _described(address)
        stored = store(source_of(person, now), [item], now)
        if not stored.papers or not stored.papers[0]:
            raise FetchError("That page has no title. Type one to save it.")
        paper = Paper.objects.get(pk=stored.papers[0])
        if stored.added:
            Event.objects.create(kind=Event.Kind.ADDED, paper=paper, person=person, at=now)
            return Added(paper, True)
    Sighting.objects.get_or_create(
        source=source_of(person, now), paper=paper, defaults={"at": now, "link": address[:4000]}
    )
    return Added(paper, False)


def _any(names: tuple[PaperName, ...]) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(kind=name.kind, value=name.value)
    return condition


def _described(address: str) -> Item:
    try:
        return page.describe(address, clients.quick_fetcher(), clients.endpoints())
    except BusyError as error:
        raise FetchError(str(error)) from error


def source_of(person: Person, now: datetime) -> Source:
    """The source that stands for this person's own additions, created on first use."""
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
