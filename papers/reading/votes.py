"""reading.votes: vote on papers, once per person and paper."""

from datetime import datetime

from ..models import Paper, Person, Stage, Vote
from . import acts


def cast(person: Person, paper: Paper, value: int, now: datetime) -> list[acts.Change]:
    """Vote up (1) or down (-1), or take the vote back (0). Voting also marks the paper as skimmed."""
    if value not in {1, -1, 0}:
        raise ValueError("A vote is 1, -1 or 0.")
    with acts.recording(person, paper) as changes:
        mine = Vote.objects.filter(person=person, paper=paper)
        if not value:
            mine.delete()
        else:
            if not mine.filter(value=value).exists():
                Vote.objects.update_or_create(person=person, paper=paper, defaults={"value": value, "at": now})
            Stage.objects.take(person, paper, skimmed_at=now)
    return changes
