import doctest
import gzip
import itertools
import socket
import threading
import time
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from papers.sources.wire import addresses, line, sentences
from papers.sources.wire.addresses import gate_name, is_public
from papers.sources.wire.fetch import Fetcher, open_gate
from papers.sources.wire.sentences import FetchError, retry_after


def test_the_worked_examples_hold():
    assert all(doctest.testmod(module).failed == 0 for module in (addresses, sentences))


def test_a_feed_comes_whole_and_unpacked(server, fetcher):
    reply = fetcher.get(server.feed("kettle"))
    assert reply.status == 200
    assert reply.body.lstrip().startswith(b"<")
    assert not reply.moved_to


def test_we_say_who_we_are(server, fetcher):
    fetcher.get(server.feed("kettle"))
    assert server.requests[-1].headers["user-agent"] == "Tenth/test"


def test_validators_go_back_as_they_came_and_nothing_new_is_304(server, fetcher):
    first = fetcher.get(server.feed("kettle"))
    again = fetcher.get(server.feed("kettle"), first.headers.get("etag", ""), first.headers.get("last-modified", ""))
    assert (again.status, again.body) == (304, b"")
    assert server.requests[-1].headers.get("if-none-match", "") == first.headers.get("etag", "")


@pytest.mark.parametrize(
    ("mischief", "options", "sentence"),
    [
        ("hang", {}, "did not answer in time"),
        ("drip", {}, "did not finish in time"),
        ("unframed", {"pause": 0.2}, "did not finish in time"),
        ("unframed", {"pause": 0.2, "version": "1.0"}, "did not finish in time"),
        ("stall", {}, "did not answer in time"),
        ("close", {}, "broke off"),
        ("bomb", {"megabytes": 20}, "more than 10 MB"),
        ("huge", {}, "more than 10 MB"),
        ("status", {"code": 404}, "nothing at this address"),
        ("status", {"code": 403}, "does not let us in"),
        ("status", {"code": 500}, "an error \\(500\\)"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(server, fetcher, mischief, options, sentence):
    server.misbehave("*", mischief, **options)
    with pytest.raises(FetchError, match=sentence):
        fetcher.get(server.feed("kettle"))


def test_a_server_that_never_reads_the_request_is_given_up(server, fetcher):
    with pytest.raises(FetchError, match="did not answer in time"):
        fetcher.get(server.silent_url)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_answer_without_a_length_comes_whole(server, fetcher, version):
    whole = fetcher.get(server.feed("kettle")).body
    server.misbehave("*", "unframed", version=version)
    assert fetcher.get(server.feed("kettle")).body == whole


def test_what_is_gone_for_good_says_so(server, fetcher):
    server.misbehave("*", "status", code=410)
    with pytest.raises(FetchError) as caught:
        fetcher.get(server.feed("kettle"))
    assert caught.value.gone


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_server_says_how_long_to_wait(server, fetcher, code):
    server.misbehave("*", "status", code=code, retry_after="900")
    with pytest.raises(FetchError) as caught:
        fetcher.get(server.feed("kettle"))
    assert (caught.value.code, caught.value.retry_after) == (code, 900)


def test_a_wait_is_clamped_between_a_minute_and_a_day():
    now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert retry_after("1", now) == 60
    assert retry_after("9999999999", now) == 86_400
    assert retry_after("Wed, 04 Mar 2026 09:10:00 GMT", now) == 600
    assert retry_after("-5", now) is None


def test_only_a_permanent_redirect_is_told(server, fetcher):
    other = server.feed("fjord")
    server.misbehave("*kettle*", "redirect", to=other, code=301)
    assert fetcher.get(server.feed("kettle")).moved_to == other
    server.behave()
    server.misbehave("*kettle*", "redirect", to=other, code=302)
    reply = fetcher.get(server.feed("kettle"))
    assert (reply.url, reply.moved_to) == (other, "")


def test_a_redirect_in_a_circle_ends(server, fetcher):
    server.misbehave("*kettle*", "redirect", to=server.feed("kettle"), code=302)
    with pytest.raises(FetchError, match="circle"):
        fetcher.get(server.feed("kettle"))


def test_a_redirect_to_what_is_no_address_is_said(server, fetcher):
    server.misbehave("*kettle*", "redirect", to="http://[bad", code=302)
    with pytest.raises(FetchError, match="no web address"):
        fetcher.get(server.feed("kettle"))


@pytest.fixture
def packed():
    """Serve a body with this Content-Encoding, whatever it is; returns its address."""
    answers = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body, encoding = answers[-1]
            self.send_response(200)
            if encoding:
                self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield lambda *answer: answers.append(answer) or f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


FEED = b"<rss><channel><title>Packed</title></channel></rss>"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(FEED), ""),  # gzip without saying so
        (FEED, "gzip"),  # a false header
        (b"\xef\xbb\xbf " + FEED, "br"),
        (gzip.compress(gzip.compress(FEED)), "gzip"),
        (FEED, "UTF-8"),
        (zlib.compress(FEED)[2:-4], "deflate"),
    ],
    ids=["unsaid", "false gzip", "false br", "twice", "no packing", "raw deflate"],
)
def test_a_wrong_word_about_the_packing_is_seen_through(packed, fetcher, body, encoding):
    assert fetcher.get(packed(body, encoding)).body.endswith(FEED)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_bomb_is_refused_whatever_its_header_says(packed, fetcher, encoding):
    with pytest.raises(FetchError, match="more than 10 MB"):
        fetcher.get(packed(gzip.compress(bytes(20 << 20)), encoding))


def test_the_body_of_a_redirect_is_never_unpacked(server, fetcher, monkeypatch):
    def unpack(answer):
        raise AssertionError("all of it, however big")

    monkeypatch.setattr(requests.Response, "content", property(unpack))
    server.misbehave("*kettle*", "redirect", to=server.feed("fjord"), code=302)
    assert fetcher.get(server.feed("kettle")).url == server.feed("fjord")


def test_a_password_in_an_address_does_not_get_into_the_links_of_what_came(server, fetcher):
    address = server.feed("kettle")
    assert fetcher.get(address.replace("http://", "http://ann:secret@")).url == address


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://blog.example/x", "gopher://blog.example"])
def test_a_redirect_to_something_else_than_the_web_is_refused(server, fetcher, to):
    server.misbehave("*kettle*", "redirect", to=to, code=302)
    with pytest.raises(FetchError, match="http:// or https://"):
        fetcher.get(server.feed("kettle"))


# The first and the last address of each block of IANA's special-purpose registries, and of what is no unicast at all.
SPECIAL = [
    *("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255"),
    *("192.0.0.0", "192.0.0.8", "192.0.0.9", "192.0.0.10", "192.0.0.170", "192.0.0.171", "192.0.0.255", "192.0.2.0"),
    *("192.0.2.255", "192.31.196.0", "192.31.196.255", "192.52.193.0", "192.52.193.255", "192.88.99.0", "192.88.99.2"),
    *("192.88.99.255", "192.168.0.0", "192.168.255.255", "192.175.48.0", "192.175.48.255", "198.18.0.0"),
    *("198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0"),
    *("239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255", "168.63.129.16"),
    *(
        "::",
        "::1",
        "::7f00:1",
        "::101:101",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:101:101",
        "64:ff9b::7f00:1",
    ),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:101:101", "64:ff9a::1", "100::"),
    *("100::ffff:ffff:ffff:ffff", "100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", "200::1", "1fff:ffff::1", "2001::"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:1::2", "2001:1::3", "2001:2::", "2001:2:0:ffff::1"),
    *("2001:3::", "2001:4:112::1", "2001:10::", "2001:1f:ffff::1", "2001:20::", "2001:2f:ffff::1", "2001:30::"),
    *("2001:3f:ffff::1", "2001:1ff:ffff::1", "2001:db8::", "2001:db8:ffff:ffff::1", "2002::", "2002:7f00:1::"),
    *("2002:101:101::1", "2620:4f:8000::", "2620:4f:8000:ffff::1", "3fff::", "3fff:fff:ffff::1", "4000::1", "5f00::"),
    *("5f00:ffff::1", "8000::1", "fc00::", "fd00:ec2::254", "fdff:ffff::1", "fe80::1", "fe80::1%eth0", "febf:ffff::1"),
    *("fec0::", "feff:ffff::1", "ff00::", "ff02::1", "ff0e::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    *("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:192.168.0.1"),  # ISATAP: an IPv4 address behind it
]
PUBLIC = [
    *("1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0"),
    *(
        "168.63.129.15",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
    ),
    *(
        "192.0.3.0",
        "192.88.98.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
    ),
    *("2606:4700:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1"),
    *("2003::1", "2000::1", "3ffe:ffff::1", "3fff:1000::1", "2606:4700::5efe:1.1.1.1", "2a00:1450:4001::200e"),
]


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_not_public_also_when_wrapped(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_lies_beside_the_special_blocks_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1"])
def test_a_private_network_is_never_asked(server, host):
    port = server.url.rpartition(":")[2]
    before = len(server.requests)
    with pytest.raises(FetchError, match=r"private or local network|not found|not a web address"):
        Fetcher(open_gate).get(f"http://{host}:{port}/")
    assert len(server.requests) == before


def test_a_redirect_into_a_private_network_is_refused_too(server, monkeypatch):
    """The first hop counts as public here; the second, to another spelling of this machine, does not."""
    server.misbehave("*kettle*", "redirect", to="http://[::1]:9/", code=302)
    monkeypatch.setattr(line, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(FetchError, match="private or local network"):
        Fetcher(open_gate).get(server.feed("kettle"))


def test_a_proxy_of_the_environment_is_not_used(server, fetcher, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fetcher.get(server.feed("kettle")).status == 200


@pytest.mark.parametrize("url", ["", "blog.example", "http://", "http://[", "https://exa mple/", "http://a:99999/"])
def test_what_is_no_address_is_refused_in_a_sentence(fetcher, url):
    with pytest.raises(FetchError):
        fetcher.get(url)


def test_every_hop_waits_at_its_hosts_gate(server):
    passed = []

    @contextmanager
    def gate(host):
        passed.append(host)
        yield

    server.misbehave("*kettle*", "redirect", to=server.feed("fjord"), code=302)
    Fetcher(gate, allow_private=True).get(server.feed("kettle"))
    assert passed == [gate_name(server.url)] * 2


def test_all_of_arxiv_is_one_host():
    hosts = ("arxiv.org", "www.arxiv.org", "export.arxiv.org", "rss.arxiv.org", "oaipmh.arxiv.org")
    assert {gate_name(f"https://{host}/x") for host in hosts} == {"arxiv.org"}
    assert gate_name("https://notarxiv.org/") != "arxiv.org"


def test_somebody_who_waits_waits_no_longer_however_many_hops_there_are(server):
    patient = Fetcher(open_gate, allow_private=True, patience=1.0)
    server.misbehave("*", "drip", seconds=60)
    with pytest.raises(FetchError, match="did not finish in time"):
        patient.get(server.feed("kettle"))
    asked = len(server.requests)
    with pytest.raises(FetchError, match=r"took too long\. Try again later"):
        patient.get(server.feed("kettle"))
    assert len(server.requests) == asked


def test_a_name_that_nobody_looks_up_holds_nobody(fetcher, monkeypatch):
    monkeypatch.setattr(line, "RESOLVE_SECONDS", 0.2)
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: let_go.wait(30) and [])
    with pytest.raises(FetchError, match="did not answer in time"):
        fetcher.get("http://slow.example/feed")
    addresses.check_address("https://slow.example/hook", allow_private=False)  # asks nobody
    let_go.set()


def test_the_addresses_of_a_name_share_one_wait_for_a_connection(fetcher, monkeypatch):
    waits = []

    def refuse(address, timeout, *rest):
        waits.append(timeout)
        time.sleep(0.05)
        raise TimeoutError

    monkeypatch.setattr(line, "create_connection", refuse)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"203.0.113.{n}", 80)) for n in range(5)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    with pytest.raises(FetchError):
        fetcher.get("http://many.example/feed")
    assert len(waits) == 5
    assert all(later < earlier for earlier, later in itertools.pairwise(waits))
