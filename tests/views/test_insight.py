"""Which sources actually matter, as people meet it."""

import csv
import io
import itertools
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.insight import draw, steps
from papers.models import Author, Authorship, Paper
from papers.refused import TooMuch
from tests.makers import make_application, make_paper, make_person, make_project, make_source, make_stage, make_vote

from .conftest import text

pytestmark = pytest.mark.django_db


def applied(counts, **fields):
    """Sources, each with so many applied papers of today."""
    now = timezone.now()
    sources = []
    for number, count in enumerate(counts):
        sources.append(make_source(f"Source {number}"))
        for _ in range(count):
            make_application(make_paper(source=sources[-1], arrived_at=now), at=now, **fields)
    return sources


def test_a_stranger_is_sent_to_sign_in(client):
    for address in ("/insight", "/insight/table.csv", "/insight/cumulative.svg", "/insight/funnel.svg"):
        assert client.get(address)["Location"] == f"/signin?next={address}"


def test_a_guest_reads_and_is_offered_no_switch(client):
    applied([20])
    client.force_login(make_person(role="guest"))
    page = text(client.get("/insight?measure=pulled"))
    assert "Everything you pulled came from one source" in page
    assert "/state" not in page


def test_an_empty_install_says_not_enough_yet(client, ada):
    page = text(client.get("/insight"))
    assert "Not enough yet: 0 applied, needs 20" in page
    assert "%" not in page.split("Not enough yet")[1].split("From pulled")[0]
    assert "Nobody has looked at a paper in this time." in page


def test_below_twenty_no_share_is_shown(client, ada):
    applied([3, 1])
    page = text(client.get("/insight"))
    assert "Not enough yet: 4 applied, needs 20" in page
    assert "Price’s law is a rule of thumb" not in page
    assert client.get("/insight/table.csv").status_code == 404
    assert client.get("/insight/cumulative.svg").status_code == 404


def test_the_sentence_the_figures_and_the_table(client, ada):
    sources = applied([9, 5, 3, 2, 1])
    page = text(client.get("/insight"))
    assert "3 of your 5 sources (√5 ≈ 2.2, so 3) gave 85% of what you applied. Price&#x27;s law says half." in page
    assert f'<a href="/browse?source={sources[0].pk}&amp;used=any">Source 0</a>' in page
    assert "45%" in page


def test_an_admin_mutes_and_sets_the_horizon_right_in_the_table(client):
    source = applied([20])[0]
    client.force_login(make_person(role="admin"))
    page = client.get("/insight?measure=pulled").content.decode()
    for what, said in (("state", {"state": "muted"}), ("horizon", {"horizon": "moonshot"})):
        assert f'action="/sources/{source.pk}/{what}"' in page
        answer = client.post(f"/sources/{source.pk}/{what}", {**said, "next": "/insight?measure=pulled#price"})
        assert answer["Location"] == "/insight?measure=pulled#price"
    source.refresh_from_db()
    assert (source.state, source.horizon) == ("muted", "moonshot")
    assert "Unmute" in text(client.get("/insight?measure=pulled"))


@pytest.mark.parametrize("unit", ["source", "author", "category"])
@pytest.mark.parametrize("measure", steps.WORDS)
def test_every_question_has_an_answer(client, ada, unit, measure):
    now = timezone.now()
    author = Author.objects.create(name="Zoë O’Neil & Sons", key="zoe")
    for number in range(21):
        paper = make_paper(arrived_at=now, categories=["cs.LG", f"cs.X{number}"])
        Authorship.objects.create(paper=paper, author=author, position=0)
        Authorship.objects.create(
            paper=paper, author=Author.objects.create(name=f"A {number}", key=f"a {number}"), position=1
        )
        make_stage(ada, paper, skimmed_at=now, read_at=now)
        make_vote(ada, paper, at=now)
        make_application(paper, at=now)
    windows, countings = ("30", "90", "365", "all"), ("whole", "fractional")
    for window, counting in itertools.product(windows, countings):
        page = text(client.get("/insight", {"unit": unit, "measure": measure, "window": window, "counting": counting}))
        assert "Price&#x27;s law says half." in page
    if unit == "author":
        assert "/browse?author=Zo%C3%AB%20O%E2%80%99Neil%20%26%20Sons" in page


@pytest.mark.parametrize("query", ["unit=planet", "measure=shared", "window=7", "counting=twice"])
def test_what_cannot_be_asked_is_refused_with_a_sentence(client, ada, query):
    for address in ("/insight", "/insight/table.csv", "/insight/cumulative.svg"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 400
        assert "does not know this choice" in text(answer)


def test_the_csv_has_everything_and_starts_no_formula(client, ada):
    applied([15, 5])
    evil = make_source("=HYPERLINK(1)")
    make_application(make_paper(source=evil, arrived_at=timezone.now()), at=timezone.now())
    answer = client.get("/insight/table.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["source", "papers applied", "credit", "share", "cumulative share"]
    assert [row[0] for row in rows[1:]] == ["Source 0", "Source 1", "'=HYPERLINK(1)"]
    assert rows[-1][-1] == "1.000000"


def test_pictures_for_who_reads_without_javascript(client, ada):
    applied([12, 8])
    page = client.get("/insight").content.decode()
    assert "<noscript>" in page
    assert 'srcset="/insight/cumulative.svg?' in page
    for which in ("cumulative", "funnel"):
        for dark in ("", "?dark=1"):
            answer = client.get(f"/insight/{which}.svg{dark}")
            assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")


def test_a_picture_that_cannot_be_drawn_says_so(client, ada, monkeypatch):
    applied([20])

    def fail(spec):
        raise TooMuch("The chart could not be drawn.")

    monkeypatch.setattr(draw, "picture", fail)
    answer = client.get("/insight/cumulative.svg?measure=pulled")
    assert answer.status_code == 503
    assert "could not be drawn" in text(answer)


def test_an_unknown_picture_is_not_found(client, ada):
    assert client.get("/insight/pie.svg").status_code == 404


def test_what_two_people_read_is_not_shown_to_a_third(client, ada):
    now = timezone.now()
    for person in (make_person("Bo"), make_person("Cleo")):
        for _ in range(15):
            make_stage(person, make_paper(arrived_at=now), skimmed_at=now, read_at=now)
    page = text(client.get("/insight?measure=read"))
    assert "only 2 people have read papers in this period." in page
    assert client.get("/insight/table.csv?measure=read").status_code == 404
    assert "fewer than three people" in page


def test_a_source_that_fewer_than_three_read_is_counted_and_not_named(client, ada):
    now = timezone.now()
    quiet, known = make_source("Quiet"), make_source("Known")
    for _ in range(12):
        make_stage(ada, make_paper(source=quiet), read_at=now)
    people = [make_person() for _ in range(3)]
    for _ in range(10):
        paper = make_paper(source=known)
        for person in people:
            make_stage(person, paper, read_at=now)
    address = "/insight?measure=read&unit=source"

    def named(person):
        client.force_login(person)
        page = client.get(address)
        return [row.name for row in page.context["rows"]], text(page)

    assert named(ada)[0] == ["Quiet", "Known"]  # her own
    rows, page = named(people[0])
    assert rows == ["Known"]
    assert "1 more is counted but not named" in page
    assert "fewer than three" in page.split("What each source cost and gave")[1]
    assert f"/browse?source={quiet.pk}&" not in page
    rows = list(csv.reader(io.StringIO(client.get("/insight/table.csv?measure=read").content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["fewer than three people", "Known"]


def test_only_papers_that_have_one_count_towards_enough(client, ada):
    now, project = timezone.now(), make_project()
    for number in range(20):
        categories = ["cs.LG", "cs.CL"] if number == 0 else []
        make_application(make_paper(arxiv_id="", categories=categories), project, at=now)
    page = text(client.get("/insight?unit=category"))
    assert "Not enough yet: 1 applied, needs 20" in page
    assert "Only papers with a category on record are counted." in page


@pytest.mark.parametrize(
    ("query", "ends"),
    [("", "&amp;used=any"), ("?measure=voted", "&amp;votes=anyone"), ("?measure=pulled", ""), ("?measure=read", "")],
)
def test_the_link_to_a_units_papers_asks_for_those_at_this_step(client, ada, query, ends):
    (source,) = applied([20])
    for paper in Paper.objects.all():
        make_vote(ada, paper)
        make_stage(ada, paper, read_at=timezone.now())
    assert f'<a href="/browse?source={source.pk}{ends}">' in text(client.get(f"/insight{query}"))


def test_the_link_of_what_was_pulled_of_late_says_since_when(client, ada):
    (source,) = applied([20])
    since = f"{timezone.now() - timedelta(days=30):%Y-%m-%d}"
    assert f'<a href="/browse?source={source.pk}&amp;since={since}">' in text(
        client.get("/insight?measure=pulled&window=30")
    )


def test_too_much_to_count_is_said(client, ada, monkeypatch):
    def never(*args, **kwargs):
        raise TooMuch("Choose a shorter period.")

    monkeypatch.setattr(steps, "count_up_to", never)
    for address in ("/insight", "/insight/table.csv", "/insight/cumulative.svg"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "Choose a shorter period." in text(answer)


def test_more_rows_cost_no_more_queries(client):
    client.force_login(make_person(role="admin"))
    applied([10, 10])
    with CaptureQueriesContext(connection) as few:
        client.get("/insight")
    applied([3] * 20)
    with CaptureQueriesContext(connection) as many:
        client.get("/insight")
    assert len(many) == len(few)
