"""sources.typed: addresses as people know them."""

import pytest

from papers.sources.feed import linked_feeds
from papers.sources.typed import feed_of
from papers.sources.wire.fetch import Reply


@pytest.mark.parametrize(
    ("typed", "feed"),
    [
        ("https://www.youtube.com/playlist?list=PLabc", "https://www.youtube.com/feeds/videos.xml?playlist_id=PLabc"),
        ("https://old.reddit.com/user/hen", "https://www.reddit.com/user/hen/.rss"),
        ("https://github.com/hens/coop/", "https://github.com/hens/coop/releases.atom"),
        ("https://github.com/hens", "https://github.com/hens.atom"),
        ("https://hens.substack.com", "https://hens.substack.com/feed"),
        ("https://medium.com/@hen", "https://medium.com/feed/@hen"),
        ("https://huggingface.co/blog", "https://huggingface.co/blog/feed.xml"),
        ("https://social.example/@hen", "https://social.example/@hen.rss"),
        ("https://www.youtube.com/@hen", "https://www.youtube.com/@hen"),
        ("https://blog.example/feed.xml", "https://blog.example/feed.xml"),
    ],
)
def test_addresses_as_people_know_them_lead_to_the_feed(typed, feed):
    assert feed_of(typed) == feed


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "application/rdf+xml", "application/rss&#43;xml"])
def test_feeds_are_found_whatever_kind_of_xml_they_call_themselves(kind):
    page = f'<html><head><link rel="alternate" type="{kind}" href="/f"></head></html>'
    reply = Reply(200, "https://blog.example/", {"content-type": "text/html"}, page.encode())
    assert [each.url for each in linked_feeds(reply)] == ["https://blog.example/f"]
