"""Sources in the browser: a line for each, acts beneath it, and a mute that can be undone where one stands."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.models import Source
from tests.makers import make_application, make_paper, make_person, make_source

from .conftest import PHONE, in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def admin(transactional_db):
    return make_person("Ada Lind", role="admin")


@pytest.fixture
def sources(admin):
    """Forty, of which one fails."""
    made = [make_source(f"Source {number:02}", last_fetch=timezone.now()) for number in range(39)]
    broken = make_source("Broken", failures=2, last_error="broken.example refused the connection.")
    make_application(make_paper(source=made[30]))
    return [*made, broken]


def state(source):
    return Source.objects.get(pk=source.pk).state


def test_a_mute_is_undone_from_its_message_and_the_page_stays_where_it_is(window, admin, sources):
    page = window(admin).open("/sources")
    row = page.locator(f"#source-{sources[30].pk}")
    row.locator("summary").click()
    row.get_by_role("button", name="Mute").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 200
    row.get_by_role("button", name="Mute").click()
    expect(page.locator("#toasts")).to_contain_text("Muted Source 30")
    expect(row.locator(".chip")).to_have_text("muted")
    expect(row.get_by_role("button", name="Unmute")).to_be_focused()
    assert page.evaluate("scrollY") == place
    assert state(sources[30]) == "muted"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: muted Source 30")
    expect(row.locator(".chip")).to_have_count(0)
    assert abs(page.evaluate("scrollY") - place) < 200
    assert state(sources[30]) == "active"


def test_a_mute_in_the_insight_table_says_so_and_the_page_stays_where_it_is(window, admin, sources):
    for source in sources:
        make_application(make_paper(source=source, arrived_at=timezone.now()))
    page = window(admin).open("/insight")
    acts = page.locator(f"#cost-{sources[30].pk}")
    acts.get_by_role("button", name="Mute Source 30").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 200
    acts.get_by_role("button", name="Mute Source 30").click()
    expect(page.locator("#toasts")).to_contain_text("Muted Source 30")
    expect(acts.get_by_role("button", name="Unmute Source 30")).to_be_visible()
    assert page.evaluate("scrollY") == place
    page.keyboard.press("u")
    expect(page.locator("#toasts")).to_contain_text("Undone: muted Source 30")
    assert state(sources[30]) == "active"


def test_a_mute_is_undone_without_javascript(window, admin, sources):
    page = window(admin, java_script_enabled=False).open("/sources")
    row = page.locator(f"#source-{sources[30].pk}")
    row.locator("summary").click()
    row.get_by_role("button", name="Mute").click()
    page.wait_for_url(re.compile(rf"/sources#source-{sources[30].pk}$"))
    assert state(sources[30]) == "muted"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone: muted Source 30")
    assert state(sources[30]) == "active"


def test_each_source_is_a_line_and_the_failing_one_stands_first(window, admin, sources):
    page = window(admin).open("/sources")
    lines = page.locator(".source")
    expect(lines.first).to_contain_text("Broken")
    expect(lines.first).to_contain_text("broken.example refused the connection.")
    expect(lines.nth(1).get_by_role("button", name="Mute")).to_be_hidden()
    assert lines.nth(5).bounding_box()["height"] < 48


@in_both_looks
def test_it_is_open_to_all(window, admin, sources, scheme, viewport):
    for size in (viewport, NARROW):
        visitor = window(admin, viewport=size, color_scheme=scheme)
        for path in ("/sources", f"/sources/{sources[30].pk}", f"/sources/{sources[-1].pk}"):
            page = visitor.open(path)
            if path == "/sources":
                page.locator(".source summary").first.click()
            assert visitor.barriers() == [], path
            assert visitor.fits(), path


def test_on_a_phone_acts_are_big_enough_for_a_thumb(window, admin, sources):
    page = window(admin, viewport=PHONE, has_touch=True, is_mobile=True).open("/sources")
    page.locator(".source summary").first.click()
    for control in page.locator(".source details[open]").locator("summary, button, select").all():
        assert control.bounding_box()["height"] >= 44
