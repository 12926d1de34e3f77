"""reading.stages: how far a person got with a paper, in verbs. Each returns what acts.take_back needs.

A paper is kept or passed, never both; read stands above them. A time that stands for a first time stays when the
act is repeated. Whoever judges a card singly has skimmed it; clearing a list writes `passed` alone.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from django.db import transaction

from ..models import Paper, Person, Stage
from . import acts


def keep(person: Person, paper: Paper, now: datetime) -> acts.Changes:
    """Read later: back from passed or read, if need be."""
    return _step(
        person, paper, now, lambda row, at: {"kept_at": row["kept_at"] or at, "passed_at": None, "read_at": None}
    )


def pass_(person: Person, paper: Paper, now: datetime) -> acts.Changes:
    return _step(person, paper, now, lambda row, at: {"passed_at": row["passed_at"] or at, "kept_at": None})


def read(person: Person, paper: Paper, now: datetime) -> acts.Changes:
    return _step(person, paper, now, lambda row, at: {"read_at": row["read_at"] or at})


def skim(person: Person, paper: Paper, now: datetime) -> acts.Changes:
    """Opened, or judged singly, for the first time."""
    return _step(person, paper, now, lambda row, at: {})


def reopen(person: Person, paper: Paper, now: datetime) -> acts.Changes:
    """Back into the queue, as if only skimmed."""
    return _step(person, paper, now, lambda row, at: {"kept_at": None, "passed_at": None, "read_at": None})


def clear(person: Person, papers: Iterable[Paper], now: datetime) -> acts.Changes:
    """Pass those of the papers that this person has not judged yet, without saying that they were skimmed."""
    ids = sorted({paper.pk for paper in papers})
    with transaction.atomic():
        mine = Stage.objects.filter(person=person, paper__in=ids)
        rows = {row.paper_id: row for row in mine.select_for_update()}
        todo = [pk for pk in ids if pk not in rows or not rows[pk].is_judged]
        Stage.objects.bulk_create(
            [Stage(person=person, paper_id=pk, passed_at=now) for pk in todo],
            update_conflicts=True,
            unique_fields=["person", "paper"],
            update_fields=["passed_at"],
        )
    changes = []
    for pk in todo:
        before = acts.row_of("stage", rows.get(pk))
        after = {**(before or acts.row_of("stage", Stage()) or {}), "passed_at": now.astimezone(UTC).isoformat()}
        changes.append(acts.Change("stage", pk, before, after))
    return tuple(changes)


def _step(person: Person, paper: Paper, now: datetime, decide: Callable[[acts.Row, str], acts.Row]) -> acts.Changes:
    at = now.astimezone(UTC).isoformat()
    return acts.change(
        "stage", person, paper.pk, lambda row: {**row, "skimmed_at": row["skimmed_at"] or at, **decide(row, at)}
    )
