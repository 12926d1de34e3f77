"""The one reading of an address, held against the libraries that would read it after us."""

import doctest
import ipaddress
import random
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from papers import identity
from papers.sources.wire import addresses
from papers.sources.wire.addresses import gate_name
from papers.sources.wire.fetch import Fetcher, open_gate
from papers.sources.wire.sentences import FetchError

REFUSED = [
    *("http\u017f://a/", "http\u017f://u:p@a:8080/"),
    *(
        "http://a\\@b/",
        "http://a@b@c/",
        "http://a\\b/",
        "http:\\\\a/",
        "http:/a/",
        "http:a",
        "//a/",
        "a",
        "",
        "http://",
    ),
    *(
        "http:///a/",
        "http://a b/",
        "http:// a/",
        "http://a /",
        " http://a/",
        "http://a\t/",
        "http://a\n/",
        "http://\0a/",
    ),
    *(
        "http://a/\r\nX: 1",
        "http://a/\x7f",
        "http://a/\ud800",
        "http://%61/",
        "http://a%2eb/",
        "http://a%00/",
        "ftp://a/",
    ),
    *(
        "http://a:0/",
        "http://a:65536/",
        "http://a:000080/",
        "http://a:-1/",
        "http://a:8o/",
        "http://a:+80/",
        "http://a:٨/",
    ),
    *("http://[::1%25lo]/", "http://[fe80::1%lo]/", "http://[::1/", "http://::1/", "http://[::1]x/", "http://[v1.a]/"),
    *("http://[]/", "http://[1.2.3.4]/", "http://x[::1]/", "http://[::1]@b:/[", "http://a]/"),
    *(
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://1.2.3/",
    ),
    *(
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://1.2.3.04/",
        "http://a.0x/",
        "http://a.1/",
        "http://017700000001/",
    ),
    *("http://a../", "http://.a/", "http://a..b/", "http://./", "http://*.a/", "http://-\u200d.a/", "http://a。。b/"),
    *("http://\u2100.example/", "http://a\uff0fb/", "http://a\uff20b/", "http://a\uff1a80/", "http://a\uff03b/"),
    *(
        "http://\u00ad/",
        "http://\ufffd.a/",
        "http://\u2488com/",
        "http://a;b/",
        "http://a,b/",
        "http://a'b/",
        "http://a<b/",
    ),
    *(
        "http://" + "a" * 64 + ".b/",
        "http://" + "a." * 130 + "b/",
        "http://a|b/",
        "http://a^b/",
        "http://`a/",
        "http://{a}/",
    ),
    *(
        "javascript://a/%0a",
        "https://a:443:443/",
        "http://@/",
        "http://:80/",
        "http://a@/",
        "http://a:b@:80/",
        "data:,x",
    ),
]
MAPPED = str(ipaddress.IPv6Address("::ffff:1.2.3.4"))  # Python 3.13 writes it in another way
READ = [
    ("HTTP://A.Example", "http://a.example", "a.example", 80),
    ("http://a.example./x", "http://a.example/x", "a.example", 80),
    ("http://a:/", "http://a/", "a", 80),
    ("http://a:80/", "http://a/", "a", 80),
    ("https://a:00080/", "https://a:80/", "a", 80),
    ("http://a:65535?x", "http://a:65535?x", "a", 65535),
    ("https://bücher.example/ü", "https://xn--bcher-kva.example/ü", "xn--bcher-kva.example", 443),
    ("https://XN--Bcher-KVA.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443),
    ("https://faß.example/", "https://xn--fa-hia.example/", "xn--fa-hia.example", 443),
    ("http://１２７．０．０．１/", "http://127.0.0.1/", "127.0.0.1", 80),
    ("http://a。example/", "http://a.example/", "a.example", 80),
    ("http://ⓐ.example/", "http://a.example/", "a.example", 80),
    ("http://[2001:DB8:0:0::1]:8080/", "http://[2001:db8::1]:8080/", "2001:db8::1", 8080),
    ("http://[::FFFF:102:304]", f"http://[{MAPPED}]", MAPPED, 80),
    ("http://ann:p%40ss@a/", "http://ann:p%40ss@a/", "a", 80),
    ("http://ann:hús@a/", "http://ann:h%C3%BAs@a/", "a", 80),
    ("http://@a/", "http://a/", "a", 80),
    ("http://a/@b", "http://a/@b", "a", 80),
    ("http://a?@b", "http://a?@b", "a", 80),
    ("http://a#@b", "http://a#@b", "a", 80),
    ("http://a/\\@b", "http://a/\\@b", "a", 80),
    ("http://a//b:9/", "http://a//b:9/", "a", 80),
    ("http://a_b.example/", "http://a_b.example/", "a_b.example", 80),
    ("http://a/x y", "http://a/x y", "a", 80),
]


def connected(url: str) -> tuple[str, int] | None:
    """The host that requests would connect to with this address, without going there."""
    try:
        prepared = requests.Session().prepare_request(requests.Request("GET", url))
        with requests.Session() as session:
            pool = session.get_adapter(prepared.url).get_connection_with_tls_context(prepared, verify=True)
            connection = pool.ConnectionCls(pool.host, pool.port)
    except (requests.RequestException, ValueError):
        return None
    return connection._dns_host.strip("[]"), connection.port


def same(host: str) -> str:
    """A host in one spelling, however an IPv6 address is written."""
    plain = host.strip("[]").rstrip(".")
    return str(ipaddress.ip_address(plain)) if ":" in plain else plain


def agree(url: str) -> bool:
    """Whether everybody goes to the same host with this address, or nobody goes. True only where somebody does."""
    where = addresses.read(url)
    if where is None:
        assert gate_name(url) == addresses.host_of(url) == ""
        with pytest.raises(FetchError):
            Fetcher(open_gate).get(url)
        return False
    to = (where.host, where.port)
    went = connected(where.url)
    assert went == to or (went is None and "@" in url), url  # a password that no header can carry goes nowhere
    assert (
        urlsplit(where.url).hostname,
        urlsplit(where.url).port or {"http": 80, "https": 443}[where.url[:5].rstrip(":")],
    ) == to
    assert addresses.host_of(url) == where.host
    assert (
        gate_name(url)
        == gate_name(where.url)
        == ("arxiv.org" if f".{where.host}".endswith(".arxiv.org") else f"{where.host}:{where.port}")
    )
    assert addresses.read(where.url) == where, url
    theirs = connected(url)  # as it was written: the same, or not read at all
    assert theirs is None or (same(theirs[0]), theirs[1]) == to, url
    parts = identity._split(url)
    assert parts, url
    assert same(parts.hostname) == where.host or not parts.hostname.isascii(), url
    known, plain = (identity._host(each) for each in (parts, urlsplit(where.url)))
    assert known == plain or ":" in where.host, url
    return True


def test_the_worked_examples_hold():
    assert doctest.testmod(addresses).failed == 0


@pytest.mark.parametrize("url", REFUSED)
def test_what_may_be_read_in_two_ways_is_no_address(url):
    assert addresses.read(url) is None
    assert not agree(url)
    with pytest.raises(FetchError, match=r"That is not a web address|Only addresses that begin"):
        addresses.check_address(url, allow_private=True)


@pytest.mark.parametrize(("url", "plain", "host", "port"), READ)
def test_one_spelling_is_read_by_everybody_alike(url, plain, host, port):
    assert addresses.read(url) == addresses.Address(plain, host, port)
    assert agree(url)


PIECES = [
    *(
        "http://",
        "https://",
        "http:/",
        "http:",
        "//",
        "/",
        "\\",
        "\\\\",
        "@",
        ":",
        "?",
        "#",
        "%",
        "[",
        "]",
        ".",
        "..",
        ";",
    ),
    *(
        "a",
        "b.example",
        "arxiv.org",
        "127.0.0.1",
        "0x7f",
        "017",
        "1",
        "2130706433",
        "[::1]",
        "[::ffff:1.2.3.4]",
        "80",
        "0",
    ),
    *(
        ":80",
        ":443",
        ":65536",
        ":00080",
        "%40",
        "%2f",
        "%61",
        "%00",
        " ",
        "\t",
        "\n",
        "\r",
        "\0",
        "\x85",
        "\xa0",
        "\u2028",
    ),
    *(
        "é",
        "ß",
        "ſ",
        "İ",
        "K",
        "。",
        "．",
        "／",
        "＠",
        "：",
        "？",
        "＃",
        "％",
        "１",
        "①",
        "℀",
        "℅",
        "\u200d",
        "\u00ad",
        "\ud800",
    ),
    *(
        "😀",
        "xn--",
        "xn--bcher-kva",
        "www.",
        "A",
        "_",
        "-",
        "*",
        "ann:pass@",
        "user@",
        "'",
        '"',
        "<",
        "|",
        "^",
        "x" * 64,
    ),
]


def test_odd_spellings_made_at_random_go_to_one_host_or_nowhere():
    made = random.Random(9)
    asked = read = 0
    for _ in range(3_000):
        url = made.choice(("http://", "https://", "")) + "".join(made.choices(PIECES, k=made.randint(1, 6)))
        asked += 1
        read += agree(url)
    assert 0.05 < read / asked < 0.95


ASTRAY = [
    *("\\\\b.example/", "/\\b.example/", "///b.example/", "http:b.example", "http:/b.example", "https:///b", "//b\t/"),
    *("http://a\\@b/", "//a\\@b/"),
]


@pytest.mark.parametrize("link", ASTRAY)
def test_a_redirect_that_browsers_read_otherwise_is_refused(server, fetcher, link):
    server.misbehave("*kettle*", "redirect", to=link, code=302)
    with pytest.raises(FetchError, match="no web address"):
        fetcher.get(server.feed("kettle"))


def test_a_plain_link_of_a_redirect_is_followed(server, fetcher):
    for link in ("fjord/feed.json", "../fjord/feed.json?x=\\", server.feed("fjord"), server.feed("fjord")[5:]):
        assert not addresses.leads_astray(link)
        assert urljoin("http://a/b/c", link)
    server.misbehave("*kettle*", "redirect", to=server.feed("fjord")[5:], code=301)
    assert fetcher.get(server.feed("kettle")).moved_to == server.feed("fjord")


def test_a_host_is_asked_by_the_name_that_its_gate_has(server, fetcher):
    port = server.url.rpartition(":")[2]
    fetcher.get(f"HTTP://LocalHost.:{port}/rss/cs.LG")
    assert server.requests[-1].headers["host"] == f"localhost:{port}"
