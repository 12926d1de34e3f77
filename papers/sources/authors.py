"""sources.authors: the authors of a feed's entry: its own, or those of the feed that it came from."""

import re
from collections.abc import Iterable
from typing import Any

from ..names import is_organization
from .item import Signer
from .text import line, text_of

_EMAIL = re.compile(r"<?(?:mailto:)?[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}>?")
_AND = re.compile(r",?\s+(?:and|und|et|y|&)\s+")
_AFTER_NAME = re.compile(r"^(?:Jr|Sr|II|III|IV|Ph\.?\s?D|M\.?D|D\.?Phil|M\.?Sc|B\.?Sc|MBA|MPH|Esq)\.?$", re.IGNORECASE)


def signers(entry: Any, channel: Any) -> tuple[Signer, ...]:
    """The authors of an entry; else those of its source; else the feed's (RFC 4287, section 4.2.1).

    The title of a feed is no author, even where a feed says so.
    """
    return split(_names(entry)) or _inherited(entry.get("source") or {}) or _inherited(channel)


def _inherited(feed: Any) -> tuple[Signer, ...]:
    title = text_of(str(feed.get("title") or "")).casefold()
    # Where a blog has its author's name as its title, the name is still a person's.
    names = [name for name in _names(feed) if name.casefold() != title or (" " in name and not is_organization(name))]
    return split(names)


def _names(element: Any) -> list[str]:
    # By dict.get, because feedparser's own makes up fields that are missing.
    people, printed = dict.get(element, "authors") or [], str(dict.get(element, "author") or "")
    names = [line(text_of(_name(each, printed))) for each in people if isinstance(each, dict)]
    return [name for name in names if name] or ([] if people else [line(printed)])


def _name(person: dict[str, Any], printed: str) -> str:
    """The name of a person. feedparser ends an address after four letters of "ann@blog.science (Ann)"."""
    name, email = str(person.get("name") or ""), str(person.get("email") or "")
    rest = re.match(r"[a-z]+", name)
    if email and rest and f"{email}{rest[0]}" in printed:
        name = name[rest.end() :]
    return name.replace("(", " ").replace(")", " ") if email else name


def split(names: Iterable[str]) -> tuple[Signer, ...]:
    """One author for each person named, without email addresses.

    >>> [signer.name for signer in split(["Ann Lee, Bob Ray and Cem Tan"])]
    ['Ann Lee', 'Bob Ray', 'Cem Tan']
    >>> [signer.name for signer in split(["noreply@blog.example (Ann Lee)", "bob@blog.example"])]
    ['Ann Lee']
    >>> [signer.name for signer in split(["Lee, Ann", "Simon and Schuster", "Bob Ray, PhD"])]
    ['Lee, Ann', 'Simon and Schuster', 'Bob Ray, PhD']
    """
    made = (part for name in names for part in _people(name))
    return tuple(Signer(name) for name in dict.fromkeys(made) if any(map(str.isalnum, name)))


def _people(text: str) -> list[str]:
    if "@" in text:
        without = " ".join(_EMAIL.sub(" ", text).split())
        if without != text:
            text = " ".join(without.replace("(", " ").replace(")", " ").replace(" ,", ",").split()).strip(" ,;<>")
    text = re.sub(r"^(?:by|von|par|por)\s+(?=[A-Z])", "", text, flags=re.IGNORECASE)
    if ";" in text:
        return [part for each in text.split(";") if (part := each.strip())]
    parts: list[str] = []
    for piece in _AND.sub(", ", text).split(", "):
        piece = piece.strip(" ,")
        if parts and _AFTER_NAME.match(piece):
            parts[-1] += f", {piece}"
        elif piece:
            parts.append(piece)
    # "Lee, Ann" and "Simon and Schuster" are one; so is "Institute of Arts and Natural Sciences".
    if len(parts) < 2 or not all(" " in part for part in parts) or (" and " in text and is_organization(parts[0])):
        return [text]
    return parts
