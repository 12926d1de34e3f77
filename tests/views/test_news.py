"""views.news: news of kept and applied papers, on the queue and the kept list."""

import pytest

from papers.intake import standing
from papers.models import News
from tests.makers import NOW, make_paper, make_person, make_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_person()


@pytest.fixture
def browser(client, me):
    client.force_login(me)
    return client


def withdraw(me, title):
    paper = make_paper(title)
    make_stage(me, paper, kept_at=NOW)
    standing.note(paper.pk, "withdrawn", NOW, why="An error.")
    return paper


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.post("/news/dismiss").headers["Location"].startswith("/signin")


@pytest.mark.parametrize("page", ["/", "/kept"])
def test_news_stay_until_they_are_put_away(browser, me, page):
    withdraw(me, "Grounded kites")
    assert b"It was withdrawn: An error." in browser.get(page).content
    seen = News.objects.get()
    later = withdraw(me, "Another one")
    answer = browser.post("/news/dismiss", {"news": [seen.pk], "next": page})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert [each.event.paper for each in News.objects.all()] == [later]


def test_nobody_puts_away_the_news_of_another(browser):
    other = make_person()
    withdraw(other, "Grounded kites")
    browser.post("/news/dismiss", {"news": [News.objects.get().pk]})
    assert News.objects.exists()
    assert browser.post("/news/dismiss", {"news": ["x"]}).status_code == 400


def test_a_withdrawn_paper_is_marked_and_has_no_pdf_button(browser, me):
    paper = withdraw(me, "Grounded kites")
    one, many = browser.get(paper.get_absolute_url()).content, browser.get("/kept").content
    assert b"arxiv.org/pdf" not in one
    assert b"arxiv.org/html" not in one
    assert b'<span class="chip bad">withdrawn</span>' in one
    assert b'<span class="chip bad">withdrawn</span>' in many
