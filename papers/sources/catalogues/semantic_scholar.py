"""sources.catalogues.semantic_scholar: references and venues, many papers in one request."""

import json
from collections.abc import Sequence

from .facts import Facts, part, reference, rows, words

BATCH = 50  # up to 500 are allowed, but with their references the answer would be too long
_FIELDS = "venue,publicationVenue,references.title,references.year,references.externalIds"


def address(base: str) -> str:
    return f"{base}/paper/batch?fields={_FIELDS}"


def question(ids: Sequence[str]) -> bytes:
    """The body that asks for these ids, such as "ARXIV:2603.00001" and "DOI:10.1/x"."""
    return json.dumps({"ids": list(ids)}).encode()


def read(body: bytes, count: int) -> list[Facts | None]:
    """The facts in the order of the ids; None for papers that it does not know.

    Raises ValueError for what is no answer of Semantic Scholar.
    """
    answer = json.loads(body)
    if not isinstance(answer, list) or len(answer) != count:
        raise ValueError("not one answer for each id")
    return [_facts(paper) if isinstance(paper, dict) else None for paper in answer]


def _facts(paper: dict[str, object]) -> Facts:
    venue = words(part(paper, "publicationVenue", "name")) or words(paper.get("venue"))
    cited = [
        reference(
            each.get("title"), part(each, "externalIds", "ArXiv"), part(each, "externalIds", "DOI"), each.get("year")
        )
        for each in rows(paper.get("references"))
    ]
    return Facts(
        venue="" if venue.lower() in {"arxiv", "arxiv.org"} else venue, references=tuple(each for each in cited if each)
    )
