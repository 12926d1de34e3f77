"""reading.stages: how far a person got with a paper, in verbs. Each returns what acts.undo needs.

A paper is kept or passed, never both; read stands above them. A time that stands for a first time stays when the
act is repeated. Who triages a card singly has skimmed it; clearing a list writes `passed` alone.
"""

from collections.abc import Iterable
from datetime import datetime

from ..models import Paper, Person, Stage
from . import acts


def keep(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Read later: back from passed or read, if need be."""
    return _take(person, paper, now, kept_at=now, passed_at=None, read_at=None)


def pass_(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Skip it."""
    return _take(person, paper, now, passed_at=now, kept_at=None)


def read(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    return _take(person, paper, now, read_at=now)


def skim(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Open it for the first time."""
    return _take(person, paper, now)


def reopen(person: Person, paper: Paper, now: datetime) -> list[acts.Change]:
    """Put it back into the queue, as if only skimmed."""
    return _take(person, paper, now, kept_at=None, passed_at=None, read_at=None)


def clear(person: Person, papers: Iterable[Paper], now: datetime) -> list[acts.Change]:
    """Pass those of the papers that this person has not triaged, without claiming that they were skimmed."""
    papers = list(papers)
    with acts.recording(person, *papers) as done:
        stages = {stage.paper_id: stage for stage in Stage.objects.filter(person=person, paper__in=papers)}
        untriaged = [paper for paper in papers if paper.pk not in stages or not stages[paper.pk].is_triaged]
        Stage.objects.bulk_create(
            [Stage(person=person, paper=paper, passed_at=now) for paper in untriaged],
            update_conflicts=True,
            unique_fields=["person", "paper"],
            update_fields=["passed_at"],
        )
    return done


def _take(person: Person, paper: Paper, now: datetime, **times: datetime | None) -> list[acts.Change]:
    with acts.recording(person, paper) as done:
        Stage.objects.take(person, paper, skimmed_at=now, **times)
    return done
