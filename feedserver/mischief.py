"""feedserver.mischief: the ways real servers misbehave. Each turns a good reply into a bad one."""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from . import poison as poisons
from .reply import Reply

LOGIN_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>"
BLANKS = b" " * 1_000_000


def status(good: Reply, code: int | str, retry_after: str = "") -> Reply:
    """Answer with a bare status and a line of plain text, as a CDN does; 304 has no body."""
    code = int(code)
    body = b"" if code == 304 else b"Rate exceeded.\n" if code == 429 else b"Something went wrong.\n"
    return Reply(
        status=code,
        body=body,
        content_type="text/plain",
        headers={"Retry-After": str(retry_after)} if retry_after else {},
    )


def redirect(good: Reply, to: str, code: int | str = 302) -> Reply:
    """Redirect elsewhere, to the same address (a loop) or to a private address; 301 and 308 are permanent."""
    return Reply(status=int(code), headers={"Location": to})


def drip(good: Reply, seconds: float | str = 60) -> Reply:
    """Send the whole body, but spread over this many seconds."""
    return replace(good, manner="drip", seconds=float(seconds))


def hang(good: Reply, seconds: float | str = 60) -> Reply:
    """Accept the request and never answer."""
    return replace(good, manner="hang", seconds=float(seconds))


def close(good: Reply) -> Reply:
    """Promise the whole body, send half and disconnect."""
    return replace(good, manner="close")


def unframed(good: Reply, pause: float | str = 0, version: str = "1.1") -> Reply:
    """Send no length: the body ends with the connection, in HTTP/1.0 or 1.1, one byte every `pause` seconds."""
    return replace(good, manner="unframed", seconds=float(pause), version=version)


def stall(good: Reply, seconds: float | str = 60) -> Reply:
    """Send the headers and the start of the body, then nothing more on a connection that stays open."""
    return replace(good, manner="stall", seconds=float(seconds))


def cut(good: Reply) -> Reply:
    """Send half of the document as if it were complete."""
    return replace(good, body=good.body[: len(good.body) // 2])


def empty(good: Reply) -> Reply:
    return replace(good, body=b"")


def page(good: Reply) -> Reply:
    """Send a page for people where a feed should be."""
    return Reply(body=LOGIN_PAGE)


def charset(good: Reply) -> Reply:
    """Send Latin-1 bytes labelled as UTF-8."""
    return replace(good, body=good.body.decode().encode("latin-1", "replace"))


def malformed(good: Reply) -> Reply:
    """Add unusable entries before, between and after the good ones."""
    text = good.body.decode()
    if good.content_type.startswith(("application/feed+json", "application/json")):
        bad = '{"id": null, "date_published": "the other day"}, 17, '
        return replace(good, body=text.replace('"items": [', f'"items": [{bad}', 1).encode())
    name = "item" if "<item" in text else "entry"
    bad = f"<{name}><title></title><pubDate>noon or so</pubDate><updated>31 Feb</updated></{name}>"
    return replace(good, body=text.replace(f"</{name}>", f"</{name}>{bad}").encode())


def guids(good: Reply) -> Reply:
    """Give every entry a new id, and change nothing else."""
    text = re.sub(
        r"(<guid[^>]*>|<entry>\s*(?:<title>.*</title>\s*<link[^>]*>\s*)?<id>)", r"\1republished:", good.body.decode()
    )
    return replace(good, body=re.sub(r'("id": ")', r"\1republished:", text).encode())


def scripts(good: Reply) -> Reply:
    """Put markup that no page may run into titles and texts."""
    nasty = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"
    return replace(
        good,
        body=re.sub(
            r"(<(?:title|description|summary|content:encoded)[^>]*>)", rf"\1{nasty}", good.body.decode()
        ).encode(),
    )


@cache
def _packed(megabytes: int) -> bytes:
    return gzip.compress(BLANKS * megabytes, 9)


def bomb(good: Reply, megabytes: int | str = 200) -> Reply:
    """Send a few kilobytes of gzip that unpack to far more."""
    return Reply(body=_packed(int(megabytes)), content_type=good.content_type, headers={"Content-Encoding": "gzip"})


def huge(good: Reply, megabytes: int | str = 50) -> Reply:
    """Send the feed followed by endless blanks."""
    return replace(good, body=good.body + BLANKS * int(megabytes))


def poison(good: Reply, name: str, size: int | str = 200_000, charset: str = "") -> Reply:
    """Add one entry of poison.ENTRIES before the good ones; or apply `encoding` (named by `charset`) or `headers`."""
    if name == "encoding":
        return poisons.encoding(good, charset)
    return poisons.headers(good) if name == "headers" else poisons.entry(good, name, int(size))


KINDS: dict[str, Callable[..., Reply]] = {
    kind.__name__: kind
    for kind in (
        *(status, redirect, drip, hang, close, unframed, stall, cut, empty, page, charset, malformed, guids, scripts),
        *(bomb, huge, poison),
    )
}
STALE = "stale"  # yesterday's batch under today's date, the one fault that needs to know the calendar
