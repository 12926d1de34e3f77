"""feedserver.poison: a feed or page with one entry that chokes readers, in front of the good ones.

Every entry here is well-formed enough to be somebody's real post: what is wrong with it is a character that no text
may hold, a number out of all bounds, the name of an odd encoding, or markup that costs a careless parser minutes.
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
    """One entry, its title and author as written in XML or HTML; `json_fields` go into JSON as they stand."""

    title: str = "A post"
    author: str = "Ann Example"
    content: str = "<p>Some words.</p>"  # HTML, before it is escaped
    json_fields: str = ""


def _text(reference: str, in_json: str) -> Entry:
    """One character, in each field that a reader shows."""
    fields = f'"title": "A {in_json} post", "authors": [{{"name": "Ann {in_json}"}}], "content_text": "b {in_json}"'
    return Entry(f"A {reference} post", f"Ann {reference}", f"<p>b {reference}</p>", fields)


ENTRIES: dict[str, Callable[[int], Entry]] = {
    # Characters
    "surrogate": lambda size: _text("&#xD800;", r"\ud800"),
    "emoji": lambda size: _text("&#xD83D;&#xDE00;", r"\ud83d\ude00"),  # one emoji, as two halves of UTF-16
    "reference": lambda size: _text("&#1114112; &#99999999999; &#x110000;", r"\uffff \u0000"),
    # Numbers and types, in JSON alone; in XML this is a post like any other
    "numbers": lambda size: Entry(
        json_fields=f'"title": "A post", "id": {"9" * size}, "date_published": 1e999, "authors": [{"8" * size}]'
    ),
    "types": lambda size: Entry(
        json_fields='"title": ["A"], "url": {"a": 1}, "content_html": 7, "date_published": true, "authors": "Ann"'
    ),
    # Work
    "author": lambda size: Entry(author="a" * size),
    "lists": lambda size: Entry(content="<li><dd>" * (size // 8)),
    "newlines": lambda size: Entry(content="<div\n<>" * (size // 7)),
    "attributes": lambda size: Entry(content="<div a=<>>" * (size // 10)),
}


def entry(good: Reply, name: str, size: int) -> Reply:
    """The good reply with this entry of ENTRIES in front of the others; a page gets its title and text."""
    bad, text = ENTRIES[name](size), good.body.decode()
    if '"items": [' in text:
        fields = bad.json_fields or (
            f'"title": {json.dumps(bad.title)}, "authors": [{{"name": {json.dumps(bad.author)}}}], '
            f'"content_html": {json.dumps(bad.content)}'
        )
        made = text.replace('"items": [', f'"items": [{{"url": "{LINK}", {fields}}}, ', 1)
    elif "<!doctype html" in text[:100].lower():
        made = re.sub(r"<title>.*?</title>", lambda _: f"<title>{bad.title}</title>", text, count=1)
        made = made.replace("<article>", f"<article>{bad.content}", 1)
    else:
        made = re.sub(r"<(?:item|entry)\b", lambda first: _xml(bad, text) + first[0], text, count=1)
    return replace(good, body=made.encode())


def _xml(bad: Entry, around: str) -> str:
    content = escape(bad.content).replace("&amp;#", "&#")  # a reference stays one
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
    """The same bytes, under the name of this encoding: in the declaration and in the header."""
    body = re.sub(rb"(?<=encoding=)(['\"]).*?\1", lambda _: f'"{charset}"'.encode(), good.body, count=1)
    return replace(good, body=body, content_type=f"{good.content_type.partition(';')[0]}; charset={charset}")


def headers(good: Reply) -> Reply:
    """Validators that no database takes and no request may carry back."""
    return replace(good, headers=good.headers | {"ETag": '"a\0b\x7f\xe9"', "Last-Modified": "noon\0" + "x" * 5_000})
