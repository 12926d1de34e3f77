"""models.secret: a column that a dump of the database does not give away."""

import pytest
from django.db import connection

from papers.models import Channel
from tests.makers import make_channel

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.slack.example/services/T000/B000/verysecretindeed"


def stored(channel):
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM papers_channel WHERE id = %s", [channel.pk])
        return cursor.fetchone()[0]


def test_a_secret_is_plain_in_python_and_unreadable_in_the_database():
    channel = make_channel(address=ADDRESS)
    assert Channel.objects.get().address == ADDRESS
    assert "hooks" not in stored(channel)
    assert "verysecret" not in stored(channel)


def test_the_same_secret_is_written_differently_each_time():
    assert stored(make_channel(address=ADDRESS)) != stored(make_channel(address=ADDRESS))


def test_another_secret_key_reads_nothing_and_says_so(settings):
    make_channel(address=ADDRESS)
    settings.SECRET_KEY = "another key, of which there is nothing to say but that it is long enough"
    channel = Channel.objects.get()
    assert not channel.address
    assert "SECRET_KEY" in channel.masked


def test_an_older_secret_key_still_reads(settings):
    make_channel(address=ADDRESS)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of which there is nothing to say but that it is long enough"
    assert Channel.objects.get().address == ADDRESS


def test_an_empty_secret_stays_empty():
    channel = make_channel(signing_key="")
    assert Channel.objects.get(pk=channel.pk).signing_key == ""
