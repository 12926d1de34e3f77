"""bench.pages: the cost of pages and actions for a member at 10,000 and 100,000 papers, compared with the page floor.

Each size has a PostgreSQL and a process of its own; rounds alternate between sizes, and between product and floor.
"""

import gc
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.child import Child

SIZES = (10_000, 100_000)
ROUNDS, EACH = 20, 10  # rounds, and requests per case in a round
AIM_PAGE, AIM_GROWTH = 3.0, 1.2
AIMED = ("/ (ada)", "/p")  # the cases with an aim against the floor
ACTS = ("vote", "pass", "share", "apply")

Samples = dict[str, list[float]]


# ── in the process of one size ──────────────────────────────────────────────────────────────


def serve_size(size: int) -> None:
    """Furnish a database, then run a round for each "round" on stdin, or report the queries."""
    from django.test.utils import CaptureQueriesContext

    from ops.embedded import Cluster

    var = Path(os.environ["TENTH_VAR"])
    cluster = Cluster(var)
    cluster.start()
    try:
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        from bench import house
        from ops import broker

        broker.install()  # a share queues a task
        house.furnish(size)
        cases = make_cases(size)
        for case in cases.values():  # warm up
            case()
        gc.collect()
        gc.freeze()  # as config.gunicorn does before forking
        print(json.dumps({"ready": list(cases)}), flush=True)
        for line in sys.stdin:
            if line.strip() == "round":
                samples: Samples = {name: [] for name in cases}
                for _ in range(EACH):
                    for name, case in cases.items():
                        samples[name].append(case())
                print(json.dumps(samples), flush=True)
            else:
                queries = {}
                for name, case in cases.items():
                    with CaptureQueriesContext(connection) as captured:
                        case()
                    queries[name] = [inspect(query["sql"]) for query in captured.captured_queries]
                print(json.dumps(queries), flush=True)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)


def make_cases(size: int) -> dict[str, Callable[[], float]]:
    """Return the measured cases by name, each a function that runs once and returns milliseconds."""
    from django.test import RequestFactory

    from bench import house, page_floor
    from bench.visitor import Visitor
    from config.wsgi import application
    from papers.models import Person

    ada, ben, cleo = (
        Visitor(application, Person.objects.get(email=f"{name}@team.example")) for name in ("ada", "ben", "cleo")
    )
    request = RequestFactory().get("/")
    newest = iter(range(size, 0, -1))

    def floor() -> float:
        began = time.perf_counter()
        page_floor.newest(request)
        return (time.perf_counter() - began) * 1000

    def paper() -> float:
        return ada.get(f"/p/{house.arxiv_id(size - 1000)}")[0]

    def vote() -> float:
        return ben.act(f"/papers/{next(newest)}/vote", value=1)[0]

    def pass_() -> float:
        return ben.act(f"/papers/{next(newest)}/pass")[0]

    channel, project = house.channel_and_project()
    shared = iter(range(1, size))

    def share() -> float:
        fields = {"channel": channel.pk, "note": "Worth an hour of ours.", "act": uuid4()}
        milliseconds = ben.act(f"/papers/{next(shared)}/share", **fields)[0]
        ben.get("/kept")  # as a browser would, which shows the message and clears it
        return milliseconds

    def apply() -> float:
        number = next(shared)
        milliseconds = ben.act(f"/papers/{number}/apply", project=project.pk, taken=f"The trick of {number}")[0]
        ben.get("/kept")
        return milliseconds

    return {
        "floor": floor,
        "/ (ada)": lambda: ada.get("/")[0],
        "/ (ben, new)": lambda: ben.get("/")[0],
        "/ (cleo, all done)": lambda: cleo.get("/")[0],
        "/p": paper,
        "/browse": lambda: ada.get("/browse")[0],
        "/browse words": lambda: ada.get("/browse?q=gradient+hibernation")[0],
        "/browse rare word": lambda: ada.get("/browse?q=hibernation+%22" + str(size // 2) + "%22")[0],
        "/browse unread": lambda: ada.get("/browse?stage=new")[0],
        "/kept": lambda: ada.get("/kept")[0],
        "vote": vote,
        "pass": pass_,
        "share": share,
        "apply": apply,
        "share form": lambda: ben.get(f"/papers/{size - 1000}/share")[0],
    }


def inspect(sql: str) -> dict[str, Any]:
    """Return a query and the most rows that any step of its plan went through."""
    from django.db import connection

    result: dict[str, Any] = {"sql": sql, "rows": 0}
    if sql.lstrip().upper().startswith("SELECT"):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
            plan = cursor.fetchone()[0]
        result["rows"] = max(_rows(plan[0]["Plan"]))
    return result


def _rows(plan: dict[str, Any]) -> Iterator[float]:
    removed = sum(value for key, value in plan.items() if key.startswith("Rows Removed"))
    yield (plan.get("Actual Rows", 0) + removed) * plan.get("Actual Loops", 1)
    for child in plan.get("Plans", []):
        yield from _rows(child)


# ── in the parent process ───────────────────────────────────────────────────────────────────


def measure(sizes: tuple[int, ...] = SIZES, rounds: int = ROUNDS) -> bool:
    """Run everything, print it, and tell whether the aims are met."""
    with ExitStack() as stack:
        children = {size: Child("bench.pages", size) for size in sizes}
        for child in children.values():
            stack.callback(child.end)
        for child in children.values():
            child.answer()  # furnished and warmed up
        samples: dict[int, Samples] = {size: {} for size in sizes}
        for _ in range(rounds):
            for size, child in children.items():
                for name, values in child.ask("round").items():
                    samples[size].setdefault(name, []).extend(values)
        queries = children[sizes[-1]].ask("queries")
    return report(samples) & report_queries(queries)


def report(samples: dict[int, Samples]) -> bool:
    few, many = min(samples), max(samples)
    requests = len(samples[few]["floor"])
    print(f"Pages for a signed-in member, ms; {requests} requests each, through WSGI and all middleware, one process")
    print(f"{'':20}{few:>10,} papers{'':14}{many:>10,} papers{'':16}p95 many")
    print(f"{'':20}{'p50':>8}{'p95':>8}{'× floor':>9}   {'p50':>8}{'p95':>8}{'× floor':>9}   {'/ p95 few':>9}")
    met = True
    today = {size: statistics.median(values["/ (ada)"]) for size, values in samples.items()}
    for name in samples[few]:
        line, ratio = f"{name:20}", 0.0
        for size in (few, many):
            p50, ratio = statistics.median(samples[size][name]), 0.0
            ratio = p50 / statistics.median(samples[size]["floor"])
            line += f"{p50:8.2f}{p95(samples[size][name]):8.2f}{ratio:9.2f}   "
        growth = p95(samples[many][name]) / p95(samples[few][name])
        missed = [
            *(["over 3 × floor"] if name in AIMED and ratio > AIM_PAGE else []),
            *(["grows"] if name in AIMED and growth > AIM_GROWTH else []),
            *(["slower than /"] if name in ACTS and statistics.median(samples[many][name]) > today[many] else []),
        ]
        met &= not missed
        print(f"{line}{growth:9.2f}   {', '.join(missed)}".rstrip())
    verdict = "met" if met else "MISSED"
    print(f"Aims: / and /p ≤ {AIM_PAGE:g} × floor, their p95 grows ≤ {AIM_GROWTH:g} ×, an act ≤ /: {verdict}\n")
    return met


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def report_queries(by_page: dict[str, list[dict[str, Any]]]) -> bool:
    print("Queries per page at the largest size, and the most rows that any step of a plan went through")
    met = True
    for name, queries in by_page.items():
        if name == "floor":
            continue
        bad = [query["sql"] for query in queries if is_bad(query["sql"])]
        met &= not bad
        most = max((query["rows"] for query in queries), default=0)
        print(f"{name:20}{len(queries):4} queries, {most:10,.0f} rows   {' '.join(bad)}".rstrip())
    print(f"No OFFSET and no exact count over papers: {'met' if met else 'MISSED'}\n")
    return met


def is_bad(sql: str) -> bool:
    upper = sql.upper()
    return " OFFSET " in upper or ("COUNT(" in upper and 'FROM "PAPERS_PAPER"' in upper.split("WHERE")[0])


if __name__ == "__main__":
    if len(sys.argv) == 2:
        serve_size(int(sys.argv[1]))
    else:
        sys.exit(not measure())
