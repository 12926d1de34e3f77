"""ops.run: the real supervisor, started, ended, shot and started again."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import pytest

from ops.embedded import Cluster
from tests.folders import let_through
from tests.journey import wait_for

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.journey


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


class Install:
    """A data folder of its own, and the supervisors that were started on it."""

    def __init__(self, var):
        self.var = var
        self.port = free_port()
        self.output = var.with_name("output")
        self.supervisor = None

    def start(self, **values):
        env = {**os.environ, "DATABASE_URL": "", "LOG_LEVEL": "INFO", "PORT": str(self.port), **values}
        env |= {"TENTH_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "config.settings"}
        with open(self.output, "w") as output:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "ops.run"], cwd=ROOT, env=env, stdout=output, stderr=output
            )
        return self

    def said(self):
        return self.output.read_text()

    def until(self, text, seconds=120):
        deadline = time.monotonic() + seconds
        while text not in self.said():
            assert time.monotonic() < deadline, self.said()
            assert self.supervisor.poll() is None, self.said()
            time.sleep(0.05)
        return self.said()

    def ends(self):
        """The exit code, and what was said."""
        return self.supervisor.wait(60), self.said()

    def processes(self):
        """All that runs for this install: services by their mark, the database by its folder."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("TENTH_SUPERVISED") == str(self.var)
                if ours or str(self.var / "postgres") in process.cmdline():
                    found.append(process)
            except psutil.Error:
                continue
        return found


@pytest.fixture(scope="module")
def install(tmp_path_factory):
    base = tmp_path_factory.mktemp("run")
    let_through(base)
    install = Install(base / "data of Tenth")
    yield install
    for process in [*([install.supervisor] if install.supervisor else []), *install.processes()]:
        if psutil.pid_exists(process.pid):
            process.kill()


def postmaster(install):
    return int((install.var / "postgres" / "postmaster.pid").read_text().split()[0])


def is_ready(install):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{install.port}/readyz", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def link_in(said):
    return re.search(r"first admin, once: (\S+)", said)[1]


def test_a_first_start_greets_with_a_link_and_answers(install):
    said = install.start().until("first admin, once")
    assert re.search(rf"Tenth is ready \([\d.]+ s\): http://localhost:{install.port}\n", said)
    assert "secure cookies, HSTS and the redirect to https are off" in said
    with urllib.request.urlopen(link_in(said), timeout=10) as page:
        assert page.status == 200
    with urllib.request.urlopen(f"http://127.0.0.1:{install.port}/", timeout=10) as page:
        assert page.url.startswith(f"http://127.0.0.1:{install.port}/signin")


def test_all_parts_are_soon_ready(install):
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{install.port}/readyz", timeout=10) as answer:
                assert answer.status == 200
            return
        except urllib.error.HTTPError as error:
            said = error.read().decode()
        assert time.monotonic() < deadline, said
        time.sleep(0.2)


def test_a_second_supervisor_is_refused(install):
    second = Install(install.var)
    second.output = install.var.with_name("second")
    code, said = second.start().ends()
    assert code == 2
    assert said.startswith("Tenth: it is running already in ")
    assert len(said.splitlines()) == 1


def test_a_killed_supervisor_does_not_block_the_next_start(install):
    link = link_in(install.said())
    left = install.processes()
    assert len(left) >= 6
    install.supervisor.kill()
    install.supervisor.wait()
    began = time.monotonic()
    said = install.start().until("Tenth is ready")
    assert time.monotonic() - began < 30
    assert not [process for process in left if process.is_running() and process.status() != "zombie"]
    assert link_in(install.until("first admin, once")) != link
    assert "Applying" not in said


def test_sigterm_ends_everything_in_order(install):
    install.until("celery@")  # the worker has begun to listen
    install.supervisor.terminate()
    code, said = install.ends()
    assert code == 0
    for name in ("web", "worker", "beat"):
        assert f"{name} stopped (rc=0)" in said
    assert install.processes() == []
    assert "database system is shut down" in (install.var / "postgres.log").read_text().splitlines()[-1]


def test_a_second_start_is_quick_and_ctrl_c_ends_it(install):
    began = time.monotonic()
    install.start().until("Tenth is ready")
    assert time.monotonic() - began < 20  # 2 s on a quiet machine; tests share theirs (make bench measures)
    install.supervisor.send_signal(signal.SIGINT)
    code, _ = install.ends()
    assert code == 0
    assert install.processes() == []


def test_a_closed_terminal_ends_it_too(install):
    install.start().until("Tenth is ready")
    install.supervisor.send_signal(signal.SIGHUP)
    code, _ = install.ends()
    assert code == 0
    assert install.processes() == []


def test_a_database_that_dies_is_started_again(install):
    install.start().until("Tenth is ready")
    before = postmaster(install)
    os.kill(before, signal.SIGKILL)
    install.until("the database has ended, and is started again")
    wait_for(lambda: is_ready(install), 20)
    assert postmaster(install) != before
    assert "web stopped" not in install.said()


def test_a_database_that_cannot_be_kept_alive_ends_all_with_a_sentence(install):
    conf = install.var / "postgres" / "postgresql.conf"
    healthy = conf.read_text()
    conf.write_text(healthy + "no_such_setting = 1\n")
    try:
        os.kill(postmaster(install), signal.SIGKILL)
        code, said = install.ends()
    finally:
        conf.write_text(healthy)
    assert code == 1
    assert "Tenth: the database has ended again and again, so all ends. Its log says why: " in said
    assert install.processes() == []


def test_ctrl_c_ends_all_although_the_database_hangs(install):
    install.start().until("Tenth is ready")
    psutil.Process(postmaster(install)).suspend()
    install.supervisor.send_signal(signal.SIGINT)
    code, _ = install.ends()
    assert code == 0
    assert install.processes() == []


def test_a_taken_port_is_named_before_anything_starts(install):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, said = install.start(PORT=str(other.getsockname()[1])).ends()
    assert code == 2
    assert re.fullmatch(r"Tenth: PORT=\d+ is taken by another program\..* make run PORT=\d+\n", said)


def test_an_address_that_is_not_ours_is_named(install):
    code, said = install.start(BIND="203.0.113.1").ends()
    assert (code, said[:23]) == (2, "Tenth: BIND='203.0.113.")
    assert len(said.splitlines()) == 1


def test_a_database_that_cannot_be_reached_is_named(install):
    code, said = install.start(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/none").ends()
    assert code == 2
    assert said.startswith("Tenth: DATABASE_URL cannot be used: connection failed")
    assert len(said.splitlines()) == 1


def test_a_broker_that_cannot_be_reached_is_named(install):
    code, said = install.start(CELERY_BROKER_URL=f"redis://127.0.0.1:{free_port()}/0").ends()
    assert code == 2
    assert said.splitlines()[-1].startswith("Tenth: CELERY_BROKER_URL cannot be used: ")
    assert "Traceback" not in said


def test_a_database_of_ones_own_is_used_and_none_is_started(install, tmp_path_factory):
    base = let_through(tmp_path_factory.mktemp("grown"))
    cluster = Cluster(base)
    cluster.start("-c", "fsync=off")
    try:
        grown = Install(base / "var")
        address = f"postgresql://tenth@/tenth?host={quote(str(cluster.sockets), safe='')}"
        grown.start(DATABASE_URL=address, DEBUG="1").until("first admin, once")
        assert not (grown.var / "postgres").exists()
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM papers_onetimelink").fetchone() == (True,)
        grown.until("celery@")
        grown.supervisor.send_signal(signal.SIGHUP)
        assert grown.ends()[0] == 0
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)
