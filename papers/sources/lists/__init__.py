"""sources.lists: read papers from a pasted text or a file: BibTeX, RIS, CSL-JSON, or any text with ids and links."""

import re
from types import ModuleType

from .. import charset
from . import bibtex, csl, plain, ris
from .entry import MOST, Listed

__all__ = ["MOST", "Listed", "is_bibliography", "read"]

_BIBTEX = re.compile(r"^\s*@\w+\s*[{(]", re.MULTILINE)
_RIS = re.compile(r"^\ufeff?TY  ?- ?\w", re.MULTILINE)


def read(data: bytes | str) -> tuple[str, list[Listed]]:
    """The text of a list, and its papers in order, with a reason for each that cannot be added. Call it in the sandbox.

    Raises ValueError, with a sentence, when it holds too many.
    """
    text = charset.text(data) if isinstance(data, bytes) else data
    entries = _reader(text).read(text)
    if len(entries) > MOST:
        raise ValueError(f"This list has {len(entries):,} entries. Split it into parts of at most {MOST:,}.")
    return text, entries


def is_bibliography(text: str) -> bool:
    """Tell whether this is BibTeX, RIS or CSL-JSON."""
    return _reader(text) is not plain


def _reader(text: str) -> ModuleType:
    if _BIBTEX.search(text):
        return bibtex
    if _RIS.search(text):
        return ris
    return csl if text.lstrip()[:1] in ("[", "{") and '"' in text else plain
