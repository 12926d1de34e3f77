"""ops.embedded: a private database that survives being killed and moved."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from ops import embedded
from ops.embedded import Cluster, EmbeddedError
from tests.folders import let_through
from tests.journey import wait_for


@pytest.fixture
def place(tmp_path_factory):
    """A folder that PostgreSQL's account can reach, with spaces in its name and longer than a socket path may be."""
    base = tmp_path_factory.mktemp("embedded")
    let_through(base)
    place = base / ("a folder with spaces " + "x" * 150)
    place.mkdir()
    return place


@pytest.fixture
def start():
    running = []

    def start(var):
        cluster = Cluster(var)
        running.append(cluster)
        cluster.start("-c", "fsync=off")
        return cluster

    yield start
    for cluster in running:
        cluster.stop()
    for cluster in running:
        shutil.rmtree(cluster.sockets, ignore_errors=True)


def connect(cluster):
    return psycopg.connect(host=str(cluster.sockets), dbname="tenth", user="tenth", autocommit=True)


def test_it_starts_in_a_long_folder_with_spaces_and_keeps_others_out(place, start):
    cluster = start(place / "var")
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert "trust" not in (cluster.data / "pg_hba.conf").read_text()
    server = psutil.Process(cluster.process.pid)
    for process in [server, *server.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # its helpers come and go
            assert not process.net_connections("inet")
    with connect(cluster) as connection:
        assert connection.execute("SELECT lower('ÉLAN'), 'B' < 'a'").fetchone() == ("élan", True)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT to_tsvector('simple', 'ÉLAN') @@ to_tsquery('simple', 'élan')").fetchone()[0]


def test_permissions_of_parent_folders_stay_unchanged(place, start):
    before = [folder.stat().st_mode for folder in [place, *place.parents]]
    start(place / "var")
    assert [folder.stat().st_mode for folder in [place, *place.parents]] == before


def test_committed_data_survives_a_killed_supervisor(place, start):
    first = start(place / "var")
    with connect(first) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 10 AS tenth")
    # The supervisor is gone and its server still runs: the next start stops it and takes over.
    second = start(place / "var")
    assert first.process.wait(5) == 0
    with connect(second) as connection:
        assert connection.execute("SELECT tenth FROM kept").fetchone() == (10,)


def test_committed_data_survives_a_killed_server(place, start):
    first = start(place / "var")
    with connect(first) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 10 AS tenth")
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(5)
    assert first.has_ended()
    with connect(start(place / "var")) as connection:
        assert connection.execute("SELECT tenth FROM kept").fetchone() == (10,)


def test_a_start_waits_for_a_killed_servers_slow_helper(place, start):
    first = start(place / "var")
    helper = helper_of(first, "checkpointer")
    helper.suspend()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(5)
    later = threading.Timer(1, helper.resume)
    later.start()
    with connect(start(place / "var")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    later.join()


def helper_of(cluster, kind):
    return next(process for process in psutil.Process(cluster.process.pid).children() if kind in process.cmdline()[0])


def hung_in_its_stop(cluster):
    """Hang as after SIGINT during crash recovery: the server waits for a helper that never exits."""
    helper_of(cluster, "checkpointer").suspend()
    cluster.process.send_signal(signal.SIGINT)


def waiting_for_its_clients(cluster):
    cluster.client = connect(cluster)
    cluster.process.send_signal(signal.SIGTERM)


def stopped_by_a_signal(cluster):
    cluster.process.send_signal(signal.SIGSTOP)


def killed_with_helpers_that_hang(cluster):
    for kind in ("checkpointer", "background writer"):
        helper_of(cluster, kind).suspend()
    cluster.process.kill()


def in_crash_recovery_with_a_helper_that_hangs(cluster):
    helper_of(cluster, "background writer").suspend()
    with connect(cluster) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)


STATES = [
    hung_in_its_stop,
    waiting_for_its_clients,
    stopped_by_a_signal,
    killed_with_helpers_that_hang,
    in_crash_recovery_with_a_helper_that_hangs,
]


def processes_of(cluster):
    return [process for process in psutil.process_iter() if runs_in(process, cluster.data)]


def runs_in(process, folder):
    try:
        return process.cwd() == str(folder)
    except psutil.Error:
        return False


@pytest.fixture
def hasty(monkeypatch):
    """Give each step of stopping a server one second, so that these tests do not take minutes."""
    for name in ("LEFTOVER_SECONDS", "QUIT_SECONDS"):
        monkeypatch.setattr(embedded, name, 1)


def test_stopping_a_leftover_server_takes_seconds():
    assert embedded.LEFTOVER_SECONDS + embedded.QUIT_SECONDS + embedded.KILL_SECONDS < 15


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("state", STATES)
def test_the_next_start_stops_a_server_left_in_any_state(state, place, start):
    first = start(place / "var")
    with connect(first) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 10 AS tenth")
    before = processes_of(first)
    state(first)
    second = start(place / "var")
    assert not [process for process in before if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    with connect(second) as connection:
        assert connection.execute("SELECT tenth FROM kept").fetchone() == (10,)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("state", [hung_in_its_stop, in_crash_recovery_with_a_helper_that_hangs])
def test_a_server_in_any_state_can_be_stopped(state, place, start):
    cluster = start(place / "var")
    state(cluster)
    cluster.stop(patience=1)
    assert processes_of(cluster) == []


@pytest.mark.usefixtures("hasty")
def test_a_server_interrupted_during_recovery_is_stopped_every_time(place, start):
    """Real crash recoveries, some of which hang forever when they are interrupted."""
    for pause in (0, 0.02, 0.05):
        cluster = start(place / "var")
        with connect(cluster) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS rows (text text)")
            connection.execute("INSERT INTO rows SELECT repeat('x', 200) FROM generate_series(1, 30000)")
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            time.sleep(pause)
            cluster.process.send_signal(signal.SIGINT)
    with connect(start(place / "var")) as connection:
        assert connection.execute("SELECT count(*) >= 0 FROM rows").fetchone() == (True,)


@pytest.mark.usefixtures("hasty")
def test_two_data_folders_leave_each_other_alone(place, start):
    other = start(place / "other")
    stopped_by_a_signal(start(place / "var"))
    start(place / "var")
    with connect(other) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_stale_process_id_that_now_belongs_to_another_program_is_harmless(place, start):
    cluster = start(place / "var")
    note, lock = cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock"
    notes = {path: path.read_text() for path in (note, lock)}
    old = str(cluster.process.pid)
    cluster.stop()
    stranger = subprocess.Popen(["sleep", "60"], **cluster._as_account())  # under the server's account
    try:
        cluster._make_folders()
        for path, text in notes.items():
            path.write_text(text.replace(old, str(stranger.pid), 1))
            cluster._give(path)
        with connect(start(place / "var")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_process_id_file_left_empty_by_a_power_failure_is_harmless(place, start):
    cluster = start(place / "var")
    cluster.stop()
    (cluster.data / "postmaster.pid").touch()
    cluster._give(cluster.data / "postmaster.pid")
    assert connect(start(place / "var"))


def test_it_notices_when_somebody_told_it_to_shut_down(place, start):
    cluster = start(place / "var")
    assert not cluster.is_ending()
    waiting_for_its_clients(cluster)
    wait_for(cluster.is_ending)


def test_the_folder_can_be_moved(place, start):
    first = start(place / "var")
    with connect(first) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 10 AS tenth")
    first.stop()
    assert not first.sockets.exists()
    (place / "var").rename(place / "elsewhere")
    with connect(start(place / "elsewhere")) as connection:
        assert connection.execute("SELECT tenth FROM kept").fetchone() == (10,)


def test_a_long_log_is_rotated(place, start):
    (place / "var").mkdir()
    (place / "var" / "postgres.log").write_bytes(b"x" * 10_000_001)
    cluster = start(place / "var")
    assert cluster.log.stat().st_size < 10_000
    assert (place / "var" / "postgres.log.1").stat().st_size == 10_000_001


def test_an_interrupted_first_start_starts_over(place, start):
    half = place / "var" / "postgres.part"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    assert connect(start(place / "var"))
    assert not half.exists()


def test_somebody_elses_socket_folder_is_refused(place):
    cluster = Cluster(place / "var")
    cluster.sockets.mkdir(mode=0o755)
    try:
        with pytest.raises(EmbeddedError, match="not a private folder"):
            cluster.start()
    finally:
        cluster.sockets.rmdir()


def test_a_failed_start_points_to_the_log(place, start):
    cluster = start(place / "var")
    cluster.stop()
    (cluster.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match=r"did not start.*postgres\.log"):
        start(place / "var")


def test_data_of_another_major_version_gets_instructions(place, start):
    cluster = start(place / "var")
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(
        EmbeddedError, match=r"created by PostgreSQL 17, .* comes with 18\. .*backup FILE.* restore FILE"
    ):
        start(place / "var")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
class TestStartedAsRoot:
    def test_a_closed_folder_moves_the_data_under_var_lib(self, place):
        place.chmod(0o700)
        cluster = Cluster(place / "var")
        assert cluster.home.parent == Path("/var/lib")
        assert cluster.account.pw_uid != 0

    def test_the_binaries_run_from_a_copy_with_their_libraries(self, place):
        cluster = Cluster(place / "var")
        package = Path(cluster.binary("postgres")).parents[2]
        cluster.home.mkdir()
        place.chmod(0o711)
        copy = cluster._copy_of(package)
        cluster.home.chmod(0o711)
        result = subprocess.run(
            [copy / "pginstall18/bin/postgres", "--version"], capture_output=True, text=True, **cluster._as_account()
        )
        assert "PostgreSQL) 18" in result.stdout

    def test_data_of_another_account_is_refused(self, place):
        (place / "var" / "postgres").mkdir(parents=True)
        os.chown(place / "var" / "postgres", 1, 1)
        with pytest.raises(EmbeddedError, match="belongs to"):
            Cluster(place / "var").start()

    def test_data_left_behind_by_a_move_is_mentioned(self, place):
        (place / "var").mkdir()
        (place / "before").mkdir()
        (place / "var" / "database_is_in").write_text(str(place / "before"))
        with pytest.raises(EmbeddedError, match="Move the database to"):
            Cluster(place / "var").start()
