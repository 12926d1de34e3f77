"""bench.ingest: papers a second that a real worker pulls over HTTP and stores, compared with the ingest floor.

The worker is the product's own, under Celery, woken by a tick; a loopback server replays the pages. Rounds alternate
between product and floor, over the same pages, each starting from empty tables.
"""

import multiprocessing
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench import atom, ingest_floor

SOURCES, EACH = 20, 3  # this many searches, with this many pages each
PAPERS = SOURCES * EACH * atom.PAGE
ROUNDS = 5
AIM = 0.5
PATIENCE = 120  # seconds


def replay(pages: list[bytes], port: Connection) -> None:
    """Run a server that answers `all:set3` from start 100 with the second page of the third search."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            match = re.search(r"set(\d+)", query["search_query"][0])
            body = pages[int(match[1]) * EACH + int(query["start"][0]) // atom.PAGE] if match else b""
            self.send_response(200)
            self.send_header("Content-Type", "application/atom+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.send(server.server_address[1])
    server.serve_forever()


def pull_all() -> float:
    """Run one round of the product from empty tables; return papers a second from the tick to the last log row."""
    from django.db import connection
    from django.utils import timezone

    from config.celery import app
    from papers.models import FetchLog, Paper, Source

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_paper, papers_author, papers_source, papers_host CASCADE")
    now = timezone.now()
    Source.objects.bulk_create(
        Source(kind="arxiv", address=f"search: all:set{n}", name=f"Set {n}", next_fetch=now) for n in range(SOURCES)
    )
    began = time.perf_counter()
    app.send_task("papers.tasks.tick")
    while FetchLog.objects.count() < SOURCES:
        if time.perf_counter() - began > PATIENCE:
            sys.exit("The worker did not finish.")
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    if (stored := Paper.objects.count()) != PAPERS:
        sys.exit(f"{stored} of {PAPERS} papers were stored: {set(FetchLog.objects.values_list('note', flat=True))}")
    return PAPERS / seconds


def rounds(pages: list[bytes]) -> tuple[list[float], list[float]]:
    """Return papers a second of product and floor, in turns, without the first turn of each."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from ops import broker
    from ops.run import services

    call_command("migrate", verbosity=0)
    broker.install()
    settings = connection.settings_dict
    conninfo = {"host": settings["HOST"], "dbname": settings["NAME"], "user": settings["USER"]}
    worker = subprocess.Popen(services()["worker"])
    product, floor = [], []
    try:
        for _ in range(ROUNDS + 1):
            product.append(pull_all())
            floor.append(ingest_floor.run(pages, conninfo))
    finally:
        worker.terminate()
        worker.wait(30)
    return product[1:], floor[1:]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything started is stopped
    press = atom.Press()
    pages = [press.page(n * atom.PAGE, n % EACH * atom.PAGE, EACH * atom.PAGE) for n in range(SOURCES * EACH)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=replay, args=(pages, theirs), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory(prefix="tenth-bench-") as folder:
        Path(folder).chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
        os.environ |= {
            "TENTH_VAR": str(Path(folder, "var")),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ARXIV_API_URL": f"http://127.0.0.1:{ours.recv()}/api/query",
            "ALLOW_PRIVATE_ADDRESSES": "1",
            "HOST_PACE_SECONDS": "0",
            "LOG_LEVEL": "WARNING",
        }
        from ops.embedded import Cluster

        cluster = Cluster(Path(folder, "var"))
        cluster.start()
        try:
            product, floor = rounds(pages)
        finally:
            cluster.stop()
            shutil.rmtree(cluster.sockets, ignore_errors=True)
            server.terminate()
    ratio = statistics.median(a / b for a, b in zip(product, floor, strict=True))
    print(f"Papers a second, medians of {ROUNDS} rounds of {PAPERS} papers:")
    for name, measured in (("worker", product), ("floor", floor)):
        print(f"  {name:8} {statistics.median(measured):6.0f}   ({min(measured):.0f} to {max(measured):.0f})")
    print(f"  ratio    {ratio:6.2f}   (aim: at least {AIM})")
    return int(ratio < AIM)


if __name__ == "__main__":
    sys.exit(main())
