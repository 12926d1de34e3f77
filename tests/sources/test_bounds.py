"""sources.bounds: hostile input costs little. Without bounds these tests would exceed the time limit."""

from contextlib import suppress
from datetime import UTC, datetime

import feedparser
import pytest

from papers.sources import bounds, feed, text
from papers.sources.wire.fetch import Reply

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
HEAD, TAIL = b"<rss version='2.0'><channel><title>t</title>", b"</channel></rss>"
ITEM = b"<item><title>a</title><link>http://a.example/b</link></item>"
ATOM = b"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>"

pytestmark = pytest.mark.timeout(60)


def parse(body):
    return feed.parse(Reply(200, "https://h.example/f", {"content-type": "application/rss+xml"}, body), NOW)


def test_normal_feed_is_unchanged():
    body = HEAD + ITEM * bounds.MOST_ENTRIES + TAIL
    assert bounds.feed(body) == body
    assert len(parse(body).items) == bounds.MOST_ENTRIES


@pytest.mark.parametrize("letters", ["a", "a.", "é", "<![CDATA[a", "a@b."])
@pytest.mark.parametrize("element", ["author", "dc:creator", "managingEditor", "itunes:author"])
def test_endless_name_is_read_quickly_and_costs_no_entry(element, letters):
    spaces = b"xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    name = (letters + letters[-1] * 150_000 + ("]]>" if "[" in letters else "")).encode()
    item = b"<item><title>b</title><link>http://a.example/c</link><%b>%b</%b></item>"
    item %= (element.encode(), name, element.encode())
    found = parse(HEAD.replace(b"<rss ", b"<rss " + spaces + b" ") + item + ITEM + TAIL)
    assert [each.title for each in found.items] == ["b", "a"]


def test_feed_with_too_many_entries_is_cut_and_stays_well_formed():
    body = bounds.feed(HEAD + ITEM * 180_000 + TAIL)
    assert body.endswith(ITEM + TAIL)
    assert body.count(ITEM) == bounds.MOST_ENTRIES
    assert not feedparser.parse(body).bozo
    found = parse(HEAD + ITEM * 180_000 + TAIL)
    assert (len(found.items), found.title) == (bounds.MOST_ENTRIES, "t")


def test_utf_16_feed_with_too_many_entries_is_cut_too():
    found = parse(b"\xff\xfe" + (HEAD + ITEM * 60_000 + TAIL).decode().encode("utf-16-le"))
    assert len(found.items) == bounds.MOST_ENTRIES


def test_feed_with_too_much_markup_is_cut_after_the_last_entry_that_fits():
    entry = b"<entry><title>a</title><id>http://a.example/b</id>" + b"<category term='x'/>" * 500 + b"</entry>"
    body = bounds.feed(ATOM + entry * 1_000 + b"</feed>")
    assert 0 < body.count(b"<entry>") < bounds.MOST_ELEMENTS / 500
    assert body.endswith(b"</entry></feed>")


def test_prefixed_elements_around_the_entries_are_closed():
    head = b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>t</a:title>'
    entry = b"<a:entry><a:title>x</a:title><a:id>http://a.example/b</a:id></a:entry>"
    body = bounds.feed(head + entry * 3_000 + b"</a:feed>")
    assert body.endswith(b"</a:entry></a:feed>")
    assert not feedparser.parse(body).bozo


def test_entry_within_an_entry_is_not_counted():
    entry = b"<entry><title>a</title><id>http://a.example/b</id><source><entry/></source></entry>"
    body = ATOM + entry * bounds.MOST_ENTRIES + b"</feed>"
    assert bounds.feed(body) == body


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"<a>" * 200_000,
        HEAD + b"<a/>" * 200_000 + TAIL,
        HEAD + b"<a " + b" ".join(b"b%d='c'" % n for n in range(100_000)) + b"/>" + TAIL,
    ],
    ids=["deep", "wide", "attributes"],
)
def test_excessive_markup_is_rejected_with_a_sentence(body):
    with pytest.raises(feed.NoFeedError, match="more markup than any real feed"):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"<item><title>x</title>" + b"<a b=" * 100_000,
        HEAD + b"<item a='" * 300_000,
        HEAD + b"<" * 3_000_000,
        HEAD + b"<![CDATA[" * 300_000,
        HEAD + b"<!--" * 300_000,
        HEAD + ITEM * 100_000 + b"&",
        b"<!DOCTYPE a [" + b"<!ENTITY a " * 300_000 + HEAD,
    ],
    ids=["attributes", "quotes", "brackets", "cdata", "comments", "entries", "doctype"],
)
def test_only_the_beginning_of_broken_xml_is_read(body):
    assert len(bounds.feed(body)) <= bounds.BROKEN_BYTES
    with suppress(feed.NoFeedError):
        parse(body)


def test_broken_xml_is_cut_after_a_whole_entry():
    long = ITEM.replace(b"</item>", b"<description>" + b"word " * 200 + b"</description></item>")
    body = bounds.feed(HEAD + long * 1_000 + b"&")
    assert body.endswith(b"</item>")
    assert len(body) > bounds.BROKEN_BYTES - 2 * len(long)


def test_a_feed_with_one_broken_character_keeps_its_entries():
    assert (
        len(parse(HEAD + ITEM * 50 + b"<item><title>R&D</title><link>http://a.example/c</link></item>" + TAIL).items)
        == 51
    )


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tags", ["<li><dd>", "<div\n<>", "<div a=<>>", "<p>"])
def test_html_with_endless_tags_is_cut(tags):
    made = bounds.shallow(f"{tags}word " * 40_000)
    assert made.count("<") <= bounds.MOST_TAGS
    assert text.text_of(made)


@pytest.mark.parametrize(
    "tag", ["<div>", "<b>", "<a href='x'>", "<font size=1><p>", "<div x='<'>", '<div x=">" y>', "<ul><li>", "<svg:g>"]
)
def test_deep_html_becomes_shallow_and_keeps_its_text(tag):
    made = bounds.shallow(f"{tag}word " * 4_000)
    assert made.count("word") == 4_000
    assert len(made) < 4_000 * len("word ") + 4_000 * tag.count("<p>") * 3 + 4_000 * tag.count("<li>") * 4 + 4_000
    assert text.text_of(f"{tag}word " * 5_000).count("word") == 5_000


def test_normal_html_is_unchanged():
    page = "<p>one<p>two<ul><li>a<li>b</ul><img src=x><br>" * 200 + "<table><tr><td>1<td>2<tr><td>3</table>"
    assert bounds.shallow(page) == page


def test_end_tags_of_dropped_tags_are_dropped_too():
    assert bounds.shallow("<i>" * 70 + "x" + "</i>" * 70 + "<i>y</i>") == "<i>" * 60 + "x" + "</i>" * 60 + "<i>y</i>"


def test_unclosed_quotes_do_not_block():
    for start in ("<a '", "<a \"'", "<a ''\"<a ''\"", "<a x='<a "):
        bounds.shallow(start * 80_000)
