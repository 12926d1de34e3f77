"""Which sources matter, in the browser: charts under the strict policy, by keyboard, on a phone, in the dark, without
scripts."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.models import Source
from tests.makers import make_application, make_paper, make_person, make_project, make_source, make_stage

from .conftest import PHONE, in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenberechnungsmodell"


@pytest.fixture
def admin(transactional_db):
    return make_person("Ada Lind", role="admin")


@pytest.fixture
def sources(admin):
    """Five sources, which gave 9, 5, 3, 2 and 1 applied papers; three people read one of each."""
    now, project = timezone.now(), make_project(members=(admin,))
    people = [admin, make_person("Bo Ek"), make_person("Cy Ost")]
    made = []
    for number, count in enumerate((9, 5, 3, 2, 1)):
        made.append(make_source(f"Source {number}" if number != 1 else ENDLESS[:100]))
        papers = [make_paper(source=made[-1], arrived_at=now) for _ in range(count)]
        for paper in papers:
            make_application(paper, project, at=now)
        for person in people:
            make_stage(person, papers[0], skimmed_at=now, read_at=now)
    return made


def ink(page):
    """The colour of the words beside a chart’s axis."""
    return page.locator(".vega svg .role-axis-label text").first.evaluate("e => getComputedStyle(e).fill")


def test_the_charts_are_drawn_and_tell_more_under_the_mouse(window, admin, sources):
    page = window(admin).open("/insight")  # and the browser has nothing to complain about: no eval, no inline style
    expect(page.locator(".vega svg")).to_have_count(2)
    expect(page.locator(".vega svg").first).to_contain_text("√")
    page.locator(".vega svg path[aria-label*='source: Source 0']").last.hover()
    expect(page.locator("#vg-tooltip-element")).to_be_visible()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("Source 0")


def test_the_charts_wear_the_pages_colours(window, admin, sources):
    light = ink(window(admin, color_scheme="light").open("/insight"))
    dark = ink(window(admin, color_scheme="dark").open("/insight"))
    assert light != dark


def test_by_keyboard_another_question_a_table_and_a_source_muted(window, admin, sources):
    page = window(admin).open("/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/insight")
    page.locator(".ask-insight a[href*='measure=read']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("measure=read"))
    expect(page.locator(".finding")).to_contain_text("Not enough yet: 5 read, needs 20")
    page.go_back()
    table = page.get_by_role("region", name="Table: what each source cost and gave")
    table.focus()  # can be scrolled by the arrow keys
    expect(table).to_be_focused()
    row = page.locator(f"#source-{sources[0].pk}")
    row.get_by_label("Horizon of Source 0").focus()
    page.keyboard.press("m")  # moonshot: sent by itself
    expect(page.get_by_label("Horizon of Source 0").first).to_have_value("moonshot")
    row.get_by_role("button", name="Mute Source 0").focus()
    page.keyboard.press("Enter")
    expect(row.locator(".chip")).to_have_text("muted")
    muted = Source.objects.get(pk=sources[0].pk)
    assert (muted.state, muted.horizon) == ("muted", "moonshot")


def test_a_row_leads_to_its_papers(window, admin, sources):
    page = window(admin).open("/insight")
    page.locator("#unit-1").get_by_role("link", name="Source 0").click()
    page.wait_for_url("**/browse?source=*")
    expect(page.locator(".card")).to_have_count(9)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_scripts_the_charts_are_pictures(window, admin, sources, scheme):
    page = window(admin, java_script_enabled=False, color_scheme=scheme).open("/insight")
    pictures = page.locator("figure.chart img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        assert picture.evaluate("e => e.complete && e.naturalWidth") > 200
        assert ("dark=1" in picture.evaluate("e => e.currentSrc")) == (scheme == "dark")
        assert picture.get_attribute("alt")
    row = page.locator(f"#source-{sources[4].pk}")
    row.get_by_label("Horizon of Source 4").select_option("adjacent")
    row.get_by_role("button", name="Set").click()
    assert Source.objects.get(pk=sources[4].pk).horizon == "adjacent"


def test_where_the_charts_cannot_be_drawn_the_picture_stands_in(window, admin, sources):
    visitor = window(admin)
    visitor.page.route("**/vendor/vega*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page = visitor.open("/insight")
    expect(page.locator("figure.chart > img")).to_have_count(2)
    assert page.locator("figure.chart > img").first.evaluate("e => e.decode().then(() => e.naturalWidth)") > 200


@in_both_looks
def test_it_is_open_to_all(window, admin, sources, scheme, viewport):
    visitor = window(admin, viewport=viewport, color_scheme=scheme)
    for query in ("", "?unit=author&window=all&counting=fractional", "?unit=category", "?measure=read"):
        page = visitor.open(f"/insight{query}")
        expect(page.locator(".vega svg").last).to_be_visible()
        assert visitor.barriers() == [], query
        assert visitor.fits(), query


@in_both_looks
def test_an_empty_install_says_what_is_missing(window, admin, scheme, viewport):
    visitor = window(admin, viewport=viewport, color_scheme=scheme)
    page = visitor.open("/insight")
    expect(page.locator(".finding")).to_contain_text("Not enough yet: 0 applied, needs 20")
    assert visitor.barriers() == []
    assert visitor.fits()


def test_on_a_phone_the_chart_is_as_wide_as_the_page_and_no_wider(window, admin, sources):
    page = window(admin, viewport=PHONE).open("/insight")
    chart = page.locator(".vega svg").first
    expect(chart).to_be_visible()
    assert 300 < chart.bounding_box()["width"] <= PHONE["width"]
