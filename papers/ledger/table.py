"""ledger.table: the applied ledger as a table: filtered, searched, sorted, a page at a time."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower

from ..models import Application, Check

PAGE = 100  # rows

# The chips above the table: their names in the address, their labels, what they show.
SHOWS: dict[str, tuple[str, Q]] = {
    "toy": ("Toys", Application.standing("toy")),
    "pilot": ("Pilots", Application.standing("pilot")),
    "production": ("In production", Application.standing("production")),
    "dropped": ("Dropped", Application.standing("dropped")),
    "over": ("Retired", Application.standing("over")),
    "helped": ("Helped", Q(outcome="helped")),
    "failed": ("Did not help", Q(outcome__in=["no_effect", "hurt", "abandoned"])),
}

_verdict = Check.objects.filter(result__application=OuterRef("pk")).order_by("-at", "-pk").values("holds")[:1]


def _in_order(field: str, values: list[str]) -> Case:
    whens = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
    return Case(*whens, default=Value(len(values)), output_field=IntegerField())


# The sortable columns. Figures are not: they are free text ("59%", "2 times faster").
SORTS: dict[str, Any] = {
    "paper": Lower("paper__title"),
    "project": Lower("project__name"),
    "taken": Lower("taken"),
    "stage": _in_order("stage", Application.Stage.values),
    "outcome": _in_order("outcome", Application.Outcome.values),
    "checked": Subquery(_verdict, output_field=BooleanField()),
    "by": Lower("person__name"),
    "when": F("at"),
}
NEWEST = "-when"


@dataclass(frozen=True, slots=True)
class Filters:
    """The table's filters, from the query string. `sort` is a column, with a minus for descending."""

    q: str = ""
    show: str = ""
    by: int | None = None
    project: str = ""
    sort: str = NEWEST
    page: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    filters: Filters
    rows: list[Application]
    counts: dict[str, int]  # rows under each chip, with the other filters applied
    matching: int  # rows without a chip
    page: int
    pages: int

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1


def table(applications: QuerySet[Application], filters: Filters) -> Table:
    """One page of these applications; past the end, the last one."""
    matches = applications.filter(_matching(filters))
    counts = matches.aggregate(
        **{name: Count("pk", filter=rows) for name, (_, rows) in SHOWS.items()}, matching=Count("pk")
    )
    matching = counts.pop("matching")
    size = counts[filters.show] if filters.show else matching
    pages = max(1, -(-size // PAGE))
    page = min(filters.page, pages)
    shown = matches.filter(SHOWS[filters.show][1]) if filters.show else matches
    first = (page - 1) * PAGE
    ordered = shown.for_ledger().order_by(*_order(filters.sort))[first : first + PAGE]  # type: ignore[attr-defined]
    return Table(filters, list(ordered), counts, matching, page, pages)


def _matching(filters: Filters) -> Q:
    """Each word must occur in the paper's title or in what people wrote."""
    matching = Q()
    for word in filters.q.split():
        matching &= (
            Q(paper__title__icontains=word)
            | Q(taken__icontains=word)
            | Q(outcome_note__icontains=word)
            | Q(chosen_over__icontains=word)
            | Q(project__name__icontains=word)
        )
    if filters.by:
        matching &= Q(person=filters.by)
    return matching & Q(project__slug=filters.project) if filters.project else matching


def _order(sort: str) -> list[OrderBy]:
    column = SORTS[sort.removeprefix("-")]
    first = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return [first, F("at").desc(), F("pk").desc()]
