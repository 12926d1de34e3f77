"""reading.one: everything about one paper, for its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..identity import names_in
from ..models import Authorship, Comment, Event, Name, Paper, Person, Sighting, Version
from . import comments, queue

AUTHORS_SHOWN = 40
LEAST_METAS, MOST_METAS = 1, 100  # authors in the head, for reference managers


def find(slug: str) -> Paper | None:
    """The paper at /p/<slug>: an arXiv id in any spelling, our own short id, or that of a record merged away."""
    if "\0" in slug:
        return None
    names = [(name.kind, name.value) for name in names_in(slug)]
    for kind, value in [*names, (Name.Kind.SHORT, slug.lower())]:
        if paper := Paper.objects.named(kind, value).first():
            return paper
    number = Paper.id_from_short(slug)
    return Paper.objects.filter(pk=number).first() if number else None


@dataclass(frozen=True, slots=True)
class Dossier:
    card: queue.Card
    authors: list[Authorship]
    more_authors: int
    sightings: list[Sighting]
    versions: list[Version]
    comments: list[dict[str, Any]]
    events: list[Event]


def dossier(person: Person, paper: Paper, now: datetime, all_authors: bool = False) -> Dossier:
    (card,) = queue.cards(person, [paper], now)
    signed = paper.authorships.select_related("author").order_by("position")
    authors = list(signed if all_authors else signed[: AUTHORS_SHOWN + 1])
    shown = authors if all_authors else authors[:AUTHORS_SHOWN]
    thread = list(Comment.objects.filter(paper=paper).select_related("person").order_by("at"))
    names = list(Person.objects.active().values_list("name", flat=True)) if any("@" in c.text for c in thread) else []
    return Dossier(
        card=card,
        authors=shown,
        more_authors=len(authors) - len(shown),
        sightings=list(paper.sightings.select_related("source").order_by("at")),
        versions=list(Version.objects.filter(paper=paper).order_by("-number")),
        comments=[{"comment": each, "html": comments.as_html(each.text, names)} for each in thread],
        events=list(Event.objects.filter(paper=paper).select_related("person").order_by("-at")[:50]),
    )
