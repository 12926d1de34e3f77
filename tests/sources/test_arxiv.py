import doctest
from datetime import timedelta

import pytest

from papers.sources import arxiv
from papers.sources.item import Asked
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

from .conftest import NOW

SEEN = Asked(last_success=NOW)


def test_the_worked_examples_hold():
    assert doctest.testmod(arxiv).failed == 0


def test_a_category_gives_todays_announcements(fetcher, endpoints):
    pull = arxiv.pull("cs.LG", Asked(), fetcher, NOW, endpoints)
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
        for item in arxiv.pull(category, Asked(), fetcher, NOW, endpoints).items
    ]
    assert any("<" in item.abstract for item in items)


def test_an_unknown_category_is_said(fetcher, endpoints):
    with pytest.raises(FetchError, match="knows no category"):
        arxiv.pull("cs.XX", Asked(), fetcher, NOW, endpoints)


def test_a_weekend_is_no_failure_and_says_why(server, fetcher, endpoints):
    saturday = NOW + timedelta(days=3)
    server.clock.set(saturday)
    pull = arxiv.pull("cs.LG", SEEN, fetcher, saturday, endpoints)
    assert pull.items == ()
    assert "weekends" in pull.note


def test_a_category_added_on_a_weekend_brings_the_last_days(server, fetcher, endpoints):
    saturday = NOW + timedelta(days=3)
    server.clock.set(saturday)
    pull = arxiv.pull("cs.LG", Asked(), fetcher, saturday, endpoints)
    assert pull.items
    assert all("cs.LG" in item.categories for item in pull.items)


def test_a_search_gives_papers_with_their_versions(fetcher, endpoints):
    pull = arxiv.pull("search: cat:cs.LG", Asked(), fetcher, NOW, endpoints)
    assert pull.items
    assert all(item.version >= 1 and item.authors for item in pull.items)


def test_one_paper_comes_by_its_id_and_an_unknown_one_is_said(fetcher, endpoints):
    known = arxiv.pull("cs.LG", Asked(), fetcher, NOW, endpoints).items[0]
    base = known.link.removeprefix("https://arxiv.org/abs/")
    assert arxiv.by_id(base, fetcher, NOW, endpoints).title == known.title
    with pytest.raises(FetchError, match="has no paper"):
        arxiv.by_id("0704.99999", fetcher, NOW, endpoints)


@pytest.mark.parametrize("address", ["cs.LG", "search: cat:cs.LG"])
@pytest.mark.parametrize(
    ("mischief", "sentence"), [("page", "no feed"), ("empty", "an empty answer"), ("cut", "broke off|no feed")]
)
def test_an_answer_that_is_no_feed_is_never_taken_for_no_papers(
    server, fetcher, endpoints, address, mischief, sentence
):
    server.misbehave("*", mischief)
    with pytest.raises(FetchError, match=sentence):
        arxiv.pull(address, SEEN, fetcher, NOW, endpoints)


def test_a_busy_arxiv_is_asked_once_and_believed(server, fetcher, endpoints):
    server.misbehave("*", "status", code=429, retry_after="1800")
    before = len(server.requests)
    with pytest.raises(FetchError) as caught:
        arxiv.pull("search: cat:cs.LG", SEEN, fetcher, NOW, endpoints)
    assert caught.value.retry_after == 1800
    assert len(server.requests) == before + 1


def test_a_silent_arxiv_does_not_hold_a_worker_for_ever(server, fetcher, endpoints):
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


def test_a_page_without_the_papers_that_it_counts_is_an_error(endpoints):
    with pytest.raises(FetchError, match="found 12 papers, and sent none"):
        arxiv.search("all:kettles", Says(ANSWER.format(total=12, entries="")), NOW, endpoints)
    assert arxiv.search("all:kettles", Says(ANSWER.format(total=0, entries="")), NOW, endpoints).items == ()


def test_affiliations_are_kept_and_classes_of_other_schemes_are_no_categories(endpoints):
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
