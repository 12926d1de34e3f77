"""reading.lists: bring many papers at once, from a pasted text or a file, after a look at what is in it."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..identity import names_in, strip_controls
from ..intake import by_hand
from ..models import Paper, Person
from ..refused import Refused
from ..sources import lists, sandbox
from ..sources.item import Item
from ..sources.lists import plain
from ..sources.wire.sentences import FetchError
from . import adding

MOST = lists.MOST
LONGEST = 1_000_000  # characters
SECONDS = 80.0  # for looking up links of a list, one after the other


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list; `paper` if the team has it."""

    number: int
    entry: lists.Listed
    paper: Paper | None = None


def is_list(text: str) -> bool:
    """Tell whether a text names several papers, or is BibTeX, RIS or CSL-JSON."""
    return lists.is_bibliography(text) or len(plain.find(text)) > 1


def rows(data: bytes | str) -> tuple[str, list[Row]]:
    """The text of a list and its entries, each paper once. Raises Refused, with a sentence."""
    text, entries = _read(data)
    names = {number: names_in(entry.item.link) for number, entry in enumerate(entries) if entry.item}
    owners = by_hand.owners([name for each in names.values() for name in each])
    papers = Paper.objects.defer("search").in_bulk(set(owners.values()))
    return text, [
        Row(number, entry, next((papers.get(owners[name]) for name in names.get(number, ()) if name in owners), None))
        for number, entry in enumerate(entries)
    ]


def _read(data: bytes | str) -> tuple[str, list[lists.Listed]]:
    if len(data) > LONGEST:
        raise Refused("This list is larger than 1 MB. Split it into parts.")
    try:
        text, entries = sandbox.run(lists.read, data)
    except (ValueError, FetchError) as error:
        raise Refused(str(error)) from error
    if not entries:
        raise Refused("There is nothing in this list. Paste links, arXiv ids, DOIs, BibTeX, RIS or CSL-JSON.")
    return strip_controls(text), entries


def add(person: Person, text: str, picked: Collection[int], now: datetime) -> dict[str, Any]:
    """Add the picked entries of a list. It may be repeated at any time. All values of the answer are plain JSON."""
    end = time.monotonic() + SECONDS
    entries = [entry for number, entry in enumerate(_read(text)[1]) if number in picked and entry.item]
    items = [entry.item for entry in entries if entry.item]
    failed: list[tuple[str, str]] = []
    new, papers = by_hand.add(person, [item for item in items if item.title], now)
    bare = [item for item in items if not item.title]
    owned = by_hand.owners([name for item in bare for name in names_in(item.link)])
    unknown = [item for item in bare if not any(name in owned for name in names_in(item.link))]
    ids = [pk for item in unknown if (pk := by_hand.arxiv_id(item.link))]
    try:
        found = by_hand.from_arxiv(ids, now)
        added, more = by_hand.add(person, found, now)
        new, papers = new + added, papers + more
        arrived = {by_hand.arxiv_id(item.link) for item in found}
        failed += [(pk, "arXiv has no such paper.") for pk in ids if pk not in arrived]
    except FetchError as error:
        failed += [(pk, str(error)) for pk in ids]
    for item in bare:
        if by_hand.arxiv_id(item.link) in ids:
            continue
        created, paper, why = _look_up(person, item, now) if time.monotonic() < end else (False, 0, LATE)
        new += created
        papers += [paper] if paper else []
        failed += [(item.link, why)] if why else []
    return {"new": new, "known": len(set(papers)) - new, "papers": list(dict.fromkeys(papers)), "failed": failed}


LATE = "There was no time left to look this up. Add it again."


def _look_up(person: Person, item: Item, now: datetime) -> tuple[bool, int, str]:
    """Add one link: whether it was new, its paper, or the reason why not."""
    try:
        added = adding.add(person, item.link, now)
    except Refused as refusal:
        return False, 0, refusal.sentence
    return added.created, added.paper.pk, ""
