"""Sharing in the browser: by keyboard, on a phone, in the dark, without scripts; to a chat as strict as Slack."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from feedserver import FeedServer
from papers import tasks
from papers.models import Channel, Share
from tests.makers import make_channel, make_paper, make_person, make_share, make_source

from .conftest import in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Towards " + "a very long title of a paper that says all of it at once, " * 4
CROWD = "; ".join(f"Given{n} Family{n}" for n in range(2_900))


@pytest.fixture
def chat(settings, monkeypatch):
    """A chat; a message is delivered when it is handed to a worker."""
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = 0
    monkeypatch.setattr(tasks.deliver_due, "delay_on_commit", tasks.deliver_due)
    with FeedServer() as server:
        make_channel("papers", address=server.hook("papers"))
        yield server


@pytest.fixture
def paper(member):
    return make_paper(LONG, source=make_source("Kettle Notes"), byline=CROWD)


def test_by_keyboard_from_the_queue_to_the_chat_and_on_to_the_next_row(window, member, paper, chat):
    make_paper("The next paper")
    page = window(member).open("/browse?q=paper&sort=new")
    first = page.locator(".card.at").get_attribute("id")
    page.keyboard.press("S")
    dialog = page.get_by_role("dialog", name="Share with the team")
    expect(dialog.get_by_label("Why does it matter?")).to_be_focused()
    page.keyboard.type("See table 3: <!channel> & *bold*")
    expect(page.locator("#preview blockquote")).to_have_text("See table 3: <!channel> & *bold*")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("On its way to papers.")
    expect(dialog).to_have_count(0)
    assert page.url.endswith("/browse?q=paper&sort=new")
    expect(page.locator(".card.at")).not_to_have_id(first)
    expect(page.locator(".card.at")).to_be_focused()
    (arrived,) = chat.hooks.received
    assert arrived.text.startswith("Mira Lind shared")
    assert "See table 3: <!channel> & *bold*" in arrived.text


def test_escape_closes_the_dialog_and_the_row_stays_selected(window, member, paper, chat):
    page = window(member).open("/")
    page.keyboard.press("S")
    dialog = page.get_by_role("dialog", name="Share with the team")
    expect(dialog.get_by_label("Why does it matter?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("S")
    page.get_by_role("dialog").get_by_text("Cancel").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".card.at")).to_have_id(f"paper-{paper.pk}")
    assert not Share.objects.exists()


def test_the_dialog_says_that_the_paper_went_there_a_minute_ago_and_keeps_a_refused_note(window, member, paper, chat):
    channel = Channel.objects.get()
    at = timezone.now() - timedelta(minutes=1)
    make_share(paper, make_person("Priya"), channel=channel, state="sent", at=at, sent_at=at)
    visitor = window(member)
    page = visitor.open("/")
    page.keyboard.press("S")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Priya shared this to papers 1 min ago. Send again?")
    assert visitor.barriers() == []
    dialog.get_by_label("Why does it matter?").fill("Once more")
    Channel.objects.update(closed_at=at, closed_because="It answered 404.")
    make_channel("other")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text("This channel no longer accepts messages. Choose another.")
    expect(dialog.get_by_label("Why does it matter?")).to_have_value("Once more")
    assert "status of 400" in visitor.complaints.pop()  # the browser's own note of the refusal


def test_shared_from_its_own_page_the_paper_says_so(window, member, paper, chat):
    page = window(member).open(paper.get_absolute_url())
    page.keyboard.press("S")
    expect(page.get_by_role("dialog").get_by_label("Why does it matter?")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#shares")).to_contain_text("sent")
    expect(page.locator("#toasts")).to_contain_text("On its way to papers.")


def test_a_double_click_sends_one_message(window, member, paper, chat):
    page = window(member).open(f"/papers/{paper.pk}/share")
    page.get_by_role("button", name="Share", exact=True).dblclick()
    page.wait_for_url(f"**{paper.get_absolute_url()}")
    assert Share.objects.count() == 1
    assert len(chat.hooks.received) == 1


def test_going_back_gives_a_form_that_sends_another_message(window, member, paper, chat):
    visitor = window(member)
    visitor.open(paper.get_absolute_url())
    page = visitor.open(f"/papers/{paper.pk}/share")
    page.get_by_role("button", name="Share", exact=True).click()
    page.wait_for_url(f"**{paper.get_absolute_url()}")
    page.go_back()
    page.locator("#id_note").fill("And another thing")
    page.get_by_role("button", name="Share", exact=True).click()
    page.wait_for_url(f"**{paper.get_absolute_url()}")
    assert sorted(Share.objects.values_list("note", flat=True)) == ["", "And another thing"]


def test_what_failed_is_sent_again_in_place(window, member, paper, chat):
    chat.misbehave("/hooks/*", "status", code=400, times=1)
    page = window(member).open(f"/papers/{paper.pk}/share")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#shares")).to_contain_text("refused the message")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#shares .chip")).to_have_text("sent")


def test_what_waits_for_a_channel_in_trouble_can_be_cancelled(window, member, paper, chat):
    chat.misbehave("/hooks/*", "status", code=500)
    page = window(member).open(f"/papers/{paper.pk}/share")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#shares")).to_contain_text("tried 1 time, next")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#shares .chip")).to_have_text("cancelled")


def test_without_scripts(window, member, paper, chat):
    page = window(member, java_script_enabled=False).open("/")
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_label("Why does it matter?").fill("Without scripts")
    page.get_by_role("button", name="Show the message").click()
    expect(page.locator("#preview blockquote")).to_have_text("Without scripts")
    assert not Share.objects.exists()
    assert page.url.endswith("/share")  # nothing of the form is in the address
    page.get_by_role("button", name="Share", exact=True).click()
    page.wait_for_url(f"**{paper.get_absolute_url()}")
    assert "Without scripts" in chat.hooks.received[0].text


@in_both_looks
def test_the_form_and_the_list_are_open_to_all(window, member, paper, chat, scheme, viewport):
    chat.misbehave("/hooks/*", "status", code=500)
    visitor = window(member, viewport=viewport, color_scheme=scheme)
    page = visitor.open(f"/papers/{paper.pk}/share?note=" + "A+long+note+" * 40)
    assert visitor.barriers() == []
    assert visitor.fits()
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("#shares")).to_contain_text("tried 1 time, next")
    assert visitor.barriers() == []
    assert visitor.fits()
