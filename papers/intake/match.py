"""intake.match: group the items of a pull by paper, and match them to existing papers by name. Plain Python."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import NamedTuple

from ..identity import Name, entry_name, fold, names_in
from ..sources.item import Item

ALIKE = 0.75  # of 1: the share of letters that two titles of one post have in common
ARXIV, DOI, LINK, ENTRY, SHORT = "arxiv", "doi", "link", "entry", "short"  # models.Name.Kind


@dataclass(slots=True, eq=False)
class Entry:
    """One paper in a pull: its latest item, and the names from all of its items, strongest first."""

    item: Item
    names: tuple[Name, ...]

    @property
    def arxiv_id(self) -> str:
        return self.names[0].value if self.names[0].kind == ARXIV else ""


class Owner(NamedTuple):
    """The paper that a name belongs to."""

    paper: int
    arxiv_id: str
    title: str
    published_at: datetime | None = None


def names_of(item: Item, source_id: int) -> tuple[Name, ...]:
    """The names of an item's paper, each once, strongest first.

    A plain link counts as a name only if there is no arXiv id or DOI. Otherwise a blog post about a paper would be
    taken for the paper. A feed's own entry id identifies an entry only within that feed.
    """
    candidates = [name for address in (item.link, *item.addresses) for name in names_in(address)]
    papers = [name for name in candidates if name.kind == ARXIV]
    # An entry that names several arXiv papers (a digest) is taken to be about the first; it does not merge them.
    strong = papers[:1] + [name for name in candidates if name.kind == DOI]
    names = strong or [name for name in candidates if name.kind == LINK]
    if not strong and item.entry_id:
        names.append(entry_name(source_id, item.entry_id))
    return tuple(dict.fromkeys(names))


def group(items: Iterable[Item], source_id: int) -> tuple[list[Entry], int]:
    """Group items into entries, one per paper, in order; also count the items without a title."""
    named = [(item, names_of(item, source_id)) for item in items]
    usable = [(item, names) for item, names in named if item.title]
    vague = _vague([pair for pair in usable if pair[1] and pair[1][0].kind in (LINK, ENTRY)])
    usable = [(item, tuple(name for name in names if name not in vague)) for item, names in usable]
    titles = Counter(_by_title(item, source_id) for item, _ in usable)
    entries: dict[Entry, None] = {}
    seen: dict[Name, Entry] = {}
    for item, names in usable:
        title = _by_title(item, source_id)
        # An id alone may be no more than the entry's place in the feed.
        if not names or (titles[title] == 1 and all(name.kind == ENTRY for name in names)):
            names += (title,)
        entry = Entry(item, names)
        for other in dict.fromkeys(seen[name] for name in names if name in seen):
            entry = _combine(other, entry)
            entries.pop(other)
        entries[entry] = None
        seen.update(dict.fromkeys(entry.names, entry))
    return list(entries), len(named) - len(usable)


def _vague(posts: list[tuple[Item, tuple[Name, ...]]]) -> set[Name]:
    """Names that do not distinguish a feed's entries: those of several entries, and the link of the whole site."""
    titles = Counter(name for name, _ in {(name, fold(item.title)) for item, names in posts for name in names})
    site = {name for name in titles if name.kind == LINK and name.value.count("/") < 3 and "?" not in name.value}
    return {name for name, count in titles.items() if count > 1} | (site if len(posts) > 1 else set())


def _by_title(item: Item, source_id: int) -> Name:
    return entry_name(source_id, f"{item.link} {fold(item.title)}")


def _combine(first: Entry, second: Entry) -> Entry:
    item = second.item if second.item.version > first.item.version else first.item
    names = sorted(dict.fromkeys((*first.names, *second.names)), key=lambda name: _STRENGTH[name.kind])
    return Entry(item, tuple(names))


def _is_same_post(item: Item, owner: Owner) -> bool:
    """Tell whether an entry under a known id is the known post: by nearly the same title, or by the very second.

    Titles that differ in a number ("Weekly links 41") are those of two posts, and a date at midnight is only a day.
    """
    title, known = fold(item.title), fold(owner.title)
    at = item.published_at
    if at and at == owner.published_at and (at.minute or at.second):
        return True
    numbers = re.findall(r"\d+", title), re.findall(r"\d+", known)
    return numbers[0] == numbers[1] and SequenceMatcher(None, title[:300], known[:300]).ratio() >= ALIKE


_STRENGTH = {ARXIV: 0, DOI: 1, LINK: 2, ENTRY: 3}


def existing_papers(entry: Entry, owners: Mapping[Name, Owner], titles: Collection[str] = ()) -> list[int]:
    """The existing papers that this entry is about, each once, in the order of the strength of their names.

    Two papers with different arXiv ids are never the same, even if they share a DOI. An entry id counts only for what
    is recognizably the same post with a corrected title or address: some feeds number their entries from the top. Then
    the known post may stand elsewhere among the folded `titles` of this pull.
    """
    matches = [owners[name] for name in entry.names if name in owners and name.kind != ENTRY]
    if not matches:
        by_entry_id = [owners[name] for name in entry.names if name in owners]
        matches = [owner for owner in by_entry_id if fold(owner.title) == fold(entry.item.title)]
        others = [owner for owner in by_entry_id if fold(owner.title) not in titles]
        matches = matches or [owner for owner in others if _is_same_post(entry.item, owner)]
    arxiv_id = entry.arxiv_id or next((owner.arxiv_id for owner in matches if owner.arxiv_id), "")
    return list(dict.fromkeys(owner.paper for owner in matches if owner.arxiv_id in ("", arxiv_id)))
