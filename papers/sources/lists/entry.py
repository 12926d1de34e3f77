"""sources.lists.entry: one entry of a list of papers."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ...identity import names_in
from ..item import Item, Signer
from ..text import line

MOST = 1_000  # entries of a list
NO_ADDRESS = "It has no DOI, arXiv id or link."


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list: an item, or the reason why it cannot be added. An item without a title is to be looked up."""

    line: int
    label: str
    item: Item | None = None
    why: str = ""


def listed(at: int, title: str, addresses: list[str], **fields: object) -> Listed:
    """An entry with these addresses, strongest first; without one that we understand, it cannot be added."""
    title = line(title)
    usable = [address.strip() for address in addresses if address and names_in(address)]
    label = (title or (usable[0] if usable else "An entry without a title"))[:200]
    if not usable:
        return Listed(at, label, None, NO_ADDRESS)
    return Listed(at, label, Item(title=title, link=link_of(usable[0]), addresses=tuple(usable), **fields))  # type: ignore[arg-type]


def link_of(address: str) -> str:
    """The link to open for an arXiv id, a DOI or a link."""
    name = names_in(address)[0]
    if name.kind == "arxiv":
        return f"https://arxiv.org/abs/{name.value}"
    if name.kind == "doi":
        return f"https://doi.org/{name.value}"
    return address if "://" in address else f"https://{address}"


def signers(names: list[str]) -> tuple[Signer, ...]:
    """Authors as printed, "Lee, Ann" turned to "Ann Lee"."""
    turned = []
    for name in map(line, names):
        last, comma, first = name.partition(", ")
        turned.append(f"{first} {last}" if comma and ", " not in first else name)
    return tuple(Signer(name) for name in turned if name and name.lower() not in ("others", "et al."))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def date(year: str, month: str = "", day: str = "") -> datetime | None:
    """The beginning of what is known of a date; None without a year."""
    found = re.search(r"(?<!\d)(1[5-9]|20)\d\d(?!\d)", year)
    if not found:
        return None
    key = month.strip().lower()[:3]
    number = _MONTHS.index(key) + 1 if key in _MONTHS else int(month) if re.fullmatch(r"0?[1-9]|1[0-2]", month) else 1
    try:
        return datetime(int(found[0]), number, int(day) if re.fullmatch(r"\d{1,2}", day) else 1, tzinfo=UTC)
    except ValueError:
        return datetime(int(found[0]), number, 1, tzinfo=UTC)
