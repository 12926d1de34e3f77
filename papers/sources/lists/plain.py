"""sources.lists.plain: arXiv ids, DOIs and links anywhere in a text, as stamps, bibliographies and chats print them."""

import re

from ...identity import Name, names_in
from .entry import Listed, listed

_TRAILING = ".,;:!?'*_]}"
_ARXIV = r"(?:\d{4}\.\d{4,6}|[a-z-]+(?:\.[a-z-]{2,})?/\d{7})(?:v\d{1,3})?"
_FOUND = re.compile(
    r"(?P<link>https?://[^\s<>\"“”«»]+)"
    rf"|(?<![\w./])(?:arxiv(?:\.org)?\s*[:/]\s*(?:abs/|pdf/)?|abs/|pdf/)(?P<named>{_ARXIV})(?![\w.]*\d)"
    r"|(?<![\w./])(?P<bare>\d{4}\.\d{5}(?:v\d{1,3})?)(?![\w.]*\d)"
    r"|(?<![\w.])(?P<doi>10\.\d{4,9}(?:\.\d+)*/[^\s\"<>“”«»]+)",
    re.IGNORECASE | re.ASCII,
)


def find(text: str) -> list[str]:
    """All ids, DOIs and links in a text, each paper once, in order.

    >>> find("arXiv:2401.12345v2  [cs.LG]  3 Jan 2024"), find("see (https://blog.example/a), or 10.1000/xyz.")
    (['2401.12345v2'], ['https://blog.example/a', '10.1000/xyz'])
    """
    found: dict[Name, str] = {}
    for match in _FOUND.finditer(text):
        address = match["named"] or match["bare"] or _trimmed(match["link"] or match["doi"])
        for name in names_in(address)[:1]:
            found.setdefault(name, address)
    return list(found.values())


def _trimmed(address: str) -> str:
    address = address.rstrip(_TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TRAILING)
    return address


def read(text: str) -> list[Listed]:
    """One entry for each paper that the text names, and one for each line that names none."""
    entries: dict[Name | int, Listed] = {}
    for number, row in enumerate(text.splitlines(), 1):
        row = row.strip()
        addresses = find(row) or ([row] if names_in(row) else [])
        for address in addresses:
            entries.setdefault(names_in(address)[0], listed(number, "", [address]))
        if row and not addresses:
            entries[number] = Listed(number, row[:200], None, "There is no link, arXiv id or DOI in this line.")
    return list(entries.values())
