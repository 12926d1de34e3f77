"""ledger.reviews: the review after twelve months: is it still the right choice?"""

from datetime import datetime

from django.db import transaction

from ..models import Application, Event, Paper, Person
from ..refused import Refused
from .applications import A_YEAR

Review = Application.Review


def review(
    person: Person, application: Application, verdict: str, note: str, now: datetime, by: Paper | None = None
) -> None:
    """After twelve months, keep it (and review again in twelve), say what superseded it, or retire it.

    Raises Refused without its successor or the reason to retire it.
    """
    with transaction.atomic():
        current = Application.objects.locked(application.pk)
        if verdict == Review.SUPERSEDED and by is None and not note:
            raise Refused("Say what superseded it: a paper, or a note.")
        if by is not None and by.pk == current.paper_id:
            raise Refused("A paper cannot supersede itself.")
        if verdict == Review.RETIRED and not note:
            raise Refused("Say why it is retired.")
        current.review, current.review_note = verdict, note
        current.superseded_by = by if verdict == Review.SUPERSEDED else None
        current.review_due = now + A_YEAR if verdict == Review.KEPT else None
        current.save(update_fields=["review", "review_note", "superseded_by", "review_due"])
        data = {"verdict": verdict, "note": note, "by": by.pk if by else None}
        Event.objects.note(Event.Kind.REVIEWED, person, now, current.project, current, **data)
