"""The frame in the browser: messages leave and cover nothing, keys move at once, a phone has room for all of it."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests.makers import make_paper, make_person, make_source, make_vote

from .conftest import PHONE, in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def papers(member):
    source, now = make_source("Kettle Notes"), timezone.now()
    return [
        make_paper(
            f"Paper {number}", source=source, arrived_at=now - timedelta(minutes=number), abstract="Words. " * 60
        )
        for number in range(1, 21)
    ]


def test_a_message_leaves_after_five_seconds_but_not_while_it_is_pointed_at(window, member, papers):
    page = window(member).open("/")
    page.clock.install()
    page.keyboard.press("l")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Kept “Paper 1”")
    toast.hover()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(4_000)
    expect(toast).to_be_visible()
    page.clock.run_for(1_500)
    expect(toast).to_have_count(0)


def test_escape_dismisses_a_message_and_its_button_takes_the_act_back(window, member, papers):
    page = window(member).open("/")
    page.keyboard.press("l")
    expect(page.locator(".toast")).to_contain_text("Kept “Paper 1”")
    page.keyboard.press("Escape")
    expect(page.locator(".toast")).to_have_count(0)
    page.keyboard.press("x")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Undone: skipped “Paper 2”")
    expect(page.locator(".card.at .title")).to_have_text("Paper 2")


def test_the_message_of_a_plain_form_is_the_same_one(window, member, papers):
    page = window(member, java_script_enabled=False).open("/")
    page.get_by_role("button", name="Keep").first.click()
    expect(page.locator(".strip .toast")).to_contain_text("Kept “Paper 1”")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".strip .toast")).to_contain_text("Undone: kept “Paper 1”")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1440", "390"])
def test_a_message_has_room_of_its_own(window, member, papers, viewport):
    """The strip is there before the message comes, nothing is clicked through it, and the page ends above it."""
    page = window(member, viewport=viewport).open("/")
    before = page.locator(".strip").bounding_box()
    page.locator(".card").first.get_by_role("button", name="Keep").click()
    expect(page.locator(".toast")).to_contain_text("Kept")
    assert page.locator(".strip").bounding_box() == before
    toast = page.locator(".toast").bounding_box()
    assert before["y"] <= toast["y"]
    assert toast["y"] + toast["height"] <= before["y"] + before["height"] + 0.5
    for each in page.locator(".tabs > li").all():
        if each.is_visible():
            tab = each.bounding_box()
            assert tab["y"] >= before["y"] + before["height"] - 0.5 or tab["y"] + tab["height"] <= before["y"]

    # Each button of each card, scrolled to, is what a pointer meets there, message or none.
    for button in page.locator(".card").nth(1).locator(".acts > .btn").all():
        button.click(trial=True)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator("main").bounding_box()
    assert last["y"] + last["height"] <= before["y"] + 0.5


def test_keys_move_at_once_and_the_selected_card_stays_in_the_upper_third(window, member, papers):
    page = window(member, viewport=WIDE).open("/")
    expect(page.locator(".card.at .title")).to_have_text("Paper 1")
    for _ in range(9):
        page.keyboard.press("j")
    # No waiting: where it is now is where it stays.
    top = page.evaluate("document.querySelector('.card.at').getBoundingClientRect().top")
    assert page.locator(".card.at .title").inner_text() == "Paper 10"
    assert 0 < top < WIDE["height"] / 3
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('.card.at').getBoundingClientRect().top") == top
    page.keyboard.press("k")
    top = page.evaluate("document.querySelector('.card.at').getBoundingClientRect().top")
    assert page.locator(".card.at .title").inner_text() == "Paper 9"
    assert 0 < top < WIDE["height"] / 3


def test_a_click_on_a_button_does_not_move_the_page(window, member, papers):
    page = window(member, viewport=WIDE).open("/")
    third = page.locator(".card").nth(2)
    third.locator(".title a").focus()
    third.get_by_role("button", name="Keep").hover()  # scrolled to
    top = page.evaluate("scrollY")
    third.get_by_role("button", name="Keep").click()
    expect(page.locator(".card")).to_have_count(19)
    assert page.evaluate("scrollY") == top


@pytest.mark.parametrize("width", [320, 360, 390])
def test_a_phone_has_five_tabs_and_one_row_of_buttons(window, member, papers, width):
    visitor = window(member, viewport={"width": width, "height": 700}, has_touch=True, is_mobile=True)
    page = visitor.open("/")
    assert visitor.fits()
    tabs = [each for each in page.locator(".tabs > li").all() if each.is_visible()]
    assert [each.locator("a, summary").first.inner_text() for each in tabs] == [
        "Today",
        "Browse",
        "Kept",
        "Projects",
        "More",
    ]
    for tab in tabs:
        words = tab.locator("a, summary").first
        box = words.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] >= 44
        assert words.evaluate("each => each.scrollWidth <= each.clientWidth")
    page.get_by_text("More", exact=True).last.tap()
    page.get_by_role("link", name="Insight").tap()
    page.wait_for_url("**/insight")

    visitor.open("/")
    page.get_by_label("Your menu").tap()
    page.get_by_role("button", name="Sign out").tap(trial=True)  # above the first card
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()

    visitor.open("/")
    card = page.locator(".card").first
    visible = [each for each in card.locator(".acts > .btn, .acts summary").all() if each.is_visible()]
    boxes = [each.bounding_box() for each in visible]
    assert [each.inner_text() for each in visible] == ["Keep", "Skip", "…"]
    assert len({box["y"] for box in boxes}) == 1
    assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    card.locator(".acts summary").tap()
    menu = card.locator(".rest .menu")
    expect(menu.get_by_role("button", name="Read")).to_be_visible()
    assert menu.bounding_box()["x"] >= 0
    assert visitor.fits()
    menu.get_by_role("button", name="Vote up: 0").tap()
    expect(page.locator(".toast")).to_contain_text("Voted “Paper 1” up")


def test_a_phone_does_not_zoom_into_fields(window, papers):
    visitor = window(make_person(role="admin"), viewport=PHONE, has_touch=True, is_mobile=True)
    for path in (papers[0].get_absolute_url(), "/", "/browse", "/add", "/settings", "/sources/new"):
        page = visitor.open(path)
        sizes = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden], [type=checkbox]), select, textarea')]"
            ".map((field) => [field.id, parseFloat(getComputedStyle(field).fontSize)])"
        )
        assert sizes, path
        assert all(size >= 16 for _, size in sizes), path


def test_a_page_of_paper_has_the_papers_words_and_no_controls(window, member, papers):
    make_vote(make_person("Bo Ek"), papers[0])
    page = window(member).open(papers[0].get_absolute_url())
    page.emulate_media(media="print", color_scheme="dark")
    for words in ("Paper 1", "Words. Words."):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.locator(".voters")).to_contain_text("Bo Ek")
    shown = page.locator("button, input, textarea, select, nav, .strip, .banner, .btn")
    assert [each.evaluate("each => each.outerHTML") for each in shown.all() if each.is_visible()] == []
    ink, ground = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert ink == "rgb(31, 29, 26)", "dark on white, whatever the screen has"
    assert ground == "rgba(0, 0, 0, 0)"
    page.goto(page.url.partition("/p/")[0])
    assert page.locator(".excerpt").first.get_by_text("Words.").is_visible()


def test_a_chosen_scheme_stands_above_the_systems(window, member, papers):
    grounds = {"light": "rgb(250, 249, 246)", "dark": "rgb(22, 23, 26)"}
    for chosen, systems, shown in (("dark", "light", "dark"), ("light", "dark", "light"), ("system", "dark", "dark")):
        member.scheme = chosen
        member.save()
        page = window(member, color_scheme=systems).open("/")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[shown]


def test_the_banner_stands_in_a_landmark(window, member, papers, settings):
    settings.BANNER = "A trial install"
    page = window(member).open("/")
    expect(page.get_by_role("complementary", name="About this install")).to_have_text("A trial install")
    rules = {"runOnly": ["region"], "preload": False}
    assert Axe().run(page, options=rules).response["violations"] == []


@in_both_looks
def test_messages_and_menus_are_open_to_all(window, member, papers, viewport, scheme):
    visitor = window(member, viewport=viewport, color_scheme=scheme)
    page = visitor.open("/")
    page.locator(".card").first.get_by_role("button", name="Keep").click()
    expect(page.locator(".toast")).to_contain_text("Kept")
    for menu in page.locator(".card summary[aria-label=More], .tabs summary").all():
        if menu.is_visible():
            menu.click()
            break
    assert visitor.barriers() == []
    assert visitor.fits()


def test_a_stranger_has_no_strip(window, member, papers):
    page = window().open("/signin")
    expect(page.locator(".strip")).to_be_hidden()
