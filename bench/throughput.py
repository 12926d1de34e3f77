"""bench.throughput: pages a second that two web workers serve to eight browsers, compared with the page floor.

The same web server, workers and threads serve `/` to a member and the bare page, in turns. The browsers run on the
same machine and use part of it.
"""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

from bench.child import Child

SIZES = (100_000,)
BROWSERS, WORKERS = 8, 2
ROUNDS, SECONDS = 7, 4
AIM = 0.33


def serve_size(size: int) -> None:
    """Furnish a database, start both servers, and for each line on stdin measure the pages a second of each."""
    from ops.embedded import Cluster

    cluster = Cluster(Path(os.environ["TENTH_VAR"]))
    cluster.start()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, cluster.sockets, ignore_errors=True)
        stack.callback(cluster.stop)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        from bench import house
        from bench.visitor import Visitor
        from papers.models import Paper, Person

        if not Paper.objects.exists():
            house.furnish(size)
        ada = Visitor(lambda *_: [], Person.objects.get(email="ada@team.example"))
        ports = {"floor": 18_600, "/": 18_601}
        for name, port in ports.items():
            stack.enter_context(_server(port, *(["bench.page_floor:application"] if name == "floor" else [])))
        for port in ports.values():
            _pages(port, ada.cookies, 1)  # wait and warm up
        print(json.dumps("ready"), flush=True)
        for _ in sys.stdin:
            print(json.dumps({name: _pages(port, ada.cookies, SECONDS) for name, port in ports.items()}), flush=True)


@contextmanager
def _server(port: int, *app: str) -> Iterator[None]:
    environ = {**os.environ, "PORT": str(port), "WEB_WORKERS": str(WORKERS), "PUBLIC_URL": "http://localhost"}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", *app]
    process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _pages(port: int, cookies: str, seconds: float) -> float:
    """Return the pages a second that BROWSERS get, each over a kept-alive connection."""
    counts = [0] * BROWSERS
    end = time.monotonic() + seconds

    def browse(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < end:
            try:
                connection.request("GET", "/", headers={"Host": "localhost", "Cookie": cookies})
                answer = connection.getresponse()
            except OSError:  # not up yet, or the server closed an idle connection
                connection.close()
                time.sleep(0.1)
                continue
            body = answer.read()
            if answer.status != 200 or body.count(b"<h2") != 25:
                raise RuntimeError(f"Port {port} answered {answer.status}: {body[:300]!r}")
            counts[number] += 1
        connection.close()

    threads = [Thread(target=browse, args=[number]) for number in range(BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def measure(sizes: tuple[int, ...]) -> bool:
    met = True
    for size in sizes:
        child = Child("bench.throughput", size)
        try:
            child.answer()
            rounds = [child.ask("round") for _ in range(ROUNDS)]
        finally:
            child.end()
        ratio = statistics.median(result["/"] / result["floor"] for result in rounds)
        pages = {name: statistics.median(result[name] for result in rounds) for name in rounds[0]}
        verdict = "met" if ratio >= AIM else "MISSED"
        met &= verdict == "met"
        print(
            f"Pages a second in {size:,} papers, {BROWSERS} browsers, {WORKERS} workers: / {pages['/']:.0f}, floor "
            f"{pages['floor']:.0f}; {ratio:.2f} × the floor (aim: at least {AIM}): {verdict}\n"
        )
    return met


if __name__ == "__main__":
    if os.environ.get("BENCH_CHILD"):
        serve_size(int(sys.argv[1]))
    else:
        sys.exit(not measure(tuple(int(size) for size in sys.argv[1:]) or SIZES))
