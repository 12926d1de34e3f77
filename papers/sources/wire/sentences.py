"""sources.wire.sentences: sentences that tell people why a request failed."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.request import getproxies

import requests
import urllib3

from ...refused import Refused

LEAST_WAIT, MOST_WAIT = 60, 86_400  # seconds of a Retry-After that are believed


class FetchError(Refused):
    """The fetch failed; the text is a sentence for people.

    `code`: the HTTP status, when the far side answered. `retry_after`: seconds it asked us to wait.
    `gone`: it says that it is no more (410). `permanent`: asking again will not help.
    """

    def __init__(
        self,
        sentence: str,
        *,
        code: int | None = None,
        retry_after: float | None = None,
        gone: bool = False,
        permanent: bool = False,
    ):
        super().__init__(sentence)
        self.code = code
        self.retry_after = retry_after
        self.gone = gone
        self.permanent = permanent


class PrivateAddressError(OSError):
    """The name leads into a private or local network."""


def sentence_for(host: str, error: BaseException) -> str:
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


def raise_for(status: int, host: str, wait: str) -> None:
    """Raise FetchError for a status that is neither 2xx nor 304. `wait`: the Retry-After header."""
    if status == 304 or 200 <= status < 300:
        return
    if status == 410:
        raise FetchError(f"{host} says that this is gone for good.", code=status, gone=True, permanent=True)
    if status in (429, 503):
        seconds = retry_after(wait, datetime.now(UTC))
        raise FetchError(f"{host} is busy and asks to be left alone for a while.", code=status, retry_after=seconds)
    if status in (401, 403):
        raise FetchError(f"{host} does not let us in ({status}).", code=status)
    if status == 404:
        raise FetchError(f"{host} has nothing at this address (404).", code=status)
    raise FetchError(f"{host} answered with an error ({status}).", code=status)


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
