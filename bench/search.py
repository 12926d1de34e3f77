"""bench.search: the cost of a search for a member, by how common its words are, compared with the page floor.

`python -m bench.search 10000 1000000` uses other sizes; a million papers take half an hour to create, and 14 GB.
Words come from bench.prose. Rounds alternate between sizes, and between product and floor, and requests of a kind
search for different words. For the cold rounds PostgreSQL is restarted, the system is told to forget its files, and
each kind is requested once. A disk below the system may still have them cached.
"""

import gc
import json
import os
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.child import Child
from bench.prose import SENTENCES, Prose

SIZES = (10_000, 100_000)
ROUNDS, COLD_ROUNDS = 40, 8
EACH = 12  # words of each kind
AIM, AIM_COLD = 6.0, 220.0
# Phrases found in few of the papers that contain both words: each of those papers has to be read.
NO_AIM = ("phrase seldom", "phrase never")

NAMES = ("kim", "park", "bakker", "nguyen", "kaur", "iyer")  # bench.house has such authors

Samples = dict[str, list[float]]


def words(prose: Prose, size: int) -> dict[str, list[dict[str, str]]]:
    """Return searches of each kind, as the fields of /browse."""
    sentences = [sentence.lower().rstrip(".").split() for sentence in prose.sentences]
    occurrences = Counter(word for sentence in sentences for word in set(sentence))
    pairs = Counter(pair for sentence in sentences for pair in set(pairwise(sentence)))
    share = {word: 1 - (1 - count / SENTENCES) ** 7 for word, count in occurrences.items()}  # of abstracts

    def near(goal: float) -> list[str]:
        return sorted(share, key=lambda word: (abs(share[word] / goal - 1), word))[: EACH * 2]

    often = [word for word in share if share[word] > 0.2]
    common, two = near(0.3), near(0.02)
    both = {(one, other): pairs[one, other] / SENTENCES * 7 for one in often for other in often if one != other}
    frequent = sorted(both, key=lambda pair: (-both[pair], pair))[:EACH]
    seldom = sorted(both, key=lambda pair: (abs(both[pair] / 0.001 - 1), pair))[:EACH]
    never = sorted(pair for pair in both if not both[pair])[:EACH]
    names = [prose.name(size // 2 + number) for number in range(EACH)]
    kinds = {
        "rare": names,
        "one in 1,000": near(0.001),
        "one in 100": near(0.01),
        "one in 30": near(0.033),
        "common": common,
        "two words": [f"{one} {other}" for one, other in pairwise(common)],
        "two, one in 50": [f"{one} {other}" for one, other in pairwise(two)],
        "phrase often": [f'"{one} {other}"' for one, other in frequent],
        "phrase seldom": [f'"{one} {other}"' for one, other in seldom],
        "phrase never": [f'"{one} {other}"' for one, other in never],
        "nowhere": [f"quy{name}" for name in names],
        "minus": [f"{one} -{other}" for one, other in pairwise(common)],
        "only minus": [f"-{word}" for word in common],
        "twelve words": [" ".join(common[number : number + 12]) for number in range(EACH)],
    }
    searches = {kind: [{"q": text} for text in texts[:EACH]] for kind, texts in kinds.items()}
    return searches | {
        "author:": [{"q": f"author:{name}"} for name in NAMES],
        "category, common": [{"q": word, "category": "cs.LG"} for word in common[:EACH]],
        "category, rare": [{"q": name, "category": "cs.LG"} for name in names],
        "cat: in the words": [{"q": f"{word} cat:cs.CL"} for word in near(0.01)[:EACH]],
    }


def filters(size: int) -> dict[str, list[dict[str, str]]]:
    """Return the filters that can be set, with and without words."""
    from papers.models import Source

    muted = str(Source.objects.get(name="Muted").pk)
    return {
        "stage new": [{"stage": "new"}],
        "stage read": [{"stage": "read"}],
        "stage kept": [{"stage": "kept"}],
        "votes team": [{"votes": "team"}],
        "votes me": [{"votes": "me"}],
        "votes me-down": [{"votes": "me-down"}],
        "source": [{"source": muted}],
        "horizon": [{"horizon": "core"}],
        "horizon, none": [{"horizon": "moonshot"}],
        "project, none": [{"project": "atlas"}],
        "author": [{"author": name} for name in NAMES],
        "category": [{"category": "math.OC"}],
    }


# ── in the process of one size ──────────────────────────────────────────────────────────────


def serve_size(size: int) -> None:
    """Furnish a database, then run a round for each "warm" or "cold" on stdin."""
    from ops.embedded import Cluster

    cluster = Cluster(Path(os.environ["TENTH_VAR"]))
    cluster.start()
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        from bench import house
        from papers.models import Paper

        if not Paper.objects.exists():  # TENTH_VAR may have been filled before
            house.furnish(size, Prose(size))
            house.channel_and_project()
        cases = make_cases(size)
        for case in cases.values():
            case()
        gc.collect()
        gc.freeze()
        print(json.dumps(list(cases)), flush=True)
        for line in sys.stdin:
            if line.strip() == "cold":
                cool(cluster)
                cases["/kept"]()  # connects, and loads everything a page needs
            print(json.dumps({name: case() for name, case in cases.items()}), flush=True)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)


def make_cases(size: int) -> dict[str, Callable[[], float]]:
    """Return the measured cases by name, each a function that runs once and returns milliseconds."""
    from django.test import RequestFactory

    from bench import page_floor
    from bench.visitor import Visitor
    from config.wsgi import application
    from papers.models import Person

    ada, cleo = (Visitor(application, Person.objects.get(email=f"{name}@team.example")) for name in ("ada", "cleo"))
    request = RequestFactory().get("/")

    def floor() -> float:
        began = time.perf_counter()
        page_floor.newest(request)
        return (time.perf_counter() - began) * 1000

    def browse(searches: list[dict[str, str]]) -> Callable[[], float]:
        addresses = cycle([f"/browse?{urlencode(fields)}" for fields in searches])
        return lambda: ada.get(next(addresses))[0]

    pages = {
        address: lambda address=address: ada.get(address)[0] for address in ("/", "/browse", "/kept", "/sources/1")
    }
    searches = {kind: browse(searches) for kind, searches in (words(Prose(size), size) | filters(size)).items()}
    return {"floor": floor, **pages, "/ (cleo, all done)": lambda: cleo.get("/")[0], **searches}


def cool(cluster: Any) -> None:
    """Restart PostgreSQL, and tell the system to forget its files."""
    from django.db import connection

    connection.close()
    connection.close_pool()
    cluster.stop()
    os.sync()
    for path in cluster.data.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    cluster.start()


# ── in the parent process ───────────────────────────────────────────────────────────────────


def measure(sizes: Sequence[int]) -> bool:
    with ExitStack() as stack:
        children = {size: Child("bench.search", size) for size in sizes}
        for child in children.values():
            stack.callback(child.end)
        for child in children.values():
            child.answer()
        warm: dict[int, Samples] = {size: {} for size in sizes}
        cold: dict[int, Samples] = {size: {} for size in sizes}
        for order, rounds, samples in (("warm", ROUNDS, warm), ("cold", COLD_ROUNDS, cold)):
            for _ in range(rounds):
                for size, child in children.items():
                    for name, value in child.ask(order).items():
                        samples[size].setdefault(name, []).append(value)
    met = [report(size, warm[size], cold[size]) for size in sizes]
    return all(met)


def report(size: int, warm: Samples, cold: Samples) -> bool:
    floor, met = statistics.median(warm["floor"]), True
    print(f"Searches in {size:,} papers, ms; {len(warm['floor'])} warm and {len(cold['floor'])} cold requests each")
    print(f"{'':20}{'p50':>8}{'p95':>8}{'× floor':>9}{'p95 ×':>9}{'cold':>9}{'at most':>9}")
    for name, values in warm.items():
        p50, p95 = statistics.median(values), statistics.quantiles(values, n=20)[-1]
        first, most = statistics.median(cold[name]), max(cold[name])
        missed = name not in NO_AIM and (p95 / floor > AIM or first > AIM_COLD)
        met &= not missed
        print(
            f"{name:20}{p50:8.2f}{p95:8.2f}{p50 / floor:9.2f}{p95 / floor:9.2f}{first:9.1f}{most:9.1f}"
            f"{'   over' if missed else ''}"
        )
    print(f"Aims: p95 ≤ {AIM:g} × floor, cold ≤ {AIM_COLD:g} ms: {'met' if met else 'MISSED'}\n")
    return met


if __name__ == "__main__":
    if os.environ.get("BENCH_CHILD"):
        serve_size(int(sys.argv[1]))
    else:
        sys.exit(not measure([int(size) for size in sys.argv[1:]] or SIZES))
