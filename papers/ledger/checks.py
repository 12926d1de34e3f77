"""ledger.checks: a second pair of eyes on a result."""

from datetime import datetime

from django.db import transaction

from ..models import Application, Check, Event, Person, Result
from ..refused import NotYours, Refused

NOBODY = "You cannot check your own result: this waits for another member."


def check(person: Person, result: Result, holds: bool, note: str, now: datetime) -> Check:
    """Check another member's result. A second check by the same person replaces the first; events keep both.

    Raises Refused for one's own result, and for "does not hold" without a reason.
    """
    with transaction.atomic():
        current = Application.objects.locked(result.application_id)
        if person.pk in {current.person_id, result.person_id}:
            raise NotYours(NOBODY)
        if not holds and not note:
            raise Refused("Say what does not hold, so that it can be fixed.")
        done, _ = Check.objects.update_or_create(
            result=result,
            person=person,
            defaults={
                "holds": holds,
                "note": note,
                "at": now,
                "applied_by_id": current.person_id,
                "measured_by_id": result.person_id,
            },
        )
        data = {"holds": holds, "note": note, "result": result.pk}
        Event.objects.note(Event.Kind.CHECKED, person, now, current.project, current, **data)
    return done


def may_check(person: Person, result: Result, application: Application) -> bool:
    return not person.is_guest and person.pk not in {application.person_id, result.person_id}
