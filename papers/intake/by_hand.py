"""intake.by_hand: store a list of papers that a person brings, and complete those that come as bare ids from arXiv."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from ..identity import Name as PaperName
from ..identity import names_in
from ..models import Event, Name, Paper, Person
from ..sources import arxiv
from ..sources.item import Item
from ..sources.wire.sentences import FetchError
from . import clients
from .gate import BusyError
from .pipeline import source_of
from .store import store

BATCH = 100  # papers of a transaction, and of a request to arXiv


def owners(names: Sequence[PaperName]) -> dict[PaperName, int]:
    """The ids of the papers that we have, by these names."""
    rows = Name.objects.filter(value__in=[name.value for name in names]).values_list("kind", "value", "paper")
    owned = {PaperName(kind, value): paper for kind, value, paper in rows}
    return {name: owned[name] for name in names if name in owned}


def add(person: Person, items: Sequence[Item], now: datetime) -> tuple[int, list[int]]:
    """Store items as this person's additions; return how many papers are new, and the ids of all."""
    source, new, papers = source_of(person, now), 0, dict[int, None]()
    for begin in range(0, len(items), BATCH):
        last = Paper.objects.aggregate(last=Max("pk"))["last"] or 0
        stored = store(source, items[begin : begin + BATCH], now)
        papers |= dict.fromkeys(filter(None, stored.papers))
        fresh = {pk for pk in stored.papers if pk > last}
        new += len(fresh)
        Event.objects.bulk_create(Event(kind=Event.Kind.ADDED, paper_id=pk, person=person, at=now) for pk in fresh)
    return new, list(papers)


def from_arxiv(ids: Sequence[str], now: datetime) -> list[Item]:
    """arXiv's records of these ids, a hundred in a request; unknown ones are left out. Raises FetchError."""
    items: list[Item] = []
    try:
        for begin in range(0, len(ids), BATCH):
            items += arxiv.by_ids(ids[begin : begin + BATCH], clients.quick_fetcher(), now, clients.endpoints())
    except BusyError as error:
        raise FetchError(str(error)) from error
    return items


def arxiv_id(address: str) -> str:
    """The arXiv id that an address names; "" if none."""
    return next((name.value for name in names_in(address) if name.kind == "arxiv"), "")
