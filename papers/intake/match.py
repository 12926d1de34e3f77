"""intake.match: which entries of a pull are one paper, and by what names. Plain Python."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..identity import LONGEST, Name, names_in
from ..sources.item import Item

ARXIV, DOI, LINK, ENTRY, SHORT = "arxiv", "doi", "link", "entry", "short"  # models.Name.Kind


@dataclass(slots=True)
class Entry:
    """What one pull says of one paper: the fullest of its items, and the names in all of them."""

    item: Item
    names: tuple[Name, ...]


def names_of(item: Item, source_id: int | None) -> tuple[Name, ...]:
    """The names that an item gives its paper, each once, the strongest first.

    A plain link counts as a name only of something that has no arXiv id or DOI: otherwise the link of a blog post
    about a paper would make the post and the paper one.
    """
    found = [name for address in (item.link, *item.addresses) for name in names_in(address)]
    papers = [name for name in found if name.kind == ARXIV]
    # An entry that names several arXiv papers (a digest) is about the first of them, and makes none of them one.
    strong = papers[:1] + [name for name in found if name.kind == DOI]
    names = strong or [name for name in found if name.kind == LINK]
    if not strong and source_id and item.entry_id:
        names.append(Name(ENTRY, f"{source_id}:{item.entry_id}"[:LONGEST]))
    order = {ARXIV: 0, DOI: 1}
    return tuple(sorted(dict.fromkeys(names), key=lambda name: order.get(name.kind, 2)))


def group(items: Iterable[Item], source_id: int | None) -> tuple[list[Entry], int]:
    """The items as entries, one a paper, in order; and how many items had no name at all or repeat another."""
    entries: list[Entry] = []
    seen: dict[Name, Entry] = {}
    dropped = 0
    for item in items:
        names = names_of(item, source_id)
        if not names or not item.title:
            dropped += 1
            continue
        entry = next((seen[name] for name in names if name in seen), None)
        if entry is None:
            entry = Entry(item, names)
            entries.append(entry)
        else:
            if item.version > entry.item.version:
                entry.item = item
            entry.names = tuple(dict.fromkeys((*entry.names, *names)))
        seen.update(dict.fromkeys(names, entry))
    return entries, dropped


def known_papers(entry: Entry, owners: Mapping[Name, int]) -> list[int]:
    """The papers that own a name of this entry, each once, the oldest record first."""
    return sorted({owners[name] for name in entry.names if name in owners})
