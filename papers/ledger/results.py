"""ledger.results: record a stage's evidence, the claimed figure and our own."""

from datetime import datetime

from django.db import transaction

from ..models import Application, Event, Person, Result
from ..refused import Refused

Stage = Application.Stage


def record(
    person: Person,
    application: Application,
    now: datetime,
    *,
    link: str = "",
    note: str = "",
    claimed: str = "",
    ours: str = "",
) -> Result:
    """Record the result of the current stage: evidence, the claimed figure and our own.

    Raises Refused for a dropped application, and without a link or a note.
    """
    with transaction.atomic():
        current = Application.objects.locked(application.pk)
        if current.stage == Stage.DROPPED:
            raise Refused("This was dropped. Take it up again before recording a result.")
        if not (link or note):
            raise Refused("A result needs evidence: a link (commit, run, notebook) or a note.")
        result = Result.objects.create(
            application=current,
            stage=current.stage,
            person=person,
            at=now,
            link=link,
            note=note,
            claimed=claimed,
            ours=ours,
        )
        figures = {"link": link, "note": note, "claimed": claimed, "ours": ours}
        Event.objects.note(Event.Kind.RESULT, person, now, current.project, current, stage=current.stage, **figures)
    return result
