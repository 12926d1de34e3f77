"""ops.supervise: dead services restart, failing ones stop everything, and an idle worker is replaced."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from django.db import connection

from ops import database, heartbeat, supervise
from ops.supervise import MARK, Lives, Output, Service, Supervisor, Watch, marked


@pytest.fixture
def make(tmp_path):
    """Make services that are one line of Python each, and clean up after them."""
    folder = str(tmp_path)

    def make(name, code):
        env = {**os.environ, MARK: folder, "PYTHONUNBUFFERED": "1"}
        return Service(name, [sys.executable, "-c", code], env, folder, Output())

    make.folder = folder
    yield make
    supervise.end(marked(folder))


def turn(supervisor, until, seconds=30):
    """Run the supervisor's loop until the condition holds or it would stop."""
    deadline = time.monotonic() + seconds
    while not until() and not supervisor._failure:
        assert time.monotonic() < deadline
        for service in supervisor._services:
            supervisor._look_after(service)
        time.sleep(0.02)


def supervised(*services):
    supervisor = Supervisor(None, list(services), Output(), lambda: True)
    for service in services:
        service.start()
    return supervisor


SLEEP = "import time; time.sleep(600)"
GENTLY = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up'); time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(600)"


def test_a_killed_service_is_restarted_at_once(make, capsys):
    web = make("web", SLEEP)
    supervisor = supervised(web)
    first = web.process.pid
    web.process.kill()
    turn(supervisor, lambda: web.process and web.process.pid != first)
    assert "web stopped (rc=-9)" in capsys.readouterr().out


def test_children_of_a_killed_service_are_stopped_before_it_restarts(make, tmp_path):
    """They would still hold its port."""
    note = tmp_path / "child"
    code = f"import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); "
    web = make("web", code + f"open({str(note)!r}, 'w').write(str(c.pid)); time.sleep(600)")
    supervisor = supervised(web)
    turn(supervisor, lambda: note.exists() and note.read_text())
    child = psutil.Process(int(note.read_text()))
    note.unlink()
    os.kill(web.process.pid, signal.SIGKILL)
    turn(supervisor, lambda: note.exists() and note.read_text())
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_process_that_exits_meanwhile_is_fine():
    process = subprocess.Popen([sys.executable, "-c", ""])
    gone = psutil.Process(process.pid)
    process.wait(30)
    supervise.end([gone])


def test_a_service_that_keeps_failing_stops_everything_with_a_sentence(make, monkeypatch):
    monkeypatch.setattr(supervise, "LONGEST_PAUSE", 0.05)
    supervisor = supervised(make("web", SLEEP), make("beat", "raise SystemExit(3)"))
    turn(supervisor, lambda: False)
    assert supervisor._failure.startswith("beat stopped again and again, shutting down.")


def test_pauses_grow_and_a_long_life_clears_them(monkeypatch):
    lives = Lives()
    assert [lives.end(1) for _ in range(5)] == [0, 1, 2, 4, None]
    lives = Lives()
    assert [lives.end(-9) for _ in range(7)] == [
        0,
        1,
        2,
        4,
        5,
        5,
        5,
    ]  # killed, which is not a failure
    lives.began -= supervise.YOUNG
    assert lives.end(1) == 0
    lives.begin()
    assert lives.end(1) == 0


def test_services_are_told_to_stop_before_they_are_killed(make, capfd, monkeypatch):
    monkeypatch.setattr(supervise, "PATIENCE", 1)
    services = [make("web", GENTLY), make("worker", DEAF)]
    supervisor = supervised(*services)
    deadline, output = time.monotonic() + 30, ""
    while output.count("up") < 2 and time.monotonic() < deadline:
        output += capfd.readouterr().out
        time.sleep(0.05)
    supervisor._end()
    output = capfd.readouterr().out
    assert "web stopped (rc=0)" in output
    assert "sending SIGKILL to worker" in output
    assert marked(make.folder) == []


# ── an idle worker ───────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
class TestWatch:
    def test_an_unchanged_sign_counts_as_idle_and_a_new_one_does_not(self):
        watch = Watch()
        heartbeat.sign("worker")
        watch.check(15)
        watch.check(15)
        watch.check(15)
        assert watch.idle == 30
        heartbeat.sign("worker")
        watch.check(15)
        assert watch.idle == 0

    def test_a_worker_that_never_signed_counts_as_idle(self):
        watch = Watch()
        watch.check(15)
        watch.check(15)
        assert watch.idle == 30

    def test_signs_of_another_machine_or_the_beat_do_not_count(self):
        watch = Watch()
        watch.check(15)
        heartbeat.sign("beat")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO papers_heartbeat (name, host, seen_at) VALUES ('worker', 'other', now())")
        watch.check(15)
        assert watch.idle == 30

    def test_the_machines_clock_does_not_matter(self):
        watch = Watch()
        heartbeat.sign("worker")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE papers_heartbeat SET seen_at = now() - interval '2 days'")
        watch.check(15)
        assert watch.idle == 0
        heartbeat.sign("worker")
        watch.check(15)
        assert watch.idle == 0

    def test_a_worker_is_not_blamed_while_the_database_is_down(self, monkeypatch):
        watch = Watch()
        heartbeat.sign("worker")
        watch.check(15)
        watch.check(200)
        assert watch.idle == 200
        with monkeypatch.context() as patch:
            patch.setattr(supervise, "parameters", lambda: {**database.parameters(), "host": "/nowhere"})
            watch.check(200)
        assert watch.idle == 0
        watch.check(15)
        assert watch.idle == 15


def test_a_machine_that_slept_counts_as_one_check(monkeypatch):
    times = iter([0.0, 15.0, 10_000.0])
    passed = []
    watch = Watch()
    monkeypatch.setattr(supervise.time, "sleep", lambda _: None)
    monkeypatch.setattr(supervise.time, "monotonic", lambda: next(times))
    monkeypatch.setattr(watch, "check", passed.append)
    with pytest.raises(StopIteration):
        watch.run()
    assert passed == [15, 2 * supervise.LOOK]


def test_an_idle_worker_is_replaced(make, capsys, monkeypatch):
    monkeypatch.setattr(supervise, "PATIENCE", 0.2)
    worker = make("worker", DEAF)
    supervisor = supervised(worker)
    first = worker.process.pid
    time.sleep(1)
    supervisor._watch.idle = supervise.IDLE - 1
    supervisor._look_after(worker)
    assert worker.process.pid == first
    supervisor._watch.idle = supervise.IDLE
    turn(supervisor, lambda: worker.process and worker.process.pid != first)
    assert "worker has done nothing for 300 s, replacing it" in capsys.readouterr().out
    assert supervisor._watch.idle == 0
