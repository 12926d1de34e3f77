"""Celery on PGMQ, with a real worker: a task killed midway runs again, and a finished task stays finished."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from celery.signals import beat_init
from kombu import Connection

from config.celery import app
from ops import broker
from ops.embedded import Cluster
from tests import brokers
from tests.folders import let_through

ROOT = Path(__file__).resolve().parents[2]


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < until, "timed out"
        time.sleep(0.02)
    return answer


@pytest.mark.journey
@pytest.mark.parametrize("make", [brokers.rabbitmq, brokers.redis], ids=["rabbitmq", "redis"])
def test_queue_depth_of_another_broker(make, monkeypatch, settings):
    with make() as external:
        settings.CELERY_BROKER_URL = external.url
        monkeypatch.setattr(app, "connection_for_read", lambda: Connection(external.url))
        assert broker.depth() == 0  # no queue yet
        with Connection(external.url) as connection, connection.SimpleQueue(broker.QUEUE) as queue:
            for _ in range(3):
                queue.put({})
        wait_for(lambda: broker.depth() == 3)
        external.stop()
        assert broker.depth() is None


def test_a_lost_broker_is_retried_forever():
    class Enough(Exception):  # noqa: N818 (not an error)
        pass

    tried = 0

    def again(*_):
        nonlocal tried
        tried += 1
        if tried > 200:
            raise Enough

    with pytest.raises(Enough), Connection("redis://127.0.0.1:1/0") as lost:
        lost.ensure_connection(again, app.conf.broker_connection_max_retries, interval_start=0, interval_step=0)


def test_the_beat_sends_a_tick_and_tidies_as_soon_as_it_starts(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", sent.append)
    beat_init.send(sender=None)
    assert sent == ["papers.tasks.tick", "papers.tasks.tidy", "ops.broker.delete_archived"]
    app.loader.import_default_modules()
    assert set(sent) | {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


@pytest.mark.parametrize("address", ["amqp://{}//", "redis://{}/0"])
def test_a_silent_broker_times_out(address, tmp_path):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TENTH_VAR": str(tmp_path)}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env["CELERY_BROKER_URL"] = address.format(f"127.0.0.1:{silent.getsockname()[1]}")
        code = "from config.celery import app; app.send_task('papers.tasks.tick')"
        result = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=20
        )
    assert "kombu.exceptions.OperationalError" in result.stderr


class Queue:
    """A separate install: database, queue and, on request, a worker."""

    def __init__(self, var):
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TENTH_VAR": str(var),
            "DATABASE_URL": "",
            "LOG_LEVEL": "INFO",
        }
        self.var, self.note = var, var / "note"
        self.workers = []

    def python(self, code):
        result = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def prepare(self):
        self.python("import django; django.setup(); from ops import broker as b; b.install(); b.release_messages()")

    def send(self):
        self.python(f"from tests.ops.slow_tasks import slow; slow.delay({str(self.note)!r})")

    def left(self):
        """Return how many slow tasks are queued; a starting worker also queues a tick."""
        code = "cursor.execute('SELECT message::text FROM pgmq.q_tenth'); "
        code += "print(sum('slow_tasks.slow' in text for text, in cursor.fetchall()))"
        return int(self.python(f"from django.db import connection; cursor = connection.cursor(); {code}"))

    def start_worker(self):
        command = "worker --loglevel INFO --concurrency 2 --without-gossip --without-mingle --without-heartbeat"
        self.workers.append(
            subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "tests.ops.slow_tasks", *command.split()],
                cwd=ROOT,
                env=self.env,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=open(self.var / f"worker{len(self.workers)}.log", "wb"),  # noqa: SIM115
            )
        )
        return self.workers[-1]

    def ready(self, number):
        return " ready." in (self.var / f"worker{number}.log").read_text()

    def lines(self):
        return [line.split() for line in self.note.read_text().splitlines()] if self.note.exists() else []

    def words(self):
        return [word for word, _ in self.lines()]

    def wait_for(self, *words):
        wait_for(lambda: self.words() == list(words))

    def let_go(self):
        Path(f"{self.note}.go").touch()


@pytest.fixture
def queue(tmp_path_factory):
    base = tmp_path_factory.mktemp("queue")
    let_through(base)
    cluster = Cluster(base)
    cluster.start("-c", "fsync=off")
    queue = Queue(base)
    queue.prepare()
    yield queue
    for worker in queue.workers:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    cluster.stop()


def test_a_killed_workers_task_runs_again_at_the_next_start(queue):
    worker = queue.start_worker()
    queue.send()
    queue.wait_for("began")
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert queue.left() == 1
    queue.prepare()
    queue.start_worker()
    queue.wait_for("began", "began")
    queue.let_go()
    queue.wait_for("began", "began", "ended")
    wait_for(lambda: queue.left() == 0)


def test_a_worker_told_to_stop_finishes_its_task(queue):
    worker = queue.start_worker()
    queue.send()
    queue.wait_for("began")
    os.kill(worker.pid, signal.SIGTERM)
    time.sleep(0.3)
    queue.let_go()
    assert worker.wait(20) == 0
    assert queue.words() == ["began", "ended"]
    assert queue.left() == 0


def test_a_stuck_worker_gives_no_sign_of_life(queue):
    queue.python("import django; django.setup(); from django.core.management import call_command as c; c('migrate')")
    seen = "from django.db import connection; cursor = connection.cursor(); "
    count = f"{seen} cursor.execute('SELECT count(*) FROM papers_heartbeat'); print(cursor.fetchone()[0])"
    queue.start_worker()
    queue.send()
    queue.wait_for("began")
    queue.python(f"{seen} cursor.execute('DELETE FROM papers_heartbeat')")
    queue.send()  # both of its threads are busy now
    queue.wait_for("began", "began")
    queue.python(f"{seen} cursor.execute('DELETE FROM papers_heartbeat')")
    queue.python("import config.celery, django; django.setup(); from papers.tasks import pulse; pulse.delay()")
    time.sleep(1)
    assert queue.python(count) == "0"
    queue.let_go()
    wait_for(lambda: queue.python(count) == "1")


def test_two_workers_can_start_at_the_same_instant(queue):
    workers = [queue.start_worker(), queue.start_worker()]
    wait_for(lambda: queue.ready(0) and queue.ready(1), 40)
    queue.let_go()
    queue.send()
    queue.wait_for("began", "ended")
    assert [worker.poll() for worker in workers] == [None, None]
