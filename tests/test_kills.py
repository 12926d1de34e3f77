"""Kills of every part: all is well again within seconds, and nobody has to help."""

import contextlib
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import requests

from config.embedded import DATABASE, ROLE, Cluster
from feedserver import FeedServer

from .folders import furnished
from .journey import Browser, Service, environment, free_port, service, wait_for

pytestmark = pytest.mark.journey

SECONDS = 20  # from a kill until all is well
PASSWORD = "a-kettle-of-gradients-7"


class Product:
    """A running product, and the processes of which it is made."""

    def __init__(self, var: Path, port: int):
        self.base, self.cluster = f"http://localhost:{port}", Cluster(var)

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.cluster.sockets), dbname=DATABASE, user=ROLE, autocommit=True)

    def service(self, tenth: Service, word: str) -> int:
        """The one that the supervisor itself started."""
        return next(
            each.pid
            for each in psutil.Process(tenth.process.pid).children()
            if any(word in part for part in each.cmdline())
        )

    def postmaster(self) -> int:
        return int((self.cluster.data / "postmaster.pid").read_text().split()[0])

    def backend(self) -> int:
        """A backend that a part of the product uses."""
        with self.connect() as own:
            return own.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " ORDER BY state_change DESC NULLS LAST LIMIT 1"
            ).fetchone()[0]

    def is_well(self, name: str = "", since: float = 0) -> bool:
        """All parts say so, and the one of this name has been heard of since then."""
        try:
            if requests.get(f"{self.base}/readyz", timeout=5).status_code != 200:
                return False
            with self.connect() as own:
                sign = "SELECT true FROM papers_heartbeat WHERE name = %s AND seen_at > to_timestamp(%s)"
                return not name or own.execute(sign, [name, since]).fetchone() is not None
        except (requests.RequestException, psycopg.Error):
            return False


class Visitor(threading.Thread):
    """Somebody who reads on while things are killed: what they were answered."""

    def __init__(self, base: str, session: requests.Session):
        super().__init__(daemon=True)
        self.base, self.session, self.over = base, session, threading.Event()
        self.statuses: list[int] = []

    def run(self) -> None:
        while not self.over.wait(0.05):
            with contextlib.suppress(requests.RequestException):  # nobody listens while the web server starts
                self.statuses.append(self.session.get(f"{self.base}/browse", timeout=15).status_code)


@pytest.mark.timeout(300)
def test_whatever_is_killed_all_is_well_soon():
    with (
        FeedServer(seed=3) as server,
        tempfile.TemporaryDirectory(prefix="tenth kills ", ignore_cleanup_errors=True) as folder,
    ):
        Path(folder).chmod(0o711)  # the account that runs PostgreSQL, when we are root, passes through
        port = free_port()
        env = environment(furnished(Path(folder)), server, PORT=str(port))
        product = Product(Path(folder), port)
        with service(["-m", "config.run"], env) as tenth:
            visitor = begin(product, tenth)
            kill_each(product, tenth)
            os.kill(tenth.process.pid, signal.SIGKILL)
            tenth.process.wait()
        with service(["-m", "config.run"], env) as tenth:
            tenth.said("Tenth is ready")
            wait_for(product.is_well, SECONDS)
            visitor.over.set()
            visitor.join(20)
            assert tenth.end() == 0
        assert set(visitor.statuses) <= {200, 503}, set(visitor.statuses)
        assert visitor.statuses.count(200) > 10


def begin(product: Product, tenth: Service) -> Visitor:
    browser = Browser(product.base)
    browser.open(tenth.said(r"first admin, once: (\S+)", 60)[1])
    browser.send(name="Ada", email="ada@team.example", time_zone="Europe/Paris", password=PASSWORD, again=PASSWORD)
    wait_for(product.is_well, 30)
    visitor = Visitor(product.base, browser.session)
    visitor.start()
    return visitor


def kill_each(product: Product, tenth: Service) -> None:
    def recover(what: str, kill) -> None:
        began = time.time()
        kill()
        name = what if what in {"worker", "beat"} else ""
        try:
            time.sleep(0.3)
            wait_for(lambda: product.is_well(name, began), SECONDS)
        except AssertionError as error:
            raise AssertionError(f"Not well after a kill of {what}:\n" + "\n".join(tenth.lines[-30:])) from error

    with product.connect() as own:  # as a worker has it while it asks
        own.execute("INSERT INTO papers_host VALUES ('slow.example', now(), now() + interval '1 hour')")
    for name, word in (("web", "gunicorn"), ("worker", "config.celery"), ("beat", "config.beat")):
        before = product.service(tenth, word)
        recover(name, lambda pid=before: os.kill(pid, signal.SIGKILL))
        assert wait_for(lambda word=word: product.service(tenth, word)) != before
    with product.connect() as own:  # what the killed worker held is free again
        assert own.execute("SELECT busy_until FROM papers_host WHERE name = 'slow.example'").fetchone() == (None,)
    master = psutil.Process(product.service(tenth, "gunicorn"))
    recover("a web server's child", master.children()[0].kill)
    recover("a backend", lambda: os.kill(product.backend(), signal.SIGKILL))
    recover("the postmaster", lambda: os.kill(product.postmaster(), signal.SIGKILL))
    recover("a recovery", lambda: interrupt_recovery(product))
    recover("a stop that hangs", lambda: hang(product))


def interrupt_recovery(product: Product) -> None:
    """PostgreSQL 18.4 now and then hangs for ever on this."""
    postmaster = product.postmaster()
    os.kill(product.backend(), signal.SIGKILL)
    time.sleep(0.02)
    os.kill(postmaster, signal.SIGINT)


def hang(product: Product) -> None:
    """And here it does so always."""
    postmaster = psutil.Process(product.postmaster())
    next(each for each in postmaster.children() if "checkpointer" in each.cmdline()[0]).suspend()
    postmaster.send_signal(signal.SIGINT)
