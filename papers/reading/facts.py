"""reading.facts: the facts of a paper's page that came from catalogues, each with its source and day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from ..models import Fact, Name, Paper

LABELS = {"crossref": "Crossref", "openalex": "OpenAlex", "semanticscholar": "Semantic Scholar"}  # by authority
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact as a page shows it."""

    value: Any
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Foundation:
    """A work that the paper builds on; `paper` if it is one of ours."""

    title: str
    name: str  # an arXiv ID, a DOI, or ""
    address: str
    paper: Paper | None


def of_paper(paper: Paper) -> dict[str, Shown]:
    """The facts about a paper by kind, each from the catalogue with the most authority."""
    rank = list(LABELS)
    found: dict[str, Shown] = {}
    rows = [fact for fact in Fact.objects.filter(paper=paper) if fact.catalogue in LABELS]
    for fact in sorted(rows, key=lambda fact: rank.index(fact.catalogue)):
        value = _foundations(fact.value) if fact.kind == Fact.Kind.REFERENCES else fact.value
        found.setdefault(fact.kind, Shown(value, LABELS[fact.catalogue], fact.at))
    return found


def _foundations(references: list[dict[str, Any]]) -> list[Foundation]:
    """The works cited, those that are papers of ours first."""
    references = references[:SHOWN]
    arxiv = [each["arxiv_id"] for each in references if each["arxiv_id"]]
    dois = [each["doi"] for each in references if each["doi"]]
    named = Q(kind=Name.Kind.ARXIV, value__in=arxiv) | Q(kind=Name.Kind.DOI, value__in=dois)
    rows = Name.objects.filter(named).select_related("paper").only("kind", "value", "paper__title", "paper__arxiv_id")
    ours = {(row.kind, row.value): row.paper for row in rows}
    found = []
    for each in references:
        arxiv_id, doi = each["arxiv_id"], each["doi"]
        address = f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else f"https://doi.org/{doi}" if doi else ""
        paper = ours.get(("arxiv", arxiv_id)) or ours.get(("doi", doi))
        name = f"arXiv:{arxiv_id}" if arxiv_id else doi
        found.append(Foundation(each["title"] or name, name, address, paper))
    return sorted(found, key=lambda one: one.paper is None)
