"""feedserver.poison: feeds and pages with one entry, ahead of the good ones, that trips up readers.

Every entry is well-formed enough to be somebody's real post. The problem is a forbidden character, an absurdly large
number, the name of an odd encoding, or markup that keeps a careless parser busy for minutes.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from .markup import escape
from .reply import Reply

LINK = "https://poisoned.invented.example/post"


@dataclass(frozen=True)
class Entry:
    """One entry, with title and author as written in XML or HTML; `json_fields` go into JSON verbatim."""

    title: str = "A post"
    author: str = "Ann Example"
    content: str = "<p>Some words.</p>"  # HTML, before escaping
    json_fields: str = ""


def _text(reference: str, in_json: str) -> Entry:
    """Put one character into every field that a reader shows."""
    fields = f'"title": "A {in_json} post", "authors": [{{"name": "Ann {in_json}"}}], "content_text": "b {in_json}"'
    return Entry(f"A {reference} post", f"Ann {reference}", f"<p>b {reference}</p>", fields)


ENTRIES: dict[str, Callable[[int], Entry]] = {
    # Characters
    "surrogate": lambda size: _text("&#xD800;", r"\ud800"),
    "emoji": lambda size: _text("&#xD83D;&#xDE00;", r"\ud83d\ude00"),  # one emoji as two UTF-16 surrogates
    "reference": lambda size: _text("&#1114112; &#99999999999; &#x110000;", r"\uffff \u0000"),
    # Numbers and types, which only affect JSON; in XML this is an ordinary post
    "numbers": lambda size: Entry(
        json_fields=f'"title": "A post", "id": {"9" * size}, "date_published": 1e999, "authors": [{"8" * size}]'
    ),
    "types": lambda size: Entry(
        json_fields='"title": ["A"], "url": {"a": 1}, "content_html": 7, "date_published": true, "authors": "Ann"'
    ),
    # Expensive to parse
    "author": lambda size: Entry(author="a" * size),
    "lists": lambda size: Entry(content="<li><dd>" * (size // 8)),
    "newlines": lambda size: Entry(content="<div\n<>" * (size // 7)),
    "attributes": lambda size: Entry(content="<div a=<>>" * (size // 10)),
}


def entry(good: Reply, name: str, size: int) -> Reply:
    """Put an entry of ENTRIES ahead of the good ones; a page gets its title and text."""
    bad, text = ENTRIES[name](size), good.body.decode()
    if '"items": [' in text:
        fields = bad.json_fields or (
            f'"title": {json.dumps(bad.title)}, "authors": [{{"name": {json.dumps(bad.author)}}}], '
            f'"content_html": {json.dumps(bad.content)}'
        )
        changed = text.replace('"items": [', f'"items": [{{"url": "{LINK}", {fields}}}, ', 1)
    elif "<!doctype html" in text[:100].lower():
        changed = re.sub(r"<title>.*?</title>", lambda _: f"<title>{bad.title}</title>", text, count=1)
        changed = changed.replace("<article>", f"<article>{bad.content}", 1)
    else:
        changed = re.sub(r"<(?:item|entry)\b", lambda first: _xml(bad, text) + first[0], text, count=1)
    return replace(good, body=changed.encode())


def _xml(bad: Entry, around: str) -> str:
    content = escape(bad.content).replace("&amp;#", "&#")  # keep references
    if "<entry" in around:
        return (
            f'<entry><title>{bad.title}</title><link href="{LINK}"/><id>{LINK}</id>'
            f'<author><name>{bad.author}</name></author><content type="html">{content}</content></entry>'
        )
    about = f' rdf:about="{LINK}"' if "<rdf:RDF" in around else ""
    return (
        f"<item{about}><title>{bad.title}</title><link>{LINK}</link><author>{bad.author}</author>"
        f"<description>{content}</description></item>"
    )


def encoding(good: Reply, charset: str) -> Reply:
    """Label the same bytes with this encoding, in the declaration and in the header."""
    body = re.sub(rb"(?<=encoding=)(['\"]).*?\1", lambda _: f'"{charset}"'.encode(), good.body, count=1)
    return replace(good, body=body, content_type=f"{good.content_type.partition(';')[0]}; charset={charset}")


def headers(good: Reply) -> Reply:
    """Send validators that no database accepts and no request may repeat."""
    return replace(good, headers=good.headers | {"ETag": '"a\0b\x7f\xe9"', "Last-Modified": "noon\0" + "x" * 5_000})
