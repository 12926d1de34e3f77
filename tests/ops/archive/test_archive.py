"""ops.archive: backup and restore through their commands, on separate databases."""

import fcntl
import itertools
import stat
import subprocess
import threading
import zipfile
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from ops import archive
from ops.archive.write import portable
from ops.embedded import ROLE, Cluster

from .install import KEY, Install, fill, refused, rewritten, rows

# ── round trips ──────────────────────────────────────────────────────────────────────────────


def test_a_backup_made_during_writes_is_consistent(used, empty, place):
    stop = threading.Event()

    def write():
        with used.connect() as database:
            for number in itertools.count(1000):
                fill(database, number, number + 1)
                if stop.is_set():
                    return

    with used.running():
        before = used.rows()
        writer = threading.Thread(target=write)
        writer.start()
        try:
            result = used.manage("backup", place / "busy.zip")
        finally:
            stop.set()
            writer.join()
        after = used.rows()
    assert result.returncode == 0, result.stderr
    assert "50 papers" not in result.stdout
    assert len(after["papers_paper"]) > len(before["papers_paper"]) + 20

    restored = empty.manage("restore", place / "busy.zip")
    assert restored.returncode == 0, restored.stderr
    with empty.running():
        restored_rows = empty.rows()
        with empty.connect() as database:
            lone = "SELECT count(*) FROM papers_paper p FULL JOIN papers_name n ON n.paper_id = p.id"
            assert database.execute(f"{lone} WHERE p.id IS NULL OR n.id IS NULL").fetchone() == (0,)
    assert restored_rows.keys() == after.keys()
    for table in restored_rows.keys() - {"sequences"}:
        assert set(before[table]) <= set(restored_rows[table]) <= set(after[table]), table
    assert len(before["papers_paper"]) <= len(restored_rows["papers_paper"]) <= len(after["papers_paper"])


def test_a_stopped_install_is_restored_row_by_row_with_its_key(used, backup, empty):
    result = empty.manage("restore", backup)
    assert result.returncode == 0, result.stderr
    assert "Restored the backup of " in result.stdout
    assert (empty.var / "secret_key").read_text() == KEY
    assert stat.S_IMODE((empty.var / "secret_key").stat().st_mode) == 0o600
    with used.running():
        expected = used.rows()
    with empty.running():
        assert empty.rows() == expected
        empty.prepare()  # recreates the queue, and nothing else
        with empty.connect() as database:
            assert database.execute("SELECT queue_length FROM pgmq.metrics('tenth')").fetchone() == (0,)
            fill(database, 900_000, 900_001)  # ids continue where they left off


def test_embedded_to_a_database_server_and_back(used, backup, empty, place):
    server = Install(place / "server")
    grown = Install(place / "grown var", DATABASE_URL=server.url)
    with server.running():
        result = grown.manage("restore", backup)
        assert result.returncode == 0, result.stderr
        assert (grown.var / "secret_key").read_text() == KEY
        expected = server.rows()
        result = grown.manage("backup", place / "grown.zip")
        assert result.returncode == 0, result.stderr
    assert empty.manage("restore", place / "grown.zip").returncode == 0
    with empty.running():
        assert empty.rows() == expected
    assert expected["papers_paper"]


OLDER = sorted(Path("/usr/lib/postgresql").glob("1[5-7]/bin/initdb"))


@pytest.mark.skipif(not OLDER, reason="needs an older PostgreSQL on this machine, as Debian installs it")
def test_embedded_to_an_older_server_and_back(used, backup, empty, place):
    own, folder = Cluster(place), place / "older server"
    folder.mkdir()
    own._give(folder)
    tool = {"check": True, "capture_output": True, "cwd": "/", **own._as_account()}
    data = folder / "data"
    subprocess.run([OLDER[0], "-D", data, "-U", ROLE, "--auth=trust", "--encoding=UTF8"], **tool)
    options = f"-c listen_addresses= -c unix_socket_directories='{folder}' -c fsync=off"
    ctl = [OLDER[0].with_name("pg_ctl"), "-D", data, "-w"]
    subprocess.run([*ctl, "-o", options, "-l", folder / "log", "start"], **tool)
    try:
        url = f"postgresql://{ROLE}@/postgres?host={quote(str(folder), safe='')}"
        grown = Install(place / "var of the older", DATABASE_URL=url)
        result = grown.manage("restore", backup)
        assert result.returncode == 0, result.stderr
        with psycopg.connect(url) as database:
            assert database.info.server_version < 180000
            expected = rows(database)
        assert grown.manage("backup", place / "older server.zip").returncode == 0
    finally:
        subprocess.run([*ctl, "-m", "fast", "stop"], **tool)
    assert empty.manage("restore", place / "older server.zip").returncode == 0
    with empty.running():
        assert empty.rows() == expected
    assert expected["papers_paper"]


def test_a_used_install_is_replaced_only_by_force_and_is_kept_aside(backup, empty, place):
    with empty.running():
        empty.prepare()
        with empty.connect() as database:
            fill(database, 700, 703)
            database.execute("SELECT pgmq.send('tenth', '{}')")
            database.execute("CREATE TABLE papers_of_tomorrow AS SELECT 1 AS one")
        before = empty.rows()
        key = (empty.var / "secret_key").read_text()
    refused(empty.manage("restore", backup), "There is data here already: 0 people, 0 sources, 3 papers. With --force")
    with empty.running():
        assert empty.rows() == before

    result = empty.manage("restore", "--force", backup)
    assert result.returncode == 0, result.stderr
    (kept,) = (empty.var / "replaced").iterdir()
    assert str(kept) in result.stdout
    with empty.running():
        assert len(empty.rows()["papers_paper"]) >= 50
        assert "papers_of_tomorrow" not in empty.rows()
        with empty.connect() as database:
            assert database.execute("SELECT count(*) FROM pgmq.q_tenth").fetchone() == (0,)

    assert empty.manage("restore", "--force", kept).returncode == 0
    with empty.running():
        del before["papers_of_tomorrow"]  # no migration of ours makes it
        assert empty.rows() == before
    assert (empty.var / "secret_key").read_text() == key


def test_an_older_backup_is_brought_up_to_date_by_the_next_start(empty, place):
    older = Install(place / "older")
    with older.running():
        assert older.manage("migrate", "papers", "0003").returncode == 0
        assert older.manage("migrate", "sessions").returncode == 0
        with older.connect() as database:
            fill(database, 0, 3)
        assert older.manage("backup", place / "older.zip").returncode == 0
    assert empty.manage("restore", place / "older.zip").returncode == 0
    with empty.running():
        assert "papers_heartbeat" not in empty.rows()
        empty.prepare()
        assert len(empty.rows()["papers_paper"]) == 3
        assert "papers_heartbeat" in empty.rows()


# ── refusals ─────────────────────────────────────────────────────────────────────────────────


def test_a_backup_is_private_complete_and_never_overwritten_by_accident(used, place):
    folder = place / "backups"
    folder.mkdir()
    path = folder / "one.zip"
    (folder / f".one.zip.{2**22 + 1}.part").touch()  # left by a killed backup
    result = used.manage("backup", path)
    assert result.stdout.startswith(f"{path}: ")
    assert " people, " in result.stdout
    with used.running(), used.connect() as database:
        recorded = database.execute("SELECT path, size FROM papers_backup ORDER BY at DESC LIMIT 1").fetchone()
    assert recorded == (str(path), path.stat().st_size)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_bytes()
    refused(used.manage("backup", path), "exists already. Choose another file, or replace it with --force")
    assert path.read_bytes() == first
    assert used.manage("backup", "--force", path).returncode == 0
    assert path.read_bytes() != first
    refused(used.manage("backup", folder), "is a folder")
    refused(used.manage("backup", folder / "no" / "such.zip"), "cannot be written: No such file")
    assert [file.name for file in folder.iterdir()] == ["one.zip"]


def test_an_empty_folder_has_nothing_to_back_up(empty, place):
    refused(empty.manage("backup", place / "nothing.zip"), "There is no database in")
    assert not (place / "nothing.zip").exists()


def test_nothing_is_restored_while_tenth_runs(backup, empty):
    empty.var.mkdir()
    with open(empty.var / "running.lock", "w") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        refused(empty.manage("restore", backup), "Tenth is running in")
        refused(empty.manage("backup", backup.with_name("x.zip")), "There is no database in")
    assert not (empty.var / "postgres").exists()


def test_nothing_is_restored_while_somebody_is_connected_to_the_server(backup, empty, place):
    with empty.running():
        grown = Install(place / "grown and busy", DATABASE_URL=empty.url)
        with empty.connect():
            refused(grown.manage("restore", backup), "Tenth is running: it is connected to this database from its own")
        with empty.connect() as database:
            assert rows(database) == {"sequences": []}


def test_nothing_is_restored_while_a_worker_elsewhere_is_alive(backup, empty, place):
    with empty.running():
        empty.prepare()
        grown = Install(place / "grown and idle", DATABASE_URL=empty.url)
        with empty.connect() as database:
            database.execute("INSERT INTO papers_heartbeat (name, host, seen_at) VALUES ('worker', 'far', now())")
        refused(grown.manage("restore", backup), "A worker was alive on far within the last 35 seconds. Stop it first")
        with empty.connect() as database:
            database.execute("UPDATE papers_heartbeat SET seen_at = seen_at - interval '40 seconds'")
        assert grown.manage("restore", backup).returncode == 0


def test_another_key_in_the_environment_is_refused(backup, empty):
    result = empty.manage("restore", backup, SECRET_KEY="another-key-than-the-backup-has-" * 2)
    refused(result, "SECRET_KEY is set to a different key than the one in this backup")
    assert not (empty.var / "postgres").exists()


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_refused(backup, tmp_path, part):
    torn = tmp_path / "torn.zip"
    content = backup.read_bytes()
    torn.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(archive.ArchiveError, match="is damaged, truncated or not a backup"):
        archive.check(torn)


def test_a_flipped_bit_is_found_anywhere(backup, tmp_path):
    content = backup.read_bytes()
    with zipfile.ZipFile(backup) as whole:
        end = whole.getinfo("secret_key").header_offset
    for place in range(100, end, end // 20):
        torn = tmp_path / "torn.zip"
        torn.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(archive.ArchiveError, match=r"torn\.zip is damaged"):
            archive.check(torn)


def test_a_backup_of_a_newer_tenth_is_refused(backup, tmp_path):
    later = rewritten(backup, tmp_path / "later.zip", migrations=[["papers", "0001_first"], ["papers", "9999_later"]])
    with pytest.raises(archive.ArchiveError, match=r"does not know the migration papers\.9999_later\. Update"):
        archive.check(later)
    with pytest.raises(archive.ArchiveError, match=r"newer than this Tenth\. Update first"):
        archive.check(rewritten(backup, tmp_path / "next.zip", format=2))


def test_a_file_that_is_not_a_backup_is_refused(tmp_path):
    for name, content in (("tenth.json", "[]"), ("tenth.json", "{"), ("other", "")):
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
            other.writestr(name, content)
        with pytest.raises(archive.ArchiveError, match="is not a backup made by Tenth"):
            archive.check(tmp_path / "other.zip")
    with pytest.raises(archive.ArchiveError, match="cannot be read: No such file"):
        archive.check(tmp_path / "none.zip")


def test_check_describes_the_backup_and_changes_nothing(backup, empty):
    result = empty.manage("restore", "--check", backup)
    assert result.returncode == 0, result.stderr
    assert " is intact: the backup of " in result.stdout
    assert not (empty.var / "postgres").exists()


def test_a_servers_own_note_on_a_column_is_dropped_and_rows_are_kept():
    note = b"ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=22158952);\n"
    other = b"ALTER TABLE ONLY public.t ALTER COLUMN a SET (n_distinct=5);\n"
    lines = [note, other, b"COPY public.t (a) FROM stdin;\n", note, b"\\.x\n", b"\\.\n", note, b"-- result\n"]
    assert list(portable(lines)) == [*lines[1:6], lines[7]]
