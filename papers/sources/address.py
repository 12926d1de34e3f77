"""sources.address: the one reading of a web address: gate, private-address check, connection and redirects go by it.

Programs differ over `http://a\\@b/`, over blanks within a host, over `http:/a` and over `http://0177.1/`. What two of
them may read differently is no address here, and is refused: guessing would mean to check one host and to ask another.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

# Nothing that the standards of the web strip, swap or argue about: no backslash, blank or second @ before the path.
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?:(?P<user>[^\s/?#\\@\[\]]*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s/?#\\@:%\[\]]+)(?::(?P<port>[0-9]{0,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL | re.ASCII,  # ASCII: the long ſ is no s here
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)$")
_PORTS = {"http": 80, "https": 443}
_USER = "!$%&'()*+,;=:~"  # may stand in a name and password as it is
_ASTRAY = re.compile(r"[^?#]*[\x00-\x1f\x7f\\]|(?:https?:)?///|https?:/?(?!/)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """An address that everybody reads alike; `url` is its plain spelling, all ASCII up to the path."""

    url: str
    host: str
    port: int


def read(url: str) -> Address | None:
    """The parts of an http(s) address; None for what is none, or may be read in two ways.

    >>> read("HTTP://Ann@Bücher.Example.:00080/x"), read("http://a\\\\@b/")
    (Address(url='http://Ann@xn--bcher-kva.example/x', host='xn--bcher-kva.example', port=80), None)
    """
    parts = None if _UNSEEN.search(url) else _PARTS.fullmatch(url)
    if not parts or not (host := _host(parts["host"].lower())):
        return None
    try:
        urlsplit(url)  # it refuses letters that become / or @ when they are normalised
    except ValueError:
        return None
    scheme = parts["scheme"].lower()
    port = int(parts["port"] or _PORTS[scheme])
    if not 0 < port < 65_536:
        return None
    user = f"{quote(parts['user'], safe=_USER)}@" if parts["user"] else ""
    shown = "" if port == _PORTS[scheme] else f":{port}"
    plain = f"[{host}]" if ":" in host else host
    return Address(f"{scheme}://{user}{plain}{shown}{parts['rest'] or ''}", host, port)


def _host(host: str) -> str:
    """In the letters that go over the wire, without the root's dot; "" when it is none."""
    try:
        if host.startswith("["):
            return str(ipaddress.IPv6Address(host[1:-1]))
        if not host.isascii():
            host = idna.encode(host, uts46=True).decode("ascii")
        host = host.removesuffix(".")
        if _NUMBER.match(host.rpartition(".")[2]):  # the end of a number: 127.1 and 0x7f.1 are somebody's 127.0.0.1
            return host if str(ipaddress.IPv4Address(host)) == host else ""
    except ValueError:  # IDNAError is one too
        return ""
    return host if _HOST.fullmatch(host) else ""


def leads_astray(link: str) -> bool:
    """Whether browsers and libraries take this link of a redirect to different hosts.

    >>> [leads_astray(link) for link in ("/a", "//b.example/", "/\\\\b.example", "///b.example", "/a?x=\\\\")]
    [False, False, True, True, False]
    """
    return bool(_ASTRAY.match(link))
