"""reading.cite: metadata for reference managers: citation_* tags on paper pages, COinS on lists."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from ..models import Paper
from ..names import parts, surname_first
from ..tex import plain


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
        first = parts(authors[0])
        if first.is_organization:
            fields.append(("rft.aucorp", first.family))
        else:
            fields += [("rft.aulast", first.family), ("rft.aufirst", first.given), ("rft.ausuffix", first.suffix)]
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
