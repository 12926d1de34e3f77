"""models.channel: a webhook, whose address is a secret."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from papers.models import Channel
from tests.makers import NOW, make_channel

pytestmark = pytest.mark.django_db


def test_a_page_shows_where_an_address_leads_and_how_it_ends():
    channel = make_channel(address="https://hooks.slack.example:8443/services/T000/B000/verysecretAb3x")
    assert channel.masked == "https://hooks.slack.example:8443/…Ab3x"


def test_a_short_address_shows_none_of_its_path():
    assert make_channel(address="https://chat.example/abc").masked == "https://chat.example/…"


def test_a_password_in_the_address_is_not_shown():
    assert (
        make_channel(address="https://bot:hush@chat.example/hooks/0123456789abcd").masked
        == "https://chat.example/…abcd"
    )


def test_two_channels_are_not_called_the_same():
    make_channel("papers")
    with pytest.raises(IntegrityError):
        make_channel("Papers")


def test_the_name_of_a_removed_channel_is_free():
    make_channel("papers", removed_at=NOW)
    assert make_channel("papers") in Channel.objects.open()


def test_a_channel_with_a_new_address_is_not_closed_for_what_the_old_one_answered():
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
