"""ops.heartbeat: worker and beat sign independently, and survive a database that is down."""

import logging
import socket
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from celery.signals import task_prerun
from django.db import connection
from django.utils import timezone

from feedserver import FeedServer
from ops import database, heartbeat
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


def test_an_unreachable_database_is_logged_once(monkeypatch, caplog):
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "tenth"):
        unreachable = {**database.parameters(), "host": "/nowhere", "password": "hush"}
        patch.setattr(heartbeat, "parameters", lambda: unreachable)
        assert not heartbeat.sign("beat")
        assert not heartbeat.sign("beat")
    assert len(caplog.records) == 1
    assert "The beat cannot record in the database that it is alive" in caplog.text
    assert "hush" not in caplog.text
    assert heartbeat.sign("beat")
    assert not heartbeat._unheard


def test_a_worker_signs_with_some_of_its_tasks(monkeypatch):
    monkeypatch.setattr(heartbeat, "_signed", float("-inf"))
    signed = []
    monkeypatch.setattr(heartbeat, "sign", signed.append)
    for _ in range(3):
        task_prerun.send(sender=None)
    assert signed == ["worker"]


@pytest.fixture
def env():
    make_queue()
    at = connection.settings_dict
    with tempfile.TemporaryDirectory() as var, FeedServer(seed=3) as server:
        url = f"postgresql://{at['USER']}@{quote(at['HOST'], safe='')}/{at['NAME']}"
        yield environment(Path(var), server, DATABASE_URL=url)


@pytest.mark.journey
def test_the_beat_signs_and_the_worker_signs_once_the_beats_task_reaches_it(env):
    def seen(name):
        return Heartbeat.objects.filter(name=name, host=socket.gethostname()).exists()

    with service(["-m", "ops.run", "beat"], env):
        wait_for(lambda: seen("beat"), 30)
        assert not seen("worker")
        with service(["-m", "ops.run", "worker"], env):
            wait_for(lambda: seen("worker"), 30)
