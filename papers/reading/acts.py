"""reading.acts: record which rows an action changes, so that it can be undone exactly, times included."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from ..models import Comment, Event, Paper, Person, Stage, Vote

Row = dict[str, Any]  # the columns of a row; times in ISO 8601, because a session stores it as JSON

MODELS: dict[str, type[models.Model]] = {"stage": Stage, "vote": Vote, "comment": Comment, "event": Event}
PERSONAL = {"stage", "vote"}  # models with one row per person and paper


@dataclass(frozen=True, slots=True)
class Change:
    """A row before and after an action; None if there was no row."""

    model: str
    before: Row | None
    after: Row | None

    def plain(self) -> Row:
        return asdict(self)

    @property
    def paper_id(self) -> int:
        return (self.after or self.before or {})["paper_id"]

    @property
    def is_personal(self) -> bool:
        return self.model in PERSONAL


@contextmanager
def recording(person: Person, *papers: Paper) -> Iterator[list[Change]]:
    """Record how the block changes this person's stages and votes on these papers.

    The list is filled when the block ends. A lock makes concurrent actions of one person take turns.
    """
    ids = [paper.pk for paper in papers]
    rows = [model.objects.filter(person=person, paper__in=ids) for model in (Stage, Vote)]
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
        with recording_rows(*rows) as changes:
            yield changes


@contextmanager
def recording_rows(*querysets: models.QuerySet[Any]) -> Iterator[list[Change]]:
    """Record how the block changes these rows. The list is filled when the block ends."""
    changes: list[Change] = []
    with transaction.atomic():
        before = _snapshot(querysets)
        yield changes
        after = _snapshot(querysets)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            changes.append(Change(key[0], before.get(key), after.get(key)))


def undo(person: Person, changes: Iterable[Change]) -> list[Change]:
    """Restore the rows and return the changes that were undone. Rows that have changed since are skipped."""
    undone = []
    with transaction.atomic():
        for change in changes:
            model = MODELS[change.model]
            key = {"pk": (change.after or change.before or {})["id"]}
            if change.is_personal:
                key = {"person_id": person.pk, "paper_id": change.paper_id}
            current = model._default_manager.select_for_update().filter(**key).first()
            if (_plain(current) if current else None) != change.after:
                continue
            if change.before is not None:
                _instance(model, change.before).save()
            elif current:
                current.delete()
            undone.append(change)
    return undone


def _snapshot(querysets: Iterable[models.QuerySet[Any]]) -> dict[tuple[str, int], Row]:
    rows = [row for queryset in querysets for row in queryset.all()]
    return {(row._meta.model_name, row.pk): _plain(row) for row in rows}


def _plain(row: models.Model) -> Row:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _instance(model: type[models.Model], row: Row) -> models.Model:
    return model(**{field.attname: field.to_python(row[field.attname]) for field in model._meta.concrete_fields})
