"""ledger.projects: use a paper in a project, and keep honest books of what came of it. Nothing is deleted."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from ..identity import fold, title_key
from ..models import Application, Channel, Check, Event, Paper, Person, Project, Result
from ..sharing.links import MERGED

Stage, Outcome, Review = Application.Stage, Application.Outcome, Application.Review
NOBODY = "Nobody checks their own: this waits for another member."


class LedgerError(Exception):
    """The ledger does not take this; the sentence says why, and what is missing."""


# ── projects ─────────────────────────────────────────────────────────────────────────────────


def create(
    person: Person,
    now: datetime,
    name: str,
    *,
    horizon: str = "core",
    deadline: date | None = None,
    warning_days: int = 3,
    channel: Channel | None = None,
    members: Iterable[Person] | None = None,
) -> Project:
    """A new project; whoever makes it is a member unless others are named.

    Raises LedgerError for a name that is taken.
    """
    with transaction.atomic():
        project = Project(
            name=name,
            slug=_free_slug(name),
            horizon=horizon,
            deadline=deadline,
            warning_days=warning_days,
            channel=channel,
            created_by=person,
            created_at=now,
        )
        _save(project)
        project.members.set([person] if members is None else members)
        _tell(Event.Kind.PROJECT_CREATED, person, now, project)
    return project


def called(person: Person, name: str, now: datetime) -> Project:
    """The project of this name; a new one when there is none. Of two clicks one makes it. Raises as `create` does."""
    known = Project.objects.filter(name__iexact=name)
    try:
        return known.first() or create(person, now, name)
    except LedgerError:
        if found := known.first():  # the other click was first
            return found
        raise


def change(person: Person, project: Project, now: datetime, members: Iterable[Person], **fields: Any) -> None:
    """Store what differs, and tell what it was before. The address stays, so that links stay.

    Raises LedgerError for a name that is taken.
    """
    with transaction.atomic():
        old = Project.objects.select_for_update().get(pk=project.pk)
        before = {name: getattr(old, name) for name in fields}
        told: dict[str, Any] = {
            name: [_plain(before[name]), _plain(v)] for name, v in fields.items() if v != before[name]
        }
        were, are = set(old.members.all()), set(members)
        if were != are:
            told["members"] = [sorted(p.name for p in were), sorted(p.name for p in are)]
            old.members.set(are)
        for name, value in fields.items():
            setattr(old, name, value)
        _save(old, update_fields=list(fields))
        if told:
            _tell(Event.Kind.PROJECT_CHANGED, person, now, project, changed=told)


def close(person: Person, project: Project, now: datetime) -> None:
    with transaction.atomic():
        if Project.objects.open().filter(pk=project.pk).update(closed_at=now):
            _tell(Event.Kind.PROJECT_CLOSED, person, now, project)


def reopen(person: Person, project: Project, now: datetime) -> None:
    with transaction.atomic():
        if Project.objects.filter(pk=project.pk, closed_at__isnull=False).update(closed_at=None):
            _tell(Event.Kind.PROJECT_REOPENED, person, now, project)


def _save(project: Project, **options: Any) -> None:
    try:
        with transaction.atomic():
            project.save(**options)
    except IntegrityError as error:
        if "one_project_per_address" in str(error):  # two names of one address were given at the same moment
            raise LedgerError("Somebody made a project with nearly this name just now. Save once more.") from error
        raise LedgerError(f"There is a project of the name {project.name} already.") from error


def _free_slug(name: str) -> str:
    base = slugify(fold(name))[:70].strip("-") or "project"
    if base == "new":  # /projects/new is the form
        base = "new-project"
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


# ── the ledger ───────────────────────────────────────────────────────────────────────────────


def apply(person: Person, paper: Paper, project: Project, taken: str, now: datetime) -> Application:
    """Begin as a toy. The same idea applied twice is one application: a double click is one act.

    Raises LedgerError when the project is closed, and when the paper went into another.
    """
    if not project.is_open:
        raise LedgerError(f"{project} is closed. Open it again, or choose another project.")
    idea = {"paper": paper, "project": project, "taken": taken}
    try:
        with transaction.atomic():
            if not Paper.objects.hold(paper.pk):
                raise LedgerError(MERGED)
            application = Application.objects.create(
                **idea,
                person=person,
                at=now,
                stage_at=now,
                review_due=in_twelve_months(now),
                title_key=title_key(paper.title),
            )
            _tell(Event.Kind.APPLIED, person, now, project, application, taken=taken)
    except IntegrityError:
        known = Application.objects.filter(**idea).first()
        if known is None:
            raise
        return known
    return application


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
    """What the present stage gave: evidence, the claimed figure and our own.

    Raises LedgerError for what was dropped, and without a link or a note.
    """
    with _locked(application) as current:
        if current.stage == Stage.DROPPED:
            raise LedgerError("This was dropped. Take it up again before recording a result.")
        if not (link or note):
            raise LedgerError("A result needs evidence: a link (commit, run, notebook) or a note.")
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
        _tell(Event.Kind.RESULT, person, now, current.project, current, stage=current.stage, **figures)
    return result


def advance(person: Person, application: Application, to: str, now: datetime, **evidence: str) -> None:
    """Move on to pilot or production, with evidence of what the present stage gave: given now or recorded before.

    Raises LedgerError with all that is missing; then nothing of the evidence is stored either.
    """
    with transaction.atomic():
        if any(evidence.values()):
            record(person, application, now, **evidence)
        with _locked(application) as current:
            missing = missing_for(current, to)
            if missing:
                raise LedgerError(sentence_of(to, missing))
            _move(person, current, to, now)


def step_back(person: Person, application: Application, to: str, now: datetime, why: str) -> None:
    """Back to an earlier stage, or from dropped to toy: with the reason, without new evidence.

    Raises LedgerError without a reason, and where there is no way back.
    """
    order = [Stage.TOY, Stage.PILOT, Stage.PRODUCTION]
    with _locked(application) as current:
        earlier = [Stage.TOY] if current.stage == Stage.DROPPED else order[: order.index(Stage(current.stage))]
        if to not in earlier:
            raise LedgerError(f"This cannot go back from {current.get_stage_display().lower()} to {to}.")
        if not why:
            raise LedgerError("Say why it goes back: it is what the next reader needs to know.")
        if current.stage == Stage.DROPPED:
            current.outcome = Outcome.RUNNING
        _move(person, current, to, now, why=why)


def drop(person: Person, application: Application, outcome: str, why: str, now: datetime) -> None:
    """End it, and say how it ended: what did not work is worth as much as what did.

    Raises LedgerError without an end or a reason, and for what was dropped already.
    """
    with _locked(application) as current:
        if outcome == Outcome.RUNNING:
            raise LedgerError("Dropped is not running: say whether it had no effect, hurt, was abandoned, or helped.")
        if not why:
            raise LedgerError("Say what was learned: a failure without its reason will be tried again.")
        if current.stage == Stage.DROPPED:
            raise LedgerError("This is dropped already.")
        current.outcome, current.outcome_note = outcome, why
        _move(person, current, Stage.DROPPED, now, why=why, outcome=outcome)


def say_outcome(person: Person, application: Application, outcome: str, note: str, now: datetime) -> None:
    """What came of it. Raises LedgerError for something dropped that would be running."""
    with _locked(application) as current:
        if current.stage == Stage.DROPPED and outcome == Outcome.RUNNING:
            raise LedgerError("This was dropped. Take it up again before it can be running.")
        before = (current.outcome, current.outcome_note)
        if before != (outcome, note):
            current.outcome, current.outcome_note = outcome, note
            current.save(update_fields=["outcome", "outcome_note"])
            _tell(
                Event.Kind.OUTCOME, person, now, current.project, current, outcome=outcome, note=note, before=before[0]
            )


def say_chosen_over(person: Person, application: Application, text: str, now: datetime) -> None:
    """What was tried instead, and why this was chosen: stable beats state of the art."""
    with _locked(application) as current:
        if current.chosen_over != text:
            before, current.chosen_over = current.chosen_over, text
            current.save(update_fields=["chosen_over"])
            _tell(Event.Kind.CHOSEN_OVER, person, now, current.project, current, text=text, before=before)


def check(person: Person, result: Result, holds: bool, note: str, now: datetime) -> Check:
    """A second pair of eyes on a result. Looking again replaces one's own check; the events keep both.

    Raises LedgerError for one's own, and when it does not hold without a word why.
    """
    with _locked(result.application) as current:
        if person.pk in {current.person_id, result.person_id}:
            raise LedgerError(NOBODY)
        if not holds and not note:
            raise LedgerError("Say what does not hold, so that it can be mended.")
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
        _tell(Event.Kind.CHECKED, person, now, current.project, current, holds=holds, note=note, result=result.pk)
    return done


def review(
    person: Person, application: Application, verdict: str, note: str, now: datetime, by: Paper | None = None
) -> None:
    """After twelve months: keep it (and look again in twelve), say what superseded it, or retire it.

    Raises LedgerError without what superseded it or why it is retired.
    """
    with _locked(application) as current:
        if verdict == Review.SUPERSEDED and by is None and not note:
            raise LedgerError("Say what superseded it: a paper, or a note.")
        if by is not None and by.pk == current.paper_id:
            raise LedgerError("A paper cannot supersede itself.")
        if verdict == Review.RETIRED and not note:
            raise LedgerError("Say why it is retired.")
        current.review, current.review_note = verdict, note
        current.superseded_by = by if verdict == Review.SUPERSEDED else None
        current.review_due = in_twelve_months(now) if verdict == Review.KEPT else None
        current.save(update_fields=["review", "review_note", "superseded_by", "review_due"])
        successor = by.pk if by else None
        _tell(Event.Kind.REVIEWED, person, now, current.project, current, verdict=verdict, note=note, by=successor)


# ── what is missing ──────────────────────────────────────────────────────────────────────────


def missing_for(application: Application, to: str) -> list[str]:
    """What stands between an application and its next stage, in words; nothing when it may move."""
    if to not in next_stages(application.stage):
        return [f"to stand elsewhere: from {application.get_stage_display().lower()} there is no way there"]
    if application.is_over:
        return [f"a review that keeps it: it is {application.get_review_display().lower()}"]
    results = list(application.results.all())
    if to != Stage.PRODUCTION:
        here = any(result.stage == application.stage for result in results)
        return [] if here else [f"evidence of what the {application.stage} gave: a link or a note"]
    # What was tried before it failed in production says nothing of what is tried now.
    left = application.events.filter(kind=Event.Kind.MOVED, data__before=Stage.PRODUCTION).aggregate(at=Max("at"))["at"]
    again = " since it left production" if left else ""
    tried = [
        result for result in results if result.stage in {Stage.TOY, Stage.PILOT} and (not left or result.at > left)
    ]
    checks = sorted(
        (check for result in tried for check in result.checks.all()), key=lambda check: (check.at, check.pk)
    )
    missing = [] if tried else [f"a recorded toy or pilot result{again}"]
    if not checks:
        missing.append("a check of it by another member" if not tried else "a check of a result by another member")
    elif not checks[-1].holds:
        missing.append(f"a check that holds: {checks[-1].person} found that a result does not")
    return missing


def next_stages(stage: str) -> list[str]:
    ways: dict[str, list[str]] = {Stage.TOY: [Stage.PILOT, Stage.PRODUCTION], Stage.PILOT: [Stage.PRODUCTION]}
    return ways.get(stage, [])


def sentence_of(to: str, missing: list[str]) -> str:
    """
    >>> sentence_of("production", ["a recorded toy or pilot result", "a check of it by another member"])
    'Production still needs a recorded toy or pilot result, and a check of it by another member.'
    """
    return f"{to.capitalize()} still needs {', and '.join(missing)}."


def may_check(person: Person, result: Result, application: Application) -> bool:
    return not person.is_guest and person.pk not in {application.person_id, result.person_id}


def in_twelve_months(at: datetime) -> datetime:
    """
    >>> in_twelve_months(datetime(2024, 2, 29)).date()
    datetime.date(2025, 2, 28)
    """
    try:
        return at.replace(year=at.year + 1)
    except ValueError:  # the 29th of February
        return at.replace(year=at.year + 1, day=28)


def used_in(paper: Paper) -> list[Application]:
    """Where this paper was used, or another record by the same title. The ledger is small: no index over papers."""
    used = Application.objects.of_paper(paper, title_key(paper.title))
    return list(
        used.select_related("paper", "project", "person").defer("paper__search", "paper__abstract").newest_first()
    )


# ── shared ───────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _locked(application: Application) -> Iterator[Application]:
    """A transaction in which this application is ours alone, as it now stands in the database."""
    with transaction.atomic():
        yield Application.objects.select_related("project").select_for_update(of=("self",)).get(pk=application.pk)


def _move(person: Person, application: Application, to: str, now: datetime, **data: Any) -> None:
    before, application.stage, application.stage_at = application.stage, to, now
    application.save(update_fields=["stage", "stage_at", "outcome", "outcome_note"])
    _tell(Event.Kind.MOVED, person, now, application.project, application, before=before, to=to, **data)


def _tell(
    kind: str, person: Person, now: datetime, project: Project, application: Application | None = None, **data: Any
) -> None:
    paper_id = application.paper_id if application else None
    Event.objects.create(
        kind=kind, at=now, person=person, project=project, application=application, paper_id=paper_id, data=data
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Channel):
        return value.name
    return value.isoformat() if isinstance(value, date) else value
