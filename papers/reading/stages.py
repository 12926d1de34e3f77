"""reading.stages: triage papers: keep, skip, read, reopen, clear. Each function returns the changes for undo.

A paper is kept or skipped, never both; read ranks above them. Repeating an action keeps the first time. Triaging a
single card also marks it as skimmed; clearing a list only sets `passed_at`, the column for skipped papers.
"""

from collections.abc import Iterable
from datetime import datetime

from ..models import Paper, Person, Stage
from . import acts


def keep(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Keep it for later, even if it was skipped or read."""
    return _take(person, paper, now, kept_at=now, passed_at=None, read_at=None)


def skip(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    return _take(person, paper, now, passed_at=now, kept_at=None)


def read(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    return _take(person, paper, now, read_at=now)


def skim(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Mark it as skimmed, without triaging it."""
    return _take(person, paper, now)


def reopen(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Put it back into the queue, as skimmed."""
    return _take(person, paper, now, kept_at=None, passed_at=None, read_at=None)


def clear(person: Person, papers: Iterable[Paper], now: datetime) -> list[acts.Change]:
    """Skip the papers that this person has not triaged, without marking them as skimmed."""
    papers = list(papers)
    with acts.recording(person, *papers) as changes:
        stages = {stage.paper_id: stage for stage in Stage.objects.filter(person=person, paper__in=papers)}
        untriaged = [paper for paper in papers if paper.pk not in stages or not stages[paper.pk].is_triaged]
        Stage.objects.bulk_create(
            [Stage(person=person, paper=paper, passed_at=now) for paper in untriaged],
            update_conflicts=True,
            unique_fields=["person", "paper"],
            update_fields=["passed_at"],
        )
    return changes


def _take(person: Person, paper: Paper, now: datetime, **times: datetime | None) -> list[acts.Change]:
    with acts.recording(person, paper) as changes:
        Stage.objects.take(person, paper, skimmed_at=now, **times)
    return changes
