"""ops.run: the real supervisor: started, stopped, killed and started again."""

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
    """A separate data folder and the supervisor that runs on it."""

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

    def printed(self):
        return self.output.read_text()

    def until(self, text, seconds=120):
        deadline = time.monotonic() + seconds
        while text not in self.printed():
            assert time.monotonic() < deadline, self.printed()
            assert self.supervisor.poll() is None, self.printed()
            time.sleep(0.05)
        return self.printed()

    def wait(self):
        """Wait for the supervisor to stop; return its exit code and its output."""
        return self.supervisor.wait(60), self.printed()

    def processes(self):
        """Return all processes of this install: services by their mark, the database by its folder."""
        processes = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("TENTH_SUPERVISED") == str(self.var)
                if ours or str(self.var / "postgres") in process.cmdline():
                    processes.append(process)
            except psutil.Error:
                continue
        return processes


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


def link_in(output):
    return re.search(r"become the first admin: (\S+)", output)[1]


def test_a_first_start_prints_a_link_and_serves_pages(install):
    output = install.start().until("first admin: ")
    assert re.search(rf"Tenth is ready \([\d.]+ s\): http://localhost:{install.port}\n", output)
    assert "secure cookies, HSTS and the redirect to https are off" in output
    with urllib.request.urlopen(link_in(output), timeout=10) as page:
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
            body = error.read().decode()
        assert time.monotonic() < deadline, body
        time.sleep(0.2)


def test_a_second_supervisor_is_refused(install):
    second = Install(install.var)
    second.output = install.var.with_name("second")
    code, output = second.start().wait()
    assert code == 2
    assert output.startswith("Tenth: already running in ")
    assert len(output.splitlines()) == 1


def test_a_killed_supervisor_does_not_block_the_next_start(install):
    link = link_in(install.printed())
    leftovers = install.processes()
    assert len(leftovers) >= 6
    install.supervisor.kill()
    install.supervisor.wait()
    began = time.monotonic()
    output = install.start().until("Tenth is ready")
    assert time.monotonic() - began < 30
    assert not [process for process in leftovers if process.is_running() and process.status() != "zombie"]
    assert link_in(install.until("first admin: ")) != link
    assert "Applying" not in output


def test_sigterm_stops_everything_in_order(install):
    install.until("celery@")  # the worker has started listening
    install.supervisor.terminate()
    code, output = install.wait()
    assert code == 0
    for name in ("web", "worker", "beat"):
        assert f"{name} stopped (rc=0)" in output
    assert install.processes() == []
    assert "database system is shut down" in (install.var / "postgres.log").read_text().splitlines()[-1]


def test_a_second_start_is_quick_and_ctrl_c_stops_it(install):
    began = time.monotonic()
    install.start().until("Tenth is ready")
    assert time.monotonic() - began < 20  # 2 s on a quiet machine, but tests share theirs (make bench measures it)
    install.supervisor.send_signal(signal.SIGINT)
    code, _ = install.wait()
    assert code == 0
    assert install.processes() == []


def test_a_closed_terminal_stops_it_too(install):
    install.start().until("Tenth is ready")
    install.supervisor.send_signal(signal.SIGHUP)
    code, _ = install.wait()
    assert code == 0
    assert install.processes() == []


def test_a_database_that_dies_is_restarted(install):
    install.start().until("Tenth is ready")
    before = postmaster(install)
    os.kill(before, signal.SIGKILL)
    install.until("the database stopped, restarting it")
    wait_for(lambda: is_ready(install), 20)
    assert postmaster(install) != before
    assert "web stopped" not in install.printed()


def test_a_database_that_keeps_failing_stops_everything_with_a_sentence(install):
    conf = install.var / "postgres" / "postgresql.conf"
    healthy = conf.read_text()
    conf.write_text(healthy + "no_such_setting = 1\n")
    try:
        os.kill(postmaster(install), signal.SIGKILL)
        code, output = install.wait()
    finally:
        conf.write_text(healthy)
    assert code == 1
    assert "Tenth: the database stopped again and again, shutting down. Its log says why: " in output
    assert install.processes() == []


def test_ctrl_c_stops_everything_even_when_the_database_hangs(install):
    install.start().until("Tenth is ready")
    psutil.Process(postmaster(install)).suspend()
    install.supervisor.send_signal(signal.SIGINT)
    code, _ = install.wait()
    assert code == 0
    assert install.processes() == []


def test_a_port_in_use_is_reported_before_anything_starts(install):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, output = install.start(PORT=str(other.getsockname()[1])).wait()
    assert code == 2
    assert re.fullmatch(r"Tenth: PORT=\d+ is in use by another program\..* make run PORT=\d+\n", output)


def test_an_address_of_another_machine_is_reported(install):
    code, output = install.start(BIND="203.0.113.1").wait()
    assert (code, output[:23]) == (2, "Tenth: BIND='203.0.113.")
    assert len(output.splitlines()) == 1


def test_an_unreachable_database_is_reported(install):
    code, output = install.start(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/none").wait()
    assert code == 2
    assert output.startswith("Tenth: Cannot connect to DATABASE_URL: connection failed")
    assert len(output.splitlines()) == 1


def test_an_unreachable_broker_is_reported(install):
    code, output = install.start(CELERY_BROKER_URL=f"redis://127.0.0.1:{free_port()}/0").wait()
    assert code == 2
    assert output.splitlines()[-1].startswith("Tenth: Cannot connect to CELERY_BROKER_URL: ")
    assert "Traceback" not in output


def test_an_external_database_is_used_and_no_embedded_one_started(install, tmp_path_factory):
    base = let_through(tmp_path_factory.mktemp("grown"))
    cluster = Cluster(base)
    cluster.start("-c", "fsync=off")
    try:
        grown = Install(base / "var")
        address = f"postgresql://tenth@/tenth?host={quote(str(cluster.sockets), safe='')}"
        grown.start(DATABASE_URL=address, DEBUG="1").until("first admin: ")
        assert not (grown.var / "postgres").exists()
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM papers_onetimelink").fetchone() == (True,)
        grown.until("celery@")
        grown.supervisor.send_signal(signal.SIGHUP)
        assert grown.wait()[0] == 0
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)
