import doctest
from datetime import timedelta

import pytest

from papers.sources import arxiv
from papers.sources.item import LastFetch
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

from .conftest import NOW

SEEN = LastFetch(last_success=NOW)


def test_the_worked_examples_hold():
    assert doctest.testmod(arxiv).failed == 0


def test_a_category_gives_todays_announcements(fetcher, endpoints):
    pull = arxiv.pull("cs.LG", LastFetch(), fetcher, NOW, endpoints)
    assert pull.items
    assert pull.skipped == 0
    assert {item.announce_type for item in pull.items} <= {"new", "cross", "replace", "replace-cross"}
    for item in pull.items:
        assert item.link.startswith("https://arxiv.org/abs/")
        assert item.version >= 1
        assert item.abstract
        assert not item.abstract.startswith("arXiv:")


def test_a_less_than_sign_in_an_abstract_survives(fetcher, endpoints):
    days = [NOW - timedelta(days=day) for day in range(1)]
    items = [
        item
        for _ in days
        for category in ("cs.LG", "cs.CL", "stat.ML")
        for item in arxiv.pull(category, LastFetch(), fetcher, NOW, endpoints).items
    ]
    assert any("<" in item.abstract for item in items)


def test_unknown_category_is_reported(fetcher, endpoints):
    with pytest.raises(FetchError, match="has no category"):
        arxiv.pull("cs.XX", LastFetch(), fetcher, NOW, endpoints)


def test_weekend_without_papers_is_explained_and_is_not_a_failure(server, fetcher, endpoints):
    saturday = NOW + timedelta(days=3)
    server.clock.set(saturday)
    pull = arxiv.pull("cs.LG", SEEN, fetcher, saturday, endpoints)
    assert pull.items == ()
    assert "weekends" in pull.note


def test_category_added_on_a_weekend_brings_papers_of_the_last_days(server, fetcher, endpoints):
    saturday = NOW + timedelta(days=3)
    server.clock.set(saturday)
    pull = arxiv.pull("cs.LG", LastFetch(), fetcher, saturday, endpoints)
    assert pull.items
    assert all("cs.LG" in item.categories for item in pull.items)


def test_a_search_whose_first_page_is_known_is_neither_parsed_nor_followed(server, fetcher, endpoints):
    first = arxiv.pull("search: cat:cs.LG", LastFetch(), fetcher, NOW, endpoints)
    assert first.items
    server.requests.clear()
    again = arxiv.pull("search: cat:cs.LG", LastFetch(body_hash=first.body_hash), fetcher, NOW, endpoints)
    assert (again.not_modified, again.items, again.body_hash) == (True, (), first.body_hash)
    assert len(server.requests) == 1
    other = arxiv.pull("search: cat:cs.CL", LastFetch(body_hash=first.body_hash), fetcher, NOW, endpoints)
    assert other.items


def test_a_search_gives_papers_with_their_versions(fetcher, endpoints):
    pull = arxiv.pull("search: cat:cs.LG", LastFetch(), fetcher, NOW, endpoints)
    assert pull.items
    assert all(item.version >= 1 and item.authors for item in pull.items)


def test_paper_is_fetched_by_id_and_an_unknown_id_is_reported(fetcher, endpoints):
    known = arxiv.pull("cs.LG", LastFetch(), fetcher, NOW, endpoints).items[0]
    base = known.link.removeprefix("https://arxiv.org/abs/")
    assert arxiv.by_id(base, fetcher, NOW, endpoints).title == known.title
    with pytest.raises(FetchError, match="has no paper"):
        arxiv.by_id("0704.99999", fetcher, NOW, endpoints)


@pytest.mark.parametrize("address", ["cs.LG", "search: cat:cs.LG"])
@pytest.mark.parametrize(
    ("mischief", "sentence"), [("page", "not a feed"), ("empty", "an empty response"), ("cut", "cut off|not a feed")]
)
def test_response_that_is_not_a_feed_is_never_taken_for_no_papers(
    server, fetcher, endpoints, address, mischief, sentence
):
    server.misbehave("*", mischief)
    with pytest.raises(FetchError, match=sentence):
        arxiv.pull(address, SEEN, fetcher, NOW, endpoints)


def test_busy_arxiv_is_asked_once_and_its_retry_after_is_kept(server, fetcher, endpoints):
    server.misbehave("*", "status", code=429, retry_after="1800")
    before = len(server.requests)
    with pytest.raises(FetchError) as caught:
        arxiv.pull("search: cat:cs.LG", SEEN, fetcher, NOW, endpoints)
    assert caught.value.retry_after == 1800
    assert len(server.requests) == before + 1


def test_silent_arxiv_does_not_block_a_worker_forever(server, fetcher, endpoints):
    server.misbehave("*", "hang")
    with pytest.raises(FetchError, match="did not answer in time"):
        arxiv.pull("search: cat:cs.LG", SEEN, fetcher, NOW, endpoints)


class Says:
    """A fetcher that gives one answer."""

    def __init__(self, text):
        self.text = text

    def get(self, url, **_):
        return Reply(200, url, {}, self.text.encode())


ANSWER = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>{total}</opensearch:totalResults>'
    "<opensearch:startIndex>0</opensearch:startIndex>{entries}</feed>"
)


def test_first_page_that_reports_results_but_lists_none_is_an_error(endpoints):
    with pytest.raises(FetchError, match="found 12 papers but sent none"):
        arxiv.search("all:kettles", Says(ANSWER.format(total=12, entries="")), NOW, endpoints)
    assert arxiv.search("all:kettles", Says(ANSWER.format(total=0, entries="")), NOW, endpoints).items == ()


def test_affiliations_are_kept_and_classes_of_other_schemes_dropped(endpoints):
    entry = (
        "<entry><id>http://arxiv.org/abs/2603.00001v2</id><title>On kettles</title><summary>We boil.</summary>"
        "<published>2026-03-01T00:00:00Z</published><updated>2026-03-02T00:00:00Z</updated>"
        '<arxiv:primary_category term="cs.LG"/><category term="cs.LG"/><category term="I.2.6"/>'
        '<category term="68T07; 05C85"/><category term="cond-mat.dis-nn"/><category term="quant-ph"/>'
        "<author><name>Ann Lee</name><arxiv:affiliation>Kettle Lab</arxiv:affiliation></author></entry>"
    )
    item = arxiv.search("all:kettles", Says(ANSWER.format(total=1, entries=entry)), NOW, endpoints).items[0]
    assert item.categories == ("cs.LG", "cond-mat.dis-nn", "quant-ph")
    assert (item.authors[0].name, item.authors[0].affiliation) == ("Ann Lee", "Kettle Lab")
