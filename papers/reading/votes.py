"""reading.votes: worth the team's time, or not: one vote per person and paper, changeable."""

from datetime import datetime

from ..models import Paper, Person, Stage, Vote
from . import acts


def cast(person: Person, paper: Paper, value: int, now: datetime) -> list[acts.Change]:
    """Vote up (1), down (-1), or take the vote back (0). Who votes has skimmed the paper."""
    if value not in {1, -1, 0}:
        raise ValueError("A vote is 1, -1 or 0.")
    with acts.recording(person, paper) as done:
        mine = Vote.objects.filter(person=person, paper=paper)
        if not value:
            mine.delete()
        else:
            if not mine.filter(value=value).exists():
                Vote.objects.update_or_create(person=person, paper=paper, defaults={"value": value, "at": now})
            Stage.objects.take(person, paper, skimmed_at=now)
    return done
