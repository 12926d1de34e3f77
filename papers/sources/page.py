"""sources.page: describe a paper or post that somebody adds by its link, from the metadata of its page."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from ..identity import names_in
from ..wrappers import unwrap
from . import arxiv, charset, sandbox
from .item import Item, Signer
from .text import absolute, in_utc, line, plausible
from .wire.fetch import Fetcher, Reply
from .wire.sentences import FetchError


def describe(address: str, fetcher: Fetcher, endpoints: arxiv.Endpoints) -> Item:
    """Fetch a paper's record from arXiv, or the metadata of the page at an address.

    Raises FetchError when the site does not answer or the page has no title.
    """
    now = datetime.now(UTC)
    names = names_in(address)
    if names and names[0].kind == "arxiv":
        return arxiv.by_id(names[0].value, fetcher, now, endpoints)
    link = f"https://doi.org/{names[0].value}" if names and names[0].kind == "doi" else unwrap(address.strip())
    if "://" not in link:
        link = f"https://{link}"
    reply = fetcher.get(link, accept="text/html, application/xhtml+xml, */*;q=0.5")
    host = urlsplit(reply.url).hostname or reply.url
    if reply.content_type not in ("text/html", "application/xhtml+xml", ""):
        raise FetchError(f"{host} sent {reply.content_type}, not a web page. Add the page that links to it.", code=200)
    return sandbox.run(read, reply, link, host, now)


def read(reply: Reply, link: str, host: str, now: datetime) -> Item:
    """Read the page as an item. Raises FetchError when it has no title or cannot be parsed."""
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False)
        body = charset.xml(reply.body, reply.headers.get("content-type", ""))
        page = lxml_html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise FetchError(f"{host} sent a page that cannot be read.", code=reply.status) from error
    metas: dict[str, list[str]] = {}
    for tag in page.iter("meta"):
        name = (tag.get("name") or tag.get("property") or "").lower()
        if name and (content := line(tag.get("content"))):
            metas.setdefault(name, []).append(content)

    def meta(*names: str) -> str:
        return next((metas[name][0] for name in names if name in metas), "")

    title = meta("citation_title", "og:title", "twitter:title", "dc.title") or line(page.findtext(".//title"))
    if not title:
        raise FetchError(f"The page at {host} has no title.", code=reply.status)
    canonical = next(
        (tag.get("href") for tag in page.iter("link") if "canonical" in (tag.get("rel") or "").lower().split()), ""
    )
    article = " ".join(page.text_content().split()) if "citation_title" not in metas else ""
    return Item(
        title=title,
        link=reply.url,
        addresses=tuple(
            text
            for text in (link, absolute(reply.url, canonical), meta("citation_arxiv_id"), meta("citation_doi"))
            if text
        ),
        abstract=meta("citation_abstract", "og:description", "description", "twitter:description"),
        authors=tuple(Signer(_forename_first(name)) for name in metas.get("citation_author", metas.get("author", []))),
        journal_ref=meta("citation_journal_title", "citation_conference_title"),
        published_at=plausible(
            _date(meta("citation_publication_date", "citation_date", "citation_online_date", "article:published_time")),
            now,
        ),
        words=min(len(article.split()), 20_000),
    )


def _forename_first(name: str) -> str:
    """
    >>> _forename_first("Lee, Ann"), _forename_first("Ann Lee")
    ('Ann Lee', 'Ann Lee')
    """
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and ", " not in first else name


def _date(text: str) -> datetime | None:
    """
    >>> _date("2026/03/04").isoformat()
    '2026-03-04T00:00:00+00:00'
    """
    try:
        at: Any = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return in_utc(at)
