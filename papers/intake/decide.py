"""intake.decide: decide how a fetched item changes our records, without touching the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPLACEMENTS = {"replace", "replace-cross"}
# The fields of a paper that an item can set.
FIELDS = ("title", "abstract", "comment", "journal_ref", "license", "categories", "byline")


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


@dataclass(frozen=True, slots=True)
class Create:
    """Create a new paper."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Do nothing: the item replaces a paper that we never had. It is only counted."""


@dataclass(frozen=True, slots=True)
class Amend:
    """Amend an existing paper: changed fields, a new version (0 if none), and whether this source is new to it."""

    id: int
    changes: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    arxiv_id: str = ""  # if the paper turns out to be on arXiv
    joins: bool = False


def decide(
    fields: Mapping[str, Any],
    version: int,
    announce_type: str,
    existing: Existing | None,
    arxiv_id: str = "",
    record: bool = False,
) -> Create | Leave | Amend:
    """Decide what an item changes, given its values for the paper's fields (FIELDS).

    A later version on arXiv replaces what we have. Anything else only fills empty fields, so that two sources that
    print a paper differently do not keep overwriting each other; but a feed may rewrite the posts it brought first.
    arXiv's own `record` of a paper corrects everything, unless it is of an older version than ours.
    """
    replaces = announce_type in REPLACEMENTS
    if existing is None:
        return Leave() if replaces else Create()
    newer = version > existing.version
    rewrites = existing.kind == "post" and existing.own and not version
    overwrite = newer or rewrites or (record and version == existing.version)
    changes = {
        name: value
        for name, value in fields.items()
        if value and value != existing.fields[name] and (overwrite or not existing.fields[name])
    }
    return Amend(
        existing.id,
        changes,
        version if newer else 0,
        arxiv_id if not existing.arxiv_id else "",
        joins=not existing.sighted and not replaces,
    )
