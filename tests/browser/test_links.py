"""A link for everyone, in the browser: copied, handed to the phone's share sheet, looked at by a stranger."""

import pytest
from playwright.sync_api import expect

from papers.models import ShareLink
from papers.sharing import links
from tests.journey import wait_for
from tests.makers import NOW, make_paper, make_source

from .conftest import PHONE, in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mi>n</mi></math>'


@pytest.fixture
def paper(member):
    title = "Towards " + "a very long title of a paper that says all of it at once, " * 4
    crowd = "; ".join(f"Given{n} Family{n}" for n in range(2_900))
    return make_paper(
        title + "$n$", title_html=title + MATH, source=make_source("Kettle Notes"), byline=crowd, arrived_at=NOW
    )


def test_a_link_is_copied_by_keyboard(window, member, paper):
    visitor = window(member, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open(paper.get_absolute_url())
    page.get_by_role("button", name="Copy link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Link copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/s/{ShareLink.objects.get().token}")
    expect(page.get_by_label("Your link")).to_have_value(copied)


def test_without_a_clipboard_the_link_stands_there_selected(window, member, paper):
    visitor = window(member)
    visitor.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page = visitor.open(paper.get_absolute_url())
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_label("Your link")).to_be_visible()
    assert page.evaluate("getSelection().toString()").endswith(f"/s/{ShareLink.objects.get().token}")


def test_without_scripts_the_link_is_on_a_page_of_its_own(window, member, paper):
    page = window(member, java_script_enabled=False).open(paper.get_absolute_url())
    expect(page.get_by_role("button", name="Send …")).to_be_hidden()
    page.get_by_role("button", name="Copy link").click()
    assert page.get_by_label("Your link").input_value().endswith(f"/s/{ShareLink.objects.get().token}")
    page.get_by_role("button", name="Revoke").click()
    page.wait_for_url(f"**{paper.get_absolute_url()}#links")
    assert ShareLink.objects.get().revoked_at


def test_on_a_phone_it_goes_to_the_phones_own_share_sheet(window, member, paper):
    visitor = window(member, viewport=PHONE)
    visitor.page.add_init_script("navigator.share = (what) => { window.shared = what; return Promise.resolve(); }")
    page = visitor.open(paper.get_absolute_url())
    page.get_by_role("button", name="Send …").click()
    shared = wait_for(lambda: page.evaluate("window.shared"))
    assert shared["url"].endswith(f"/s/{ShareLink.objects.get().token}")
    assert shared["title"].startswith("Towards a very long title")


def test_a_link_is_revoked_in_place(window, member, paper):
    links.link_for(member, paper, NOW)
    page = window(member).open(paper.get_absolute_url())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)
    assert ShareLink.objects.get().revoked_at


@in_both_looks
def test_a_strangers_view_is_open_to_all(window, member, paper, scheme, viewport):
    link = links.link_for(member, paper, NOW)
    visitor = window(viewport=viewport, color_scheme=scheme)
    page = visitor.open(link.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_contain_text("Towards a very long title")
    assert visitor.barriers() == []
    assert visitor.fits()


def test_the_browser_finds_tenth_installable(window, member):
    visitor = window(member)
    page = visitor.open("/")
    session = visitor.context.new_cdp_session(page)
    assert not session.send("Page.getAppManifest")["errors"]
    troubles = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert troubles in ([], ["in-incognito"])  # tests' windows are private ones
