"""reading.votes: worth the team's time, or not: one vote per person and paper, changeable."""

from datetime import UTC, datetime

from django.db import transaction

from ..models import Paper, Person
from . import acts, stages


def cast(person: Person, paper: Paper, value: int, now: datetime) -> acts.Changes:
    """Vote up (1), down (-1), or take the vote back (0). Who votes has skimmed the paper."""
    if value not in {1, -1, 0}:
        raise ValueError("A vote is 1, -1 or 0.")
    at = now.astimezone(UTC).isoformat()

    def decide(row: acts.Row) -> acts.Row | None:
        if not value:
            return None
        return row if row["value"] == value else {"value": value, "at": at}

    with transaction.atomic():
        return acts.change("vote", person, paper.pk, decide) + (stages.skim(person, paper, now) if value else ())
