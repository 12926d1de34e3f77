"""Going back: what was triaged meanwhile is gone; the selection and what More had loaded are still there."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.makers import make_paper, make_source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def papers(member):
    """Thirty of today, the newest first: five of them only after More."""
    source, now = make_source("Kettle Notes"), timezone.now()
    return [
        make_paper(f"Paper {number}", source=source, arrived_at=now - timedelta(minutes=number))
        for number in range(1, 31)
    ]


def read_on(page):
    """Load more, keep one, and skip another on its own page. Then the list is left once more."""
    expect(page.locator(".card")).to_have_count(25)
    page.get_by_role("link", name="More", exact=True).click()
    expect(page.locator(".card")).to_have_count(30)
    page.locator(".card").nth(2).get_by_role("button", name="Keep").click()
    expect(page.locator(".card")).to_have_count(29)
    page.get_by_role("link", name="Paper 28").click()
    page.wait_for_url("**/p/**")
    page.locator(".judge").get_by_role("button", name="Skip").click()
    expect(page.locator(".toast")).to_contain_text("Skipped “Paper 28”")


def expect_the_truth(page):
    expect(page.locator(".card")).to_have_count(28)
    for gone in (3, 28):
        expect(page.get_by_role("link", name=f"Paper {gone}", exact=True)).to_have_count(0)
    expect(page.locator("#done")).to_contain_text("2 triaged today")
    expect(page.locator(".card.at .title")).to_have_text("Paper 29")  # moved up to the place of the one that was opened


def test_back_without_the_browsers_memory_of_the_page(window, member, papers):
    page = window(member).open("/")
    read_on(page)
    page.go_back()
    expect_the_truth(page)


def test_back_to_a_page_that_the_browser_kept_alive(window, member, papers, remembering):
    page = window(member, browser=remembering).open("/")
    page.evaluate("window.alive = true")
    read_on(page)
    page.evaluate("history.back()")
    expect_the_truth(page)
    assert page.evaluate("window.alive")
    expect(page.locator(".card.at")).to_be_in_viewport()


def test_back_to_a_papers_own_page_shows_its_state(window, member, papers):
    page = window(member).open(papers[0].get_absolute_url())
    page.get_by_role("link", name="Kept").click()
    page.wait_for_url("**/kept")
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url.removesuffix("/kept") + papers[0].get_absolute_url())
    elsewhere.locator(".judge").get_by_role("button", name="Keep").click()
    expect(elsewhere.locator(".toast")).to_be_visible()
    page.go_back()
    expect(page.locator(".judge").get_by_role("button", name="Kept")).to_be_visible()
