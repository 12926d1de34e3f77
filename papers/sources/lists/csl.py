"""sources.lists.csl: entries of CSL-JSON, as Zotero and citation services write it."""

import json
from typing import Any

from ..text import text_of
from .entry import Listed, date, listed, signers


def read(text: str) -> list[Listed]:
    """All entries in order. What is broken as a whole is one entry that says so."""
    try:
        entries = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        number = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        return [Listed(number, text[:80], None, "This JSON is broken or cut off.")]
    if isinstance(entries, dict):
        inner = entries.get("items")
        entries = inner if isinstance(inner, list) else [entries]
    return [_entry(entry, number) for number, entry in enumerate(entries, 1)]


def _entry(entry: Any, at: int) -> Listed:
    """Read one entry; in JSON, its number stands for its line."""
    if not isinstance(entry, dict):
        return Listed(at, str(entry)[:80], None, "This is no entry of CSL-JSON.")

    def text(*names: str) -> str:
        return next((value for name in names if isinstance(value := entry.get(name), str) and value.strip()), "")

    people: Any = entry.get("author") if isinstance(entry.get("author"), list) else []
    names = [
        " ".join(str(person.get(part) or "") for part in ("given", "non-dropping-particle", "family")).strip()
        or str(person.get("literal") or "")
        for person in people
        if isinstance(person, dict)
    ]
    issued: Any = entry.get("issued") if isinstance(entry.get("issued"), dict) else {}
    parts = issued.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    when = [*(str(part) for part in first[:3]), "", "", ""][:3]
    number = text("number")
    return listed(
        at,
        text_of(text("title")),
        [number if number.lower().startswith("arxiv:") else "", text("DOI"), text("URL")],
        authors=signers(names),
        abstract=text_of(text("abstract")),
        journal_ref=text("container-title", "event-title"),
        published_at=date(when[0] or str(issued.get("raw") or issued.get("literal") or ""), when[1], when[2]),
    )
