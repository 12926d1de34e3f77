import doctest

import pytest

from papers.sources import page
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

LINK = "https://blog.example/post"


class Says:
    def __init__(self, body, content_type="text/html; charset=utf-8"):
        self.reply = Reply(
            200, LINK, {"content-type": content_type}, body if isinstance(body, bytes) else body.encode()
        )

    def get(self, url, **_):
        return self.reply


def describe(body, **more):
    return page.describe(LINK, Says(body, **more), None)


def test_the_worked_examples_hold():
    assert doctest.testmod(page).failed == 0


def test_citation_tags_take_precedence(fetcher, endpoints):
    item = describe(
        '<meta name="citation_title" content="On &lt;MASK&gt;"><meta name="citation_author" content="Lee, Ann">'
        '<meta name="citation_doi" content="10.1000/x">'
        '<meta name="citation_date" content="2026/03/04"><title>No</title>'
    )
    assert (item.title, item.authors[0].name, item.published_at.year) == ("On <MASK>", "Ann Lee", 2026)
    assert "10.1000/x" in item.addresses


def test_a_post_is_described_by_open_graph_or_its_title():
    item = describe(
        '<meta property="og:title" content="A post"><meta property="og:description" content="What it says">'
    )
    assert (item.title, item.abstract) == ("A post", "What it says")
    assert describe("<title> Plain\n title </title>").title == "Plain title"


def test_page_without_a_title_is_reported():
    with pytest.raises(FetchError, match="has no title"):
        describe("<p>Hello</p>")


def test_image_is_not_a_page():
    with pytest.raises(FetchError, match="sent image/png, not a web page"):
        describe(b"\x89PNG", content_type="image/png")


def test_undeclared_latin_1_is_read():
    assert describe("<title>Café</title>".encode("latin-1"), content_type="text/html").title == "Café"


def test_arxiv_link_is_looked_up_at_arxiv(server, fetcher, endpoints):
    from papers.sources import arxiv
    from papers.sources.item import LastFetch

    from .conftest import NOW

    known = arxiv.pull("cs.LG", LastFetch(), fetcher, NOW, endpoints).items[0]
    assert page.describe(known.link.replace("abs", "pdf"), fetcher, endpoints).title == known.title


def test_blog_post_is_described(server, fetcher, endpoints):
    from papers.sources import feed
    from papers.sources.item import LastFetch

    from .conftest import NOW

    post = feed.pull(server.feed("kettle"), LastFetch(), fetcher, NOW).items[0]
    assert page.describe(post.link, fetcher, endpoints).title == post.title


def test_broken_canonical_link_absurd_date_and_unknown_charset_are_ignored():
    item = describe(
        '<title>T</title><link rel="canonical" href="http://[bad">'
        '<meta name="citation_date" content="0001-01-01T00:00:00+05:00">',
        content_type="text/html; charset=nonsense",
    )
    assert (item.title, item.addresses, item.published_at) == ("T", (LINK,), None)
