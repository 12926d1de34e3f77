"""A database that goes away and comes back: pages return by themselves, and no form is lost."""

import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from feedserver import FeedServer
from ops.embedded import DATABASE, ROLE, Cluster
from tests.folders import furnished
from tests.journey import ROOT, environment, free_port, service, wait_for

from .conftest import DESKTOP, Visitor

pytestmark = pytest.mark.journey

PATIENCE = 20_000  # ms: a page waits five seconds for the database before it says that there is none
SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}


@pytest.fixture
def var():
    with tempfile.TemporaryDirectory(prefix="tenth away ", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the account that runs PostgreSQL, when we are root, passes through
        yield Path(folder)


@pytest.fixture
def cluster(var):
    cluster = Cluster(var / "server")
    cluster.start("-c", "fsync=off")
    yield cluster
    cluster.stop()
    shutil.rmtree(cluster.sockets, ignore_errors=True)


def test_pages_come_back_and_forms_go_through(chromium, cluster, var):
    port = free_port()
    url = f"postgresql://{ROLE}@{quote(str(cluster.sockets), safe='')}/{DATABASE}"
    with FeedServer(seed=5) as server:
        env = environment(furnished(var / "web"), server, PORT=str(port), DATABASE_URL=url)
        link = subprocess.check_output(
            [sys.executable, "-m", "ops.prepare"], cwd=ROOT, env=env | SETTINGS, text=True, stderr=subprocess.DEVNULL
        ).strip()
        with service(["-m", "ops.run", "web"], env):
            context = chromium.new_context(viewport=DESKTOP)
            context.set_default_timeout(PATIENCE)
            visitor = Visitor(context, f"http://localhost:{port}")
            page = visitor.page
            wait_for(lambda: listens(port), 60)
            page.goto(link)
            page.get_by_label("Name").fill("Mira Lind")
            page.get_by_label("Email").fill("mira@team.example")
            page.get_by_label("New password").fill("a kettle of gradients")
            page.get_by_label("The same again").fill("a kettle of gradients")
            page.get_by_role("button", name="Start").click()
            page.wait_for_url("**/sources/start")

            visitor.open("/settings")
            page.get_by_label("Name", exact=True).fill("Mira <Lind> & daughter")
            cluster.stop()
            page.get_by_role("button", name="Save").first.click()
            again = page.get_by_role("button", name="Send again")
            expect(again).to_be_visible(timeout=PATIENCE)
            assert visitor.barriers() == []
            again.click()  # too early
            expect(again).to_be_visible(timeout=PATIENCE)
            cluster.start("-c", "fsync=off")
            again.click()
            expect(page.get_by_label("Name", exact=True)).to_have_value("Mira <Lind> & daughter", timeout=PATIENCE)

            cluster.stop()
            page.keyboard.press("u")  # by htmx: the page stays
            expect(page.locator("#toasts")).to_contain_text("The database is restarting", timeout=PATIENCE)
            expect(page.get_by_label("Name", exact=True)).to_have_value("Mira <Lind> & daughter")
            visitor.open("/browse")
            expect(page.get_by_role("heading", name="One moment")).to_be_visible(timeout=PATIENCE)
            cluster.start("-c", "fsync=off")
            expect(page.get_by_role("heading", name="One moment")).not_to_be_visible(timeout=PATIENCE)
            expect(page.locator("header.bar")).to_be_visible()
            assert [line for line in visitor.complaints if "503" not in line] == []
            context.close()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), timeout=1).close()
    except OSError:
        return False
    return True
