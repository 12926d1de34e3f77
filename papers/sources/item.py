"""sources.item: entries as a source gives them, before we know whether they are new."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar


class Authority(IntEnum):
    """How far an item's word counts about a paper: a higher one corrects what a lower one said."""

    FEED = 0  # a feed, a digest, a person, a page
    PUBLISHER = 1  # the record of a DOI
    ANNOUNCED = 2  # arXiv's daily announcement, which has no comment and not the date of submission
    RECORD = 3  # arXiv's own record


@dataclass(frozen=True, slots=True)
class Signer:
    """An author as printed."""

    name: str
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a source.

    `addresses` are all addresses that the entry gives for the paper, as printed: arXiv ids, DOIs, links, and guids
    that are one of these. `entry_id` is the feed's own id for the entry, if it has one. Plain text is unchanged except
    for collapsed whitespace in titles and removed control characters. All times are aware, in UTC.
    """

    title: str
    link: str
    addresses: tuple[str, ...] = ()
    entry_id: str = ""
    abstract: str = ""  # plain text
    content_html: str = ""  # untrusted HTML, if the source gave HTML; intake cleans it
    authors: tuple[Signer, ...] = ()
    categories: tuple[str, ...] = ()  # primary first
    comment: str = ""
    journal_ref: str = ""
    license: str = ""
    version: int = 0  # arXiv's; 0 if there is none
    announce_type: str = ""  # new, cross, replace, replace-cross; "" if there is none
    published_at: datetime | None = None
    updated_at: datetime | None = None
    words: int = 0  # of the full content, if the feed carries it
    authority: Authority = Authority.FEED

    line: str = ""  # the words of a digest about the paper
    evidence: dict[str, Any] = field(default_factory=dict)  # facts of this source alone: upvotes, code, project, models
    mentions: "tuple[Item, ...]" = ()  # the papers that a digest lists

    def __post_init__(self) -> None:
        """Truncate fields longer than any real source's, to bound the work of all later steps."""
        for name, most in _MOST.items():
            value = getattr(self, name)
            if len(value) > most:
                object.__setattr__(self, name, value[:most])


# Characters of a text, elements of a tuple.
_MOST = {
    **dict.fromkeys(["title", "link", "entry_id", "comment", "journal_ref", "license"], 4_000),
    "abstract": 50_000,
    "content_html": 400_000,
    "announce_type": 40,
    "addresses": 50,
    "authors": 5_000,
    "categories": 100,
}


Raw = TypeVar("Raw")
Read = TypeVar("Read")


def read_each(read: Callable[[Raw], Read | None], entries: Iterable[Raw]) -> tuple[list[Read], int]:
    """Read all entries with `read`; also count those for which it returned None or raised.

    One malformed entry never costs the others. But if nothing could be read and something raised, the last exception
    is raised again: then the fault lies in the whole source or in our own code.
    """
    results: list[Read] = []
    skipped, last_error = 0, None
    for entry in entries:
        try:
            result = read(entry)
        except Exception as error:
            result, last_error = None, error
        if result is None:
            skipped += 1
        else:
            results.append(result)
    if last_error and not results:
        raise last_error
    return results, skipped


@dataclass(frozen=True, slots=True)
class Pull:
    """The result of one fetch of a source: its items, and values to remember for the next fetch."""

    items: tuple[Item, ...] = ()
    skipped: int = 0  # malformed entries
    not_modified: bool = False
    status: int | None = None
    size: int = 0  # bytes, decompressed
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    moved_to: str = ""  # the target of permanent redirects; "" if there were none
    title: str = ""  # the source's own
    site_url: str = ""
    wait_seconds: int = 0  # the minimum wait that the source asks for (ttl, cache headers)
    note: str = ""  # a sentence for people: "arXiv announces nothing on weekends."


@dataclass(frozen=True, slots=True)
class LastFetch:
    """Values remembered from the last fetch, for a conditional request."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    last_success: datetime | None = None
