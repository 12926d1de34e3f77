"""reading.one: find one paper, and load everything for its page."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.safestring import SafeString

from .. import identity
from ..models import Article, Comment, Event, Name, Paper, Person, Version
from ..models.paper import SEARCHED
from ..sources.item import Signer
from . import cite, comments, queue

AUTHORS_SHOWN = 20
MOST_EVENTS = 50


def find(slug: str) -> Paper | None:
    """The paper at /p/<slug>: an arXiv id in any spelling, a short id, or the short id of a merged record."""
    if "\0" in slug:
        return None
    names = [*identity.names_in(slug), identity.Name(Name.Kind.SHORT, slug.lower())]
    if paper := Paper.objects.defer(*SEARCHED).addressed(names):
        return paper
    number = Paper.id_from_short(slug)
    return Paper.objects.filter(pk=number).first() if number else None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that a paper's page shows."""

    card: queue.Card
    signers: list[Signer]
    doi: str
    versions: list[Version]
    comments: list[tuple[Comment, SafeString]]
    events: list[Event]
    article: Article | None  # if the post's page was fetched

    @property
    def first(self) -> list[Signer]:
        return self.signers[:AUTHORS_SHOWN]

    @property
    def rest(self) -> list[Signer]:
        return self.signers[AUTHORS_SHOWN:]

    @property
    def affiliations(self) -> list[str]:
        """All affiliations, each once, in the order of the authors."""
        return list(dict.fromkeys(signer.affiliation for signer in self.signers if signer.affiliation))

    def metas(self, address: str) -> list[tuple[str, str]]:
        revised = self.versions[0].at if self.versions else None
        return cite.metas(self.card.paper, [signer.name for signer in self.signers], self.doi, address, revised)


def dossier(person: Person, paper: Paper, now: datetime) -> Dossier:
    (card,) = queue.cards(person, [paper], now)
    thread = list(Comment.objects.filter(paper=paper).select_related("person").order_by("at", "id"))
    names = list(Person.objects.active().values_list("name", flat=True)) if any("@" in c.text for c in thread) else []
    events = Event.objects.filter(paper=paper).for_history()[:MOST_EVENTS]
    return Dossier(
        card=card,
        signers=signers_of(paper),
        doi=paper.names.filter(kind=Name.Kind.DOI).order_by("pk").values_list("value", flat=True).first() or "",
        versions=list(Version.objects.filter(paper=paper).order_by("-number")) if paper.arxiv_id else [],
        comments=[(each, comments.as_html(each.text, names)) for each in thread],
        events=list(events),
        article=Article.objects.filter(paper=paper, outcome=Article.Outcome.TAKEN).first()
        if paper.kind == Paper.Kind.POST
        else None,
    )


def signers_of(paper: Paper) -> list[Signer]:
    """The authors in order, with their affiliations if known."""
    rows = paper.authorships.order_by("position").values_list("author__name", "affiliation")
    return [Signer(*row) for row in rows] or [Signer(name) for name in paper.authors_shown]


_LICENSES = {
    "arxiv.org/licenses/nonexclusive-distrib": "arXiv may distribute it; all other rights reserved",
    "arxiv.org/licenses/assumed-1991-2003": "Assumed: arXiv may distribute it",
    "creativecommons.org/licenses/by/": "CC BY",
    "creativecommons.org/licenses/by-sa/": "CC BY-SA",
    "creativecommons.org/licenses/by-nc/": "CC BY-NC",
    "creativecommons.org/licenses/by-nd/": "CC BY-ND",
    "creativecommons.org/licenses/by-nc-sa/": "CC BY-NC-SA",
    "creativecommons.org/licenses/by-nc-nd/": "CC BY-NC-ND",
    "creativecommons.org/publicdomain/zero/": "CC0: public domain",
    "creativecommons.org/licenses/publicdomain": "Public domain",
}


def license_words(license: str) -> str:
    """The common name of a licence, given its address; any other text is unchanged.

    >>> license_words("http://creativecommons.org/licenses/by-nc-sa/4.0/"), license_words("MIT")
    ('CC BY-NC-SA 4.0', 'MIT')
    """
    parts = urlsplit(license)
    address = f"{parts.netloc.removeprefix('www.')}{parts.path}"
    for prefix, words in sorted(_LICENSES.items(), key=lambda item: -len(item[0])):
        if address.startswith(prefix):
            version = address.removeprefix(prefix).strip("/").split("/")[0] if words.startswith("CC BY") else ""
            return f"{words} {version}".strip()
    return license
