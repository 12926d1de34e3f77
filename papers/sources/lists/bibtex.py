"""sources.lists.bibtex: entries of a BibTeX or BibLaTeX file, read by bibtexparser."""

import re
from typing import Any

import bibtexparser
from bibtexparser import model

from ... import tex
from .entry import Listed, date, listed, signers


def read(text: str) -> list[Listed]:
    """All entries in order; broken ones, and those whose key came before, with the reason."""
    entries = []
    for block in bibtexparser.parse_string(text).blocks:
        at = (block.start_line or 0) + 1
        if isinstance(block, model.Entry):
            entries.append(_entry(block, at))
        elif isinstance(block, model.DuplicateBlockKeyBlock) and isinstance(block.ignore_error_block, model.Entry):
            entries.append(_entry(block.ignore_error_block, at))
        elif isinstance(block, model.ParsingFailedBlock):
            label = " ".join((block.raw or "").split())[:80]
            entries.append(Listed(at, label, None, "This entry is broken: a brace, quote or comma is missing."))
    return entries


def _entry(entry: Any, at: int) -> Listed:
    fields = {key.lower(): _plain(field.value) for key, field in entry.fields_dict.items()}
    raw = {key.lower(): str(field.value).strip("{} \n") for key, field in entry.fields_dict.items()}
    eprint = raw.get("eprint", "")
    is_arxiv = "arxiv" in (raw.get("archiveprefix") or raw.get("eprinttype") or "arxiv").lower()
    where = " ".join(fields.get(name, "") for name in ("journal", "note", "howpublished", "number", "volume"))
    stamp = re.search(r"arxiv[:.\s]+(?:abs/)?(\d{4}\.\d{4,5}|[a-z-]+/\d{7})", where, re.IGNORECASE)
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", raw.get("doi", "").replace("\\_", "_"), flags=re.I)
    link = re.sub(r"^\\url\{(.*?)\}?$", r"\1", raw.get("url") or raw.get("howpublished", "")).replace("\\_", "_")
    return listed(
        at,
        fields.get("title", ""),
        [eprint if is_arxiv else "", stamp[1] if stamp else "", doi, link.replace("\\%", "%").replace("\\&", "&")],
        authors=signers(re.split(r"\s+and\s+", fields.get("author") or fields.get("editor", ""))),
        abstract=fields.get("abstract", ""),
        journal_ref=fields.get("journal") or fields.get("journaltitle") or fields.get("booktitle", ""),
        published_at=date(*_date(raw)),
    )


def _date(raw: dict[str, str]) -> list[str]:
    whole = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", raw.get("date", ""))
    if whole:
        return [part or "" for part in whole.groups()]
    return [raw.get("year", ""), raw.get("month", ""), raw.get("day", "")]


def _plain(value: object) -> str:
    return re.sub(r"[{}]", "", tex.plain(" ".join(str(value).split())))
