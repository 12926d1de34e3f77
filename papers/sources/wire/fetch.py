"""sources.wire.fetch: the polite fetcher: conditional, bounded in time and size, and never into a private network.

Redirects are followed by hand, so that each hop is checked, waits at its host's gate, and is known to be permanent or
not.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urljoin

import requests
import urllib3
from requests.utils import urldefragauth
from urllib3.response import BaseHTTPResponse, HTTPResponse

from .addresses import gate_name, host_of, leads_astray, must_read
from .line import Checked, Deadline, Line, in_sentences, session
from .sentences import FetchError, raise_for

Gate = Callable[[str], AbstractContextManager[None]]

MOST_HOPS = 6
GZIP = b"\x1f\x8b"
LONGEST_HEADER = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: `url` after redirects, `moved_to` where only permanent ones led, `body` decompressed."""

    status: int
    url: str
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    moved_to: str = ""

    @property
    def content_type(self) -> str:
        return _header(self.headers.get("content-type", "").partition(";")[0])[:100].lower()

    @property
    def etag(self) -> str:
        return _header(self.headers.get("etag", ""))

    @property
    def last_modified(self) -> str:
        return _header(self.headers.get("last-modified", ""))


def _header(value: str) -> str:
    """A header's value as it may be kept and sent back; "" for what is no plain, short text (a NUL, a line's end)."""
    value = value.strip()
    return value if len(value) <= LONGEST_HEADER and value.isascii() and value.isprintable() else ""


@contextmanager
def open_gate(host: str) -> Iterator[None]:
    """Let everybody pass at once: for tests, and for a single request."""
    yield


class Fetcher:
    """Fetches for this install: one at a time a host, by `gate(host)`.

    `connect_timeout` and `read_timeout` are seconds of silence, `deadline` seconds for the whole of one request,
    `patience` seconds for all requests together from now on (somebody waits for a page), `max_bytes` of what comes,
    compressed or not. With `line`, which `session` opened, connections are kept for the caller's next fetcher.
    """

    def __init__(
        self,
        gate: Gate,
        *,
        allow_private: bool = False,
        user_agent: str = "Tenth",
        connect_timeout: float = 10,
        read_timeout: float = 20,
        deadline: float = 60,
        patience: float | None = None,
        max_bytes: int = 10 * 1024 * 1024,
        line: Line | None = None,
    ):
        self.gate = gate
        self.allow_private = allow_private
        self.user_agent = user_agent
        self.timeout = (connect_timeout, read_timeout)
        self.deadline = deadline
        self._until = math.inf if patience is None else time.monotonic() + patience
        self.max_bytes = max_bytes
        self._line = line

    def get(self, url: str, etag: str = "", last_modified: str = "", accept: str = "*/*") -> Reply:
        """Fetch this address. A 304 comes back as a Reply without a body.

        Raises FetchError for everything that is neither 2xx nor 304.
        """
        headers = {"User-Agent": self.user_agent, "Accept": accept, "Accept-Encoding": "gzip, deflate, br"}
        if etag := _header(etag):
            headers["If-None-Match"] = etag
        if last_modified := _header(last_modified):
            headers["If-Modified-Since"] = last_modified
        permanent, moved_to = True, ""
        with nullcontext(self._line) if self._line else session(self.allow_private) as (opened, adapter):
            for _ in range(MOST_HOPS):
                url = must_read(url).url
                reply = self._hop(opened, adapter, url, headers)
                if reply.status not in (301, 302, 303, 307, 308) or "location" not in reply.headers:
                    break
                permanent = permanent and reply.status in (301, 308)
                url = _next(url, reply)
                moved_to = url if permanent else ""
            else:
                raise FetchError(f"{host_of(url)} redirects in a circle.", code=reply.status, permanent=True)
        raise_for(reply.status, host_of(reply.url), reply.headers.get("retry-after", ""))
        # The address of what came is what its links are read against: without the password that asked for it.
        return Reply(reply.status, urldefragauth(url), reply.headers, reply.body, moved_to)

    def _hop(self, opened: requests.Session, adapter: Checked, url: str, headers: dict[str, str]) -> Reply:
        host = host_of(url)
        with self.gate(gate_name(url)):
            seconds = min(self.deadline, self._until - time.monotonic())
            if seconds <= 0:
                raise FetchError(f"{host} took too long. Try again later, or with the exact address.")
            with Deadline(adapter, seconds) as deadline, in_sentences(host, deadline):
                answer = self._ask(opened, adapter, url, headers, seconds)
                return self._reply(answer, url, deadline)

    def _ask(
        self, opened: requests.Session, adapter: Checked, url: str, headers: dict[str, str], seconds: float
    ) -> requests.Response:
        timeout = (min(self.timeout[0], seconds), min(self.timeout[1], seconds))
        connections = adapter.opened
        try:
            return opened.get(url, headers=headers, timeout=timeout, allow_redirects=False, stream=True)
        except requests.ConnectionError:
            if adapter.opened > connections or not connections:
                raise
            # The server closed the connection that we had kept.
            return opened.get(url, headers=headers, timeout=timeout, allow_redirects=False, stream=True)

    def _reply(self, answer: requests.Response, url: str, deadline: Deadline) -> Reply:
        try:
            received = {name.lower(): value for name, value in answer.headers.items()}
            body = self._read(answer, host_of(url)) if answer.status_code in (200, 203) else b""
            if deadline.passed:
                raise TimeoutError
            return Reply(answer.status_code, url, received, body)
        finally:
            answer.close()

    def _read(self, answer: requests.Response, host: str) -> bytes:
        """The body, unpacked as its header says, or else as its first bytes show: servers get both wrong."""
        packed = self._take(answer.raw, host, unpack=False)
        encoding = answer.headers.get("Content-Encoding", "")
        try:
            body = self._unpacked(packed, encoding, host)
        except urllib3.exceptions.DecodeError:
            if packed.startswith(GZIP) or not _is_text(packed):
                raise
            body = packed
        return self._unpacked(body, "gzip", host) if body.startswith(GZIP) else body

    def _unpacked(self, packed: bytes, encoding: str, host: str) -> bytes:
        if not encoding:
            return packed
        headers = {"Content-Encoding": encoding}
        return self._take(HTTPResponse(BytesIO(packed), headers, preload_content=False), host, unpack=True)

    def _take(self, raw: BaseHTTPResponse, host: str, unpack: bool) -> bytes:
        parts, size = [], 0
        for part in raw.stream(64 * 1024, decode_content=unpack):
            size += len(part)
            if size > self.max_bytes:
                raise FetchError(f"{host} sent more than {self.max_bytes // 2**20} MB; that is no feed.", code=200)
            parts.append(part)
        return b"".join(parts)


def _is_text(body: bytes) -> bool:
    """Tell whether these are the first bytes of XML, HTML or JSON."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b"{", b"[")


def _next(url: str, reply: Reply) -> str:
    """Return a redirect's target. Servers write non-ASCII letters as UTF-8, and they arrive as Latin-1."""
    try:
        link = reply.headers["location"].encode("latin-1").decode("utf-8", "replace")
        if leads_astray(link):
            raise ValueError
        return urljoin(url, link)
    except ValueError as error:
        sentence = f"{host_of(url)} redirects to something that is no web address."
        raise FetchError(sentence, code=reply.status) from error
