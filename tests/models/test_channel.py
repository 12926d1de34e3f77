"""models.channel: webhooks with secret addresses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from papers.models import Channel
from tests.makers import NOW, make_channel

pytestmark = pytest.mark.django_db


def test_masked_address_shows_its_host_and_end():
    channel = make_channel(address="https://hooks.slack.example:8443/services/T000/B000/verysecretAb3x")
    assert channel.masked == "https://hooks.slack.example:8443/…Ab3x"


def test_masked_short_address_shows_none_of_its_path():
    assert make_channel(address="https://chat.example/abc").masked == "https://chat.example/…"


def test_masked_address_hides_a_password():
    assert (
        make_channel(address="https://bot:hush@chat.example/hooks/0123456789abcd").masked
        == "https://chat.example/…abcd"
    )


def test_channel_names_are_unique():
    make_channel("papers")
    with pytest.raises(IntegrityError):
        make_channel("Papers")


def test_name_of_a_removed_channel_can_be_reused():
    make_channel("papers", removed_at=NOW)
    assert make_channel("papers") in Channel.objects.open()


def test_failure_of_an_old_address_does_not_close_the_channel():
    channel = make_channel(address="https://hooks.example/services/old0000000000")
    mended = Channel.objects.get()
    mended.address = "https://hooks.example/services/new0000000000"
    mended.save()
    assert not channel.close(NOW, "It answered 404.")
    assert Channel.objects.get().is_open


def test_closing_twice_keeps_the_first_reason():
    channel = make_channel()
    assert channel.close(NOW, "It answered 404.")
    assert channel.close(NOW + timedelta(hours=1), "It answered 410.")
    channel.refresh_from_db()
    assert (channel.closed_at, channel.closed_because) == (NOW, "It answered 404.")
    assert not channel.is_open
    assert list(Channel.objects.closed()) == [channel]
