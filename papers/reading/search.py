"""reading.search: what a person types and ticks, as one query over the papers, newest first.

What is slow in any way (in a great many papers, a phrase of two common words that never meet) is cut off after a few
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
from ..identity import author_key, fold, names_in
from ..models import Application, Author, Authorship, Cursor, Paper, Person, Sighting, Source, Stage, Vote
from ..models.paper import PaperQuerySet
from ..refused import TooMuch
from ..sources import starter
from . import newest, one

PATIENCE = timedelta(seconds=4)

_TERM = re.compile(r'(?P<minus>-?)(?:(?P<field>author|cat):\s*)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.I)


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of a search."""

    text: str
    field: str = ""  # "author", "cat", or "" for everywhere
    phrase: bool = False
    minus: bool = False


def parse(typed: str) -> list[Term]:
    """The terms in what a person typed.

    >>> [term.text for term in parse('sparse -"deep learning" author:LeCun')]
    ['sparse', 'deep learning', 'LeCun']
    """
    return [
        Term(text.strip(), (found["field"] or "").lower(), found["phrase"] is not None, bool(found["minus"]))
        for found in _TERM.finditer(typed)
        if (text := found["phrase"] or found["word"] or "").strip(" -+")
    ]


def _spellings(text: str) -> set[str]:
    """Ways to write one thing that the English stemmer holds apart.

    >>> sorted(_spellings("self-supervised"))
    ['self supervised', 'self-supervised']
    >>> sorted(_spellings("LLMs"))
    ['LLM', 'LLMs']
    """
    found = {text, text.replace("-", " ")}
    if re.fullmatch(r"[b-df-hj-np-tv-xz]{2,}", text, re.I):  # an acronym without vowels: LLM, GNN, MDP
        found.add(text[:-1] if text[-1] in "sS" else f"{text}s")
    return found


def compile_query(terms: list[Term]) -> str:
    """The terms (without categories) as one tsquery in PostgreSQL's own words; "" when nothing is left of them.

    Each alternative is there once: PostgreSQL adds up how common they are, and twice the same would count twice.
    """
    words = [term for term in terms if term.field != "cat"]
    asked = [(number, *each) for number, term in enumerate(words) for each in _readings(term)]
    if not asked:
        return ""
    alternatives: list[dict[str, None]] = [{} for _ in words]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, config, CASE WHEN signed THEN to_tsquery(config::regconfig, text) "
            "ELSE phraseto_tsquery(config::regconfig, text) END::text "
            "FROM unnest(%s::int[], %s::text[], %s::text[], %s::bool[]) WITH ORDINALITY "
            "asked (number, config, text, signed, place) ORDER BY place",
            [list(column) for column in zip(*asked, strict=True)],
        )
        for number, config, query in cursor.fetchall():
            # A word too common to be indexed (the, of) would else be looked for in the byline alone.
            if query and (config == "english" or alternatives[number] or words[number].field):
                alternatives[number][query] = None
    parts = [f"{'!' * term.minus}({' | '.join(ways)})" for term, ways in zip(words, alternatives, strict=True) if ways]
    return " & ".join(dict.fromkeys(parts))


def _readings(term: Term) -> list[tuple[str, str, bool]]:
    """How to read one term: configuration, text, and whether it is a query already. English comes before names."""
    if term.field == "author":
        # The byline has weight C. Words alone are left, so that nothing needs quoting.
        words = [f"{word}:C" for word in re.findall(r"\w+", fold(term.text))]
        return [("simple", (" <-> " if term.phrase else " & ").join(words), True)]
    return [*(("english", text, False) for text in sorted(_spellings(term.text))), ("simple", fold(term.text), False)]


class _Compiled(SearchQuery):
    """A tsquery in PostgreSQL's own words: a constant, so that the planner knows how common it is."""

    template = "%(expressions)s::tsquery"


@dataclass(frozen=True, slots=True)
class Filters:
    """What /browse is asked for. The empty value of each field asks for nothing."""

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
    since: date | None = None
    until: date | None = None

    def asked(self) -> list[str]:
        return [field.name for field in fields(self) if getattr(self, field.name)]

    def without(self, name: str) -> "Filters":
        return replace(self, **{name: getattr(Filters(), name)})


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from: sources and other members as (id as text, name), by name."""

    sources: list[tuple[str, str]]
    people: list[tuple[str, str]]
    categories: list[str]  # those that the team pulls: suggestions, any other can be typed


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


def take(person: Person, asked: Filters, after: Cursor | None = None, limit: int = 25) -> list[Paper]:
    """One page of what fits, from the paper with the cursor `after` on. Raises TooMuch."""
    if not asked.asked():
        return list(Paper.objects.newest_first().older_than(after).for_cards()[:limit])
    among = find(person, Filters(since=asked.since, until=asked.until)).older_than(after)
    with patience():
        return newest.take(find(person, asked).older_than(after).for_cards(), among, limit)


def find(person: Person, asked: Filters) -> PaperQuerySet:
    """The papers that fit, newest first."""
    papers = Paper.objects.newest_first()
    if asked.q:
        papers = _matching(papers, parse(asked.q))
    if asked.category:
        papers = papers.filter(categories__contains=[asked.category])
    if asked.author:
        papers = _signed(papers, asked.author)
    if asked.source:
        papers = papers.filter(Exists(Sighting.objects.filter(paper=OuterRef("pk"), source_id=asked.source)))
    if asked.horizon:
        papers = papers.filter(Exists(Sighting.objects.filter(paper=OuterRef("pk"), source__horizon=asked.horizon)))
    if asked.stage:
        papers = _at_stage(papers, asked.stage, person)
    if asked.votes:
        papers = papers.filter(pk__in=_voted(asked.votes, person).values("paper"))
        if asked.votes == "team":  # summed up for the papers that come into question, not for all
            sums = Vote.objects.filter(paper=OuterRef("pk")).order_by().values("paper").annotate(sum=Sum("value"))
            papers = papers.alias(sum=Subquery(sums.values("sum"))).filter(sum__gt=0)
    if asked.project or asked.used or asked.outcome:
        papers = papers.filter(pk__in=_applied(asked).values("paper"))
    if asked.since:
        papers = papers.filter(arrived_at__gte=datetime.combine(asked.since, time.min, person.zone))
    if asked.until and asked.until < date.max:
        papers = papers.filter(arrived_at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, person.zone))
    return papers


def category(typed: str) -> str:
    """As arXiv writes it: cs.LG for cs.lg. What arXiv does not know stays as typed."""
    return next((name for name in starter.ARXIV_CATEGORIES if name.lower() == typed.lower()), typed)


def _matching(papers: PaperQuerySet, terms: list[Term]) -> PaperQuerySet:
    for term in terms:
        if term.field == "cat":
            fits = Q(categories__contains=[category(term.text)])
            papers = papers.filter(~fits if term.minus else fits)
    if query := compile_query(terms):
        return papers.filter(search=_Compiled(query))
    if not any(term.field == "cat" for term in terms):
        raise TooMuch(
            "These words are too common to search for: add a rarer one. For an author of that name, write author:name."
        )
    return papers


def _signed(papers: PaperQuerySet, author: str) -> PaperQuerySet:
    """By this author: the one of exactly that name, else every byline that has the words."""
    known = Author.objects.filter(key=author_key(author)).first()
    if known:
        return papers.filter(pk__in=Authorship.objects.filter(author=known).values("paper_id"))
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
    """Votes on the papers that are asked for: one of VOTES, or the id of whoever voted up."""
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


def _applied(asked: Filters) -> QuerySet[Application]:
    """The applications that are asked for: project, stage and outcome of one and the same."""
    used = Application.objects.all()
    if asked.project:
        used = used.filter(project__slug=asked.project)
    if asked.used not in ("", "any"):
        used = used.filter(Application.standing(asked.used))
    return used.filter(outcome=asked.outcome) if asked.outcome else used


def ways_out(person: Person, asked: Filters) -> list[str]:
    """When nothing fits: the filters without which something would, as far as there is time to find out."""
    end, names = monotonic() + PATIENCE.total_seconds(), []
    with suppress(TooMuch):
        for name in asked.asked():
            if monotonic() < end and take(person, asked.without(name), limit=1):
                names.append(name)
    return names


def patience() -> AbstractContextManager[None]:
    """Cut off each query in this block that takes too long. Raises TooMuch."""
    return cut_off_after(PATIENCE, "This search takes too long. Add a rarer word, or dates.")


def slug_in(typed: str, host: str = "") -> str:
    """What follows /p/ in a link to a page of this install."""
    hosts = "|".join(re.escape(name) for name in (host, urlsplit(settings.PUBLIC_URL).netloc) if name)
    found = re.fullmatch(rf"https?://(?:{hosts})/p/([^?#\s]+)\S*", typed.strip(), re.IGNORECASE)
    return found[1] if found else ""


def addressed(typed: str) -> tuple[bool, Paper | None]:
    """Whether what a person typed is the address of a paper (an id, a DOI, a link), and the paper when we have it."""
    if "\0" in typed:
        return False, None
    if slug := slug_in(typed):
        return True, one.find(slug)
    fits = Q()
    for name in names_in(typed.strip()):
        fits |= Q(names__kind=name.kind, names__value=name.value)
    return bool(fits), Paper.objects.filter(fits).order_by("id").first() if fits else None
