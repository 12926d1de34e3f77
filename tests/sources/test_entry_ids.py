"""sources.entry_ids: a feed's id for an entry is a name within the feed, unless it is declared the page's address."""

from datetime import UTC, datetime

import pytest

from papers.sources import feed
from papers.sources.wire.fetch import Reply

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def entry(body, version="rss"):
    if version == "rss":
        body = f'<rss version="2.0"><channel><title>Notes</title><item><title>T</title>{body}</item></channel></rss>'
    else:
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title><entry><title>T</title>{body}</entry></feed>'
    (item,) = feed.parse(Reply(200, "https://blog.example/feed.xml", {}, body.encode()), NOW).items
    return item


LINK = "<link>https://blog.example/a</link>"


@pytest.mark.parametrize(
    "guid",
    [
        "17", "news-17", "t3_abc", "2603.00001", "10.1000/xyz", "tag:blog.example,2026:1", "oai:arXiv.org:2603.00001v1",
        "../x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("attribute", ["", ' isPermaLink="true"', ' isPermaLink="false"'])
def test_an_id_that_is_no_web_address_is_only_an_id(guid, attribute):
    item = entry(f"{LINK}<guid{attribute}>{guid}</guid>")
    assert (item.link, item.entry_id, item.addresses) == ("https://blog.example/a", guid, ())


@pytest.mark.parametrize("attribute", ["", ' isPermaLink="true"', ' ispermalink="TRUE"'])
@pytest.mark.parametrize("wrap", ["{}", "<![CDATA[{}]]>", "\n  {}\n"])
def test_a_web_address_declared_as_permalink_is_one(attribute, wrap):
    address = "https://blog.example/real"
    item = entry(f"{LINK}<guid{attribute}>{wrap.format(address)}</guid>")
    assert (item.entry_id, item.addresses) == (address, (address,))
    assert entry(f"<guid{attribute}>{wrap.format(address)}</guid>").link == address


@pytest.mark.parametrize("wrap", ["{}", "<![CDATA[{}]]>"])
def test_a_web_address_denied_as_permalink_is_only_an_id(wrap):
    item = entry(f'{LINK}<guid isPermaLink="false">{wrap.format("https://blog.example/?p=7")}</guid>')
    assert (item.link, item.entry_id, item.addresses) == ("https://blog.example/a", "https://blog.example/?p=7", ())


def test_an_atom_id_is_no_address_but_stands_in_for_a_missing_link():
    item = entry('<id>https://blog.example/?p=7</id><link href="https://blog.example/a"/>', "atom")
    assert (item.link, item.addresses) == ("https://blog.example/a", ())
    assert entry("<id>https://blog.example/?p=7</id>", "atom").link == "https://blog.example/?p=7"


@pytest.mark.parametrize("none", ["N/A", "n/a", "none", "#", "undefined"])
def test_a_placeholder_is_neither_an_address_nor_an_id(none):
    item = entry(f"<link>{none}</link><guid>{none}</guid>")
    assert (item.link, item.entry_id) == ("", "")


def test_the_ids_of_two_feeds_of_one_site_are_told_apart():
    assert entry("<guid>7</guid><link>https://blog.example/7</link>").addresses == ()
    assert entry("<guid>7</guid>").link == ""
