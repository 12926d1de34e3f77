"""intake.quiet: write down together the outcomes of pulls that brought nothing: most of them do."""

import time
from http import HTTPStatus
from types import TracebackType

from django.db import transaction
from django.db.models import Case, Value, When

from ..database import patiently
from ..models import FetchLog, Source
from ..sources.item import Pull
from . import schedule

MOST = 50  # outcomes written together
OLDEST = 0.5  # seconds that an outcome waits for others, before the next pull begins


def is_quiet(source: Source, pull: Pull) -> bool:
    """Tell whether a pull changes nothing of its source but the times of its fetches."""
    marks = pull.etag or pull.last_modified or source.etag or source.last_modified
    same = pull.status == HTTPStatus.NOT_MODIFIED or not marks
    moved = pull.moved_to or source.moved_to
    return pull.not_modified and same and not (moved or source.failures or source.last_error)


class Book:
    """Outcomes without news, written in two queries for many. Until then their sources stay claimed."""

    def __init__(self) -> None:
        self._entries: list[FetchLog] = []
        self._began = 0.0

    def __enter__(self) -> "Book":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.write()

    def add(self, source: Source, entry: FetchLog) -> None:
        """Note a quiet pull, which began at `entry.at`."""
        source.next_fetch = schedule.after_success(source.kind, source.address, entry.at, source.last_new)
        if not self._entries:
            self._began = time.monotonic()
        self._entries.append(entry)
        if len(self._entries) >= MOST:
            self.write()

    def write_old(self) -> None:
        """Write what has waited long enough."""
        if time.monotonic() - self._began > OLDEST:
            self.write()

    def write(self) -> None:
        """Write everything noted so far."""
        if self._entries:
            patiently(self._write)
            self._entries = []

    def _write(self) -> None:
        with transaction.atomic():
            ids = [entry.source_id for entry in self._entries]
            there = set(Source.objects.select_for_update().filter(pk__in=ids).values_list("pk", flat=True))
            entries = [entry for entry in self._entries if entry.source_id in there]  # the others have been removed
            if entries:
                at = entries[-1].at
                next_fetch = Case(*[When(pk=entry.source_id, then=Value(entry.source.next_fetch)) for entry in entries])
                Source.objects.filter(pk__in=there).update(
                    last_fetch=at, last_success=at, claimed_until=None, next_fetch=next_fetch
                )
                FetchLog.objects.bulk_create(entries)
