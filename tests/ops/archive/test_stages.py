"""ops.archive: a restore that fails, at each of its stages: all is as it was, or all of the backup is there."""

import pytest

from .install import KEY, fill, refused, rewritten

AS_IT_WAS = "Nothing was restored, and what was here is as it was: "
# What befalls the commit of a restore, in the process that restores. {pid}: the database's own.
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
POWER_CUT = "os._exit(9)"
# The database dies under it: the command started it, so its process is a child of ours.
DATABASE_DIES = """import psutil
    for each in psutil.Process().children():
        each.kill()
        each.wait()
    self.connection.execute('SELECT 1')"""


def restore_broken(install, backup, *acts):
    return install.python("-c", BROKEN.format(act="\n    ".join(acts)), backup)


def standing(install):
    """All that a restore may change."""
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


def test_a_file_that_is_refused_changes_nothing(busy, backup, tmp_path):
    before = standing(busy)
    refused(busy.manage("restore", "--force", rewritten(backup, tmp_path / "x.zip", key=b"short")), "no usable key")
    assert standing(busy) == before


def test_rows_that_break_midway_change_nothing(busy, backup, tmp_path):
    before = standing(busy)
    bad = rewritten(backup, tmp_path / "x.zip", lambda sql: sql.replace(b"\tPaper 30\t", b"\tPaper 30", 1))
    refused(busy.manage("restore", "--force", bad), AS_IT_WAS + "malformed array literal")
    assert standing(busy) == before


def test_a_key_that_cannot_be_laid_down_changes_nothing(busy, backup):
    (busy.var / "secret_key.restored").mkdir()
    (busy.var / "secret_key.restored" / "x").touch()
    before = standing(busy)
    done = busy.manage("restore", "--force", backup)
    assert done.returncode == 1
    assert standing(busy) == before


def test_a_commit_that_the_server_refuses_changes_nothing(busy, backup):
    before = standing(busy)
    done = restore_broken(busy, backup, END_SESSION, "whole(self)")
    assert AS_IT_WAS in done.stderr.splitlines()[-1]
    assert standing(busy) == before


def test_a_connection_lost_after_the_commit_takes_nothing_back(busy, backup):
    done = restore_broken(busy, backup, "whole(self)", END_SESSION)
    assert done.returncode == 0, done.stderr
    assert "Restored the backup of" in done.stdout
    assert len(busy.rows()["papers_paper"]) == 50
    assert (busy.var / "secret_key").read_text() == KEY
    assert not (busy.var / "secret_key.restored").exists()
    assert len(list((busy.var / "replaced").iterdir())) == 1


def test_a_key_that_cannot_follow_is_named_and_follows_with_the_next_restore(busy, backup):
    kept = (busy.var / "secret_key").rename(busy.var / "kept")
    (busy.var / "secret_key").mkdir()
    done = busy.manage("restore", "--force", backup, SECRET_KEY=KEY)
    refused(done, "The data is restored, but the key that belongs to it could not be put in its place")
    assert str(busy.var / "secret_key.restored") in done.stderr
    assert str(busy.var / "replaced") in done.stderr
    assert len(busy.rows()["papers_paper"]) == 50
    (busy.var / "secret_key").rmdir()
    kept.rename(busy.var / "secret_key")
    refused(busy.manage("backup", busy.var / "x.zip"), "A restore is at work in")
    refused(busy.manage("restore", backup), "There is data here already")
    assert (busy.var / "secret_key").read_text() == KEY


@pytest.mark.parametrize("acts", [["whole(self)", POWER_CUT], [POWER_CUT]])
def test_a_power_cut_leaves_data_and_key_that_belong_together(busy, backup, acts):
    (_, before, _) = standing(busy)
    assert restore_broken(busy, backup, *acts).returncode == 9
    assert (busy.var / "secret_key").read_text() == before
    code = "import django; django.setup(); from django.db import connection; connection.ensure_connection(); "
    code += "from ops.prepare import finish_a_restore; finish_a_restore(); "
    code += "from django.conf import settings; print(settings.SECRET_KEY)"
    done = busy.python("-c", code)
    assert done.returncode == 0, done.stderr
    there = len(acts) == 2
    assert len(busy.rows()["papers_paper"]) == (50 if there else 3)
    assert (busy.var / "secret_key").read_text() == (KEY if there else before) == done.stdout.strip()
    assert not (busy.var / "secret_key.restored").exists()


@pytest.mark.parametrize("acts", [["whole(self)", DATABASE_DIES], [DATABASE_DIES]])
def test_a_database_that_dies_at_the_commit_is_seen_through_by_the_next_start(empty, backup, acts):
    done = restore_broken(empty, backup, *acts)
    assert "may hold the backup's data or what was here before" in done.stderr.splitlines()[-1]
    before = (empty.var / "secret_key").read_text()
    with empty.awake():
        empty.prepare()
        papers = len(empty.rows()["papers_paper"])
    there = len(acts) == 2
    assert papers == (50 if there else 0)
    assert (empty.var / "secret_key").read_text() == (KEY if there else before)
    assert not (empty.var / "secret_key.restored").exists()
