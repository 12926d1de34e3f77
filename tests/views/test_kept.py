"""views.kept: the papers that a person keeps for later."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import Stage
from papers.reading import queue
from tests.makers import NOW, make_paper, make_person, make_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_person()


@pytest.fixture
def browser(client, me):
    client.force_login(me)
    return client


def keep(me, count, start=0):
    for n in range(start, start + count):
        make_stage(me, make_paper(f"Kept {n:02}"), kept_at=NOW + timedelta(minutes=n))


def titles(answer):
    return [card.paper.title for card in answer.context["cards"]]


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/kept").headers["Location"].startswith("/signin")


def test_only_what_i_keep_and_have_not_judged_since(browser, me):
    keep(me, 1)
    make_stage(make_person(), make_paper("Another's"), kept_at=NOW)
    make_stage(me, make_paper("Read"), kept_at=NOW, read_at=NOW)
    assert titles(browser.get("/kept")) == ["Kept 00"]


def test_last_kept_first_page_by_page_while_more_is_kept(browser, me):
    keep(me, queue.PAGE + 3)
    first = browser.get("/kept")
    keep(me, 1, start=60)
    second = browser.get(f"/kept?after={first.context['next']}")
    assert titles(first) + titles(second) == [f"Kept {n:02}" for n in reversed(range(queue.PAGE + 3))]
    assert second.context["next"] == ""


def test_more_kept_papers_cost_no_more_queries(browser, me):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            browser.get("/kept")
        return len(captured)

    keep(me, 2)
    few = queries()
    keep(me, 15, start=2)
    assert queries() == few


def test_reading_one_takes_it_off_the_list_and_undo_brings_it_back(browser, me):
    keep(me, 1)
    paper = Stage.objects.get().paper
    answer = browser.post(f"/papers/{paper.pk}/read", {"list": "kept"}, headers={"HX-Request": "true"})
    assert 'class="gone"' in answer.content.decode()
    assert titles(browser.get("/kept")) == []
    browser.post("/undo", {"list": "kept"}, headers={"HX-Request": "true"})
    assert Stage.objects.get().kept_at == NOW
    assert titles(browser.get("/kept")) == ["Kept 00"]


def test_nothing_kept_says_how_to(browser):
    assert "Nothing kept" in browser.get("/kept").content.decode()


@pytest.mark.parametrize("cursor", ["x", "1-", "9" * 17 + "-1", "1-" + "9" * 18, "٣-٣"])
def test_a_cursor_of_ones_own_making_breaks_nothing(browser, me, cursor):
    keep(me, 1)
    assert browser.get("/kept", {"after": cursor}).status_code == 200
