"""config.heartbeat: worker and beat sign, each for itself, and a database that is away harms neither."""

import logging
import socket
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from config import database, heartbeat
from feedserver import FeedServer
from papers.models import Heartbeat
from tests.journey import environment, service, wait_for
from tests.makers import make_queue

pytestmark = pytest.mark.django_db(transaction=True)


def test_signing_again_moves_the_time_and_adds_no_row():
    assert heartbeat.sign("worker")
    first = Heartbeat.objects.get()
    assert (first.name, first.host) == ("worker", socket.gethostname())
    assert first.is_fresh(timezone.now())
    assert heartbeat.sign("worker")
    assert Heartbeat.objects.get().seen_at > first.seen_at
    assert heartbeat.sign("beat")
    assert set(Heartbeat.objects.last_seen()) == {"worker", "beat"}


def test_a_database_that_is_away_is_told_of_once(monkeypatch, caplog):
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "tenth"):
        away = {**database.parameters(), "host": "/nowhere", "password": "hush"}
        patch.setattr(heartbeat, "parameters", lambda: away)
        assert not heartbeat.sign("beat")
        assert not heartbeat.sign("beat")
    assert len(caplog.records) == 1
    assert "The beat cannot tell the database that it lives" in caplog.text
    assert "hush" not in caplog.text
    assert heartbeat.sign("beat")
    assert not heartbeat._unheard


def test_a_worker_that_has_lost_the_queue_signs_again_when_it_has_found_it(monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY", 0.02)
    consumer = SimpleNamespace(connection=None)
    pulse = heartbeat.Pulse(consumer)
    pulse.start()
    try:
        time.sleep(0.2)
        assert not Heartbeat.objects.exists()
        consumer.connection = object()
        wait_for(Heartbeat.objects.exists)
    finally:
        pulse.over.set()
        pulse.join(10)


@pytest.fixture
def env():
    make_queue()
    at = connection.settings_dict
    with tempfile.TemporaryDirectory() as var, FeedServer(seed=3) as server:
        url = f"postgresql://{at['USER']}@{quote(at['HOST'], safe='')}/{at['NAME']}"
        yield environment(Path(var), server, DATABASE_URL=url)


@pytest.mark.journey
@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_real_one_signs_at_once_and_for_itself_alone(name, env):
    with service(["-m", "config.run", name], env):
        wait_for(lambda: Heartbeat.objects.filter(name=name, host=socket.gethostname()).exists(), 30)
    assert Heartbeat.objects.count() == 1
