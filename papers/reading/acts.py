"""reading.acts: what an act changed, row by row, so that it can be taken back exactly, times included."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from django.db import models, transaction

from ..models import Comment, Event, Person, Stage, Vote

Row = dict[str, Any]  # plain values, times in ISO 8601: a session keeps it as JSON
Table = Literal["stage", "vote", "comment", "event"]


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after an act; None where there was no row."""

    table: Table
    key: int  # the paper's id for a person's own stage and vote, else the row's
    before: Row | None
    after: Row | None

    def plain(self) -> Row:
        return asdict(self)


Changes = tuple[Change, ...]

_KEPT: dict[Table, tuple[type[models.Model], tuple[str, ...]]] = {
    "stage": (Stage, ("skimmed_at", "kept_at", "passed_at", "read_at")),
    "vote": (Vote, ("value", "at")),
    "comment": (Comment, ("paper_id", "person_id", "text", "at", "edited_at")),
    "event": (Event, ("kind", "at", "person_id", "paper_id", "data")),
}


def row_of(table: Table, instance: models.Model | None) -> Row | None:
    if instance is None:
        return None
    return {field: _plain(getattr(instance, field)) for field in _KEPT[table][1]}


def change(
    table: Literal["stage", "vote"], person: Person, paper_id: int, decide: Callable[[Row], Row | None]
) -> Changes:
    """Lock this person's row, store what `decide` makes of it (None: no row), and tell before and after."""
    model, fields = _KEPT[table]
    mine = {"person_id": person.pk, "paper_id": paper_id}
    with transaction.atomic(savepoint=False):  # part of a bigger act, it goes with that one
        instance = model._default_manager.select_for_update().filter(**mine).first()
        before = row_of(table, instance)
        after = decide(before or dict.fromkeys(fields))
        if after == before:
            return ()
        if after is None:
            model._default_manager.filter(**mine).delete()
        else:
            _store(model, mine, after, unique=("person", "paper"))
    return (Change(table, paper_id, before, after),)


def take_back(person: Person, changes: Iterable[Change]) -> Changes:
    """Put the rows back as they were. A row that something changed since is left alone.

    Returns the changes that were taken back.
    """
    done = []
    with transaction.atomic():
        for one in changes:
            model, _ = _KEPT[one.table]
            personal = one.table in {"stage", "vote"}
            key = {"person_id": person.pk, "paper_id": one.key} if personal else {"id": one.key}
            now = row_of(one.table, model._default_manager.select_for_update().filter(**key).first())
            if now != one.after:
                continue
            if one.before is None:
                model._default_manager.filter(**key).delete()
            else:
                _store(model, key, one.before, unique=("person", "paper") if personal else ("id",))
            done.append(one)
    return tuple(done)


def _store(model: type[models.Model], key: Row, row: Row, unique: tuple[str, ...]) -> None:
    """Insert or update in one statement: two requests at once end with one row, the later one's."""
    values = {field: _time(value) if field.endswith("_at") or field == "at" else value for field, value in row.items()}
    model._default_manager.bulk_create(
        [model(**key, **values)],
        update_conflicts=True,
        unique_fields=unique,
        update_fields=[field.removesuffix("_id") for field in row],
    )


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
