"""insight.portrait: describe a source by its papers: month by month, its rhythm, and oddities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Aggregate, Count, Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce, ExtractIsoWeekDay, Lower, TruncMonth

from ..models import Sighting, Source

NEWEST = 10_000  # sightings that a portrait is made from
MONTHS = 12
RECENT = timedelta(days=30)
RHYTHM = timedelta(days=91)  # thirteen weeks
FEW = 5  # papers, too few for a rhythm
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Median(Aggregate):
    function = "percentile_disc"
    name = "Median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    allow_distinct = False
    output_field = models.IntegerField()


@dataclass(frozen=True, slots=True)
class Month:
    """The papers of a month: how many, and of those how many have code and came from other sources too."""

    begin: datetime
    papers: int
    minutes: int | None  # the median of those whose length is known
    code: int
    shared: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """A source as its papers show it. Everything but `papers` counts the newest NEWEST of them at most."""

    papers: int
    is_all: bool  # no older papers were left out
    months: tuple[Month, ...]  # the latest first
    rhythm: str  # a sentence; "" when there are too few papers for one
    oddities: tuple[str, ...]  # sentences


def portrait(source: Source, now: datetime) -> Portrait | None:
    """Describe a source by its newest papers in three queries; None while it has brought nothing."""
    newest = source.sightings.order_by("-at", "-pk").values("pk")[:NEWEST]
    rows = Sighting.objects.filter(pk__in=newest).annotate(out_at=Coalesce("paper__published_at", "at"))
    seen = _overall(rows, now)
    if not seen["papers"]:
        return None
    return Portrait(
        seen["papers"],
        seen["papers"] < NEWEST,
        tuple(_months(rows)),
        _rhythm(rows, seen["oldest"], now),
        tuple(_oddities(seen)),
    )


def _overall(rows: models.QuerySet, now: datetime) -> dict[str, Any]:
    return rows.aggregate(
        papers=Count("pk"),
        recent=Count("pk", filter=Q(out_at__gte=now - RECENT)),
        oldest=Min("out_at"),
        latest=Max("out_at"),
        undated=Count("pk", filter=Q(paper__published_at=None)),
        unsigned=Count("pk", filter=Q(paper__byline="")),
        silent=Count("pk", filter=Q(paper__abstract="")),
        titles=Count(Lower("paper__title"), distinct=True),
        late=Count("pk", filter=Q(paper__published_at__lt=F("at") - RECENT)),
    )


def _months(rows: models.QuerySet) -> list[Month]:
    elsewhere = Sighting.objects.filter(paper=OuterRef("paper")).exclude(source=OuterRef("source"))
    months = (
        rows.annotate(month=TruncMonth("out_at"), elsewhere=Exists(elsewhere))
        .values("month")
        .annotate(
            papers=Count("pk"),
            minutes=Median("paper__minutes", filter=Q(paper__minutes__gt=0)),
            code=Count("pk", filter=Q(paper__code_links__len__gt=0)),
            shared=Count("pk", filter=Q(elsewhere=True)),
        )
        .order_by("-month")[:MONTHS]
    )
    return [Month(each["month"], each["papers"], each["minutes"], each["code"], each["shared"]) for each in months]


def _rhythm(rows: models.QuerySet, oldest: datetime, now: datetime) -> str:
    since = max(oldest, now - RHYTHM)
    days = (
        rows.filter(out_at__gte=since)
        .annotate(weekday=ExtractIsoWeekDay("out_at"))
        .values_list("weekday")
        .annotate(papers=Count("pk"))
    )
    counts = [0] * 7
    for weekday, papers in days:
        counts[weekday - 1] = papers
    return rhythm(counts, (now - since) / timedelta(days=7))


def rhythm(counts: Sequence[int], weeks: float) -> str:
    """Say how often papers come, from their counts by weekday, Monday first.

    >>> rhythm([0, 9, 1, 0, 0, 0, 0], 13)
    'About 3 a month, mostly on Tuesdays.'
    >>> rhythm([60, 64, 61, 66, 62, 0, 0], 4)
    'About 78 a week, Monday to Friday.'
    """
    total = sum(counts)
    if total < FEW or weeks < 1:
        return ""
    weekly = total / weeks
    often = f"About {weekly:.0f} a week" if weekly >= 1.5 else f"About {weekly * 30.44 / 7:.0f} a month"
    if weekly < 0.35:
        often = "Less than one or two a month"
    busiest = sorted(range(7), key=lambda day: -counts[day])
    if counts[busiest[0]] / total >= 0.6:
        return f"{often}, mostly on {DAYS[busiest[0]]}s."
    if (counts[busiest[0]] + counts[busiest[1]]) / total >= 0.8:
        first, second = sorted(busiest[:2])
        return f"{often}, mostly on {DAYS[first]}s and {DAYS[second]}s."
    if sum(counts[:5]) / total >= 0.95:
        return f"{often}, Monday to Friday."
    return f"{often}, on any day."


def _oddities(seen: dict[str, Any]) -> list[str]:
    """Sentences about what a team should know of a source before it trusts its figures."""
    papers = seen["papers"]
    sentences = []
    if not seen["recent"]:
        brought = f"{papers:,} papers, none of them" if papers > 1 else "one paper, and it is not"
        sentences.append(f"It brought {brought} of the last 30 days.")
    counts = (
        (seen["late"], "came out more than 30 days before they got here"),
        (seen["undated"], "have no date of publication"),
        (seen["unsigned"], "have no authors"),
        (seen["silent"], "have no text"),
        (papers - seen["titles"], "have the title of another one from here"),
    )
    for count, what in counts:
        if count == papers > 1:
            sentences.append(f"All of its papers {what}.")
        elif count >= 2 and count * 20 >= papers:
            sentences.append(f"{count:,} of {papers:,} papers {what}.")
    return sentences
