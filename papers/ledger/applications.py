"""ledger.applications: use a paper in a project, and move it from toy to pilot to production. Nothing is deleted."""

from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction

from ..identity import title_key
from ..models import Application, Event, Paper, Person, Project
from ..refused import Refused
from . import results, steps

Stage, Outcome = Application.Stage, Application.Outcome
A_YEAR = relativedelta(years=1)  # until a review is due


def apply(person: Person, paper: Paper, project: Project, taken: str, now: datetime) -> Application:
    """Start an application as a toy. Applying the same idea twice makes one, so a double click is harmless.

    Raises Refused if the project is closed or the paper was merged into another.
    """
    if not project.is_open:
        raise Refused(f"{project} is closed. Open it again, or choose another project.", "project")
    idea = {"paper": paper, "project": project, "taken": taken}
    try:
        with transaction.atomic():
            Paper.objects.hold(paper.pk)
            application = Application.objects.create(
                **idea,
                person=person,
                at=now,
                stage_at=now,
                review_due=now + A_YEAR,
                title_key=title_key(paper.title),
            )
            Event.objects.note(Event.Kind.APPLIED, person, now, project, application, taken=taken)
    except IntegrityError:
        existing = Application.objects.filter(**idea).first()
        if existing is None:
            raise
        return existing
    return application


def advance(person: Person, application: Application, to: str, now: datetime, **evidence: str) -> None:
    """Promote to pilot or production, with evidence from the current stage: given now or recorded before.

    Raises Refused with everything that is missing; then no evidence is stored either.
    """
    with transaction.atomic():
        if any(evidence.values()):
            results.record(person, application, now, **evidence)
        with transaction.atomic():
            current = Application.objects.locked(application.pk)
            missing = steps.missing_for(current, to)
            if missing:
                raise Refused(steps.sentence_of(to, missing))
            _move(person, current, to, now)


def step_back(person: Person, application: Application, to: str, now: datetime, why: str) -> None:
    """Move back to an earlier stage, or from dropped to toy, with a reason and without new evidence.

    Raises Refused without a reason, and for a stage it cannot move back to.
    """
    with transaction.atomic():
        current = Application.objects.locked(application.pk)
        if to not in steps.earlier_than(current.stage):
            raise Refused(f"This cannot go back from {current.get_stage_display().lower()} to {to}.")
        if not why:
            raise Refused("Say why it goes back: it is what the next reader needs to know.")
        if current.stage == Stage.DROPPED:
            current.outcome = Outcome.RUNNING
        _move(person, current, to, now, why=why)


def drop(person: Person, application: Application, outcome: str, why: str, now: datetime) -> None:
    """Drop it, with its outcome: failures are worth as much as successes.

    Raises Refused without an outcome or a reason, and if it was already dropped.
    """
    with transaction.atomic():
        current = Application.objects.locked(application.pk)
        if outcome == Outcome.RUNNING:
            raise Refused(
                "A dropped application is not running. Say whether it had no effect, hurt, was abandoned, or helped."
            )
        if not why:
            raise Refused("Say what was learned: a failure without its reason will be tried again.")
        if current.stage == Stage.DROPPED:
            raise Refused("This is dropped already.")
        current.outcome, current.outcome_note = outcome, why
        _move(person, current, Stage.DROPPED, now, why=why, outcome=outcome)


def set_outcome(person: Person, application: Application, outcome: str, note: str, now: datetime) -> None:
    """Set the outcome, with a note. Raises Refused for "running" on a dropped application."""
    with transaction.atomic():
        current = Application.objects.locked(application.pk)
        if current.stage == Stage.DROPPED and outcome == Outcome.RUNNING:
            raise Refused("This was dropped. Take it up again before it can be running.")
        before = (current.outcome, current.outcome_note)
        if before != (outcome, note):
            current.outcome, current.outcome_note = outcome, note
            current.save(update_fields=["outcome", "outcome_note"])
            Event.objects.note(
                Event.Kind.OUTCOME, person, now, current.project, current, outcome=outcome, note=note, before=before[0]
            )


def set_alternatives(person: Person, application: Application, text: str, now: datetime) -> None:
    """Note the alternatives considered, and why this was chosen: stable beats state of the art."""
    with transaction.atomic():
        current = Application.objects.locked(application.pk)
        if current.chosen_over != text:
            before, current.chosen_over = current.chosen_over, text
            current.save(update_fields=["chosen_over"])
            Event.objects.note(Event.Kind.CHOSEN_OVER, person, now, current.project, current, text=text, before=before)


def used_in(paper: Paper) -> list[Application]:
    """Applications of this paper, or of another record with the same title, newest first."""
    used = Application.objects.of_paper(paper, title_key(paper.title))
    return list(
        used.select_related("paper", "project", "person").defer("paper__search", "paper__abstract").newest_first()
    )


def _move(person: Person, application: Application, to: str, now: datetime, **data: Any) -> None:
    before, application.stage, application.stage_at = application.stage, to, now
    application.save(update_fields=["stage", "stage_at", "outcome", "outcome_note"])
    Event.objects.note(Event.Kind.MOVED, person, now, application.project, application, before=before, to=to, **data)
