"""Running it for years: the whole product is backed up while working, and restored in another folder."""

import socket
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from feedserver import FeedServer
from ops.embedded import DATABASE, ROLE, Cluster

from .folders import furnished, let_through
from .journey import ROOT, Browser, environment, free_port, service, wait_for
from .test_journey import WEDNESDAY, cards_of, make_all_due, set_up, subscribe

pytestmark = pytest.mark.journey


def manage(env: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=env, capture_output=True, text=True, timeout=100
    )


def stored(var: Path) -> set[tuple[str, ...]]:
    """Return the team's data: papers, sightings, votes."""
    tables = ("papers_paper", "papers_sighting", "papers_name", "papers_vote", "papers_source", "papers_person")
    with psycopg.connect(host=str(Cluster(var).sockets), dbname=DATABASE, user=ROLE) as database:
        return {(table, row) for table in tables for (row,) in database.execute(f"SELECT id::text FROM {table}")}


def arxiv_ids(var: Path) -> set[str]:
    with psycopg.connect(host=str(Cluster(var).sockets), dbname=DATABASE, user=ROLE) as database:
        return {id for (id,) in database.execute("SELECT arxiv_id FROM papers_paper")}


def test_a_backup_made_while_working_continues_in_another_folder():
    with (
        FeedServer(seed=3, now=WEDNESDAY, history=timedelta(days=40)) as server,
        tempfile.TemporaryDirectory(prefix="tenth years ", ignore_cleanup_errors=True) as folder,
    ):
        first, second, file = Path(folder, "first"), Path(folder, "second one"), Path(folder, "backup.zip")
        let_through(Path(folder))
        port = free_port()
        browser = Browser(f"http://localhost:{port}")
        env = environment(furnished(first), server, PORT=str(port))
        with service(["-m", "ops.run"], env) as tenth:
            set_up(browser, tenth)
            subscribe(browser, server)
            voted, *_ = wait_for(lambda: cards_of(browser), 30)
            browser.send(f"/papers/{voted}/vote", value="1")
            make_all_due(first)
            before, known_ids = stored(first), arxiv_ids(first)
            result = manage(env, "backup", str(file))  # the worker is still pulling
            assert result.returncode == 0, result.stderr
            assert "Stop it first" in manage(env, "restore", "--force", str(file)).stderr
            page = browser.open("/settings/health").text_content()
            assert f"on {socket.gethostname()}: {file}" in " ".join(page.split())
            assert tenth.end() == 0

        env |= {"TENTH_VAR": str(furnished(second))}
        result = manage(env, "restore", str(file))
        assert result.returncode == 0, result.stderr
        server.clock.advance(timedelta(days=1))
        with service(["-m", "ops.run"], env) as tenth:
            tenth.wait_for_line("Tenth is ready")
            # Still signed in, since the key came along, and earlier work is there.
            browser.open("/")
            assert browser.page.xpath(f"//*[@id='paper-{voted}']//button[@data-act='up'][@aria-pressed='true']")
            assert before <= stored(second)
            # The queue was recreated and works: the first tick finds the sources due.
            announced = server.world.announcements((WEDNESDAY + timedelta(days=1)).date(), ["cs.LG"])
            latest = {item.paper.id for item in announced} - known_ids
            wait_for(lambda: latest & arxiv_ids(second), 30)
            assert tenth.end() == 0
