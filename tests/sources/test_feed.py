import json

import pytest

from papers.sources import feed
from papers.sources.feed import NoFeedError
from papers.sources.item import LastFetch
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

from .conftest import NOW


def parse(text: str | bytes, content_type: str = ""):
    body = text if isinstance(text, bytes) else text.encode()
    return feed.parse(Reply(200, "https://blog.example/feed", {"content-type": content_type}, body), NOW)


def rss(item: str, channel: str = "") -> str:
    return f'<rss version="2.0"><channel><title>B</title><link>/home</link>{channel}<item>{item}</item></channel></rss>'


@pytest.mark.parametrize("blog", ["kettle", "petit-lot", "fjord", "aao"])
def test_every_feed_format_gives_title_link_date_and_text(server, fetcher, blog):
    pull = feed.pull(server.feed(blog), LastFetch(), fetcher, NOW)
    assert pull.items
    assert pull.title
    for item in pull.items:
        assert item.title
        assert item.link.startswith("http")
        assert item.published_at
        assert item.published_at <= NOW
        assert item.abstract or item.content_html


def test_unchanged_feed_is_not_parsed_again(server, fetcher):
    first = feed.pull(server.feed("kettle"), LastFetch(), fetcher, NOW)
    for last in (LastFetch(etag=first.etag, last_modified=first.last_modified), LastFetch(body_hash=first.body_hash)):
        assert feed.pull(server.feed("kettle"), last, fetcher, NOW).not_modified


def test_malformed_entries_are_skipped_and_counted(server, fetcher):
    good = feed.pull(server.feed("kettle"), LastFetch(), fetcher, NOW)
    server.misbehave("*", "malformed")
    pull = feed.pull(server.feed("kettle"), LastFetch(), fetcher, NOW)
    assert len(pull.items) == len(good.items)
    assert pull.skipped > 0


def test_truncated_feed_gives_the_entries_received(server, fetcher):
    server.misbehave("*", "cut")
    assert feed.pull(server.feed("kettle"), LastFetch(), fetcher, NOW).items


@pytest.mark.parametrize(("mischief", "sentence"), [("page", "a web page"), ("empty", "an empty response")])
def test_response_that_is_not_a_feed_is_reported(server, fetcher, mischief, sentence):
    server.misbehave("*", mischief)
    with pytest.raises(FetchError, match=sentence):
        feed.pull(server.feed("kettle"), LastFetch(), fetcher, NOW)


def test_plain_text_is_unchanged():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><entry><id>urn:1</id><link href="/p"/>'
        '<title type="text">p &lt; 0.05 for &lt;MASK&gt;</title>'
        '<summary type="text">We prove $n&lt;m$ here</summary></entry></feed>'
    )
    item = parse(atom).items[0]
    assert (item.title, item.abstract, item.content_html) == ("p < 0.05 for <MASK>", "We prove $n<m$ here", "")
    assert item.link == "https://blog.example/p"


def test_html_of_a_description_is_kept_but_not_counted_as_the_post():
    item = parse(
        rss(
            "<title>T</title><link>https://b.example/1</link>"
            "<description>&lt;p&gt;one &lt;b&gt;two&lt;/b&gt;&lt;/p&gt;</description>"
        )
    ).items[0]
    assert (item.content_html, item.abstract, item.words) == ("<p>one <b>two</b></p>", "", 0)


def test_markup_is_removed_from_titles():
    assert (
        parse(rss("<title>A &lt;b&gt;bold&lt;/b&gt; &amp;amp; brave</title><link>https://b.example/1</link>"))
        .items[0]
        .title
        == "A bold & brave"
    )


@pytest.mark.parametrize("when", ["Mon, 01 Jan 1900 00:00:00 GMT", "Mon, 01 Jan 2046 00:00:00 GMT", "yesterday"])
def test_absurd_date_is_ignored(when):
    assert (
        parse(rss(f"<title>T</title><link>https://b.example/1</link><pubDate>{when}</pubDate>")).items[0].published_at
        is None
    )


def test_ttl_of_a_feed_is_respected():
    assert parse(rss("<title>T</title><link>https://b.example/1</link>", "<ttl>180</ttl>")).wait_seconds == 180 * 60


def test_guid_that_is_not_an_address_is_only_the_entry_id():
    item = parse(rss('<title>T</title><link>https://b.example/1</link><guid isPermaLink="false">tag:7</guid>')).items[0]
    assert (item.entry_id, item.addresses) == ("tag:7", ())


def test_link_that_is_not_a_web_address_is_dropped():
    assert parse(rss("<title>T</title><link>javascript:alert(1)</link><guid>urn:1</guid>")).items[0].link == ""


def test_unreadable_link_costs_neither_its_entry_nor_the_feed():
    assert parse(rss("<title>T</title><link>http://[bad</link><guid>7</guid>", "<link>http://[bad</link>")).items
    entries = [
        {"id": 1, "url": "http://[bad", "title": "A", "date_published": "0001-01-01T00:00:00+05:00"},
        {"id": 2, "url": "javascript:alert(1)", "title": "B"},
        {"id": 3, "url": "/c", "title": "C", "authors": 7},
    ]
    body = {"version": "https://jsonfeed.org/version/1.1", "home_page_url": "http://[bad", "items": entries}
    items = parse(json.dumps(body)).items
    assert [item.link for item in items] == ["", "", "https://blog.example/c"]


@pytest.mark.parametrize(
    ("creator", "names"),
    [("Lee, Ann", ["Lee, Ann"]), ("Ann Lee, Bo Ray", ["Ann Lee", "Bo Ray"]), ("Ann Lee", ["Ann Lee"])],
)
def test_commas_separate_authors_only_between_full_names(creator, names):
    found = parse(rss(f"<title>T</title><link>https://b.example/1</link><author>{creator}</author>"))
    assert [author.name for author in found.items[0].authors] == names


def test_max_age_counts_as_a_day_at_most():
    assert feed._max_age("public, max-age=31536000") == 86_400


def test_broken_links_do_not_hide_a_pages_readable_feed():
    class Page:
        def get(self, url, **_):
            if url != "https://blog.example/":
                raise FetchError("nothing there", code=404)
            head = '<base href="http://[bad">' + "".join(
                f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in ("http://[x", "/feed")
            )
            return Reply(200, url, {}, f"<html><head>{head}</head><body>Hi</body></html>".encode())

    assert [each.url for each in feed.discover("https://blog.example/", Page())] == ["https://blog.example/feed"]


def test_external_entities_and_entity_bombs_have_no_effect():
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = parse(bomb + rss("<title>T &b; &x;</title><link>https://b.example/1</link>"))
    assert "root:" not in str(found)


def test_two_megabyte_post_is_read():
    item = parse(
        rss(f"<title>T</title><link>https://b.example/1</link><description>{'word ' * 400_000}</description>")
    ).items[0]
    assert item.words == 400_000


def test_authors_are_read_from_both_versions_of_json_feed():
    for version, people in (("1", {"author": {"name": "Ann"}}), ("1.1", {"authors": [{"name": "Ann"}]})):
        body = {
            "version": f"https://jsonfeed.org/version/{version}",
            "title": "B",
            "items": [{"id": 7, "url": "https://b.example/7", "title": "T", "content_text": "one two", **people}, 17],
        }
        found = parse(json.dumps(body))
        assert (found.items[0].entry_id, found.items[0].authors[0].name, found.skipped) == ("7", "Ann", 1)


def test_other_json_is_not_a_feed():
    for body in ('{"a": 1}', "[1]", "{", '{"version": "https://jsonfeed.org/version/1", "items": 5}', "[" * 100_000):
        with pytest.raises(NoFeedError):
            parse(body)


def test_discovery_finds_a_sites_feeds_and_a_feed_itself(server, fetcher):
    assert server.feed("kettle") in [each.url for each in feed.discover(server.site("kettle"), fetcher)]
    assert [each.url for each in feed.discover(server.feed("fjord"), fetcher)] == [server.feed("fjord")]
