"""sources.catalogues.facts: a catalogue's statements about one paper, and ways to read them from careless JSON."""

from dataclasses import dataclass
from typing import Any

from ...identity import arxiv_id, doi
from ..text import line

MOST = 300  # institutions or references of one paper
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that a paper cites; "" and 0 for what is not known."""

    title: str = ""
    arxiv_id: str = ""
    doi: str = ""
    year: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """A catalogue's statements about one paper. `retracted` is None where it says nothing of it."""

    institutions: tuple[str, ...] = ()
    venue: str = ""
    references: tuple[Reference, ...] = ()
    retracted: bool | None = None


def part(data: Any, *path: str) -> Any:
    """The value at a path of objects; None if there is none.

    >>> part({"a": {"b": 1}}, "a", "b"), part({"a": None}, "a", "b")
    (1, None)
    """
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def rows(data: Any) -> list[dict[str, Any]]:
    return [each for each in data if isinstance(each, dict)][:MOST] if isinstance(data, list) else []


def words(value: Any) -> str:
    return line(value)[:LONGEST] if isinstance(value, str) else ""


def reference(title: Any, arxiv: Any, number: Any, year: Any) -> Reference | None:
    """A reference, if anything names it. arXiv's own DOIs become arXiv ids."""
    found = doi(words(number)) or ""
    base = arxiv_id(words(arxiv) or found)
    made = Reference(
        words(title), base[0] if base else "", "" if base else found, int(year) if str(year).isdecimal() else 0
    )
    return made if made.title or made.arxiv_id or made.doi else None


def once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))[:MOST]
