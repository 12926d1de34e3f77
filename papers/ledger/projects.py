"""ledger.projects: create, change, close and reopen projects."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from ..identity import fold
from ..models import Channel, Event, Person, Project
from ..refused import Refused


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
    """Create a project. Its creator is a member unless others are named.

    Raises Refused if the name is taken.
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
        Event.objects.note(Event.Kind.PROJECT_CREATED, person, now, project)
    return project


def get_or_create(person: Person, name: str, now: datetime) -> Project:
    """Return the project with this name, or create it: a double click creates one. Raises like `create`."""
    existing = Project.objects.filter(name__iexact=name)
    try:
        return existing.first() or create(person, now, name)
    except Refused:
        if project := existing.first():  # the other click came first
            return project
        raise


def change(person: Person, project: Project, now: datetime, members: Iterable[Person], **fields: Any) -> None:
    """Store the changed fields, and record their old values. The address stays, so that links keep working.

    Raises Refused if the name is taken.
    """
    with transaction.atomic():
        old = Project.objects.select_for_update().get(pk=project.pk)
        before = {name: getattr(old, name) for name in fields}
        changed: dict[str, Any] = {
            name: [_plain(before[name]), _plain(v)] for name, v in fields.items() if v != before[name]
        }
        were, are = set(old.members.all()), set(members)
        if were != are:
            changed["members"] = [sorted(p.name for p in were), sorted(p.name for p in are)]
            old.members.set(are)
        for name, value in fields.items():
            setattr(old, name, value)
        _save(old, update_fields=list(fields))
        if changed:
            Event.objects.note(Event.Kind.PROJECT_CHANGED, person, now, project, changed=changed)


def close(person: Person, project: Project, now: datetime) -> None:
    with transaction.atomic():
        if Project.objects.open().filter(pk=project.pk).update(closed_at=now):
            Event.objects.note(Event.Kind.PROJECT_CLOSED, person, now, project)


def reopen(person: Person, project: Project, now: datetime) -> None:
    with transaction.atomic():
        if Project.objects.filter(pk=project.pk, closed_at__isnull=False).update(closed_at=None):
            Event.objects.note(Event.Kind.PROJECT_REOPENED, person, now, project)


def _save(project: Project, **options: Any) -> None:
    try:
        with transaction.atomic():
            project.save(**options)
    except IntegrityError as error:
        if "one_project_per_address" in str(error):  # two names with the same address were given at once
            raise Refused("Somebody has just created a project with nearly this name. Save again.", "name") from error
        raise Refused(f"There is already a project named {project.name}.", "name") from error


def _free_slug(name: str) -> str:
    base = slugify(fold(name))[:70].strip("-") or "project"
    if base == "new":  # /projects/new is the form
        base = "new-project"
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def _plain(value: Any) -> Any:
    if isinstance(value, Channel):
        return value.name
    return value.isoformat() if isinstance(value, date) else value
