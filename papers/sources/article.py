"""sources.article: the text of a post from its page, unless the page says that it is only for subscribers."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from . import bounds, charset, markup
from .length import count_words
from .text import line
from .wire.fetch import Reply

TAKEN, PAYWALL, EMPTY = "taken", "paywall", "empty"
FEWEST_WORDS = 60  # a page with less is a teaser, a login form, or a page that only scripts fill
LONGEST_TEXT = 200_000
_LOGIN = re.compile(r"(?:^|/)(?:log-?in|sign-?in|subscribe|register|sso|account/login)(?:[/.]|$)", re.IGNORECASE)
_PAGES = ("text/html", "application/xhtml+xml", "")


@dataclass(frozen=True, slots=True)
class Found:
    """The article of a page. `outcome`: TAKEN, PAYWALL or EMPTY; the HTML is still untrusted."""

    outcome: str
    text: str = ""
    html: str = ""
    words: int = 0


def read(reply: Reply, summary_words: int = 0) -> Found:
    """Find the article on a page. One that is no longer than the feed's summary of it is none. Run in a sandbox."""
    if reply.content_type not in _PAGES or not reply.body:
        return Found(EMPTY)
    if _LOGIN.search(urlsplit(reply.url).path):
        return Found(PAYWALL)
    try:
        body = charset.xml(reply.body, reply.headers.get("content-type", ""))
        page = lxml_html.document_fromstring(body, parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError):
        return Found(EMPTY)
    if _is_locked(page):
        return Found(PAYWALL)
    markup.spell_out(page)
    html, text = _extracted(page, reply.url)
    words = count_words(text)
    if words < FEWEST_WORDS or words <= summary_words:
        return Found(PAYWALL if page.xpath("//input[@type='password']") else EMPTY)
    return Found(TAKEN, text, html, words)


def _extracted(page: Any, url: str) -> tuple[str, str]:
    """The article as HTML and as text; ("", "") if there is none."""
    # Only here: it takes half a second to import, which the children that parse feeds need not spend.
    import trafilatura  # noqa: PLC0415

    found = trafilatura.extract(
        page,
        url=url,
        output_format="html",
        include_links=True,
        include_formatting=True,
        include_tables=True,
        include_comments=False,
    )
    if not found:
        return "", ""
    html = bounds.shallow(str(found)[:LONGEST_TEXT])
    body = lxml_html.document_fromstring(html.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    return html, " ".join(line(part) for part in body.itertext() if part.strip())[:LONGEST_TEXT]


def _is_locked(page: Any) -> bool:
    """True if the publisher declares the page to be for subscribers (schema.org, or the press's content tier)."""
    for script in page.xpath("//script[@type='application/ld+json']"):
        text = script.text or ""
        try:
            if any(str(value).strip().lower() == "false" for value in _access(json.loads(text))):
                return True
        except (ValueError, RecursionError):
            if re.search(r'"isAccessibleForFree"\s*:\s*"?false', text, re.IGNORECASE):
                return True
    tiers = page.xpath("//meta[@property='article:content_tier' or @name='article:content_tier']/@content")
    marks = page.xpath("//*[@itemprop='isAccessibleForFree']/@content")
    return "locked" in {tier.strip().lower() for tier in tiers} or "false" in {mark.strip().lower() for mark in marks}


def _access(data: Any) -> list[Any]:
    """The values of isAccessibleForFree, at any depth."""
    found: list[Any] = []
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "isAccessibleForFree" in part:
                found.append(part["isAccessibleForFree"])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found
