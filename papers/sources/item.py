"""sources.item: what a source gives us, before anybody knows whether it is new."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar


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

    def __post_init__(self) -> None:
        """Cut what is longer than any source's, so that no later step works on more than this."""
        for name, most in _MOST.items():
            value = getattr(self, name)
            if len(value) > most:
                object.__setattr__(self, name, value[:most])


# Letters of a text, entries of a list.
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
Made = TypeVar("Made")


def each_readable(read: Callable[[Raw], Made | None], entries: Iterable[Raw]) -> tuple[list[Made], int]:
    """All that `read` makes of the entries, and how many it could make nothing of, be it by an exception.

    One malformed entry never costs the others. Where all that was tried raised, the last exception rises: then it is
    the source that cannot be read, or our own code.
    """
    made: list[Made] = []
    skipped, error = 0, None
    for entry in entries:
        try:
            result = read(entry)
        except Exception as trouble:
            result, error = None, trouble
        if result is None:
            skipped += 1
        else:
            made.append(result)
    if error and not made:
        raise error
    return made, skipped


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
