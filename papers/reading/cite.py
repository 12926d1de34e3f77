"""reading.cite: metadata for reference managers: citation_* tags on paper pages, COinS on lists."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from ..models import Paper
from ..tex import plain

_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"}
_PARTICLES = {
    "af", "al", "bin", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "dos", "du", "el", "la", "le",
    "ten", "ter", "van", "vom", "von", "zu", "zum", "zur",
}  # fmt: skip


def surname_first(name: str) -> str:
    """Put the surname first, as reference managers expect. Collaborations and single words are unchanged.

    >>> surname_first("Ada M. Example"), surname_first("Jan van der Berg"), surname_first("Martin King Jr.")
    ('Example, Ada M.', 'van der Berg, Jan', 'King, Martin, Jr.')
    >>> surname_first("The ATLAS Collaboration"), surname_first("Example, Ada")
    ('The ATLAS Collaboration', 'Example, Ada')
    """
    words = name.split()
    if "," in name or len(words) < 2 or words[-1].lower() in {"collaboration", "team", "group", "consortium"}:
        return name
    suffix = [words.pop()] if words[-1].lower() in _SUFFIXES and len(words) > 2 else []
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return ", ".join([" ".join(words[at:]), " ".join(words[:at]), *suffix])


def metas(
    paper: Paper, authors: Iterable[str], doi: str, address: str, revised: datetime | None = None
) -> list[tuple[str, str]]:
    """The names and contents of the <meta> tags on a paper's page, the same set as on arXiv.

    `revised`: the date of the latest version.
    """
    date = paper.published_at or paper.arrived_at
    tags = [
        ("citation_title", paper.plain_title),
        *(("citation_author", surname_first(name)) for name in authors),
        ("citation_date", f"{date:%Y/%m/%d}"),
        ("citation_online_date", f"{revised or date:%Y/%m/%d}"),
        (
            "citation_pdf_url",
            f"https://arxiv.org/pdf/{paper.arxiv_id}" if paper.arxiv_id and not paper.is_taken_back else "",
        ),
        ("citation_arxiv_id", paper.arxiv_id),
        ("citation_doi", doi),
        ("citation_keywords", "; ".join(paper.categories)),
        ("citation_abstract", plain(paper.abstract)),
        ("citation_public_url", paper.link if not paper.arxiv_id else address),
    ]
    return [(name, content) for name, content in tags if content]


def coins(paper: Paper, authors: list[str]) -> str:
    """The title attribute of a paper's COinS span, not yet escaped for HTML."""
    fields = [("rft.atitle", paper.plain_title)]
    if authors:
        last, _, first = surname_first(authors[0]).partition(", ")
        fields += [("rft.aulast", last), ("rft.aufirst", first)]
        fields += [("rft.au", name) for name in authors[1:]]
    if paper.published_at:
        fields.append(("rft.date", f"{paper.published_at:%Y-%m-%d}"))
    fields.append(("rft_id", f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else paper.link))
    return "ctx_ver=Z39.88-2004&rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Ajournal&" + "&".join(
        f"{name}={percent(value)}" for name, value in fields if value
    )


_PERCENT = {code: f"%{code:02X}" for code in range(128) if not (chr(code).isalnum() or chr(code) in "_.-~")}


@lru_cache(4096)  # the same names and categories recur on every list
def percent(text: str) -> str:
    """The same as urllib's quote(text, safe=""), which is too slow for the hundreds of values on a list.

    >>> percent("a b/é&~")
    'a%20b%2F%C3%A9%26~'
    """
    return text.translate(_PERCENT) if text.isascii() else quote(text, safe="")
