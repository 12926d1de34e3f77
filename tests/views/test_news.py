"""views.news: news of kept and applied papers, on the queue and the kept list."""

import pytest

from papers.intake import standing
from papers.models import News, Paper
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


@pytest.mark.parametrize(
    ("comment", "is_reason"), [("Withdrawn: Lemma 3 is wrong.", True), ("12 pages, 3 figures", False)]
)
def test_only_a_comment_about_the_withdrawal_is_shown_as_its_reason(browser, me, comment, is_reason):
    paper = withdraw(me, "Grounded kites")
    Paper.objects.filter(pk=paper.pk).update(comment=comment)
    answer = browser.get(paper.get_absolute_url()).content.decode()
    assert (f"<bdi>{comment}</bdi>" in answer) == is_reason
    assert ("<dt>Comment</dt>" in answer) != is_reason


def test_older_news_are_folded(browser, me):
    for number in range(5):
        withdraw(me, f"Grounded kites, part {number}")
    assert b"<summary>2 older</summary>" in browser.get("/").content
