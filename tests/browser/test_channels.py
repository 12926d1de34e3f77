"""The admins' page of channels, in the browser."""

import pytest
from playwright.sync_api import expect

from feedserver import FeedServer
from papers.models import Channel
from tests.makers import NOW, make_channel, make_person, make_project, make_share

from .conftest import in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(transactional_db):
    return make_person("Ada Lind", role="admin")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_channel_is_made_and_tested(window, admin, settings, worker, scripts):
    worker.set()
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = 0
    with FeedServer() as server:
        page = window(admin, java_script_enabled=scripts).open("/settings/channels")
        page.get_by_label("Name").fill("papers")
        page.get_by_label("Webhook address").fill(server.hook("papers"))
        page.get_by_role("button", name="Add channel").click()
        page.locator(".folds summary").click()
        page.get_by_role("button", name="Send a test").click()
        expect(page.locator(".toast")).to_contain_text("accepted the test message")
        assert len(server.hooks.received) == 1
    assert Channel.objects.get().name == "papers"


@in_both_looks
def test_the_pages_are_open_to_all(window, admin, scheme, viewport):
    visitor = window(admin, viewport=viewport, color_scheme=scheme)
    visitor.open("/settings/channels")
    assert visitor.barriers() == []
    channel = make_channel("a-channel-with-quite-a-long-name-that-somebody-chose-on-a-friday-afternoon", kind="webhook")
    make_project("Atlas", channel=channel)
    make_share(channel=channel, state="sent", sent_at=NOW)
    closed = "hooks.slack.example takes no more messages at this address (404 Not Found: no_service)."
    make_channel("#papers", closed_at=NOW, closed_because=closed)
    for path in (
        "/settings/channels",
        f"/settings/channels/{channel.pk}",
        f"/settings/channels/{channel.pk}/remove",
        "/",
    ):
        page = visitor.open(path)
        for summary in page.locator("main summary:visible").all():
            summary.click()
        assert visitor.barriers() == [], path
        assert visitor.fits(), path
