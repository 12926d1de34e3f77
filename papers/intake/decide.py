"""intake.decide: decide how a fetched item changes our records, without touching the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..sources.item import Authority, Item

REPLACEMENTS = {"replace", "replace-cross"}
# The fields of a paper that an item can set.
FIELDS = ("title", "abstract", "comment", "journal_ref", "license", "categories", "byline", "published_at")


@dataclass(frozen=True, slots=True)
class Existing:
    """The stored record of the paper that an item is about."""

    id: int
    kind: str
    arxiv_id: str
    version: int
    fields: Mapping[str, Any]  # of FIELDS
    sighted: bool  # by the source that now brings the item
    own: bool  # that source was the first to bring the paper
    authority: Authority = Authority.FEED  # of the best item so far


@dataclass(frozen=True, slots=True)
class Create:
    """Create a new paper."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Do nothing: the item replaces a paper that we never had. It is only counted."""


@dataclass(frozen=True, slots=True)
class Amend:
    """Amend an existing paper: changed fields, a new version (0 if none), and whether this source is new to it.

    `authority` is that of the item, if it is higher than any before.
    """

    id: int
    changes: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    arxiv_id: str = ""  # if the paper turns out to be on arXiv
    joins: bool = False
    authority: Authority = Authority.FEED


Decision = Create | Leave | Amend


def decide(fields: Mapping[str, Any], item: Item, existing: Existing | None, arxiv_id: str = "") -> Decision:
    """Decide what an item changes, given its values for the paper's fields (FIELDS).

    A later version on arXiv replaces what we have, and so does a higher authority, and arXiv's record whenever it has
    been corrected. Anything else only fills empty fields, so that two sources that print a paper differently do not
    keep overwriting each other; but a feed may rewrite the posts it brought first.
    """
    replaces = item.announce_type in REPLACEMENTS
    if existing is None:
        return Leave() if replaces else Create()
    newer = item.version > existing.version
    outdated = item.version < existing.version and item.authority > Authority.FEED
    better = not outdated and (
        item.authority > existing.authority or item.authority == existing.authority == Authority.RECORD
    )
    rewrites = existing.kind == "post" and existing.own and not item.version
    changes = {
        name: value
        for name, value in fields.items()
        if value
        and value != existing.fields[name]
        # A feed's date for a scheduled post is today's, again and again.
        and (better or not existing.fields[name] or ((newer or rewrites) and name != "published_at"))
    }
    return Amend(
        existing.id,
        changes,
        item.version if newer else 0,
        arxiv_id if not existing.arxiv_id else "",
        joins=not existing.sighted and not replaces,
        authority=item.authority if better and item.authority > existing.authority else Authority.FEED,
    )
