"""ops.archive: a restore that fails at any stage leaves either the old data or the whole backup."""

import pytest

from .install import KEY, fill, refused, rewritten

NOTHING_CHANGED = "Nothing was restored, and your data is unchanged: "
# A restore whose commit is replaced by {act}.
BROKEN = """
import os, signal, sys, time
from django.db.backends.postgresql.base import DatabaseWrapper as W
whole = W._commit
def broken(self):
    {act}
W._commit = broken
from django.core.management import execute_from_command_line as run
run(["manage.py", "restore", "--force", sys.argv[1]])
"""
END_SESSION = "self.connection.execute('SELECT pg_terminate_backend(pg_backend_pid())')"
POWER_FAILURE = "os._exit(9)"
# The database dies during the commit: the command started it, so it is a child process.
DATABASE_DIES = """import psutil
    for child in psutil.Process().children():
        child.kill()
        child.wait()
    self.connection.execute('SELECT 1')"""


def restore_broken(install, backup, *acts):
    return install.python("-c", BROKEN.format(act="\n    ".join(acts)), backup)


def state(install):
    """Return everything that a restore may change."""
    key = install.var / "secret_key"
    names = {path.name for path in install.var.iterdir()} - {"postgres.log", "running.lock"}
    return install.rows(), key.read_text(), names


@pytest.fixture
def busy(guest):
    """An install with work in it."""
    assert guest.manage("migrate").returncode == 0
    with guest.connect() as database:
        fill(database, 700, 703)
    return guest


def test_a_refused_file_changes_nothing(busy, backup, tmp_path):
    before = state(busy)
    refused(busy.manage("restore", "--force", rewritten(backup, tmp_path / "x.zip", key=b"short")), "no usable key")
    assert state(busy) == before


def test_a_failure_midway_changes_nothing(busy, backup, tmp_path):
    before = state(busy)
    bad = rewritten(backup, tmp_path / "x.zip", lambda sql: sql.replace(b"\tPaper 30\t", b"\tPaper 30", 1))
    refused(busy.manage("restore", "--force", bad), NOTHING_CHANGED + "malformed array literal")
    assert state(busy) == before


def test_a_key_that_cannot_be_stored_changes_nothing(busy, backup):
    (busy.var / "secret_key.restored").mkdir()
    (busy.var / "secret_key.restored" / "x").touch()
    before = state(busy)
    result = busy.manage("restore", "--force", backup)
    assert result.returncode == 1
    assert state(busy) == before


def test_a_commit_refused_by_the_server_changes_nothing(busy, backup):
    before = state(busy)
    result = restore_broken(busy, backup, END_SESSION, "whole(self)")
    assert NOTHING_CHANGED in result.stderr.splitlines()[-1]
    assert state(busy) == before


def test_a_connection_lost_after_the_commit_undoes_nothing(busy, backup):
    result = restore_broken(busy, backup, "whole(self)", END_SESSION)
    assert result.returncode == 0, result.stderr
    assert "Restored the backup of" in result.stdout
    assert len(busy.rows()["papers_paper"]) == 50
    assert (busy.var / "secret_key").read_text() == KEY
    assert not (busy.var / "secret_key.restored").exists()
    assert len(list((busy.var / "replaced").iterdir())) == 1


def test_a_key_that_cannot_be_put_in_place_is_reported_and_the_next_restore_does_it(busy, backup):
    kept = (busy.var / "secret_key").rename(busy.var / "kept")
    (busy.var / "secret_key").mkdir()
    result = busy.manage("restore", "--force", backup, SECRET_KEY=KEY)
    refused(result, "The data is restored, but its key could not be put in place")
    assert str(busy.var / "secret_key.restored") in result.stderr
    assert str(busy.var / "replaced") in result.stderr
    assert len(busy.rows()["papers_paper"]) == 50
    (busy.var / "secret_key").rmdir()
    kept.rename(busy.var / "secret_key")
    refused(busy.manage("backup", busy.var / "x.zip"), "A restore is running in")
    refused(busy.manage("restore", backup), "There is data here already")
    assert (busy.var / "secret_key").read_text() == KEY


@pytest.mark.parametrize("acts", [["whole(self)", POWER_FAILURE], [POWER_FAILURE]])
def test_a_power_failure_leaves_matching_data_and_key(busy, backup, acts):
    (_, before, _) = state(busy)
    assert restore_broken(busy, backup, *acts).returncode == 9
    assert (busy.var / "secret_key").read_text() == before
    code = "import django; django.setup(); from django.db import connection; connection.ensure_connection(); "
    code += "from ops.prepare import finish_a_restore; finish_a_restore(); "
    code += "from django.conf import settings; print(settings.SECRET_KEY)"
    result = busy.python("-c", code)
    assert result.returncode == 0, result.stderr
    is_committed = len(acts) == 2
    assert len(busy.rows()["papers_paper"]) == (50 if is_committed else 3)
    assert (busy.var / "secret_key").read_text() == (KEY if is_committed else before) == result.stdout.strip()
    assert not (busy.var / "secret_key.restored").exists()


@pytest.mark.parametrize("acts", [["whole(self)", DATABASE_DIES], [DATABASE_DIES]])
def test_the_next_start_resolves_a_commit_during_which_the_database_died(empty, backup, acts):
    result = restore_broken(empty, backup, *acts)
    assert "holds either the backup's data or your old data" in result.stderr.splitlines()[-1]
    before = (empty.var / "secret_key").read_text()
    with empty.running():
        empty.prepare()
        papers = len(empty.rows()["papers_paper"])
    is_committed = len(acts) == 2
    assert papers == (50 if is_committed else 0)
    assert (empty.var / "secret_key").read_text() == (KEY if is_committed else before)
    assert not (empty.var / "secret_key.restored").exists()
