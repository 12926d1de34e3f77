"""Entries that no reader expects: each is read or counted as skipped, and the entries beside it are read."""

import json

import pytest

from feedserver import poison
from papers.sources import arxiv, feed, page
from papers.sources.item import LastFetch
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

from .conftest import NOW

BLOGS = ["kettle", "petit-lot", "fjord", "aao"]
QUICK = [name for name in poison.ENTRIES if name not in {"author", "lists", "newlines", "attributes"}]
MEDIA = "http://search.yahoo.com/mrss/"
GOOD = {"id": "good", "url": "https://b.example/good", "title": "A good one"}
DATES = [
    *("0000-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00+99:99", "Mon, 01 Jan 0000 00:00:00 GMT", "9" * 400),
    *("Mon, 01 Jan 99999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +99999999", "Mon, 01 Jan 2026 00:00:00 XYZ", "-1"),
    *("Mon, 99 Foo 2026 99:99:99 +9999", "2026-13-45", "2026-02-30T25:61:61Z", "١٢٣٤-٠١-٠١", "now", "1e999", "\0", "T"),
    *("Thu, 01 Jan " + "9" * 5_000 + " 00:00:00 GMT", "2026-W99-9", "P1Y", "Mon, 01 Jan 2026 00:00:00 -" + "9" * 30),
]


def fit_for_the_database(value: object) -> bool:
    text = repr(value)
    assert "\\ud8" not in text.lower()
    assert "\\x00" not in text
    return bool(str(value).encode())


def pull(server, fetcher, blog):
    return feed.pull(server.feed(blog), LastFetch(), fetcher, NOW)


def parse(*entries: object, text: str = ""):
    body = text or json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [*entries, GOOD]})
    return feed.parse(Reply(200, "https://b.example/feed", {}, body.encode("utf-8", "surrogatepass")), NOW)


@pytest.mark.parametrize("blog", BLOGS)
@pytest.mark.parametrize("name", QUICK)
def test_poisoned_entry_costs_no_other_entry(server, fetcher, blog, name):
    good = pull(server, fetcher, blog)
    server.misbehave("*", "poison", name=name, size=5_000)
    bad = pull(server, fetcher, blog)
    assert [item.title for item in bad.items if item.link != poison.LINK] == [item.title for item in good.items]
    assert len(bad.items) + bad.skipped == len(good.items) + 1
    assert fit_for_the_database(bad)


@pytest.mark.parametrize("blog", BLOGS)
def test_surrogate_halves_of_an_emoji_are_joined(server, fetcher, blog):
    server.misbehave("*", "poison", name="emoji")
    item = pull(server, fetcher, blog).items[0]
    assert item.title == "A 😀 post"
    assert "😀" in item.abstract + item.content_html
    assert item.authors[0].name == "Ann 😀"


@pytest.mark.parametrize("blog", BLOGS)
def test_invalid_validators_are_not_stored(server, fetcher, blog):
    server.misbehave("*", "poison", name="headers")
    bad = pull(server, fetcher, blog)
    assert bad.items
    assert (bad.etag, bad.last_modified) == ("", "")
    assert fetcher.get(server.feed(blog), 'old"\0\n', "x\r\nCookie: 1").status == 200
    assert not {"if-none-match", "if-modified-since", "cookie"} & server.requests[-1].headers.keys()


@pytest.mark.parametrize("charset", ["utf8mb4", "x-sjis", "rot13", "idna", "unicode_escape", "undefined", "x" * 300])
@pytest.mark.parametrize("blog", BLOGS)
def test_odd_encoding_costs_no_entry(server, fetcher, blog, charset):
    good = pull(server, fetcher, blog)
    server.misbehave("*", "poison", name="encoding", charset=charset)
    assert pull(server, fetcher, blog).items == good.items


@pytest.mark.parametrize("name", ["surrogate", "emoji", "reference"])
def test_poisoned_page_is_read(server, fetcher, endpoints, name):
    link = pull(server, fetcher, "kettle").items[0].link
    server.misbehave("*", "poison", name=name)
    assert fit_for_the_database(page.describe(link, fetcher, endpoints))


@pytest.mark.parametrize("name", ["surrogate", "emoji", "reference"])
def test_poisoned_arxiv_announcement_costs_no_other(server, fetcher, endpoints, name):
    good = arxiv.pull("cs.LG", LastFetch(), fetcher, NOW, endpoints)
    server.misbehave("/rss/*", "poison", name=name)
    bad = arxiv.pull("cs.LG", LastFetch(), fetcher, NOW, endpoints)
    assert (bad.items, bad.skipped) == (good.items, good.skipped + 1)
    server.misbehave("/api/*", "poison", name=name)
    found = arxiv.pull("search: cat:cs.LG", LastFetch(), fetcher, NOW, endpoints)
    assert found.items
    assert fit_for_the_database(found)


@pytest.mark.parametrize("field", ["title", "summary", "id", "author"])
def test_odd_characters_in_arxiv_fields_do_no_harm(server, fetcher, endpoints, field):
    body = fetcher.get(f"{endpoints.feed}/atom/cs.LG").body.decode()
    for poisoned in ("&#xD83D;&#xDE00;", "&#xD800;", "&#1114112;", "&#99999999999;", "\x01", "&nope;"):
        for tag in (f"<{field}>", f"<dc:{'creator' if field == 'author' else field}>"):
            items, skipped = arxiv.read_feed(Reply(200, "", {}, body.replace(tag, tag + poisoned).encode()), NOW)
            assert len(items) + skipped > 10
            assert fit_for_the_database(items)


@pytest.mark.parametrize("date", DATES)
def test_odd_date_is_ignored_and_costs_no_entry(server, fetcher, endpoints, date):
    xml = date.replace("\0", "&#0;")
    for tag in ("pubDate", "updated", "published", "created"):
        item = f"<item><title>T</title><link>https://b.example/1</link><{tag}>{xml}</{tag}></item>"
        dc = item.replace(f"<{tag}>", "<d:date>").replace(f"</{tag}>", "</d:date>")
        text = f"<rss version='2.0' xmlns:d='http://purl.org/dc/elements/1.1/'><channel>{item}{dc}</channel></rss>"
        assert len(parse(text=text).items) == 2
    assert [item.title for item in parse(GOOD | {"date_published": date, "date_modified": date}).items] == [
        "A good one"
    ] * 2
    item = f"<item><title>T</title><guid>oai:arXiv.org:2401.12345v1</guid><pubDate>{xml}</pubDate></item>"
    announced = f"<rss><channel>{item}</channel></rss>"
    assert len(arxiv.read_feed(Reply(200, "", {}, announced.encode()), NOW)[0]) == 1
    body = f'<title>T</title><meta name="citation_date" content="{xml}">'
    assert page.read(Reply(200, "https://b.example/", {}, body.encode()), "", "b", NOW).title == "T"


@pytest.mark.parametrize("date", DATES)
def test_odd_date_in_an_api_response_costs_one_entry(server, fetcher, endpoints, date):
    class Dated:
        def get(self, url, *rest, **more):
            reply = fetcher.get(url, *rest, **more)
            body = reply.body.decode().replace("<published>", f"<published>{date.replace(chr(0), '&#0;')}", 1)
            return Reply(200, reply.url, reply.headers, body.encode())

    good = arxiv.search("cat:cs.LG", fetcher, NOW, endpoints, most=10)
    bad = arxiv.search("cat:cs.LG", Dated(), NOW, endpoints, most=10)
    assert bad.skipped >= 1
    assert {item.link for item in bad.items} >= {item.link for item in good.items[1:]}


WRONG = [None, True, False, 7, 1.5, "", "x", [], ["a"], [[]], {}, {"a": 1}, {"name": ["x"]}, [{"name": {}}], [None]]


@pytest.mark.parametrize(
    "name",
    [
        *("id", "url", "external_url", "title", "content_html", "content_text", "summary"),
        *("authors", "author", "date_published", "date_modified", "tags"),
    ],
)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_value_of_wrong_type_in_a_json_feed_is_ignored(name, value):
    found = parse({"id": "1", "title": "T", "content_text": "words"} | {name: value})
    assert found.items[-1].title == "A good one"
    assert len(found.items) + found.skipped == 2
    for item in found.items:
        for part in (item.title, item.entry_id, item.link, *(author.name for author in item.authors)):
            assert not set("[]{}") & set(part)


@pytest.mark.parametrize("entry", [None, 7, True, "x", [], [[]], {}, {"id": {}}, {"title": "no address"}], ids=repr)
def test_json_value_that_is_not_an_entry_is_counted_as_skipped(entry):
    found = parse(entry)
    assert (len(found.items), found.skipped) == (1, 1)


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5_000, "-" + "9" * 5_000, "1" + "0" * 400 + ".5"]
)
def test_huge_number_costs_no_entry(number):
    text = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "n": "N",
            "items": [{"id": "N", "title": "T", "date_published": "N", "x": "N"}, GOOD],
        }
    )
    assert len(parse(text=text.replace('"N"', number)).items) == 2


def test_surrogates_and_nul_are_removed_from_json():
    for escape in (r"\ud800", r"\udc00\ud800", r"\u0000", r"\u0001", r"\ufffe", r"\ud83d\ude00", "\ud800"):
        text = json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "T@",
                "items": [dict.fromkeys(("id", "url", "title", "content_html"), "https://b.example/@"), GOOD],
            }
        )
        found = parse(text=text.replace("@", escape))
        assert len(found.items) == 2
        assert fit_for_the_database(found)


@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900])
def test_deep_json_in_one_field_costs_no_entry(text):
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "@"}, GOOD]})
    found = parse(text=body.replace('"@"', text))
    assert (len(found.items), found.skipped) == (1, 1)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"a":' * 200_000, '{"version": "https://jsonfeed.org/version/1.1", "items": ' + "[" * 200_000],
)
def test_endlessly_deep_json_is_not_a_feed(text):
    with pytest.raises(FetchError):
        parse(text=text)


@pytest.mark.parametrize("bad", ["</media:player>", "</media:player></media:player>"])
def test_entry_that_crashes_feedparser_is_skipped_and_counted(bad):
    def body(middle):
        items = "".join(
            f"<item><title>{n}</title><link>https://b.example/{n}</link>{middle if n == 2 else ''}</item>"
            for n in range(5)
        )
        return f"<rss version='2.0' xmlns:media='{MEDIA}'><channel><title>B</title>{items}</channel></rss>"

    found = parse(text=body(bad))
    assert found.title == "B"
    assert {"0", "1", "3", "4"} <= {item.title for item in found.items}
    assert len(found.items) + found.skipped == 5
    assert found.skipped == 1
