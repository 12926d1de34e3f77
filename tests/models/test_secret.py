"""models.secret: a dump of the database does not reveal secrets."""

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


def test_secret_is_plain_in_python_and_encrypted_in_the_database():
    channel = make_channel(address=ADDRESS)
    assert Channel.objects.get().address == ADDRESS
    assert "hooks" not in stored(channel)
    assert "verysecret" not in stored(channel)


def test_same_secret_has_a_different_ciphertext_each_time():
    assert stored(make_channel(address=ADDRESS)) != stored(make_channel(address=ADDRESS))


def test_secret_is_unreadable_with_another_key(settings):
    make_channel(address=ADDRESS)
    settings.SECRET_KEY = "another key, of which there is nothing to say but that it is long enough"
    channel = Channel.objects.get()
    assert not channel.address
    assert "SECRET_KEY" in channel.masked


def test_fallback_key_still_decrypts(settings):
    make_channel(address=ADDRESS)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, of which there is nothing to say but that it is long enough"
    assert Channel.objects.get().address == ADDRESS


def test_an_empty_secret_stays_empty():
    channel = make_channel(signing_key="")
    assert Channel.objects.get(pk=channel.pk).signing_key == ""
