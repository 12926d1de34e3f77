"""The admins' page of channels: made, tested, mended and removed there; a secret address is never shown."""

import socket

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedserver import FeedServer
from papers.models import Channel, Event
from tests.makers import NOW, make_channel, make_person, make_project, make_share
from tests.workers import after_the_worker

from .conftest import text

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.example/services/T0/B0/verysecretindeed"


def add(client, **said):
    return client.post("/settings/channels", {"kind": "slack", "name": "papers", "address": ADDRESS, **said})


# ── who may ──────────────────────────────────────────────────────────────────────────────────


def test_a_stranger_is_sent_to_sign_in_and_a_member_told_no(client):
    channel = make_channel()
    assert "/signin" in client.get("/settings/channels")["Location"]
    client.force_login(make_person())
    for path in ("", f"/{channel.pk}", f"/{channel.pk}/remove"):
        answer = client.get(f"/settings/channels{path}")
        assert (answer.status_code, channel.name in text(answer)) == (403, False)
    for verb in ("test", "key", "reopen", "remove"):
        assert client.post(f"/settings/channels/{channel.pk}/{verb}").status_code == 403
    assert "Channels" not in text(client.get("/settings"))


# ── making one ───────────────────────────────────────────────────────────────────────────────


def test_without_channels_the_page_says_what_to_do(client, boss):
    page = text(client.get("/settings/channels"))
    assert "There are no channels yet" in page
    assert "Incoming Webhooks" in page


def test_a_channel_is_added_and_its_address_is_shown_to_nobody(client, boss):
    assert add(client)["Location"] == "/settings/channels"
    channel = Channel.objects.get()
    assert (channel.name, channel.address, channel.created_by) == ("papers", ADDRESS, boss)
    page = text(client.get("/settings/channels"))
    assert "https://hooks.example/…deed" in page
    for path in ("/settings/channels", f"/settings/channels/{channel.pk}", f"/settings/channels/{channel.pk}/remove"):
        assert "verysecret" not in text(client.get(path))


def test_the_key_of_a_signed_webhook_is_shown_once(client, boss):
    page = text(add(client, kind="webhook"))
    key = Channel.objects.get().signing_key
    assert key in page
    assert key not in text(client.get("/settings/channels"))
    again = client.post(f"/settings/channels/{Channel.objects.get().pk}/key")
    assert Channel.objects.get().signing_key in text(again)
    assert key not in text(again)
    assert "no-store" in again["Cache-Control"]


def test_a_chat_has_no_key_to_renew(client, boss):
    assert client.post(f"/settings/channels/{make_channel().pk}/key").status_code == 404


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://hooks.example/x", "begins with https://"),
        ("ftp://hooks.example/x", "begins with https://"),
        ("https://localhost/hooks/1", "private or local network"),
        ("https://0x7f.1/hooks/1", "not a web address"),
        ("https://127.0.0.1/hooks/1", "private or local network"),
        ("https://[::1]/hooks/1", "private or local network"),
        ("https://app.slack.com/client/T0/C0", "a page in Slack"),
        ("https://ourteam.slack.com/archives/C0", "a page in Slack"),
        ("https://discord.com/api/webhooks/1/abc", "add /slack"),
        ("https://prod-1.westeurope.logic.azure.com/workflows/1", "Microsoft Teams"),
        ("https://hooks.example/a b", "spaces"),
        ("https://", "not a web address"),
        ("https://[", "not a web address"),
        ("", "required"),
    ],
)
def test_an_address_that_will_not_do_is_refused_with_what_to_do(client, boss, address, sentence):
    answer = add(client, address=address)
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert 'value="papers"' in text(answer)
    assert not Channel.objects.exists()


def test_saving_asks_nobody_what_a_name_leads_to(client, boss, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: pytest.fail("somebody waited for a DNS server"))
    assert add(client, address="https://inside.example/hooks/1").status_code == 303


def test_a_name_that_leads_into_a_private_network_is_refused_when_it_is_written_to(client, boss, monkeypatch, settings):
    settings.HOST_PACE_SECONDS = 0
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)
    add(client, address="https://inside.example/hooks/1")
    page = try_out(client, f"/settings/channels/{Channel.objects.get().pk}/test")
    assert "inside.example is in a private or local network" in page


def test_discords_slack_address_is_taken(client, boss):
    assert add(client, address="https://discord.com/api/webhooks/1/abc/slack").status_code == 303


def test_a_name_that_is_taken_is_refused_and_the_rest_kept(client, boss):
    make_channel("Papers")
    answer = add(client)
    assert (answer.status_code, "There is already a channel with this name" in text(answer)) == (400, True)


# ── testing, mending, removing ───────────────────────────────────────────────────────────────


def try_out(client, address):
    """Ask for a test, let the worker send it, and read what the page says then."""
    assert after_the_worker(client, client.post(address)).url == "/settings/channels"
    return text(client.get("/settings/channels"))


def test_a_test_message_goes_out_at_once_and_the_page_says_how_it_went(client, boss, settings):
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = 0
    with FeedServer() as server:
        assert add(client, address=server.hook("papers")).status_code == 303
        address = f"/settings/channels/{Channel.objects.get().pk}/test"
        assert "papers accepted the test message" in try_out(client, address)
        assert "A test: messages from Tenth arrive in papers" in server.hooks.received[0].text
        server.misbehave("/hooks/*", "status", code=404)
        page = try_out(client, address)
    assert "The test did not reach papers: 127.0.0.1 takes no more messages at this address (404 Not Found" in page


def test_a_closed_channel_says_why_and_opens_again(client, boss):
    channel = make_channel("papers", closed_at=NOW, closed_because="It answered 404.")
    page = text(client.get("/settings/channels"))
    assert "It answered 404." in page
    assert "Reopened papers" in text(client.post(f"/settings/channels/{channel.pk}/reopen", follow=True))
    assert Channel.objects.get().is_open


def test_admins_hear_of_a_closed_channel_where_they_begin_the_day(client, boss):
    make_channel("papers", closed_at=NOW, closed_because="It answered 404.")
    assert "It answered 404." in text(client.get("/"))
    client.force_login(make_person())
    assert "It answered 404." not in text(client.get("/"))


def test_changing_a_name_keeps_the_address(client, boss):
    channel = make_channel("papers", address=ADDRESS)
    client.post(f"/settings/channels/{channel.pk}", {"name": "reading", "address": ""})
    channel = Channel.objects.get()
    assert (channel.name, channel.address) == ("reading", ADDRESS)


def test_removing_asks_first_and_says_what_will_not_be_sent(client, boss):
    channel = make_channel("papers")
    make_share(channel=channel)
    address = f"/settings/channels/{channel.pk}/remove"
    assert "1 waiting message will not be sent." in text(client.get(address))
    assert "Removed papers." in text(client.post(address, follow=True))
    assert client.get(address).status_code == 404
    assert Channel.objects.get().removed_at


def test_more_channels_cost_no_more_queries(client, boss):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get("/settings/channels")
        return len(found)

    make_project(channel=make_channel())
    few = queries()
    for _ in range(5):
        make_project(channel=make_channel())
    assert queries() == few


# ── projects ─────────────────────────────────────────────────────────────────────────────────


def test_a_project_has_its_channel_and_a_change_is_told_by_name(client, boss):
    channel, project = make_channel("papers", address=ADDRESS), make_project("Atlas", members=(boss,))
    said = {"name": "Atlas", "horizon": "core", "warning_days": 3, "members": [boss.pk], "channel": channel.pk}
    assert client.post(f"{project.get_absolute_url()}/edit", said).status_code == 303
    page = text(client.get(project.get_absolute_url()))
    assert "shares to papers" in page
    assert "changed the channel from" in page
    event = Event.objects.get(kind="project_changed")
    assert event.data == {"changed": {"channel": [None, "papers"]}}
