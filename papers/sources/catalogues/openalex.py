"""sources.catalogues.openalex: institutions, venues and retractions of up to 50 works in one request."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from .facts import Facts, once, part, rows, words

BATCH = 50
_FIELDS = "id,doi,authorships,primary_location,is_retracted"


def address(base: str, dois: Sequence[str]) -> str:
    """The request for works by their DOIs. Commas and bars separate filters, so DOIs with them cannot be asked for."""
    named = "|".join(quote(doi, safe="/") for doi in dois if not set(doi) & set(",|"))
    return f"{base}/works?filter=doi:{named}&per-page={BATCH}&select={_FIELDS}"


def read(body: bytes) -> dict[str, Facts]:
    """The facts by DOI, in small letters. Raises ValueError for what is no answer of OpenAlex."""
    answer = json.loads(body)
    if not isinstance(part(answer, "results"), list):
        raise ValueError("no results")
    found = {}
    for work in rows(answer["results"]):
        if doi := words(work.get("doi")).lower().removeprefix("https://doi.org/"):
            source = part(work, "primary_location", "source")
            is_venue = part(source, "type") not in ("repository", None)
            found[doi] = Facts(
                institutions=once(
                    [
                        words(place.get("display_name"))
                        for author in rows(work.get("authorships"))
                        for place in rows(author.get("institutions"))
                    ]
                ),
                venue=words(part(source, "display_name")) if is_venue else "",
                retracted=work.get("is_retracted") is True,
            )
    return found
