"""sources.item: what a source gives us, before anybody knows whether it is new."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Signer:
    """An author as printed."""

    name: str
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a source.

    `addresses` are all addresses that the entry gives for the paper, as printed (arXiv ids, DOIs, links,
    guids that are one); `entry_id` is the feed's own id for the entry, when it has one. Plain text is as it came,
    whitespace collapsed in titles, NUL and control characters gone. All times are aware, in UTC.
    """

    title: str
    link: str
    addresses: tuple[str, ...] = ()
    entry_id: str = ""
    abstract: str = ""  # plain text
    content_html: str = ""  # untrusted HTML, when the source gave HTML; intake cleans it
    authors: tuple[Signer, ...] = ()
    categories: tuple[str, ...] = ()  # primary first
    comment: str = ""
    journal_ref: str = ""
    license: str = ""
    version: int = 0  # arXiv's; 0 where there is none
    announce_type: str = ""  # new, cross, replace, replace-cross; "" where there is none
    published_at: datetime | None = None
    updated_at: datetime | None = None
    words: int = 0  # of the full content, where the feed carries it


def one(make: Callable[..., Item | None], *entry: object) -> Item | None:
    """The item that `make` reads out of an entry; None for an entry so odd that it fails: the others are read."""
    try:
        return make(*entry)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Pull:
    """What one fetch of a source gave: items, and what to remember for the next one."""

    items: tuple[Item, ...] = ()
    skipped: int = 0  # malformed entries
    not_modified: bool = False
    status: int | None = None
    size: int = 0  # bytes, decompressed
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    moved_to: str = ""  # where permanent redirects led, "" when there were none
    title: str = ""  # what the source calls itself
    site_url: str = ""
    wait_seconds: int = 0  # the least time to the next fetch that the source asks for (ttl, cache headers)
    note: str = ""  # a sentence for people: "arXiv announces nothing on weekends."


@dataclass(frozen=True, slots=True)
class Asked:
    """What the last fetch left behind for the next."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    last_success: datetime | None = None
