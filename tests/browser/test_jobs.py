"""Looking up a link or a source in the browser: the page waits by itself, with scripts and without, in both looks."""

import re

import pytest
import requests
from playwright.sync_api import expect

from feedserver import FeedServer
from papers.models import Paper
from tests.makers import make_channel, make_person

from .conftest import in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def far_side(settings):
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = 0
    with FeedServer() as server:
        yield server


def a_post(server):
    """The address of the newest post of a blog."""
    return re.search(r"<item>.*?<link>(.+?)</link>", requests.get(server.feed("kettle"), timeout=10).text, re.DOTALL)[1]


@in_both_looks
def test_a_link_is_looked_up_while_the_page_waits(window, member, far_side, worker, viewport, scheme):
    visitor = window(member, viewport, color_scheme=scheme)
    page = visitor.open("/add")
    page.get_by_label("Link, arXiv id or DOI").fill(post := a_post(far_side))
    page.get_by_label("Comment").fill("Worth a look.")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Asking 127.0.0.1")).to_be_visible()
    assert visitor.barriers() == []
    assert visitor.fits()
    worker.set()
    page.wait_for_url("**/p/**")
    expect(page.get_by_text("Worth a look.")).to_be_visible()
    assert Paper.objects.get().link == post


def test_a_slow_page_is_asked_for_once_and_not_anew_by_each_poll(window, member, far_side, worker):
    page = window(member).open("/add")
    page.get_by_label("Link, arXiv id or DOI").fill(a_post(far_side))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Asking 127.0.0.1")).to_be_visible()
    held = []

    def hold_pages(route):
        if route.request.is_navigation_request():
            held.append(route)
        else:
            route.continue_()

    page.route("**/add/*", hold_pages)
    worker.set()
    page.wait_for_timeout(4000)  # time for several polls
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_url("**/p/**")


def test_without_scripts_the_page_loads_itself_until_it_is_there(window, member, far_side, worker):
    page = window(member, java_script_enabled=False).open("/add")
    page.fill("#url", a_post(far_side))
    page.click("form.add button.primary")
    expect(page.get_by_text("Asking 127.0.0.1")).to_be_visible()
    worker.set()
    page.wait_for_url("**/p/**")


def test_what_cannot_be_reached_leaves_all_that_was_typed(window, member, far_side, worker):
    post = a_post(far_side)
    far_side.misbehave("*", "status", code=403)
    worker.set()
    page = window(member).open("/add")
    page.fill("#url", post)
    page.fill("#note", "Worth a look.")
    page.click("form.add button.primary")
    expect(page.get_by_role("alert")).to_have_text("127.0.0.1 does not let us in (403).")
    assert page.input_value("#note") == "Worth a look."
    page.fill("#title", "By hand")
    page.get_by_role("button", name="Save with this title").click()
    page.wait_for_url("**/p/**")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()


def test_a_source_is_looked_at_and_a_channel_is_tried_out(window, far_side, worker):
    boss = make_person("Grace Boss", role="admin")
    make_channel("papers", address=far_side.hook("papers"))
    worker.set()
    page = window(boss).open("/sources/new")
    page.fill("[name=address]", far_side.feed("kettle"))
    page.get_by_role("button", name="See what would come in").click()
    expect(page.get_by_role("heading", name="What would come in")).to_be_visible()
    page.goto(page.url.partition("/sources")[0] + "/settings/channels")
    page.locator(".folds summary").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("papers accepted the test message")).to_be_visible()
