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


def test_a_paper_that_names_itself_is_taken_at_its_word(fetcher, endpoints):
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


def test_a_page_without_a_name_is_said():
    with pytest.raises(FetchError, match="does not say what this is called"):
        describe("<p>Hello</p>")


def test_a_picture_is_no_page():
    with pytest.raises(FetchError, match="sent image/png and no page"):
        describe(b"\x89PNG", content_type="image/png")


def test_latin_1_without_a_word_about_it_is_read():
    assert describe("<title>Café</title>".encode("latin-1"), content_type="text/html").title == "Café"


def test_an_arxiv_link_asks_arxiv(server, fetcher, endpoints):
    from papers.sources import arxiv
    from papers.sources.item import Asked

    from .conftest import NOW

    known = arxiv.pull("cs.LG", Asked(), fetcher, NOW, endpoints).items[0]
    assert page.describe(known.link.replace("abs", "pdf"), fetcher, endpoints).title == known.title


def test_an_article_of_a_blog_is_described(server, fetcher, endpoints):
    from papers.sources import feed
    from papers.sources.item import Asked

    from .conftest import NOW

    post = feed.pull(server.feed("kettle"), Asked(), fetcher, NOW).items[0]
    assert page.describe(post.link, fetcher, endpoints).title == post.title


def test_a_broken_canonical_link_an_absurd_date_and_an_unknown_charset_do_no_harm():
    item = describe(
        '<title>T</title><link rel="canonical" href="http://[bad">'
        '<meta name="citation_date" content="0001-01-01T00:00:00+05:00">',
        content_type="text/html; charset=nonsense",
    )
    assert (item.title, item.addresses, item.published_at) == ("T", (LINK,), None)
