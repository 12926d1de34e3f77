"""intake.draft: what an item says of a paper, as plain fields within our limits, and what is rendered from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..identity import BYLINE_SEPARATOR, fold, strip_controls
from ..sources.bounds import shallow
from ..sources.item import Item, Signer
from ..sources.text import line, text_of
from . import render
from .decide import Amend, Create, Known, Leave, decide
from .match import Entry

LONGEST_BYLINE = 60_000
LONGEST_TITLE = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper to be, or a change of one: what its item says, what follows from that, and what is rendered for it."""

    said: dict[str, Any]
    decision: Create | Leave | Amend
    rendered: dict[str, Any]


def prepare(entry: Entry, known: Known | None) -> Draft:
    """Work out one entry. Slow on hostile text, so it runs in sources.sandbox (prepare_all)."""
    fields, item = said(entry.item), entry.item
    decision = decide(fields, item.version, item.announce_type, known, entry.arxiv_id)
    made: dict[str, Any] = {}
    if isinstance(decision, Create):
        made = rendered(fields, item)
    elif isinstance(decision, Amend) and decision.changes:
        changes = decision.changes
        # Minutes and code links are made from both abstract and comment.
        whole = {**known.fields, **changes} if known and {"abstract", "comment"} & changes.keys() else changes
        made = rendered(whole, item)
    return Draft(fields, decision, made)


def prepare_all(pairs: Iterable[tuple[Entry, Known | None]]) -> list[Draft | None]:
    """A draft for each entry, in order; None for one that cannot be worked out."""

    def one(pair: tuple[Entry, Known | None]) -> Draft | None:
        try:
            return prepare(*pair)
        except Exception:
            return None  # counted as skipped: one entry never costs the others

    return list(map(one, pairs))


def plain(text: str, limit: int) -> str:
    """The text on one line, without control characters, cut to the limit."""
    return line(text[: limit * 2])[:limit]


def _html(item: Item) -> str:
    """An item's HTML, still untrusted, but no longer arbitrarily long or deep."""
    return shallow(strip_controls(item.content_html[: 20 * render.LONGEST_HTML]))


def said(item: Item) -> dict[str, Any]:
    abstract = item.abstract or (text_of(_html(item)) if item.content_html else "")
    return {
        "title": plain(item.title, LONGEST_TITLE),
        "abstract": plain(abstract, render.LONGEST_TEXT),
        "comment": plain(item.comment, 2000),
        "journal_ref": plain(item.journal_ref, 2000),
        "license": plain(item.license, 500),
        "categories": [plain(category, 100) for category in dict.fromkeys(item.categories)][:50],
        "byline": BYLINE_SEPARATOR.join(name for signer in item.authors if (name := signed(signer)))[:LONGEST_BYLINE],
    }


def signed(signer: Signer) -> str:
    return plain(signer.name, 300).replace(BYLINE_SEPARATOR, ", ")


def rendered(fields: dict[str, Any], item: Item) -> dict[str, Any]:
    """The columns that are made from others. Where `fields` are not all, what is made from the others is left out."""
    made: dict[str, Any] = {}
    if "title" in fields:
        made["title_html"] = render.tex(fields["title"])
    if "abstract" in fields:
        content = _html(item)
        made["abstract_html"] = render.clean(content) if content else render.tex(fields["abstract"])
    if "byline" in fields:
        made["byline_folded"] = fold(fields["byline"])
    if "abstract" in fields or "comment" in fields:
        made["code_links"] = render.code_links(fields.get("abstract", ""), fields.get("comment", ""))
        made["minutes"] = render.minutes(item.words, fields.get("comment", ""))
    return made
