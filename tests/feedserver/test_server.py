"""The server misbehaves on request, for as long as requested, and records who came."""

import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from feedserver import FeedServer, mischief, poison

from .test_dialects import WEDNESDAY, get

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server():
    with FeedServer(seed=7, now=WEDNESDAY) as server:
        yield server


def test_requests_are_recorded(server):
    get(f"{server.arxiv_feed_url}/rss/cs.LG?version=2.0", **{"User-Agent": "Tenth/0.1"})
    (request,) = server.requests
    assert (request.path, request.query, request.status) == ("/rss/cs.LG", {"version": "2.0"}, 200)
    assert request.headers["user-agent"] == "Tenth/0.1"


def test_a_fault_ends_after_the_given_number_of_requests(server):
    server.misbehave("/rss/*", "status", times=2, code=503, retry_after=120)
    answers = [get(f"{server.url}/rss/cs.LG") for _ in range(3)]
    assert [status for status, _, _ in answers] == [503, 503, 200]
    assert answers[0][1]["Retry-After"] == "120"


def test_a_fault_keeps_to_its_path_and_ends_on_request(server):
    server.misbehave("/blogs/kettle/*", "status", code=410)
    assert get(server.feed("kettle"))[0] == 410
    assert get(server.feed("fjord"))[0] == 200
    server.behave()
    assert get(server.feed("kettle"))[0] == 200


def test_an_unknown_kind_is_refused(server):
    with pytest.raises(ValueError, match="no mischief"):
        server.misbehave("/", "sulk")


@pytest.mark.parametrize("code", [304, 404, 410, 429, 500])
def test_a_status_on_request(server, code):
    server.misbehave("/rss/*", "status", code=code)
    assert get(f"{server.url}/rss/cs.LG")[0] == code


def test_a_redirect_leads_to_the_given_address(server):
    server.misbehave("/rss/cs.LG", "redirect", to=f"{server.url}/rss/cs.CL", code=301)
    assert b"<title>cs.CL updates" in get(f"{server.url}/rss/cs.LG")[2]


def test_a_body_may_be_cut_or_empty_or_a_page(server):
    good = get(f"{server.url}/rss/cs.LG")[2]
    bodies = {}
    for kind in ("cut", "empty", "page"):
        server.misbehave("/rss/cs.LG", kind, times=1)
        bodies[kind] = get(f"{server.url}/rss/cs.LG")[2]
    assert bodies["cut"] == good[: len(good) // 2]
    assert bodies["empty"] == b""
    assert bodies["page"].startswith(b"<!doctype html>")


def test_a_connection_closed_halfway(server):
    server.misbehave("/rss/cs.LG", "close")
    with pytest.raises(http.client.IncompleteRead):
        get(f"{server.url}/rss/cs.LG")


def test_a_hanging_answer_never_comes_and_does_not_delay_the_shutdown():
    with FeedServer(now=WEDNESDAY) as server:
        server.misbehave("/rss/cs.LG", "hang")
        with pytest.raises((TimeoutError, urllib.error.URLError)):
            urllib.request.urlopen(f"{server.url}/rss/cs.LG", timeout=0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 2


def test_a_dripping_answer_takes_its_time(server):
    server.misbehave("/rss/cs.LG", "drip", seconds=0.5)
    began = time.monotonic()
    get(f"{server.url}/rss/cs.LG")
    assert time.monotonic() - began > 0.4


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_an_unframed_answer_ends_with_its_connection(server, version):
    good = get(f"{server.url}/rss/cs.LG")[2]
    server.misbehave("/rss/cs.LG", "unframed", version=version)
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as line:
        line.sendall(b"GET /rss/cs.LG HTTP/1.1\r\nHost: a\r\n\r\n")
        head, _, body = b"".join(iter(lambda: line.recv(65_536), b"")).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/{version} 200".encode())
    assert b"content-length" not in head.lower()
    assert body == good


def test_an_unframed_answer_drips_byte_by_byte(server):
    server.misbehave("/", "unframed", pause=0.1)
    with urllib.request.urlopen(f"{server.url}/", timeout=5) as answer:
        assert "Content-Length" not in answer.headers
        assert len(answer.read1()) <= 2  # bytes that arrived together with the headers


def test_a_stalled_answer_starts_and_never_continues(server):
    server.misbehave("/rss/cs.LG", "stall")
    with urllib.request.urlopen(f"{server.url}/rss/cs.LG", timeout=0.3) as answer:
        assert int(answer.headers["Content-Length"]) > 1_000
        with pytest.raises(TimeoutError):
            answer.read()


def test_the_silent_address_accepts_connections_and_never_answers(server):
    with pytest.raises(TimeoutError):
        urllib.request.urlopen(f"{server.silent_url}/feed.xml", timeout=0.3)


def test_a_bomb_is_small_and_unpacks_to_a_lot(server):
    server.misbehave("/rss/cs.LG", "bomb", megabytes=20)
    _, headers, body = get(f"{server.url}/rss/cs.LG")
    assert headers["Content-Encoding"] == "gzip"
    assert len(body) < 50_000
    assert len(gzip.decompress(body)) == 20_000_000


def test_a_huge_body_has_the_requested_size(server):
    server.misbehave("/rss/cs.LG", "huge", megabytes=3)
    assert len(get(f"{server.url}/rss/cs.LG")[2]) > 3_000_000


def test_the_wrong_charset_is_not_utf_8(server):
    server.misbehave("/blogs/petit-lot/*", "charset")
    with pytest.raises(UnicodeDecodeError):
        get(server.feed("petit-lot"))[2].decode()


@pytest.mark.parametrize("slug", ["kettle", "petit-lot", "fjord", "aao"])
def test_malformed_entries_are_mixed_with_good_ones(server, slug):
    good = get(server.feed(slug))[2]
    server.misbehave("/blogs/*", "malformed")
    bad = get(server.feed(slug))[2]
    if slug == "fjord":
        assert len(json.loads(bad)["items"]) == len(json.loads(good)["items"]) + 2
    else:
        assert len(feedparser.parse(bad).entries) > len(feedparser.parse(good).entries)


@pytest.mark.parametrize("slug", ["kettle", "petit-lot", "fjord"])
def test_ids_change_and_nothing_else_does(server, slug):
    def read():
        body = get(server.feed(slug))[2]
        if slug == "fjord":
            return [(item["id"], item["title"]) for item in json.loads(body)["items"]]
        return [(entry.id, entry.title) for entry in feedparser.parse(body).entries]

    good = read()
    server.misbehave("/blogs/*", "guids")
    assert read() == [(f"republished:{entry}", title) for entry, title in good]


def test_scripts_are_inserted_into_texts(server):
    server.misbehave("/blogs/kettle/*", "scripts")
    assert (
        "<script>alert(1)</script>"
        in feedparser.parse(get(server.feed("kettle"))[2], sanitize_html=False).entries[0].summary
    )


def test_a_stale_batch_has_yesterdays_papers_under_todays_date(server):
    fresh = feedparser.parse(get(f"{server.url}/rss/cs.LG")[2])
    server.misbehave("/rss/*", "stale")
    stale = feedparser.parse(get(f"{server.url}/rss/cs.LG")[2])
    assert stale.feed.updated == fresh.feed.updated
    assert not {entry.id for entry in stale.entries} & {entry.id for entry in fresh.entries}


@pytest.mark.parametrize("slug", ["kettle", "petit-lot", "fjord", "aao"])
@pytest.mark.parametrize("name", poison.ENTRIES)
def test_a_poisoned_entry_comes_before_the_good_ones(server, slug, name):
    good = get(server.feed(slug))[2]
    server.misbehave("/blogs/*", "poison", name=name, size=100)
    bad = get(server.feed(slug))[2]
    assert poison.LINK.encode() in bad
    assert len(bad) > len(good)
    if slug != "fjord":
        assert bad.count(b"<item") + bad.count(b"<entry>") == good.count(b"<item") + good.count(b"<entry>") + 1
        assert bad.startswith(good[:150])


def test_a_poisoned_entry_has_the_requested_size(server):
    server.misbehave("/blogs/*", "poison", name="author", size=300_000)
    assert b"a" * 300_000 in get(server.feed("kettle"))[2]
    server.misbehave("/rss/*", "poison", name="lists")
    assert b"&lt;li&gt;&lt;dd&gt;" * 25_000 in get(f"{server.url}/rss/cs.LG")[2]


def test_a_page_is_poisoned_in_its_title_and_text(server):
    link = feedparser.parse(get(server.feed("kettle"))[2]).entries[0].link
    server.misbehave("/blogs/*", "poison", name="emoji")
    body = get(link)[2]
    assert b"<title>A &#xD83D;&#xDE00; post</title>" in body
    assert b"<article><p>b &#xD83D;&#xDE00;</p>" in body


def test_a_poisoned_encoding_is_named_in_the_feed_and_the_header(server):
    server.misbehave("/blogs/*", "poison", name="encoding", charset="rot13")
    _, headers, body = get(server.feed("kettle"))
    assert headers["Content-Type"] == "application/rss+xml; charset=rot13"
    assert body.startswith(b'<?xml version="1.0" encoding="rot13"?>')


def test_poisoned_headers_contain_what_no_database_accepts(server):
    server.misbehave("/blogs/*", "poison", name="headers")
    headers = get(server.feed("kettle"))[1]
    assert "\0" in headers["ETag"]
    assert len(headers["Last-Modified"]) > 5_000


def test_every_kind_of_fault_is_tested_here():
    source = Path(__file__).read_text()
    assert all(f'"{kind}"' in source for kind in [*mischief.KINDS, mischief.STALE])


def test_the_command_serves_obeys_and_stops():
    command = [sys.executable, "-m", "feedserver", "--port", "0", "--now", "2026-03-04T15:00:00+00:00", "--days", "10"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]

        def control(**orders):
            body = json.dumps(orders).encode()
            return json.load(urllib.request.urlopen(f"{url}/control", body, timeout=5))

        assert b"Invented sources" in get(f"{url}/")[2]
        assert datetime.fromisoformat(control(advance_hours=24)["now"]) == datetime(2026, 3, 5, 15, tzinfo=UTC)
        control(misbehave={"pattern": "/rss/*", "kind": "status", "code": 503, "times": 1})
        assert get(f"{url}/rss/cs.LG")[0] == 503
        assert [request["path"] for request in control()["requests"]] == ["/", "/rss/cs.LG"]
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(5) == 0
