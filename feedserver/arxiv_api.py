"""feedserver.arxiv_api: arXiv's search API, `/api/query`, in the Atom dialect it speaks since 2026."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import quote_plus

from .markup import DECLARATION, escape, lines, tag
from .reply import Reply
from .world import Paper, Version, World

FEED = (
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom">\n'
)
MOST_RESULTS, MOST_IN_A_SLICE = 30_000, 2_000
NEW_ID = re.compile(r"\d{4}\.\d{4,5}(v[1-9]\d*)?")
OLD_ID = re.compile(r"[a-z]+(-[a-z]{2,})?(\.[A-Za-z-]{2,})?/\d{7}(v[1-9]\d*)?")

Match = Callable[[Paper], bool]
Hit = tuple[Paper, tuple[Version, ...]]  # with all versions up to now, or the requested one


class BadQueryError(Exception):
    """A query that arXiv rejects; the message is the text of its error entry."""


def reply(world: World, now: datetime, query: dict[str, str]) -> Reply:
    """Answer one query."""
    try:
        start = _number(query, "start", 0)
        most = _number(query, "max_results", 10)
        if most > MOST_RESULTS:
            raise BadQueryError(f"max_results must be less than {MOST_RESULTS}")
        hits = _sort(_find(world, world.today(now), query), query)
    except BadQueryError as error:
        return _error(str(error), now)
    entries = "".join(_entry(*hit) for hit in hits[start : start + min(most, MOST_IN_A_SLICE)])
    head = _head(query, start, most, len(hits), now)
    body = f"{DECLARATION}{FEED}{head}{entries}</feed>\n".encode()
    return Reply(body=body, content_type="application/atom+xml; charset=utf-8")


def _number(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name, "") or str(default)
    if not re.fullmatch(r"-?\d+", value):
        raise BadQueryError(f"{name} must be an integer")
    if int(value) < 0:
        raise BadQueryError(f"{name} must be non-negative")
    return int(value)


# Searching


def _find(world: World, day: date, query: dict[str, str]) -> list[Hit]:
    words, ids = query.get("search_query", ""), query.get("id_list", "")
    if not words and not ids:
        raise BadQueryError("search_query and id_list must not both be empty")
    matches = parse(words) if words else None
    papers = world.papers(day)
    if not ids:
        return [(paper, paper.until(day)) for paper in papers if matches is None or matches(paper)]
    by_id = {paper.id: paper for paper in papers}
    hits: list[Hit] = []
    for requested in map(str.strip, ids.split(",")):
        if not NEW_ID.fullmatch(requested) and not OLD_ID.fullmatch(requested):
            raise BadQueryError(f"incorrect id format for {requested}")
        base, _, number = requested.partition("v")
        paper = by_id.get(base)
        if paper and (matches is None or matches(paper)):
            versions = [version for version in paper.until(day) if not number or version.number == int(number)]
            if versions:
                hits.append((paper, (paper.versions[0], versions[-1])))
    return hits


def _sort(hits: list[Hit], query: dict[str, str]) -> list[Hit]:
    by, order = query.get("sortBy") or "relevance", query.get("sortOrder") or "descending"
    if by not in {"relevance", "lastUpdatedDate", "submittedDate"}:
        raise BadQueryError("sortBy must be in: relevance, lastUpdatedDate, submittedDate")
    if order not in {"ascending", "descending"}:
        raise BadQueryError("sortOrder must be in: ascending, descending")
    if query.get("id_list") and by == "relevance":
        return hits
    which = -1 if by == "lastUpdatedDate" else 0
    return sorted(hits, key=lambda hit: hit[1][which].submitted, reverse=order == "descending")


# The query language: prefixes, quotes, brackets, and AND, OR, ANDNOT from left to right; a missing operator means OR.

TOKEN = re.compile(
    r"(?P<bracket>[()])"
    r"|submittedDate:\[(?P<since>\d{8,14}) TO (?P<until>\d{8,14})\]"
    r'|(?:(?P<field>ti|au|abs|co|jr|cat|rn|id|all):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))'
)


def parse(query: str) -> Match:
    """Turn a query into a predicate on papers."""
    tokens = list(TOKEN.finditer(query))
    matches, rest = _expression(tokens)
    if rest:
        raise BadQueryError("unbalanced brackets in search_query")
    return matches


def _expression(tokens: list[re.Match[str]]) -> tuple[Match, list[re.Match[str]]]:
    matches: Match | None = None
    operator = "OR"
    while tokens and tokens[0]["bracket"] != ")":
        token, *tokens = tokens
        if token[0] in {"AND", "OR", "ANDNOT"}:
            operator = token[0]
            continue
        if token["bracket"]:
            right, tokens = _expression(tokens)
            if not tokens:
                raise BadQueryError("unbalanced brackets in search_query")
            tokens = tokens[1:]
        else:
            right = _term(token)
        matches = right if matches is None else _join(operator, matches, right)
        operator = "OR"
    return matches or (lambda paper: False), tokens


def _join(operator: str, left: Match, right: Match) -> Match:
    if operator == "AND":
        return lambda paper: left(paper) and right(paper)
    if operator == "ANDNOT":
        return lambda paper: left(paper) and not right(paper)
    return lambda paper: left(paper) or right(paper)


def _term(token: re.Match[str]) -> Match:
    if token["since"]:
        since, until = (_moment(token[name]) for name in ("since", "until"))
        return lambda paper: since <= paper.versions[0].submitted <= until
    field = token["field"] or "all"
    term = token["phrase"] if token["phrase"] is not None else token["word"]
    if field == "cat":
        if term.endswith("*"):
            return lambda paper: any(name.startswith(term[:-1]) for name in paper.text.categories)
        return lambda paper: term in paper.text.categories
    if field == "id":
        return lambda paper: paper.id == term
    folded = f" {_fold(term)} "
    return lambda paper: folded in _fields(paper, field)


def _moment(digits: str) -> datetime:
    try:
        return datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadQueryError(f"incorrect date format for {digits}") from error


def _fold(text: str) -> str:
    """Reduce text to lower-case words without accents, separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _fields(paper: Paper, field: str) -> str:
    text = paper.text
    authors = " ; ".join(author.name for author in text.authors)
    fields = {"ti": text.title, "abs": text.abstract, "co": text.comment, "jr": text.journal_ref, "au": authors}
    selected = [*fields.values()] if field == "all" else [fields.get(field, "")]
    return "".join(f" {_fold(value)} " for value in selected)


# Writing the answer


def _head(query: dict[str, str], start: int, most: int, total: int, now: datetime) -> str:
    words, ids = query.get("search_query", ""), query.get("id_list", "")
    title = f"arXiv Query: search_query={words}&id_list={ids}&start={start}&max_results={most}"
    digest = base64.urlsafe_b64encode(hashlib.sha1(title.encode(), usedforsecurity=False).digest()).decode().rstrip("=")
    link = (
        f"https://arxiv.org/api/query?search_query={quote_plus(words, safe=':()')}"
        f"&start={start}&max_results={most}&id_list={ids}"
    )
    return lines(
        2,
        tag("id", f"https://arxiv.org/api/{digest}"),
        tag("title", title),
        tag("updated", _stamp(now)),
        f'<link href="{escape(link)}" type="application/atom+xml"/>',
        tag("opensearch:itemsPerPage", str(most)),
        tag("opensearch:totalResults", str(total)),
        tag("opensearch:startIndex", str(start)),
    )


def _entry(paper: Paper, versions: tuple[Version, ...]) -> str:
    text, shown = paper.text, versions[-1]
    name = f"{paper.id}v{shown.number}"
    authors = (
        "<author>\n"
        + lines(6, tag("name", author.name), tag("arxiv:affiliation", author.affiliation))
        + "    </author>"
        for author in text.authors
    )
    inside = lines(
        4,
        tag("id", f"http://arxiv.org/abs/{name}"),
        tag("title", text.title),
        tag("updated", _stamp(shown.submitted)),
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        tag("summary", paper.abstract_of(shown.number)),
        *(f'<category term="{category}" scheme="http://arxiv.org/schemas/atom"/>' for category in text.categories),
        tag("published", _stamp(versions[0].submitted)),
        tag("arxiv:comment", text.comment),
        f'<arxiv:primary_category term="{text.categories[0]}"/>',
        tag("arxiv:journal_ref", text.journal_ref),
        tag("arxiv:doi", text.doi),
        *authors,
    )
    return f"  <entry>\n{inside}  </entry>\n"


def _error(message: str, now: datetime) -> Reply:
    """Return one entry that is not a paper: its id is under /api/errors, and it has no publication date."""
    address = f"https://arxiv.org/api/errors#{re.sub('[^A-Za-z0-9.]+', '_', message)}"
    head = lines(
        2,
        tag("id", "https://arxiv.org/"),
        tag("title", "arXiv Search Results"),
        tag("updated", _stamp(now)),
        *(tag(f"opensearch:{name}", value) for name, value in (("itemsPerPage", "1"), ("totalResults", "1"))),
        tag("opensearch:startIndex", "0"),
        "<entry>",
        "  " + tag("id", address),
        "  " + tag("title", "Error"),
        "  " + tag("updated", _stamp(now)),
        f'  <link href="{escape(address)}" rel="alternate" type="text/html"/>',
        "  " + tag("summary", message),
        "  <author>",
        "    " + tag("name", "arXiv api core"),
        "  </author>",
        "</entry>",
    )
    body = f"{DECLARATION}{FEED}{head}</feed>\n".encode()
    return Reply(status=400, body=body, content_type="application/atom+xml; charset=utf-8")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
