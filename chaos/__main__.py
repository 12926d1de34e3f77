"""python -m chaos: run `make chaos`. Exit code 1 when a promise was broken; then the run's folder is kept."""

import argparse
import shutil
import signal
import statistics
import sys
from collections.abc import Sequence

from . import promises
from .house import GivenUpError
from .run import LIMIT, Hit, Run
from .targets import SIGNALS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help=f"targets, separated by commas: {', '.join(SIGNALS)}")
    options = parser.parse_args()
    only = [name.strip() for name in options.only.split(",") if name.strip()]
    if unknown := set(only) - SIGNALS.keys():
        parser.error(f"no such target: {', '.join(unknown)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # however this stops, the product stops with it
    with Run(options.seed, options.kills, only) as run:
        print(f"{options.kills} kills with seed {options.seed}, in {run.folder}", flush=True)
        broken = judge(run)
    for sentence in broken:
        print(f"BROKEN  {sentence}")
    if broken:
        print(f"{len(broken)} promises were broken. See {run.folder}; output.log has the product's output.")
        return 1
    shutil.rmtree(run.folder)
    print("Every promise was kept.")
    return 0


def judge(run: Run) -> list[str]:
    """Run it, print how it went, and return the broken promises."""
    try:
        run.go()
    except GivenUpError as error:
        print(table(run.hits))
        return [str(error)]
    evidence = run.house.reader.read()
    print(table(run.hits))
    print(summary(run))
    print("Now the calm run ...", flush=True)
    return run.broken(evidence, run.calm()) + run.end()


def table(hits: Sequence[Hit]) -> str:
    """Return the kills per target, and the seconds until everything worked again."""
    rows = [f"{'':14} {'kills':>6} {'median':>8} {'most':>8} {'over ' + str(int(LIMIT)) + ' s':>10} {'restarts':>9}"]
    for target in [*SIGNALS, "all"]:
        mine = [hit for hit in hits if target in {hit.strike.target, "all"}]
        times = [hit.seconds for hit in mine if hit.seconds] or [0.0]
        slow, restarts = sum(time > LIMIT for time in times), sum(hit.restarted for hit in mine)
        figures = f"{len(mine):6} {statistics.median(times):8.1f} {max(times):8.1f} {slow:10} {restarts:9}"
        rows.append(f"{target:14} {figures}")
    return "\n".join(rows)


def summary(run: Run) -> str:
    book, keeper = run.house.book, run.house.keeper
    acknowledged = sum(act.acknowledged for act in book.acts)
    return "\n".join(
        [
            f"{keeper.starts} starts, {len(keeper.failed)} of them failed; the world advanced {run.house.steps} steps.",
            f"{book.requests} requests: {book.broken_off} got no answer, {book.unavailable} got a 503.",
            f"{len(book.acts)} actions, {acknowledged} of them acknowledged.",
            f"{len(run.arrivals())} messages arrived, {promises.excused_doubles(run.arrivals())} of them repeats.",
            f"The longest wait of a source: {run.house.longest_pull:.0f} s.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
