"""reading.search: search and filter papers with one query, newest first.

A search that is too slow, such as a phrase of two common words that never occur together, is cancelled after a few
seconds, with a sentence.
"""

import re
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from ..database import cut_off_after
from ..identity import Name, author_key, names_in
from ..models import Application, Author, Authorship, Cursor, Paper, Person, Sighting, Source, Stage, Vote
from ..models.paper import PaperQuerySet
from ..refused import TooMuch
from ..sources import starter
from ..sources.lists import plain
from . import newest, one
from .terms import Term, compile_query, parse

PATIENCE = timedelta(seconds=4)


class _Compiled(SearchQuery):
    """A tsquery as a constant, so that the planner can estimate its frequency."""

    template = "%(expressions)s::tsquery"


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of /browse. An empty value means no filter."""

    q: str = ""
    source: int = 0
    category: str = ""
    author: str = ""
    horizon: str = ""
    stage: str = ""
    votes: str = ""
    project: str = ""
    used: str = ""
    outcome: str = ""
    has: str = ""
    since: date | None = None
    until: date | None = None

    def active(self) -> list[str]:
        """The names of the filters that are set."""
        return [field.name for field in fields(self) if getattr(self, field.name)]

    def without(self, name: str) -> "Filters":
        return replace(self, **{name: getattr(Filters(), name)})


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of /browse: sources and other members as (id as text, name), sorted by name."""

    sources: list[tuple[str, str]]
    people: list[tuple[str, str]]
    categories: list[str]  # suggestions from the team's sources; any other category can be typed


def choices(person: Person) -> Choices:
    """In plain SQL: every /browse draws them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, name, kind, address, false FROM papers_source "
            "UNION ALL SELECT id::text, name, '', '', true FROM papers_person WHERE is_active AND id <> %s "
            "ORDER BY 2, 1",
            [person.pk],
        )
        rows = cursor.fetchall()
    pulled = {address for _, _, kind, address, _ in rows if kind == Source.Kind.ARXIV and ":" not in address}
    return Choices(
        sources=[(pk, name) for pk, name, _, _, is_person in rows if not is_person],
        people=[(pk, name) for pk, name, _, _, is_person in rows if is_person][:200],
        categories=sorted(pulled),
    )


def take(person: Person, filters: Filters, after: Cursor | None = None, limit: int = 25) -> list[Paper]:
    """One page of matching papers after the cursor. Raises TooMuch."""
    if not filters.active():
        return list(Paper.objects.newest_first().older_than(after).for_cards()[:limit])
    among = find(person, Filters(since=filters.since, until=filters.until)).older_than(after)
    with patience():
        return newest.take(find(person, filters).older_than(after).for_cards(), among, limit)


def find(person: Person, filters: Filters) -> PaperQuerySet:
    """All matching papers, newest first."""
    papers = Paper.objects.newest_first()
    if filters.q:
        papers = _matching(papers, parse(filters.q))
    if filters.category:
        papers = papers.filter(categories__contains=[filters.category])
    if filters.author:
        papers = _signed(papers, filters.author)
    if filters.source:
        papers = papers.filter(Exists(Sighting.objects.filter(paper=OuterRef("pk"), source_id=filters.source)))
    if filters.horizon:
        papers = papers.filter(Exists(Sighting.objects.filter(paper=OuterRef("pk"), source__horizon=filters.horizon)))
    if filters.stage:
        papers = _at_stage(papers, filters.stage, person)
    if filters.votes:
        papers = papers.filter(pk__in=_voted(filters.votes, person).values("paper"))
        if filters.votes == "team":  # sum the votes of these candidates only, not of all papers
            sums = Vote.objects.filter(paper=OuterRef("pk")).order_by().values("paper").annotate(sum=Sum("value"))
            papers = papers.alias(sum=Subquery(sums.values("sum"))).filter(sum__gt=0)
    if filters.project or filters.used or filters.outcome:
        papers = papers.filter(pk__in=_applied(filters).values("paper"))
    if filters.has:
        papers = papers.filter(_having(filters.has))
    if filters.since:
        papers = papers.filter(arrived_at__gte=datetime.combine(filters.since, time.min, person.zone))
    if filters.until and filters.until < date.max:
        papers = papers.filter(
            arrived_at__lt=datetime.combine(filters.until + timedelta(days=1), time.min, person.zone)
        )
    return papers


def category(typed: str) -> str:
    """The category in arXiv's spelling, such as cs.LG for cs.lg. An unknown one is unchanged."""
    return next((name for name in starter.ARXIV_CATEGORIES if name.lower() == typed.lower()), typed)


def _matching(papers: PaperQuerySet, terms: list[Term]) -> PaperQuerySet:
    for term in terms:
        if term.field == "cat":
            condition = Q(categories__contains=[category(term.text)])
            papers = papers.filter(~condition if term.minus else condition)
        elif term.field == "has":
            condition = _having(term.text.lower())
            papers = papers.filter(~condition if term.minus else condition)
    if query := compile_query(terms):
        return papers.filter(search=_Compiled(query))
    if not any(term.field in {"cat", "has"} for term in terms):
        raise TooMuch(
            "These words are too common to search for. Add a rarer one, or write author:name to search for an author."
        )
    return papers


HAS = {"code": "Has code", "weights": "Has weights"}


def _having(what: str) -> Q:
    """Papers that link to one of HAS. Raises TooMuch for anything else."""
    if what not in HAS:
        raise TooMuch(f"We cannot search for has:{what[:40]}. Write has:code or has:weights.")
    return ~Q(code_links=[]) if what == "code" else ~Q(weight_links=[])


def _signed(papers: PaperQuerySet, author: str) -> PaperQuerySet:
    """Papers by the author of exactly this name, or else with these words in the byline."""
    exact = Author.objects.filter(key=author_key(author)).first()
    if exact:
        return papers.filter(pk__in=Authorship.objects.filter(author=exact).values("paper_id"))
    return _matching(papers, [Term(author, field="author")])


STAGES = {
    "new": "Not triaged by me",
    "kept": "Kept by me",
    "read": "Read by me",
    "passed": "Skipped by me",
    "skimmed": "Only skimmed by me",
}


def _at_stage(papers: PaperQuerySet, stage: str, person: Person) -> PaperQuerySet:
    mine = Stage.objects.filter(person=person)
    if stage == "new":
        return papers.untriaged_by(person)
    steps = ("read", "kept", "passed", "skimmed")
    higher = {f"{step}_at": None for step in steps[: steps.index(stage)]}
    return papers.filter(pk__in=mine.filter(**{f"{stage}_at__isnull": False}, **higher).values("paper"))


VOTES = {
    "team": "Voted up by the team",
    "anyone": "Voted up by anyone",
    "me": "Voted up by me",
    "me-down": "Voted down by me",
}


def _voted(votes: str, person: Person) -> QuerySet[Vote]:
    """The votes that match the filter, which is one of VOTES or the id of the person who voted up."""
    if votes in ("team", "anyone"):
        return Vote.objects.filter(value=1)
    if votes in ("me", "me-down"):
        return Vote.objects.filter(person=person, value=1 if votes == "me" else -1)
    return Vote.objects.filter(person_id=int(votes), value=1)


USED = {
    "any": "Applied anywhere",
    **{stage: f"Applied: {label}" for stage, label in Application.Stage.choices},
    "over": "Applied: Retired or superseded",
}


def _applied(filters: Filters) -> QuerySet[Application]:
    """The applications that match project, stage and outcome together."""
    used = Application.objects.all()
    if filters.project:
        used = used.filter(project__slug=filters.project)
    if filters.used not in ("", "any"):
        used = used.filter(Application.standing(filters.used))
    return used.filter(outcome=filters.outcome) if filters.outcome else used


def removable(person: Person, filters: Filters) -> list[str]:
    """The filters that can be removed to get a match, as far as there is time to find out."""
    end, names = monotonic() + PATIENCE.total_seconds(), []
    with suppress(TooMuch):
        for name in filters.active():
            if monotonic() < end and take(person, filters.without(name), limit=1):
                names.append(name)
    return names


def patience() -> AbstractContextManager[None]:
    """Cancel any query in this block that takes too long. Raises TooMuch."""
    return cut_off_after(PATIENCE, "This search takes too long. Add a rarer word, or dates.")


def slug_in(typed: str, host: str = "") -> str:
    """The slug in a link to a paper's page on this install; "" for any other text."""
    hosts = "|".join(re.escape(name) for name in (host, urlsplit(settings.PUBLIC_URL).netloc) if name)
    match = re.fullmatch(rf"https?://(?:{hosts})/p/([^?#\s]+)\S*", typed.strip(), re.IGNORECASE)
    return match[1] if match else ""


def look_up(typed: str) -> tuple[bool, Paper | None]:
    """Check whether a text is the address of a paper (an id, a DOI or a link), and find the paper if we have it."""
    if "\0" in typed:
        return False, None
    if slug := slug_in(typed):
        return True, one.find(slug)
    names = names_in(typed.strip()) or _stamped(typed)
    return bool(names), Paper.objects.addressed(names) if names else None


def _stamped(typed: str) -> tuple[Name, ...]:
    """The arXiv id or DOI in a stamp or an entry of a bibliography, if there is one alone."""
    names = [name for address in plain.find(typed[:2000]) for name in names_in(address)]
    return tuple(names) if len(names) == 1 and names[0].kind != "link" else ()
