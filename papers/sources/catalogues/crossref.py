"""sources.catalogues.crossref: the publisher's own record of a DOI."""

import json
from urllib.parse import quote

from .facts import Facts, once, part, reference, rows, words

_TAKEN_BACK = {"retraction", "withdrawal", "removal"}


def address(base: str, doi: str) -> str:
    return f"{base}/works/{quote(doi, safe='')}"


def read(body: bytes) -> Facts:
    """Read a work. Raises ValueError for what is no answer of Crossref."""
    work = part(json.loads(body), "message")
    if not isinstance(work, dict):
        raise ValueError("no message")
    titles = work.get("container-title")
    cited = [
        reference(
            each.get("article-title") or each.get("volume-title") or each.get("unstructured"),
            "",
            each.get("DOI"),
            each.get("year"),
        )
        for each in rows(work.get("reference"))
    ]
    return Facts(
        institutions=once(
            [
                words(place.get("name"))
                for author in rows(work.get("author"))
                for place in rows(author.get("affiliation"))
            ]
        ),
        venue=words(titles[0]) if isinstance(titles, list) and titles else "",
        references=tuple(each for each in cited if each),
        retracted=any(words(each.get("type")).lower() in _TAKEN_BACK for each in rows(work.get("updated-by"))),
    )
