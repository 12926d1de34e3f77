"""bench.pulls: the time in which a real worker pulls 200 feeds of 50 posts, for the first time and unchanged.

A loopback server at twenty addresses replays the feeds, and answers 304 to a conditional request. The floor of a first
pull parses with lxml, cleans with nh3 and stores each feed in one transaction; that of an unchanged one is a bare loop
of conditional requests, over kept connections.
"""

import hashlib
import multiprocessing
import statistics
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any

import nh3
import psycopg
import requests
from lxml import etree

from bench import atom, plant, posts

FEEDS, HOSTS = 200, 20
ROUNDS = 3
AIMS = {"first": 2.0, "unchanged": 5.0}  # × the floor, at most

TABLE = """
DROP TABLE IF EXISTS floor_post;
CREATE TABLE floor_post (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, link text UNIQUE, title text, html text, text text, author text,
  published text, search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', text), 'B')) STORED);
CREATE INDEX ON floor_post USING gin (search);
"""


def replay(feeds: list[bytes], port: Connection) -> None:
    """Run a server that answers `/7` with the seventh feed."""
    marks = [f'"{hashlib.md5(feed, usedforsecurity=False).hexdigest()}"' for feed in feeds]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def do_GET(self) -> None:
            number = int(self.path[1:])
            same = self.headers.get("If-None-Match") == marks[number]
            self.send_response(304 if same else 200)
            self.send_header("ETag", marks[number])
            if not same:
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(feeds[number])))
            self.end_headers()
            if not same:
                self.wfile.write(feeds[number])

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    port.send(server.server_address[1])
    server.serve_forever()


def host(number: int) -> str:
    return f"127.0.0.{1 + number % HOSTS}"


def pull(port: int) -> dict[str, float]:
    """Run one round of the product from empty tables; return the seconds."""
    from papers.models import Paper, Source

    plant.empty()
    Source.objects.bulk_create(
        Source(kind="feed", address=f"http://{host(n)}:{port}/{n}", name=f"Blog {n}") for n in range(FEEDS)
    )
    first = plant.pull_all()
    if (stored := Paper.objects.count()) != FEEDS * posts.ENTRIES:
        sys.exit(f"{stored} posts were stored.")
    before = plant.transaction()
    unchanged = plant.pull_all()
    if rows := plant.rows_written(before):
        sys.exit(f"Unchanged feeds wrote {rows} rows.")
    return {"first": first, "unchanged": unchanged}


def floor(port: int, conninfo: dict[str, Any]) -> dict[str, float]:
    session = requests.Session()
    marks: dict[int, str] = {}

    def get(number: int, headers: dict[str, str]) -> requests.Response:
        return session.get(f"http://{host(number)}:{port}/{number}", headers=headers)

    began = time.perf_counter()
    with psycopg.connect(**conninfo) as connection:
        connection.execute(TABLE)
        connection.commit()
        for number in range(FEEDS):
            answer = get(number, {})
            marks[number] = answer.headers["ETag"]
            _store(answer.content, connection)
    first = time.perf_counter() - began
    began = time.perf_counter()
    for number in range(FEEDS):
        answer = get(number, {"If-None-Match": marks[number]})
        if answer.status_code != 304:
            sys.exit(f"The server answered {answer.status_code}.")
    return {"first": first, "unchanged": time.perf_counter() - began}


def _store(body: bytes, connection: psycopg.Connection) -> None:
    rows: list[Sequence[str]] = []
    for entry in etree.fromstring(body).iter("item"):
        content = entry.findtext("{http://purl.org/rss/1.0/modules/content/}encoded", "")
        author = entry.findtext("{http://purl.org/dc/elements/1.1/}creator", "")
        html, text = nh3.clean(content), nh3.clean(content, tags=set())
        plain = (entry.findtext(name, "") for name in ("link", "title"))
        rows.append((*plain, html, text, author, entry.findtext("pubDate", "")))
    copying = "COPY floor_post (link, title, html, text, author, published) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        for row in rows:
            copy.write_row(row)
    connection.commit()


def main() -> int:
    press = atom.Press()
    feeds = [posts.feed(press, number) for number in range(FEEDS)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=replay, args=(feeds, theirs), daemon=True)
    server.start()
    port = ours.recv()
    product, least = [], []
    with plant.running() as conninfo:
        for _ in range(ROUNDS):
            product.append(pull(port))
            least.append(floor(port, conninfo))
    server.terminate()
    print(f"Seconds for {FEEDS} feeds × {posts.ENTRIES} posts, medians of {ROUNDS} rounds:")
    met = True
    for name, aim in AIMS.items():
        ratio = statistics.median(a[name] / b[name] for a, b in zip(product, least, strict=True))
        met &= ratio <= aim
        worker, bare = (statistics.median(each[name] for each in rounds) for rounds in (product, least))
        print(f"  {name}: worker {worker:.2f}, floor {bare:.2f}, ratio {ratio:.1f} (aim: at most {aim:g})")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
