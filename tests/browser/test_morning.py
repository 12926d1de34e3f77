"""The morning in the browser: by keyboard, on a phone, without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.models import Stage, Vote
from tests.makers import make_paper, make_source

from .conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def papers(member):
    """Five of today, the newest first: their titles are their places."""
    source, now = make_source("Kettle Notes"), timezone.now()
    return [
        make_paper(f"Paper {number}", source=source, arrived_at=now - timedelta(minutes=number))
        for number in range(1, 6)
    ]


def titles(page):
    return page.locator(".card .title").all_inner_texts()


def test_the_morning_by_keyboard(window, member, papers):
    page = window(member).open("/")
    assert titles(page) == [f"Paper {n}" for n in range(1, 6)]

    expect(page.locator(".card.at .title")).to_have_text("Paper 1")  # selected from the start
    page.keyboard.press("x")  # skip
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(".card.at .title")).to_have_text("Paper 2")
    page.keyboard.press("l")  # keep
    expect(page.locator(".card")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.locator(".card.at .title")).to_have_text("Paper 4")
    page.keyboard.press("+")
    expect(page.locator(".card.at [data-act=up]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("m")  # read
    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator("#done")).to_contain_text("3 triaged today")
    page.keyboard.press("u")  # not read after all
    expect(page.locator(".card")).to_have_count(3)

    assert Stage.objects.get(paper=papers[0]).now == "passed"
    assert Stage.objects.get(paper=papers[1]).now == "kept"
    assert Vote.objects.get(paper=papers[3]).value == 1
    assert not Stage.objects.filter(paper=papers[3], read_at__isnull=False).exists()

    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/kept")
    assert titles(page) == ["Paper 2"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/**")
    expect(page.locator("h1")).to_have_text("Paper 2")


def test_help_opens_and_keys_are_off_while_typing(window, member, papers):
    page = window(member).open("/")
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#help")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("xjl")
    expect(page.locator("#find")).to_have_value("xjl")
    expect(page.locator(".card")).to_have_count(5)


def test_keys_can_be_turned_off(window, member, papers):
    member.keys_on = False
    member.save()
    page = window(member).open("/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".card.at")).to_have_count(0)
    assert not Stage.objects.exists()


def test_opening_a_paper_is_noted_as_skimmed(window, member, papers):
    page = window(member).open("/")
    with page.expect_response("**/skim"):  # sent by the paper's page once it stands
        page.get_by_role("link", name="Paper 3").click()
    assert Stage.objects.get(paper=papers[2]).now == "skimmed"


def test_a_comment_on_a_paper_is_said_and_stays(window, member, papers):
    page = window(member).open(papers[0].get_absolute_url())
    page.get_by_label("Comment").fill("Worth it for <b>Table 2</b>.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("main")).to_contain_text("Worth it for <b>Table 2</b>.")


def test_without_scripts_everything_works_by_plain_forms(window, member, papers):
    page = window(member, java_script_enabled=False).open("/")
    page.locator(".card").first.get_by_role("button", name="Skip").click()
    assert titles(page) == ["Paper 2", "Paper 3", "Paper 4", "Paper 5"]
    page.locator(".card").first.get_by_role("button", name="Vote up").click()
    page.locator(".card").first.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Undo").first.click()
    assert titles(page)[0] == "Paper 2"
    assert Stage.objects.get(paper=papers[0]).now == "passed"
    assert Vote.objects.get(paper=papers[1]).value == 1
    page.locator("#find").fill('"Paper 4"')
    page.locator("#find").press("Enter")
    assert titles(page) == ["Paper 4"]


def test_on_a_phone_nothing_needs_sideways_scrolling(window, member, papers):
    visitor = window(member, viewport=PHONE)
    long = "Supercalifragilistic" * 12
    absurd = make_paper(long, byline="; ".join(f"Author Number {n}" for n in range(2900)), abstract=long * 20)
    for path in ("/", "/browse", "/kept", "/sources", "/add", "/settings", absurd.get_absolute_url()):
        visitor.open(path)
        assert visitor.fits(), path
    page = visitor.open("/")
    page.locator(".card").first.get_by_role("button", name="Keep").click()
    expect(page.locator(".toast")).to_contain_text("Kept")


def test_losing_the_connection_says_so_and_changes_nothing(window, member, papers):
    visitor = window(member)
    page = visitor.open("/")
    visitor.context.set_offline(True)
    page.locator(".card").first.get_by_role("button", name="Skip").click()
    expect(page.locator(".toast.bad")).to_contain_text("cannot be reached")
    expect(page.locator(".card")).to_have_count(5)
    visitor.complaints.clear()  # the browser's own word on being offline
    visitor.context.set_offline(False)
