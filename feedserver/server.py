"""feedserver.server: the loopback HTTP server, its clock, its faults and its record of requests."""

import fnmatch
import gzip
import hashlib
import html
import json
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from . import arxiv_api, arxiv_feed, catalogues, huggingface, mischief, press
from .hooks import Hooks
from .reply import Reply
from .world import World

HISTORY = timedelta(days=62)

SCHOLAR = "/scholar/paper/batch"


class Clock:
    """The server's clock: the real time, unless it is set (then it stands still) or advanced."""

    def __init__(self, now: datetime | None = None):
        self._standing = now
        self._ahead = timedelta()

    def now(self) -> datetime:
        return (self._standing or datetime.now(UTC)) + self._ahead

    def set(self, now: datetime | None) -> None:
        """Stop the clock at this time, or with None let it follow the real time again."""
        self._standing, self._ahead = now, timedelta()

    def advance(self, step: timedelta) -> None:
        self._ahead += step


@dataclass
class Request:
    """One request, with the times it arrived and was answered (in seconds of the monotonic clock)."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]  # lower-case names
    began: float
    ended: float = 0
    status: int = 0


@dataclass
class _Trouble:
    pattern: str
    kind: str
    options: dict[str, Any]
    times: int | None  # None: until behave()


class FeedServer:
    """A world of invented papers on a port of 127.0.0.1.

    >>> with FeedServer(seed=1, now=datetime(2026, 3, 4, 15, tzinfo=UTC)) as server:
    ...     server.misbehave("/rss/*", "status", code=503, retry_after=120, times=1)
    ...     use(server.arxiv_feed_url, server.arxiv_api_url, server.feeds())
    ...     server.clock.advance(timedelta(days=1))
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        now: datetime | None = None,
        port: int = 0,
        history: timedelta = HISTORY,
        a_day: int = 40,
    ):
        self.clock = Clock(now)
        self.world = World(seed, since=(self.clock.now() - history).date(), a_day=a_day)
        self.hooks = Hooks()
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._troubles: list[_Trouble] = []
        self._lock = threading.Lock()
        self._http = _Http(("127.0.0.1", port), _Handler)
        self._silent = socket.create_server(("127.0.0.1", 0))  # nobody ever accepts, so the kernel alone shakes hands
        self._http.feeds = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "FeedServer":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._silent.close()

    # Addresses

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def arxiv_feed_url(self) -> str:
        return self.url

    @property
    def arxiv_api_url(self) -> str:
        return f"{self.url}/api/query"

    def site(self, slug: str) -> str:
        return f"{self.url}/blogs/{slug}/"

    def feed(self, slug: str) -> str:
        return self.site(slug) + self.world.blogs[slug].feed_name

    def feeds(self) -> dict[str, str]:
        """Return each blog's feed address by the blog's name."""
        return {blog.name: self.feed(blog.slug) for blog in self.world.blogs.values()}

    @property
    def silent_url(self) -> str:
        """An address that accepts connections but neither reads nor answers requests."""
        return f"http://127.0.0.1:{self._silent.getsockname()[1]}"

    def hook(self, name: str, kind: str = "chat") -> str:
        """Return the address of a webhook: a chat's, or a `signed` one with the key in `hooks.keys[name]`."""
        return f"{self.url}/hooks/{kind}/{name}"

    # Mischief

    def misbehave(self, pattern: str, kind: str, times: int | None = None, **options: Any) -> None:
        """Answer requests whose path matches the shell pattern with one of the faults in mischief.KINDS."""
        if kind not in mischief.KINDS and kind != mischief.STALE:
            raise ValueError(f"{kind!r} is no mischief: {', '.join([*mischief.KINDS, mischief.STALE])}.")
        with self._lock:
            self._troubles.append(_Trouble(pattern, kind, options, times))

    def behave(self) -> None:
        with self._lock:
            self._troubles.clear()

    def _trouble(self, path: str) -> _Trouble | None:
        """Return the first fault for this path, and count it down."""
        with self._lock:
            for trouble in self._troubles:
                if fnmatch.fnmatchcase(path, trouble.pattern) and trouble.times != 0:
                    if trouble.times is not None:
                        trouble.times -= 1
                    return trouble
        return None

    # Answers

    def reply(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        trouble = self._trouble(path)
        good = self._conditional(
            self._good(path, query, stale=bool(trouble and trouble.kind == mischief.STALE)), headers
        )
        if trouble is None or trouble.kind == mischief.STALE:
            return good
        return mischief.KINDS[trouble.kind](good, **trouble.options)

    def receive(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Answer a webhook. With a fault it accepts nothing, unless the fault begins after accepting."""
        trouble = self._trouble(path)
        if trouble is None and path == SCHOLAR:
            return catalogues.semantic_scholar(self.world.seed, body)
        if trouble is None:
            return self.hooks.receive(path, headers, body, self.clock.now())
        return mischief.KINDS[trouble.kind](Reply(content_type="text/plain", body=b"ok"), **trouble.options)

    def _good(self, path: str, query: dict[str, str], *, stale: bool) -> Reply:
        now = self.clock.now()
        match path.split("/")[1:]:
            case ["api", "query"]:
                return arxiv_api.reply(self.world, now, query)
            case ["api", "daily_papers"]:
                return huggingface.reply(self.world, now, query)
            case ["rss" | "atom" as form, name]:
                return arxiv_feed.reply(self.world, now, form, name, stale=stale)
            case ["blogs", slug, name]:
                return press.reply(self.world, now, self.url, slug, name)
            case ["openalex", "works"]:
                return catalogues.openalex(self.world.seed, query)
            case ["crossref", "works", *doi]:
                return catalogues.crossref(self.world.seed, "/".join(doi))
            case [""]:
                return Reply(body=self._index().encode())
            case ["hooks", ""]:
                return Reply(body=self.hooks.page().encode())
        return press.NOT_FOUND

    def _conditional(self, good: Reply, headers: dict[str, str]) -> Reply:
        """Answer 304 if nothing changed; arXiv's own server never does."""
        if "Last-Modified" not in good.headers:
            return good
        etag = f'"{hashlib.sha1(good.body, usedforsecurity=False).hexdigest()}"'
        validators = {"Last-Modified": good.headers["Last-Modified"], "ETag": etag}
        if etag_seen := headers.get("if-none-match"):
            unchanged = etag_seen == etag
        elif since := headers.get("if-modified-since"):
            unchanged = parsedate_to_datetime(since) >= parsedate_to_datetime(validators["Last-Modified"])
        else:
            unchanged = False
        if unchanged:
            return Reply(status=304, headers=validators)
        return Reply(body=good.body, content_type=good.content_type, headers=validators)

    def _index(self) -> str:
        rows = "".join(f'<li><a href="{url}">{html.escape(name)}</a>\n' for name, url in self.feeds().items())
        return (
            '<!doctype html><meta charset="utf-8"><title>Invented sources</title>\n<h1>Invented sources</h1>\n'
            "<p>Every paper, person and result here is made up.\n"
            f'<ul>\n<li><a href="/rss/cs.LG">arXiv cs.LG, announced today</a>\n'
            '<li><a href="/api/query?search_query=cat:cs.LG&amp;sortBy=submittedDate">arXiv cs.LG by search</a>\n'
            f"{rows}</ul>\n"
        )

    # Remote control, for when the server runs in another process

    def control(self, orders: dict[str, Any]) -> dict[str, Any]:
        """Carry out orders: `{"advance_hours": 24}`, `{"now": "2026-03-04T15:00:00+00:00"}` (null: the real time),
        `{"behave": true}`, `{"misbehave": {"pattern": "/rss/*", "kind": "hang", "times": 1}}`,
        `{"key": {"name": "lab", "key": "whsec_…"}}`.
        Returns the clock, the blogs, the requests and the messages that webhooks received."""
        if "key" in orders:
            self.hooks.keys[orders["key"]["name"]] = orders["key"]["key"]
        if "now" in orders:
            self.clock.set(datetime.fromisoformat(orders["now"]) if orders["now"] else None)
        if "advance_hours" in orders:
            self.clock.advance(timedelta(hours=orders["advance_hours"]))
        if orders.get("behave"):
            self.behave()
        if "misbehave" in orders:
            self.misbehave(**orders["misbehave"])
        return {
            "now": self.clock.now().isoformat(),
            "blogs": {slug: {"name": blog.name, "feed": self.feed(slug)} for slug, blog in self.world.blogs.items()},
            "requests": [vars(request) for request in self.requests],
            "received": [vars(message) for message in self.hooks.received],
        }


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    feeds: FeedServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_GET(self) -> None:
        began = time.monotonic()
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(unquote(parts.path), query, headers, began)
        self.server.feeds.requests.append(request)
        reply = self.server.feeds.reply(request.path, request.query, headers)
        request.status = reply.status
        try:
            self._send(reply, gzipped="gzip" in headers.get("accept-encoding", ""))
        finally:
            request.ended = time.monotonic()

    def do_POST(self) -> None:
        began = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/control":
            answer = self.server.feeds.control(json.loads(body or b"{}"))
            self._send(Reply(body=json.dumps(answer).encode(), content_type="application/json"), gzipped=False)
        elif (self.path.startswith("/hooks/") and self.path.count("/") == 3) or self.path.startswith(SCHOLAR):
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(unquote(self.path.partition("?")[0]), {}, headers, began)
            self.server.feeds.requests.append(request)
            reply = self.server.feeds.receive(request.path, headers, body)
            request.status = reply.status
            self._send(reply, gzipped=False)
            request.ended = time.monotonic()
        else:
            self._send(press.NOT_FOUND, gzipped=False)

    def _send(self, reply: Reply, *, gzipped: bool) -> None:
        stopping = self.server.feeds.stopping
        if reply.manner == "hang":
            stopping.wait(reply.seconds)
            self.close_connection = True
            return
        body, headers = reply.body, dict(reply.headers)
        if gzipped and "Content-Encoding" not in headers and reply.manner == "plain" and 1000 < len(body) < 5_000_000:
            body, headers = gzip.compress(body, 1), headers | {"Content-Encoding": "gzip"}
        unframed = reply.manner == "unframed"
        if unframed:
            self.protocol_version = f"HTTP/{reply.version}"  # only for this connection, which ends with the response
        self.send_response(reply.status, HTTPStatus(reply.status).phrase)
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.status not in {204, 304}:
            self.send_header("Content-Type", reply.content_type)
            self.send_header(*(("Connection", "close") if unframed else ("Content-Length", str(len(body)))))
        self.end_headers()
        if reply.status in {204, 304}:
            return
        if reply.manner == "drip":
            size = max(1, -(-len(body) // max(1, int(reply.seconds * 10))))
            self._drip(body, size, 0.1)
        elif unframed and reply.seconds:
            self._drip(body, 1, reply.seconds)
        elif reply.manner == "stall":
            self.wfile.write(body[:20])
            stopping.wait(reply.seconds)
        else:
            self.wfile.write(body[: len(body) // 2] if reply.manner == "close" else body)
        self.close_connection = self.close_connection or reply.manner in {"close", "stall", "unframed"}

    def _drip(self, body: bytes, size: int, pause: float) -> None:
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            if self.server.feeds.stopping.wait(pause):
                break

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing; `requests` keeps the record."""
