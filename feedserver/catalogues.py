"""feedserver.catalogues: OpenAlex, Semantic Scholar and Crossref, which know four of five papers.

All is invented from the DOI. A DOI with "retracted" in it is retracted.
"""

import json
from random import Random
from typing import Any

from . import people
from .reply import Reply

ARXIV = "10.48550/arxiv."
VENUES = ["Journal of Quiet Machines", "Transactions on Small Models", "Proceedings of the Workshop on Rivers"]
# OpenAlex answers in HTML and Crossref in plain text where they know nothing.
UNKNOWN_WORK = Reply(status=404, body=b"Resource not found.", content_type="text/plain")


def openalex(seed: int, query: dict[str, str]) -> Reply:
    """Answer /works with a filter by DOIs; unknown ones are left out."""
    filters = query.get("filter", "")
    if not filters.startswith("doi:"):
        return _json({"error": "Invalid query parameters error.", "message": "Unknown filter."}, 400)
    dois = filters.removeprefix("doi:").split("|")
    if len(dois) > 100:
        return _json({"error": "Invalid query parameters error.", "message": "Maximum number of values exceeded"}, 400)
    works = [_openalex_work(seed, doi.lower()) for doi in dois if _is_known(seed, doi)]
    return _json({"meta": {"count": len(works), "page": 1}, "results": works})


def semantic_scholar(seed: int, body: bytes) -> Reply:
    """Answer /paper/batch: a list in the order of the ids, with null for unknown ones."""
    try:
        ids = json.loads(body)["ids"]
    except (ValueError, KeyError, TypeError):
        return _json({"error": "Bad JSON"}, 400)
    return _json([_scholar_paper(seed, name) if _is_known(seed, _doi(name)) else None for name in ids])


def crossref(seed: int, doi: str) -> Reply:
    """Answer /works/<doi>. arXiv's DOIs are not there."""
    if doi.lower().startswith(ARXIV) or not _is_known(seed, doi):
        return UNKNOWN_WORK
    rng = Random(f"{seed} {doi.lower()}")
    message = {
        "DOI": doi.lower(),
        "type": "journal-article",
        "container-title": [rng.choice(VENUES)],
        "author": [
            {"family": "Example", "sequence": "first", "affiliation": [{"name": rng.choice(people.AFFILIATIONS)}]}
        ],
        "reference": [
            {"key": f"ref{number}", "DOI": f"10.5555/old.{number}", "article-title": f"An older result, part {number}"}
            for number in range(3)
        ],
        "updated-by": [{"type": "retraction", "label": "Retraction"}] if "retracted" in doi else [],
    }
    return _json({"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": message})


def _openalex_work(seed: int, doi: str) -> dict[str, Any]:
    rng = Random(f"{seed} {doi}")
    is_preprint = doi.startswith(ARXIV)
    kind, name = ("repository", "arXiv (Cornell University)") if is_preprint else ("journal", rng.choice(VENUES))
    places = rng.sample(people.AFFILIATIONS, 2)
    return {
        "id": f"https://openalex.org/W{rng.randrange(10**9)}",
        "doi": f"https://doi.org/{doi}",
        "authorships": [{"institutions": [{"display_name": place}]} for place in places],
        "primary_location": {"source": {"display_name": name, "type": kind}},
        "is_retracted": "retracted" in doi,
    }


def _scholar_paper(seed: int, name: str) -> dict[str, Any]:
    rng = Random(f"{seed} {name}")
    return {
        "paperId": f"{rng.getrandbits(160):040x}",
        "venue": "arXiv.org",
        "publicationVenue": None,
        "references": [
            {"title": "A known ancestor", "year": 2019, "externalIds": {"ArXiv": "1901.00001", "CorpusId": 7}},
            {"title": "A book", "year": None, "externalIds": None},
        ],
    }


def _doi(name: str) -> str:
    kind, _, value = name.partition(":")
    return ARXIV + value if kind == "ARXIV" else value


def _is_known(seed: int, doi: str) -> bool:
    return Random(f"{seed} known {doi.lower()}").random() < 0.8


def _json(answer: Any, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(answer).encode(), content_type="application/json")
