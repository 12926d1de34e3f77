"""sources.http: the polite fetcher: conditional, bounded in time and size, and never into a private network.

Redirects are followed by hand, so that each hop is checked, waits at its host's gate, and is known to be permanent or
not. The connection is made to the very address that was checked: a name that resolves to another address a moment
later (DNS rebinding) gains nothing.
"""

import ipaddress
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin
from urllib.request import getproxies

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import urldefragauth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from . import address as addresses

Gate = Callable[[str], AbstractContextManager[None]]

ARXIV = "arxiv.org"
MOST_HOPS = 6
RESOLVE_SECONDS = 8.0
LEAST_WAIT, MOST_WAIT = 60, 86_400  # seconds of a Retry-After that are believed


class FetchError(Exception):
    """The fetch failed; the text is a sentence for people.

    `status`: the HTTP status, when there was one. `retry_after`: seconds the far side asked us to wait.
    `gone`: it says that it is no more (410). `permanent`: asking again will not help.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        gone: bool = False,
        permanent: bool = False,
    ):
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after
        self.gone = gone
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: `url` after redirects, `moved_to` where only permanent ones led, `body` decompressed."""

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


LONGEST_HEADER = 1000


def _header(value: str) -> str:
    """A header's value as it may be kept and sent back; "" for what is no plain, short text (a NUL, a line's end)."""
    value = value.strip()
    return value if len(value) <= LONGEST_HEADER and value.isascii() and value.isprintable() else ""


# ── where to ────────────────────────────────────────────────────────────────────────────────


def gate_name(url: str) -> str:
    """The host and port that a request occupies; all of arXiv's hosts are one.

    >>> gate_name("https://export.arxiv.org/api/query"), gate_name("http://blog.example:8080/x")
    ('arxiv.org', 'blog.example:8080')
    """
    where = addresses.read(url)
    if not where:
        return ""  # nothing goes there
    if where.host == ARXIV or where.host.endswith(f".{ARXIV}"):
        return ARXIV
    return f"{where.host}:{where.port}"


@contextmanager
def open_gate(host: str) -> Iterator[None]:
    """For tests, and for who asks once: nobody waits."""
    yield


class PrivateAddressError(OSError):
    """The name leads into a private or local network."""


# IANA's special-purpose registries, as of 2026, and not Python's `is_global`, which knows more with each version. On
# top: multicast, and Azure's host agent (with the machine's credentials).
_NOT_FOR_US = [
    ipaddress.ip_network(net)
    for net in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        # Of 2000::/3 alone: nothing else is global unicast. 2001::/23 holds Teredo, benchmarks, ORCHID and more.
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
]
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)  # in the third quarter of an address, before an IPv4 address


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also when it wraps another one.

    >>> [is_public(a) for a in ("93.184.216.34", "127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "100.64.0.1")]
    [True, False, False, False, False]
    >>> [is_public(a) for a in ("168.63.129.16", "192.0.0.192", "192.88.99.1", "169.254.169.254", "fd00:ec2::254")]
    [False, False, False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wraps = ip.ipv4_mapped or ip in _NAT64
        isatap = int(ip) >> 32 & 0xFFFFFFFF in _ISATAP
        if (wraps or isatap) and not is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))):
            return False
        if wraps:
            return True
        if ip not in _GLOBAL_UNICAST:
            return False
    return not any(ip in network for network in _NOT_FOR_US)


def _resolve(host: str, port: int | None, seconds: float) -> list[str]:
    """The addresses of a name. The system's resolver has no time limit of its own, so it is asked on the side."""
    found: list[str] = []
    trouble: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            trouble.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if trouble:
        raise trouble[0]
    if asking.is_alive():
        raise TimeoutError(f"{host} was not looked up in time")
    return list(dict.fromkeys(found))


def check_address(url: str, allow_private: bool) -> None:
    """Refuse an address that is none, or plainly private, without asking anybody. Raises FetchError.

    A name is looked up when it is asked, each time, and what it leads to is checked then.
    """
    host = _read(url).host
    try:
        private = not is_public(host.strip("[]"))
    except ValueError:  # a name
        private = host == "localhost" or host.endswith(".localhost")
    if private and not allow_private:
        raise FetchError(_sentence(host, PrivateAddressError(host)))


def _open_socket(connection: HTTPConnection, allow_private: bool) -> socket.socket:
    """Resolve once, check every address that came, and connect to one that was checked."""
    host, port = connection._dns_host, connection.port  # as urllib3's own _new_conn does
    patience = connection.timeout if isinstance(connection.timeout, int | float) else RESOLVE_SECONDS
    until = time.monotonic() + patience  # for all of its addresses together
    found = _resolve(host.strip("[]"), port, min(patience, RESOLVE_SECONDS))
    if not allow_private and not all(map(is_public, found)):
        raise PrivateAddressError(host)
    trouble: OSError = OSError("no address")
    for address in found:
        try:
            return create_connection(
                (address, port),
                max(until - time.monotonic(), 0.1),
                connection.source_address,
                connection.socket_options,
            )
        except OSError as error:
            trouble = error
    raise trouble


class _Checked(HTTPAdapter):
    """requests' adapter over connections that refuse private addresses."""

    def __init__(self, allow_private: bool):
        # Handles of our own on the sockets. The connection forgets its socket once an answer that ends by closing has
        # begun, and TLS takes it over; a duplicate shuts the same line down whoever holds it.
        self._lines: list[socket.socket] = []

        def open_socket(connection: HTTPConnection) -> socket.socket:
            line = _open_socket(connection, allow_private)
            self._lines.append(line.dup())
            return line

        class Plain(HTTPConnection):
            _new_conn = open_socket

        class Tls(HTTPSConnection):
            _new_conn = open_socket

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class TlsPool(HTTPSConnectionPool):
            ConnectionCls = Tls

        self._pools = {"http": PlainPool, "https": TlsPool}
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def cut(self) -> None:
        """Shut all lines down, in the middle of whatever is read from them."""
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        while self._lines:
            self._lines.pop().close()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]
        self.poolmanager.pool_classes_by_scheme = self._pools


class _OneHop(requests.Session):
    """Takes no interest in redirects: requests would read the body of one whole, however big it unpacks."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class _Deadline:
    """Cuts the line when the time is up: timeouts bound a silence, and a server that drips is never silent."""

    def __init__(self, adapter: _Checked, seconds: float):
        self.passed = False
        self._adapter = adapter
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        self._adapter.cut()


# ── asking ───────────────────────────────────────────────────────────────────────────────────


class Fetcher:
    """Fetches for this install: one at a time a host, by `gate(host)`.

    `connect_timeout` and `read_timeout` are seconds of silence, `deadline` seconds for the whole of one request,
    `patience` seconds for all requests together from now on (somebody waits for a page), `max_bytes` of what comes,
    compressed or not.
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
    ):
        self.gate = gate
        self.allow_private = allow_private
        self.user_agent = user_agent
        self.timeout = (connect_timeout, read_timeout)
        self.deadline = deadline
        self._until = math.inf if patience is None else time.monotonic() + patience
        self.max_bytes = max_bytes

    def get(self, url: str, etag: str = "", last_modified: str = "", accept: str = "*/*") -> Reply:
        """What is at this address. A 304 comes back as a Reply without a body.

        Raises FetchError for everything that is neither 2xx nor 304.
        """
        headers = {"User-Agent": self.user_agent, "Accept": accept, "Accept-Encoding": "gzip, deflate, br"}
        if etag := _header(etag):
            headers["If-None-Match"] = etag
        if last_modified := _header(last_modified):
            headers["If-Modified-Since"] = last_modified
        permanent, moved_to = True, ""
        with _OneHop() as session:
            session.trust_env = False  # a proxy from the environment would resolve names for us, unchecked
            adapter = _Checked(self.allow_private)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            for _ in range(MOST_HOPS):
                url = _read(url).url
                reply = self._hop(session, adapter, url, headers)
                if reply.status not in (301, 302, 303, 307, 308) or "location" not in reply.headers:
                    break
                permanent = permanent and reply.status in (301, 308)
                url = _next(url, reply)
                moved_to = url if permanent else ""
            else:
                raise FetchError(f"{_host(url)} redirects in a circle.", status=reply.status, permanent=True)
        _raise_for(reply)
        # The address of what came is what its links are read against: without the password that asked for it.
        return Reply(reply.status, urldefragauth(url), reply.headers, reply.body, moved_to)

    def _hop(self, session: requests.Session, adapter: _Checked, url: str, headers: dict[str, str]) -> Reply:
        host = _host(url)
        with self.gate(gate_name(url)):
            seconds = min(self.deadline, self._until - time.monotonic())
            if seconds <= 0:
                raise FetchError(f"{host} took too long. Try again later, or with the exact address.")
            with _Deadline(adapter, seconds) as deadline, _in_sentences(host, deadline):
                return self._ask(session, url, headers, seconds, deadline)

    def _ask(
        self, session: requests.Session, url: str, headers: dict[str, str], seconds: float, deadline: _Deadline
    ) -> Reply:
        connect, read = (min(timeout, seconds) for timeout in self.timeout)
        answer = session.get(url, headers=headers, timeout=(connect, read), allow_redirects=False, stream=True)
        try:
            found = {name.lower(): value for name, value in answer.headers.items()}
            body = self._read(answer, _host(url)) if answer.status_code in (200, 203) else b""
            if deadline.passed:
                raise TimeoutError
            return Reply(answer.status_code, url, found, body)
        finally:
            answer.close()

    def _read(self, answer: requests.Response, host: str) -> bytes:
        parts, size = [], 0
        for part in answer.raw.stream(64 * 1024, decode_content=True):
            size += len(part)
            if size > self.max_bytes:
                raise FetchError(f"{host} sent more than {self.max_bytes // 2**20} MB; that is no feed.", status=200)
            parts.append(part)
        return b"".join(parts)


def _read(url: str) -> addresses.Address:
    """The one reading of an address. Raises FetchError where there is none."""
    where = addresses.read(url)
    if not where and not url.lower().startswith(("http:", "https:")):
        raise FetchError("Only addresses that begin with http:// or https:// are fetched.", permanent=True)
    if not where:
        raise FetchError("That is not a web address.", permanent=True)
    return where


def _host(url: str) -> str:
    """The host of an address; "" when it is no address."""
    where = addresses.read(url)
    return where.host if where else ""


def _next(url: str, reply: Reply) -> str:
    """Where a redirect leads. Servers write other letters than ASCII as UTF-8, and they arrive as Latin-1."""
    try:
        link = reply.headers["location"].encode("latin-1").decode("utf-8", "replace")
        if addresses.leads_astray(link):
            raise ValueError
        return urljoin(url, link)
    except ValueError as error:
        sentence = f"{_host(url)} redirects to something that is no web address."
        raise FetchError(sentence, status=reply.status) from error


@contextmanager
def _in_sentences(host: str, deadline: _Deadline) -> Iterator[None]:
    """What goes wrong on the way, as FetchError."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError, ValueError) as error:
        sentence = f"{host} did not finish in time." if deadline.passed else _sentence(host, error)
        raise FetchError(sentence) from error


def _sentence(host: str, error: BaseException) -> str:
    causes = list(_causes(error))

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if among(PrivateAddressError):
        return (
            f"{host} is in a private or local network, which is not fetched from. "
            "Its operator can allow that with ALLOW_PRIVATE_ADDRESSES=1."
        )
    if among(socket.gaierror):
        proxy = " Tenth goes out directly, and not through the proxy that is set here." if getproxies() else ""
        return f"{host} was not found: either there is no such host, or this machine has no way to the internet.{proxy}"
    if among(requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return f"{host} has no certificate that can be trusted."
    if among(requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        return f"{host} did not answer in time."
    if among(ConnectionRefusedError):
        return f"{host} refused the connection."
    if among(urllib3.exceptions.DecodeError, requests.exceptions.ContentDecodingError):
        return f"{host} sent something that could not be unpacked."
    if among(UnicodeError, ValueError) and not among(requests.ConnectionError, urllib3.exceptions.HTTPError):
        return "That is not a web address."
    return f"The connection to {host} broke off."


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    left: list[object] = [error]
    while left:
        one = left.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            left += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _raise_for(reply: Reply) -> None:
    status, host = reply.status, _host(reply.url)
    if status == 304 or 200 <= status < 300:
        return
    if status == 410:
        raise FetchError(f"{host} says that this is gone for good.", status=status, gone=True, permanent=True)
    if status in (429, 503):
        wait = retry_after(reply.headers.get("retry-after", ""), datetime.now(UTC))
        raise FetchError(f"{host} is busy and asks to be left alone for a while.", status=status, retry_after=wait)
    if status in (401, 403):
        raise FetchError(f"{host} does not let us in ({status}).", status=status)
    if status == 404:
        raise FetchError(f"{host} has nothing at this address (404).", status=status)
    raise FetchError(f"{host} answered with an error ({status}).", status=status)


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110 §10.2.3), between a minute and a day.

    >>> retry_after("120", datetime(2026, 1, 1, tzinfo=UTC)), retry_after("soon", datetime(2026, 1, 1, tzinfo=UTC))
    (120.0, None)
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, LEAST_WAIT), MOST_WAIT)
