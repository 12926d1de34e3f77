"""sources.wire.line: a connection that goes only where it was checked, and ends in time.

The connection is made to the very address that was checked: a name that resolves to another address a moment later
(DNS rebinding) gains nothing.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from .addresses import is_public
from .sentences import FetchError, PrivateAddressError, sentence_for

RESOLVE_SECONDS = 8.0


@contextmanager
def session(allow_private: bool) -> Iterator["Line"]:
    """Open a session whose every connection is checked, and kept open for the next request to the same host."""
    with _OneHop() as opened:
        opened.trust_env = False  # a proxy from the environment would resolve names for us, unchecked
        adapter = Checked(allow_private)
        opened.mount("http://", adapter)
        opened.mount("https://", adapter)
        yield opened, adapter


def _resolve(host: str, port: int | None, seconds: float) -> list[str]:
    """The addresses of a name. The system's resolver has no time limit of its own, so it is asked on the side."""
    addresses: list[str] = []
    trouble: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            addresses.extend(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            trouble.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if trouble:
        raise trouble[0]
    if asking.is_alive():
        raise TimeoutError(f"{host} was not looked up in time")
    return list(dict.fromkeys(addresses))


def _open_socket(connection: HTTPConnection, allow_private: bool) -> socket.socket:
    """Resolve once, check every address that came, and connect to one that was checked."""
    host, port = connection._dns_host, connection.port  # as urllib3's own _new_conn does
    patience = connection.timeout if isinstance(connection.timeout, int | float) else RESOLVE_SECONDS
    until = time.monotonic() + patience  # for all of its addresses together
    addresses = _resolve(host.strip("[]"), port, min(patience, RESOLVE_SECONDS))
    if not allow_private and not all(map(is_public, addresses)):
        raise PrivateAddressError(host)
    trouble: OSError = OSError("no address")
    for address in addresses:
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


class Checked(HTTPAdapter):
    """requests' adapter over connections that refuse private addresses."""

    def __init__(self, allow_private: bool):
        # Handles of our own on the sockets. The connection forgets its socket once an answer that ends by closing has
        # begun, and TLS takes it over; a duplicate shuts the same line down whoever holds it.
        self._lines: list[socket.socket] = []
        self.opened = 0  # connections so far

        def open_socket(connection: HTTPConnection) -> socket.socket:
            line = _open_socket(connection, allow_private)
            self._lines.append(line.dup())
            self.opened += 1
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


Line = tuple[requests.Session, Checked]


class _OneHop(requests.Session):
    """Takes no interest in redirects: requests would read the body of one whole, however big it unpacks."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Deadline:
    """Cuts the line when the time is up: timeouts bound a silence, and a server that drips is never silent."""

    def __init__(self, adapter: Checked, seconds: float):
        self.passed = False
        self._adapter = adapter
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        self._adapter.cut()


@contextmanager
def in_sentences(host: str, deadline: Deadline) -> Iterator[None]:
    """Raise whatever goes wrong on the way as FetchError, with a sentence."""
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, UnicodeError, ValueError) as error:
        sentence = f"{host} did not finish in time." if deadline.passed else sentence_for(host, error)
        raise FetchError(sentence) from error
