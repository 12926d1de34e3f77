"""sources.lists.ris: entries of a RIS file, as EndNote, Zotero and publishers write them, read by rispy."""

import re
from typing import Any

import rispy

from .entry import Listed, date, listed, signers


def read(text: str) -> list[Listed]:
    """All entries in order. An entry without its end mark ends where the next one begins."""
    entries = []
    begins = [match.start() for match in re.finditer(r"^TY  ?-", text, re.MULTILINE)]
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=True):
        at, part = text.count("\n", 0, begin) + 1, text[begin:end].strip()
        part = re.sub(r"^([A-Z][A-Z0-9]) ?- ?", r"\1  - ", part, flags=re.MULTILINE)
        if not re.search(r"^ER  -", part, re.MULTILINE):
            part += "\nER  - "
        try:
            (entry,) = rispy.loads(part)
        except Exception as error:  # rispy raises several kinds for a broken entry
            entries.append(Listed(at, part[:80], None, f"This entry is broken ({type(error).__name__})."))
            continue
        entries.append(_entry(entry, at))
    return entries


def _entry(entry: dict[str, Any], at: int) -> Listed:
    def text(*names: str) -> str:
        return next((str(entry[name]) for name in names if entry.get(name)), "")

    links = [str(link) for link in entry.get("urls") or []] + [text("url", "link1")]
    year, month, day = [*re.split(r"[/-]", text("date", "publication_year", "year")), "", "", ""][:3]
    return listed(
        at,
        text("title", "primary_title", "short_title"),
        [text("doi"), *links],
        authors=signers(list(entry.get("authors") or entry.get("first_authors") or [])),
        abstract=text("abstract", "notes_abstract"),
        journal_ref=text("journal_name", "secondary_title", "alternate_title3"),
        published_at=date(year or text("year"), month, day),
    )
