"""sharing.outbox: messages find their channel, over a real wire, however it answers."""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from feedserver import FeedServer
from papers.models import Channel, Host, Share
from papers.sharing import channels, messages, outbox
from papers.sharing.outbox import WAITS
from tests.makers import NOW, make_channel, make_paper, make_person, make_share

pytestmark = pytest.mark.django_db
KEY = messages.new_signing_key(b"thirty-two bytes of a secret key")


@pytest.fixture(scope="module")
def server():
    with FeedServer() as server:
        server.hooks.keys["lab"] = KEY
        yield server


@pytest.fixture(autouse=True)
def _wire(server, settings):
    settings.ALLOW_PRIVATE_ADDRESSES = True
    settings.HOST_PACE_SECONDS = 0
    server.clock.set(NOW)
    yield
    server.behave()
    server.hooks.received.clear()
    server.requests.clear()


@pytest.fixture
def channel(server):
    return make_channel("papers", address=server.hook("papers"))


def attempt(share, now=NOW):
    """Deliver it as a worker does, if it is due."""
    share = Share.objects.get(pk=share.pk)
    if share.claim(now):
        outbox.deliver(share, now)
    share.refresh_from_db()
    return share


def test_a_message_arrives_and_the_row_says_when(server, channel):
    share = attempt(make_share(make_paper("A fine title"), make_person("Ada"), channel=channel, note="Why not"))
    assert (share.state, share.sent_at, share.attempts, share.claimed_until) == ("sent", NOW, 1, None)
    (arrived,) = server.hooks.received
    assert arrived.text.startswith("Ada shared A fine title")
    assert "Why not" in arrived.text


def test_a_sent_message_is_not_sent_again(server, channel):
    share = attempt(make_share(channel=channel))
    attempt(share, NOW + timedelta(hours=1))
    assert len(server.hooks.received) == 1


def test_a_signed_webhook_believes_us(server):
    channel = make_channel(kind="webhook", address=server.hook("lab", "signed"), signing_key=KEY)
    assert attempt(make_share(channel=channel)).state == "sent"
    (arrived,) = server.hooks.received
    assert arrived.body["type"] == "paper.shared"


def test_a_worker_that_died_after_sending_sends_once_more_under_the_same_id(server):
    channel = make_channel(kind="webhook", address=server.hook("lab", "signed"), signing_key=KEY)
    share = attempt(make_share(channel=channel))
    Share.objects.update(state="waiting", next_attempt=NOW, sent_at=None)  # as if its note had been lost
    assert attempt(share).state == "sent"
    assert [one.again for one in server.hooks.received] == [False, True]


@pytest.mark.parametrize("code", [500, 502, 503, 429, 408])
def test_a_channel_in_trouble_is_tried_again_later(server, channel, code):
    server.misbehave("/hooks/*", "status", code=code)
    share = attempt(make_share(channel=channel))
    assert share.state == "waiting"
    assert timedelta(seconds=50) < share.next_attempt - NOW < timedelta(seconds=70)
    assert str(code) in share.last_error
    assert Channel.objects.get().is_open


def test_the_waits_grow_over_three_days_and_then_it_has_failed(server, channel):
    server.misbehave("/hooks/*", "status", code=500)
    share, now = make_share(channel=channel), NOW
    for _ in WAITS:
        share = attempt(share, now)
        assert share.state == "waiting"
        assert share.next_attempt > now
        now = share.next_attempt
    assert timedelta(days=2.5) < now - NOW < timedelta(days=4)
    share = attempt(share, now)
    assert (share.state, share.next_attempt) == ("failed", None)
    assert len(server.requests) == len(WAITS) + 1


def test_a_channel_that_comes_back_gets_what_waited(server, channel):
    server.misbehave("/hooks/*", "status", code=500, times=1)
    share = attempt(make_share(channel=channel))
    assert attempt(share, share.next_attempt).state == "sent"
    assert share.attempts == 1


def test_retry_after_is_obeyed_for_the_whole_host(server, channel):
    now = timezone.now()  # by which the gate goes
    server.misbehave("/hooks/*", "status", code=429, retry_after=1800, times=1)
    share = attempt(make_share(channel=channel), now)
    assert share.next_attempt == now + timedelta(minutes=30)
    assert Host.objects.get(pk=urlsplit(server.url).netloc).next_at == now + timedelta(minutes=30)


def test_a_host_that_is_not_to_be_asked_costs_no_attempt(server, channel, monkeypatch):
    monkeypatch.setattr(outbox, "IN_LINE", 0.0)
    Host.objects.create(pk=urlsplit(server.url).netloc, next_at=NOW + timedelta(days=9999))
    share = attempt(make_share(channel=channel))
    assert (share.state, share.attempts, share.claimed_until) == ("waiting", 0, None)
    assert share.next_attempt == NOW + WAITS[0]
    assert "may not be asked again before" in share.last_error
    assert not server.requests


def test_what_breaks_off_each_time_ends_with_a_sentence(channel, monkeypatch):
    def boom(*_, **__):
        raise ValueError("boom")

    monkeypatch.setattr(outbox, "send", boom)
    share, now = make_share(channel=channel), NOW
    for _ in range(len(WAITS) + 1):
        with pytest.raises(ValueError, match="boom"):
            attempt(share, now)
        now += timedelta(minutes=3)
    assert attempt(share, now).state == "failed"
    assert "tried 10 times, and the worker stopped each time" in attempt(share, now).last_error


def meanwhile(monkeypatch, do):
    """Something that happens while the message is on the wire."""
    send = outbox.send

    def slow(*args, **kwargs):
        do()
        return send(*args, **kwargs)

    monkeypatch.setattr(outbox, "send", slow)


def test_an_answer_from_the_old_address_closes_no_channel_that_has_a_new_one(server, channel, monkeypatch):
    server.misbehave("/hooks/*", "status", code=404, times=1)
    mended = Channel.objects.get()
    meanwhile(monkeypatch, lambda: channels.change(mended, name="papers", address=server.hook("mended")))
    share = attempt(make_share(channel=channel))
    assert Channel.objects.get().is_open
    assert share.state == "waiting"
    assert attempt(share, share.next_attempt).state == "sent"


def test_what_is_on_the_wire_while_its_channel_is_removed_says_what_became_of_it(server, channel, monkeypatch):
    meanwhile(monkeypatch, lambda: channels.remove(Channel.objects.get(), NOW))
    assert attempt(make_share(channel=channel)).state == "sent"


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_webhook_that_is_no_more_closes_its_channel_and_says_why(server, channel, code):
    server.misbehave("/hooks/*", "status", code=code, times=1)
    share, waiting = make_share(channel=channel), make_share(channel=channel)
    share = attempt(share)
    channel.refresh_from_db()
    assert (share.state, channel.closed_at) == ("failed", NOW)
    assert str(code) in channel.closed_because
    assert channel.closed_because.startswith("127.0.0.1 takes no more messages at this address")
    waiting = attempt(waiting)
    assert waiting.state == "failed"
    assert "papers takes no messages" in waiting.last_error
    assert len(server.requests) == 1  # the second was not even tried


def test_a_message_that_is_refused_has_failed_and_the_channel_stays_open(server, channel):
    server.misbehave("/hooks/*", "status", code=400)
    share = attempt(make_share(channel=channel))
    assert share.state == "failed"
    assert "400 Bad Request: Something went wrong." in share.last_error
    assert Channel.objects.get().is_open


def test_a_web_page_in_place_of_an_answer_is_no_delivery(server, channel):
    server.misbehave("/hooks/*", "page")
    share = attempt(make_share(channel=channel))
    assert share.state == "failed"
    assert "no webhook" in share.last_error


def test_a_redirect_is_not_followed(server, channel):
    server.misbehave("/hooks/*", "redirect", to="http://elsewhere.example/")
    share = attempt(make_share(channel=channel))
    assert share.state == "failed"
    assert "not followed" in share.last_error


def test_a_channel_that_hangs_is_tried_again(server, channel, monkeypatch):
    monkeypatch.setattr("papers.sources.wire.post.SECONDS", 0.3)
    server.misbehave("/hooks/*", "hang", seconds=30)
    share = attempt(make_share(channel=channel))
    assert (share.state, "in time" in share.last_error) == ("waiting", True)


def test_a_private_address_is_refused_when_it_is_written_to_as_well(server, channel, settings):
    settings.ALLOW_PRIVATE_ADDRESSES = False
    share = attempt(make_share(channel=channel))
    assert "private or local network" in share.last_error
    assert not server.requests


def test_an_address_under_another_secret_key_asks_for_an_admin(channel, settings):
    share = make_share(channel=channel)
    settings.SECRET_KEY = "another key, of which there is nothing to say but that it is long enough"
    assert "SECRET_KEY" in attempt(share).last_error
    assert not Channel.objects.get().is_open


def test_a_worker_that_was_too_slow_writes_nothing_over_another(server, channel):
    share = make_share(channel=channel)
    slow = Share.objects.get(pk=share.pk)
    assert slow.claim(NOW - timedelta(minutes=0))
    later = NOW + timedelta(minutes=5)
    assert attempt(share, later).state == "sent"
    server.misbehave("/hooks/*", "status", code=500)
    outbox.deliver(slow, NOW)
    share.refresh_from_db()
    assert (share.state, share.sent_at) == ("sent", later)


def test_a_test_message_says_that_it_is_one(server, channel):
    outbox.test(channel, make_person("Ada"), NOW)
    assert "A test: messages from Tenth arrive in papers" in server.hooks.received[0].text
    server.misbehave("/hooks/*", "status", code=404)
    with pytest.raises(outbox.UndeliveredError, match="404"):
        outbox.test(channel, make_person(), NOW)
    assert Channel.objects.get().is_open  # a test changes nothing


def test_a_signed_webhook_is_tested_too(server):
    channel = make_channel(kind="webhook", address=server.hook("lab", "signed"), signing_key=KEY)
    outbox.test(channel, make_person(), NOW)
    assert server.hooks.received[0].body["type"] == "test"


def test_the_address_is_in_no_sentence_and_no_log(server, channel, caplog):
    caplog.set_level(logging.DEBUG)
    for trouble in ({"code": 500}, {"code": 400}, {"code": 404}):
        server.behave()
        server.misbehave("/hooks/*", "status", **trouble)
        Channel.objects.update(closed_at=None, closed_because="")
        assert "/hooks/" not in attempt(make_share(channel=channel)).last_error
    assert "/hooks/" not in Channel.objects.get().closed_because
    assert "/hooks/chat" not in caplog.text
