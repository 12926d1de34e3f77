"""sources.wire.addresses: read a web address once, for gate, private-address check, connection and redirects.

Programs differ over `http://a\\@b/`, over blanks within a host, over `http:/a` and over `http://0177.1/`. What two of
them may read differently is no address here, and is refused: guessing would mean to check one host and to ask another.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

from .sentences import FetchError, PrivateAddressError, sentence_for

# Nothing that the standards of the web strip, swap or argue about: no backslash, blank or second @ before the path.
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?:(?P<user>[^\s/?#\\@\[\]]*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s/?#\\@:%\[\]]+)(?::(?P<port>[0-9]{0,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL | re.ASCII,  # ASCII: the long ſ is no s here
)
ARXIV = "arxiv.org"  # its hosts count as one
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
    """Tell whether browsers and libraries read different hosts out of this redirect's link.

    >>> [leads_astray(link) for link in ("/a", "//b.example/", "/\\\\b.example", "///b.example", "/a?x=\\\\")]
    [False, False, True, True, False]
    """
    return bool(_ASTRAY.match(link))


def must_read(url: str) -> Address:
    """Read an address like `read`. Raises FetchError for what is none."""
    where = read(url)
    if not where and not url.lower().startswith(("http:", "https:")):
        raise FetchError("Only addresses that begin with http:// or https:// are fetched.", permanent=True)
    if not where:
        raise FetchError("That is not a web address.", permanent=True)
    return where


def host_of(url: str) -> str:
    """The host of an address; "" when it is no address."""
    where = read(url)
    return where.host if where else ""


def gate_name(url: str) -> str:
    """The host and port that a request occupies; all of arXiv's hosts are one.

    >>> gate_name("https://export.arxiv.org/api/query"), gate_name("http://blog.example:8080/x")
    ('arxiv.org', 'blog.example:8080')
    """
    where = read(url)
    if not where:
        return ""  # nothing goes there
    if where.host == ARXIV or where.host.endswith(f".{ARXIV}"):
        return ARXIV
    return f"{where.host}:{where.port}"


# ── private networks ─────────────────────────────────────────────────────────────────────────

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
    """Tell whether an IP address is on the open internet, also when it wraps another one.

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


def check_address(url: str, allow_private: bool) -> None:
    """Refuse an address that is none, or plainly private, without asking anybody. Raises FetchError.

    A name is looked up when it is asked, each time, and what it leads to is checked then.
    """
    host = must_read(url).host
    try:
        private = not is_public(host.strip("[]"))
    except ValueError:  # a name
        private = host == "localhost" or host.endswith(".localhost")
    if private and not allow_private:
        raise FetchError(sentence_for(host, PrivateAddressError(host)))
