"""intake.decide: what a fetched item changes, without touching the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPLACEMENTS = {"replace", "replace-cross"}
# What an item can say of a paper.
FIELDS = ("title", "abstract", "comment", "journal_ref", "license", "categories", "byline")


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of a paper that an item is about."""

    id: int
    kind: str
    arxiv_id: str
    version: int
    fields: Mapping[str, Any]  # of FIELDS
    sighted: bool  # by the source that brings the item now
    own: bool  # that source was the first to bring it


@dataclass(frozen=True, slots=True)
class Create:
    """A paper that nobody has brought before."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A replacement of a paper that was never seen: counted, and left alone."""


@dataclass(frozen=True, slots=True)
class Amend:
    """A known paper: what changes, the version that is new (0: none), and whether this source is new to it."""

    id: int
    changes: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    arxiv_id: str = ""  # of a paper that turns out to be on arXiv
    joins: bool = False


def decide(
    said: Mapping[str, Any], version: int, announce_type: str, known: Known | None, arxiv_id: str = ""
) -> Create | Leave | Amend:
    """What an item changes, from what it says of the paper's fields (FIELDS).

    A later version on arXiv replaces what we have. Anything else only fills what is empty, so that two sources which
    print one paper differently do not overwrite each other for ever; but a feed may rewrite the posts it brought first.
    """
    replaces = announce_type in REPLACEMENTS
    if known is None:
        return Leave() if replaces else Create()
    newer = version > known.version
    rules = newer or (known.kind == "post" and known.own and not version)
    changes = {
        name: value
        for name, value in said.items()
        if value and value != known.fields[name] and (rules or not known.fields[name])
    }
    return Amend(
        known.id,
        changes,
        version if newer else 0,
        arxiv_id if not known.arxiv_id else "",
        joins=not known.sighted and not replaces,
    )
