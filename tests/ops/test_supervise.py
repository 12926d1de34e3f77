"""ops.supervise: what dies is started again, what keeps failing ends all, and an idle worker is replaced."""

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
    """Services that are a line of Python each, and what they leave is ended."""
    folder = str(tmp_path)

    def make(name, code):
        env = {**os.environ, MARK: folder, "PYTHONUNBUFFERED": "1"}
        return Service(name, [sys.executable, "-c", code], env, folder, Output())

    make.folder = folder
    yield make
    supervise.end(marked(folder))


def turn(supervisor, until, seconds=30):
    """Turn the loop until this is so, or it would end."""
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


def test_what_was_shot_is_started_again_at_once(make, capsys):
    web = make("web", SLEEP)
    supervisor = supervised(web)
    first = web.process.pid
    web.process.kill()
    turn(supervisor, lambda: web.process and web.process.pid != first)
    assert "web stopped (rc=-9)" in capsys.readouterr().out


def test_children_of_a_killed_service_are_ended_before_it_starts_again(make, tmp_path):
    """They would hold its port."""
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


def test_a_process_that_ends_by_itself_meanwhile_is_no_fault():
    process = subprocess.Popen([sys.executable, "-c", ""])
    seen = psutil.Process(process.pid)
    process.wait(30)
    supervise.end([seen])


def test_what_keeps_failing_ends_all_with_a_sentence(make, monkeypatch):
    monkeypatch.setattr(supervise, "LONGEST_PAUSE", 0.05)
    supervisor = supervised(make("web", SLEEP), make("beat", "raise SystemExit(3)"))
    turn(supervisor, lambda: False)
    assert supervisor._failure.startswith("beat has ended by itself again and again, so all ends.")


def test_pauses_grow_and_a_long_life_clears_them(monkeypatch):
    lives = Lives()
    assert [lives.end(1) for _ in range(5)] == [0, 1, 2, 4, None]
    lives = Lives()
    assert [lives.end(-9) for _ in range(7)] == [0, 1, 2, 4, 5, 5, 5]  # shot, which is no failure of its own
    lives.began -= supervise.YOUNG
    assert lives.end(1) == 0
    lives.begin()
    assert lives.end(1) == 0


def test_services_are_asked_before_they_are_killed(make, capfd, monkeypatch):
    monkeypatch.setattr(supervise, "PATIENCE", 1)
    services = [make("web", GENTLY), make("worker", DEAF)]
    supervisor = supervised(*services)
    deadline, said = time.monotonic() + 30, ""
    while said.count("up") < 2 and time.monotonic() < deadline:
        said += capfd.readouterr().out
        time.sleep(0.05)
    supervisor._end()
    said = capfd.readouterr().out
    assert "web stopped (rc=0)" in said
    assert "sending SIGKILL to worker" in said
    assert marked(make.folder) == []


# ── a worker that does nothing ──────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
class TestWatch:
    def test_a_sign_that_stands_still_is_counted_and_one_that_moves_is_not(self):
        watch = Watch()
        heartbeat.sign("worker")
        watch.look(15)
        watch.look(15)
        watch.look(15)
        assert watch.idle == 30
        heartbeat.sign("worker")
        watch.look(15)
        assert watch.idle == 0

    def test_a_worker_that_never_signed_is_counted_too(self):
        watch = Watch()
        watch.look(15)
        watch.look(15)
        assert watch.idle == 30

    def test_another_machines_sign_or_the_beats_is_not_its(self):
        watch = Watch()
        watch.look(15)
        heartbeat.sign("beat")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO papers_heartbeat (name, host, seen_at) VALUES ('worker', 'other', now())")
        watch.look(15)
        assert watch.idle == 30

    def test_the_clock_of_the_machine_does_not_matter(self):
        watch = Watch()
        heartbeat.sign("worker")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE papers_heartbeat SET seen_at = now() - interval '2 days'")
        watch.look(15)
        assert watch.idle == 0
        heartbeat.sign("worker")
        watch.look(15)
        assert watch.idle == 0

    def test_while_the_database_is_away_nobody_is_blamed(self, monkeypatch):
        watch = Watch()
        heartbeat.sign("worker")
        watch.look(15)
        watch.look(200)
        assert watch.idle == 200
        with monkeypatch.context() as patch:
            patch.setattr(supervise, "parameters", lambda: {**database.parameters(), "host": "/nowhere"})
            watch.look(200)
        assert watch.idle == 0
        watch.look(15)
        assert watch.idle == 15


def test_a_sleep_of_the_machine_counts_as_one_look(monkeypatch):
    times = iter([0.0, 15.0, 10_000.0])
    passed = []
    watch = Watch()
    monkeypatch.setattr(supervise.time, "sleep", lambda _: None)
    monkeypatch.setattr(supervise.time, "monotonic", lambda: next(times))
    monkeypatch.setattr(watch, "look", passed.append)
    with pytest.raises(StopIteration):
        watch.run()
    assert passed == [15, 2 * supervise.LOOK]


def test_a_worker_that_does_nothing_is_replaced(make, capsys, monkeypatch):
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
    assert "worker has done nothing for 300 s, and is replaced" in capsys.readouterr().out
    assert supervisor._watch.idle == 0
