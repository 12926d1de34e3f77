"""views.browse: the screen on which everything is found again."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import Paper
from papers.reading import search
from papers.refused import TooMuch
from tests.makers import make_paper, make_person, make_source, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_person("Maxine")


@pytest.fixture
def browse(client, me):
    client.force_login(me)

    def ask(address="/browse", **headers):
        return client.get(address, headers=headers)

    return ask


def titles(response):
    return [paper.title for paper in Paper.objects.order_by("id") if paper.title in response.content.decode()]


def queries_for(browse, address):
    with CaptureQueriesContext(connection) as captured:
        assert browse(address).status_code == 200
    return len(captured)


def test_everything_is_there_newest_first(browse):
    make_paper("Newer zebra")
    make_paper("Older zebra")
    text = browse().content.decode()
    assert 0 < text.index("Newer zebra") < text.index("Older zebra")


def test_words_are_searched_and_kept_in_the_box(browse):
    make_paper("On zebras")
    make_paper("On horses")
    response = browse("/browse?q=zebra")
    assert titles(response) == ["On zebras"]
    assert 'value="zebra"' in response.content.decode()


def test_what_is_typed_is_escaped(browse):
    text = browse('/browse?q="><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_empty_fields_leave_the_address(browse):
    response = browse("/browse?q=zebra&source=&category=+&until=")
    assert response.status_code == 302
    assert response.url == "/browse?q=zebra"
    assert browse("/browse?q=").url == "/browse"


def test_a_chip_says_what_is_filtered_and_takes_it_away(browse):
    source = make_source("Distill")
    make_paper("Posted", source=source)
    response = browse(f"/browse?q=posted&source={source.pk}")
    chips = response.context["chips"]
    assert chips["q"] == ("Search: posted", f"/browse?source={source.pk}")
    assert chips["source"] == ("Source: Distill", "/browse?q=posted")


@pytest.mark.parametrize(
    "query",
    [
        *("source={source}", "category=cs.LG", "author=Ada+Example", "horizon=core", "stage=new"),
        *("votes=me", "votes={ada}", "since=2026-01-01", "until=2026-12-31"),
    ],
)
def test_each_filter_works_and_is_said(browse, me, query):
    source, ada = make_source(), make_person("Ada")
    paper = make_paper("A zebra", source=source, byline="Ada Example")
    make_vote(me, paper)
    make_vote(ada, paper)
    response = browse("/browse?" + query.format(source=source.pk, ada=ada.pk))
    assert titles(response) == ["A zebra"]
    assert len(response.context["chips"]) == 1


def test_more_leads_to_the_next_page_and_ends(browse):
    for number in range(60):
        make_paper(f"Zebra number {number:02d}.")
    address, seen = "/browse?q=zebra", []
    for _ in range(4):
        response = browse(address)
        seen += titles(response)
        address = response.context["next"]
        if not address:
            break
        assert parse_qs(urlsplit(address).query)["q"] == ["zebra"]
        assert f'rel="next" href="{address.replace("&", "&amp;")}"' in response.content.decode()
    assert seen == [f"Zebra number {number:02d}." for number in range(60)]


def test_papers_that_arrived_at_the_same_instant_are_all_paged(browse):
    moment = make_paper().arrived_at
    for number in range(59):
        make_paper(f"Zebra {number}", arrived_at=moment)
    first = browse()
    second = browse(first.context["next"])
    third = browse(second.context["next"])
    ids = [card.paper.pk for response in (first, second, third) for card in response.context["cards"]]
    assert len(set(ids)) == len(ids) == 60


def test_htmx_gets_the_next_page_alone(browse):
    for _ in range(30):
        make_paper()
    following = browse().context["next"]
    response = browse(following, **{"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert len(response.context["cards"]) == 5
    assert "HX-Request" in response.headers["Vary"]
    assert "<html" in browse(following).content.decode()


def test_after_back_what_more_had_added_is_there_again(browse):
    for _ in range(60):
        make_paper()
    more = browse("/browse?category=cs.LG").context["next_here"]
    assert more.endswith("&pages=2")
    response = browse(more, **{"HX-Request": "true"})
    assert response.headers["HX-Replace-Url"] == "/browse?category=cs.LG&pages=2"
    again = browse("/browse?category=cs.LG&pages=2")
    assert len(again.context["cards"]) == 50
    assert again.context["next"] == response.context["next"]
    assert len(browse(response.context["next"]).context["cards"]) == 10


@pytest.mark.parametrize(
    ("pages", "shown"), [("0", 25), ("-1", 25), ("x", 25), ("٣", 75), ("999", 250), ("9" * 5000, 25)]
)
def test_one_address_shows_ten_pages_at_most(browse, pages, shown):
    source = make_source()
    for _ in range(251):
        make_paper(source=source)
    assert len(browse(f"/browse?pages={pages}").context["cards"]) == shown


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=abc", "“abc” is not a date"),
        ("until=2026-02-30", "“2026-02-30” is not a date"),
        ("source=7e9", "“7e9” is not a source we know"),
        ("source=99999999999999999999999", "is not a source we know"),
        ("source=424242", "“424242” is not a source we know"),
        ("horizon=near", "“near” is not a horizon we know"),
        ("stage=eaten", "“eaten” is not a stage we know"),
        ("votes=-1", "“-1” is not a vote we know"),
        ("since=2026-03-02&until=2026-03-01", "wrong way round"),
        ("q=" + "x" * 301, "at most 300 characters"),
        ("q=a%00b", "Null characters are not allowed"),
    ],
)
def test_bad_filters_get_a_sentence_and_keep_the_rest(browse, query, sentence):
    make_paper("A zebra")
    response = browse(f"/browse?category=cs.CV&{query}")
    text = response.content.decode()
    assert response.status_code == 400
    assert sentence in text
    assert 'value="cs.CV"' in text
    assert titles(response) == []


@pytest.mark.parametrize("cursor", ["abc", "-", "1-", "9" * 30 + "-1", "1-" + "9" * 30, "٣-٣", "1;drop--1", "%00"])
def test_a_forged_page_is_said_and_the_beginning_shown(browse, cursor):
    make_paper("A zebra")
    response = browse(f"/browse?after={cursor}")
    assert response.status_code == 200
    assert "newest" in response.content.decode()


def test_a_page_past_the_end_says_so(browse):
    make_paper("A zebra")
    assert "no older ones" in browse("/browse?after=1-1").content.decode()


def test_when_nothing_fits_the_filter_in_the_way_is_named(browse):
    make_paper("A zebra", categories=["cs.LG"])
    response = browse("/browse?q=zebra&category=cs.CV&horizon=core")
    assert response.context["removable"] == ["category"]
    assert "No paper fits" in response.content.decode()


def test_an_empty_install_says_where_papers_come_from(browse):
    assert "No papers yet" in browse().content.decode()


def test_common_words_get_a_sentence(browse):
    assert "too common" in browse("/browse?q=the+of").content.decode()


def test_a_slow_search_gets_a_sentence(browse, monkeypatch):
    def slow(*args):
        raise TooMuch("This search takes too long.")

    monkeypatch.setattr(search, "take", slow)
    assert "takes too long" in browse("/browse?q=zebra").content.decode()


@pytest.mark.parametrize(
    "typed", ["2401.12345", "arXiv:2401.12345v2", "https://arxiv.org/pdf/2401.12345v1", "10.48550/arXiv.2401.12345"]
)
def test_an_address_goes_straight_to_its_paper(browse, typed):
    make_paper(arxiv_id="2401.12345")
    assert browse(f"/browse?q={typed}").url == "/p/2401.12345"


def test_our_own_link_goes_straight_to_its_paper(browse):
    assert browse("/browse?q=http://testserver/p/2401.12345").url == "/p/2401.12345"


@pytest.mark.parametrize("typed", ["https://[x", "http://", "https://a b", "https://testserver/p/", "http://a:99999/"])
def test_half_an_address_is_only_words(browse, typed):
    assert browse(f"/browse?q={typed}").status_code == 200


def test_an_address_that_we_do_not_have_can_be_added(browse):
    text = browse("/browse?q=https://arxiv.org/abs/2401.99999?a=b%26c").content.decode()
    assert "do not have this one yet" in text
    assert "/add?url=https%3A%2F%2Farxiv.org%2Fabs%2F2401.99999%3Fa%3Db%26c" in text


def test_a_guest_is_not_offered_to_add(client):
    client.force_login(make_person(role="guest"))
    assert "/add" not in client.get("/browse?q=2401.99999").content.decode()


def test_more_papers_sources_and_people_cost_no_more_queries(browse):
    for _ in range(2):
        make_vote(make_person(), make_paper("Zebra"))
    few, few_found = queries_for(browse, "/browse"), queries_for(browse, "/browse?q=zebra&category=cs.LG")
    for _ in range(20):
        make_vote(make_person(), make_paper("Zebra"))
    assert queries_for(browse, "/browse") == few
    assert queries_for(browse, "/browse?q=zebra&category=cs.LG") == few_found


def test_no_offset_and_no_count(browse):
    for _ in range(60):
        make_paper()
    with CaptureQueriesContext(connection) as captured:
        browse(browse().context["next"])
    sql = " ".join(query["sql"] for query in captured).upper()
    assert "OFFSET" not in sql
    assert "COUNT(*)" not in sql


def test_a_stranger_is_sent_to_sign_in_and_back(client):
    assert client.get("/browse?q=zebra").url == "/signin?next=/browse%3Fq%3Dzebra"
