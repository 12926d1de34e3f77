"""bench.ingest: papers a second that a real worker pulls over HTTP and stores, compared with the ingest floor.

The worker is the product's own, under Celery, woken by a tick; a loopback server replays the pages. Rounds alternate
between product and floor, over the same pages, each starting from empty tables; then both get the same pages again.
"""

import multiprocessing
import re
import statistics
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from urllib.parse import parse_qs, urlsplit

from bench import atom, ingest_floor, plant

SOURCES, EACH = 20, 3  # this many searches, with this many pages each
PAPERS = SOURCES * EACH * atom.PAGE
ROUNDS = 5
AIMS = {"new": 0.6, "nothing new": 0.8}


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


def pull() -> dict[str, float]:
    """Run one round of the product from empty tables; return papers a second, new and again."""
    from papers.models import Paper, Source

    plant.empty()
    Source.objects.bulk_create(
        Source(kind="arxiv", address=f"search: all:set{n}", name=f"Set {n}") for n in range(SOURCES)
    )
    new = PAPERS / plant.pull_all()
    if (stored := Paper.objects.count()) != PAPERS:
        sys.exit(f"{stored} of {PAPERS} papers were stored.")
    before = plant.transaction()
    again = PAPERS / plant.pull_all()
    if rows := plant.rows_written(before):
        sys.exit(f"The same pages again wrote {rows} rows.")
    return {"new": new, "nothing new": again}


def main() -> int:
    press = atom.Press()
    pages = [press.page(n * atom.PAGE, n % EACH * atom.PAGE, EACH * atom.PAGE) for n in range(SOURCES * EACH)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=replay, args=(pages, theirs), daemon=True)
    server.start()
    product, floor = [], []
    with plant.running(ARXIV_API_URL=f"http://127.0.0.1:{ours.recv()}/api/query") as conninfo:
        for _ in range(ROUNDS + 1):  # the first round warms both up
            product.append(pull())
            floor.append(ingest_floor.run(pages, conninfo))
    server.terminate()
    print(f"Papers a second, medians of {ROUNDS} rounds of {PAPERS} papers:")
    met = True
    for name, aim in AIMS.items():
        worker, least = ([each[name] for each in rounds[1:]] for rounds in (product, floor))
        ratio = statistics.median(a / b for a, b in zip(worker, least, strict=True))
        met &= ratio >= aim
        print(f"  {name}: worker {_spread(worker)}, floor {_spread(least)}, ratio {ratio:.2f} (aim: at least {aim})")
    return int(not met)


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ({min(values):.0f} to {max(values):.0f})"


if __name__ == "__main__":
    sys.exit(main())
