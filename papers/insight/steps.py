"""insight.steps: count the papers that reached each step, and credit them to sources, authors or categories.

These are plain queries over the current data, so no stored figure can be stale. A paper counts once per step, at the
time when it first got there, so the figures of adjacent windows add up. A changed vote counts on the day of the change.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ..database import cut_off_after
from ..models import Author, Person, Source
from ..sources import starter

PATIENCE = timedelta(seconds=10)
TEAM = 3  # people; a figure about fewer would reveal what one of them reads

# In the order of the funnel. Each query returns (paper_id, at).
FIRST = {
    "pulled": "SELECT id AS paper_id, arrived_at AS at FROM papers_paper",
    "skimmed": "SELECT paper_id, min(skimmed_at) AS at FROM papers_stage GROUP BY paper_id",
    "read": "SELECT paper_id, min(read_at) AS at FROM papers_stage GROUP BY paper_id",
    "voted": "SELECT paper_id, min(at) AS at FROM papers_vote WHERE value = 1 GROUP BY paper_id",
    "applied": "SELECT paper_id, min(at) AS at FROM papers_application GROUP BY paper_id",
}
WORDS = {"pulled": "pulled", "skimmed": "skimmed", "read": "read", "voted": "voted up", "applied": "applied"}
PERSONAL = {"skimmed": "skimmed_at", "read": "read_at"}  # steps that other people may not see, with their columns

UNITS = {
    "source": "SELECT source_id AS unit, paper_id FROM papers_sighting JOIN hit USING (paper_id)",
    "author": "SELECT DISTINCT author_id AS unit, paper_id FROM papers_authorship JOIN hit USING (paper_id)",
    "category": "SELECT unnest(categories) AS unit, id AS paper_id FROM papers_paper JOIN hit ON hit.paper_id = id",
}
HAS_UNIT = {  # conditions: the paper in `hit` has any such unit
    "source": "EXISTS (SELECT FROM papers_sighting WHERE paper_id = hit.paper_id)",
    "author": "EXISTS (SELECT FROM papers_authorship WHERE paper_id = hit.paper_id)",
    "category": "EXISTS (SELECT FROM papers_paper WHERE id = hit.paper_id AND categories <> '{}')",
}


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` (None: from the beginning) until `now`."""

    since: datetime | None
    now: datetime

    @classmethod
    def of(cls, days: int | None, now: datetime) -> "Window":
        return cls(now - timedelta(days=days) if days else None, now)

    def sql(self, column: str) -> tuple[str, list[datetime]]:
        since = f"{column} > %s AND " if self.since else ""
        return f"{since}{column} <= %s", [at for at in (self.since, self.now) if at]


@dataclass(frozen=True, slots=True)
class UnitCredit:
    """The papers of one unit and its credit for them."""

    unit: Any  # a source's or author's id, or a category
    papers: int
    credit: float


def reached(step: str, window: Window) -> int:
    """Count the distinct papers that first reached this step in the window."""
    hit, values = _hit(step, window)
    return int(rows(f"SELECT count(*) FROM ({hit}) hit", values)[0][0])


def count_up_to(limit: int, unit: str, step: str, window: Window) -> int:
    """Count the distinct papers of this step that have such a unit, but stop at the limit."""
    hit, values = _hit(step, window)
    sql = f"SELECT count(*) FROM (SELECT FROM ({hit}) hit WHERE {HAS_UNIT[unit]} LIMIT %s) counted"
    return int(rows(sql, [*values, limit])[0][0])


def credits(unit: str, step: str, window: Window, *, fractional: bool = False) -> list[UnitCredit]:
    """Credit the papers of this step to their units, largest first.

    Whole counting credits every unit with the whole paper. Fractional counting divides it among them: a paper with
    three sightings gives each source a third. On both: M. Gauffriau et al., Scientometrics 77 (2008) 147-176.
    """
    hit, values = _hit(step, window)
    credit = "sum(1.0 / sharers)::float8" if fractional else "count(*)::float8"
    sharers = ", count(*) OVER (PARTITION BY paper_id) AS sharers" if fractional else ""
    sql = f"""
        WITH hit AS MATERIALIZED ({hit}), pair AS ({UNITS[unit]})
        SELECT unit, count(*), {credit} AS credit FROM (SELECT unit{sharers} FROM pair) shared
        GROUP BY unit ORDER BY credit DESC, unit
    """
    return [UnitCredit(*row) for row in rows(sql, values)]


def names(unit: str, keys: list[Any]) -> dict[Any, str]:
    """The display names of these units."""
    if unit == "category":
        return {key: f"{key} {starter.ARXIV_CATEGORIES.get(key, '')}".strip() for key in keys}
    model: Any = Source if unit == "source" else Author
    return dict(model.objects.filter(pk__in=keys).values_list("pk", "name"))


def why_hidden(person: Person, step: str, window: Window) -> str:
    """The reason why this person may not see the figure of this step; "" if they may.

    Figures about reading are hidden when fewer than three people are in them, except from the only person in them.
    """
    if step not in PERSONAL:
        return ""
    column = PERSONAL[step]
    where, values = window.sql(column)
    sql = f"SELECT count(DISTINCT person_id), count(*) FILTER (WHERE person_id <> %s) FROM papers_stage WHERE {where}"
    people, others = rows(sql, [person.pk, *values])[0]
    if people >= TEAM or not others:
        return ""
    return (
        f"Hidden: only {people} {'person has' if people == 1 else 'people have'} {WORDS[step]} papers in this period. "
        f"The figure is shown once {TEAM} people have."
    )


def hidden_units(person: Person, unit: str, step: str, window: Window) -> set[Any]:
    """Units whose names are hidden from this person, because fewer than three people took the step there."""
    if step not in PERSONAL:
        return set()
    column = PERSONAL[step]
    hit, values = _hit(step, window)
    sql = f"""
        WITH hit AS MATERIALIZED ({hit}), pair AS ({UNITS[unit]})
        SELECT unit FROM pair JOIN papers_stage USING (paper_id) WHERE {column} <= %s
        GROUP BY unit HAVING count(DISTINCT person_id) < %s AND count(*) FILTER (WHERE person_id <> %s) > 0
    """
    return {row[0] for row in rows(sql, [*values, window.now, TEAM, person.pk])}


def patience() -> AbstractContextManager[None]:
    """Cancel any query in this block that takes too long for a page. Raises TooMuch."""
    return cut_off_after(PATIENCE, "Counting this takes too long. Choose a shorter period.")


def _hit(step: str, window: Window) -> tuple[str, list[Any]]:
    where, values = window.sql("at")
    return f"SELECT paper_id FROM ({FIRST[step]}) first_time WHERE at IS NOT NULL AND {where}", values


def rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
