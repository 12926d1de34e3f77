"""intake.draft: turn an item into plain fields within our limits, and render HTML from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import words
from ..identity import BYLINE_SEPARATOR, strip_controls
from ..sources import remarks, repositories
from ..sources.bounds import shallow
from ..sources.item import Authority, Item, Signer
from ..sources.text import line, text_of
from ..sources.titles import cut
from . import minutes, render, tex_html
from .decide import Amend, Create, Decision, Existing, decide
from .match import ARXIV, DOI, Entry

LONGEST_BYLINE = 60_000
LONGEST_TITLE = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A new paper or a change to one: its item's fields, the decision, and the rendered columns."""

    fields: dict[str, Any]
    decision: Decision
    rendered: dict[str, Any]


def prepare(entry: Entry, existing: Existing | None) -> Draft:
    """Draft one entry. Slow on hostile text, so it runs in sources.sandbox."""
    item = entry.item
    fields = fields_of(item, entry.arxiv_id)
    decision = decide(fields, item, existing, entry.arxiv_id)
    columns: dict[str, Any] = {}
    if isinstance(decision, Create):
        columns = rendered(fields, item) | _standing(entry, fields)
        columns |= {"minutes": _minutes(entry, fields), "words_form": words.FORM}
    elif isinstance(decision, Amend) and decision.changes:
        changes = decision.changes
        # Code links are made from both abstract and comment.
        needs_all = existing and {"abstract", "comment"} & changes.keys()
        columns = rendered({**existing.fields, **changes} if existing and needs_all else changes, item)
        if needs_all and (read_in := _minutes(entry, changes)):
            columns["minutes"] = read_in
        if existing and {"title", "abstract", "comment", "journal_ref"} & changes.keys():
            columns |= _standing(entry, {**existing.fields, **changes})
    return Draft(fields, decision, columns)


def _standing(entry: Entry, fields: Mapping[str, Any]) -> dict[str, str]:
    """The standing and venue that a paper's record names. A blog post has none, whatever it writes."""
    if entry.names[0].kind not in {ARXIV, DOI}:
        return {}
    return remarks.standing_of(*(fields[name] for name in ("title", "abstract", "comment", "journal_ref")))._asdict()


def _minutes(entry: Entry, fields: Mapping[str, Any]) -> int:
    """The reading time. The words that a feed carries of a paper are its abstract's, so only its pages count."""
    is_paper = entry.names[0].kind in {ARXIV, DOI}
    return minutes.of_paper(fields.get("comment", "")) or (0 if is_paper else minutes.of_words(entry.item.words))


def prepare_all(pairs: Iterable[tuple[Entry, Existing | None]]) -> list[Draft | None]:
    """Draft each entry, in order; None for an entry that fails, which is counted as skipped."""

    def prepare_or_skip(pair: tuple[Entry, Existing | None]) -> Draft | None:
        try:
            return prepare(*pair)
        except Exception:
            return None

    return list(map(prepare_or_skip, pairs))


def plain(text: str, limit: int) -> str:
    """The text on one line, without control characters, cut to the limit."""
    return line(text[: limit * 2])[:limit]


def _html(item: Item) -> str:
    """An item's HTML, still untrusted, but no longer arbitrarily long or deep."""
    return shallow(strip_controls(item.content_html[: 20 * render.LONGEST_HTML]))


def fields_of(item: Item, arxiv_id: str = "") -> dict[str, Any]:
    """An item's values for the paper's fields (decide.FIELDS)."""
    abstract = item.abstract or (text_of(_html(item)) if item.content_html else "")
    return {
        "title": cut(plain(item.title, 2 * LONGEST_TITLE), LONGEST_TITLE),
        "abstract": plain(abstract, render.LONGEST_TEXT),
        "comment": plain(item.comment, 2000),
        "journal_ref": plain(item.journal_ref, 2000),
        "license": plain(item.license, 500),
        "categories": [plain(category, 100) for category in dict.fromkeys(item.categories)][:50],
        "byline": BYLINE_SEPARATOR.join(name for signer in item.authors if (name := signed(signer)))[:LONGEST_BYLINE],
        "published_at": _published(item, arxiv_id),
    }


def _published(item: Item, arxiv_id: str) -> datetime | None:
    """The date of publication. A feed's date is that of its entry, so for an arXiv paper only in the id's own month."""
    at, month = item.published_at, arxiv_id.rpartition("/")[2][:4]
    if at and arxiv_id and item.authority == Authority.FEED and f"{at:%y%m}" != month:
        return None
    return at


def signed(signer: Signer) -> str:
    return plain(signer.name, 300).replace(BYLINE_SEPARATOR, ", ")


def rendered(fields: dict[str, Any], item: Item) -> dict[str, Any]:
    """The columns derived from these fields. Columns of fields that are missing are left out."""
    columns: dict[str, Any] = {}
    if "title" in fields:
        columns["title_words"] = words.index(fields["title"])
        columns["title_html"] = tex_html.render(fields["title"])
    if "abstract" in fields:
        columns["abstract_words"] = words.index(fields["abstract"])
        content = _html(item)
        columns["abstract_html"] = render.clean(content) if content else tex_html.render(fields["abstract"])
    if "byline" in fields:
        columns["byline_folded"] = words.index(fields["byline"])
    if "abstract" in fields or "comment" in fields:
        texts = (fields.get("abstract", ""), fields.get("comment", ""))
        found = repositories.find(
            *texts, repositories.addresses(item.evidence), content_html=_html(item), own=item.link
        )
        columns |= {"code_links": found.code, "weight_links": found.weights}
    return columns
