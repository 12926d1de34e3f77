"""python -m chaos: what `make chaos` runs. Exit code 1 when a promise was broken; then its folder is kept."""

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
    parser.add_argument("--only", default="", help=f"targets, commas between them: {', '.join(SIGNALS)}")
    given = parser.parse_args()
    only = [name.strip() for name in given.only.split(",") if name.strip()]
    if unknown := set(only) - SIGNALS.keys():
        parser.error(f"no such target: {', '.join(unknown)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # however it ends, the product ends with it
    with Run(given.seed, given.kills, only) as run:
        print(f"{given.kills} kills with seed {given.seed}, in {run.folder}", flush=True)
        broken = judged(run)
    for sentence in broken:
        print(f"BROKEN  {sentence}")
    if broken:
        print(f"{len(broken)} promises were broken. Look at {run.folder}: output.log is what the product said.")
        return 1
    shutil.rmtree(run.folder)
    print("Every promise was kept.")
    return 0


def judged(run: Run) -> list[str]:
    """Run it, say how it went, and return what was broken."""
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
    """Kills for each target, and the seconds until all was well."""
    rows = [f"{'':14} {'kills':>6} {'median':>8} {'most':>8} {'over ' + str(int(LIMIT)) + ' s':>10} {'all anew':>9}"]
    for target in [*SIGNALS, "all"]:
        mine = [hit for hit in hits if target in {hit.strike.target, "all"}]
        times = [hit.seconds for hit in mine if hit.seconds] or [0.0]
        slow, anew = sum(time > LIMIT for time in times), sum(hit.restarted for hit in mine)
        figures = f"{len(mine):6} {statistics.median(times):8.1f} {max(times):8.1f} {slow:10} {anew:9}"
        rows.append(f"{target:14} {figures}")
    return "\n".join(rows)


def summary(run: Run) -> str:
    book, keeper = run.house.book, run.house.keeper
    sure = sum(act.acknowledged for act in book.acts)
    return "\n".join(
        [
            f"{keeper.starts} starts, {len(keeper.failed)} of them failed; the world went {run.house.steps} steps.",
            f"{book.requests} requests: {book.broken_off} broke off, {book.unavailable} were answered 503.",
            f"{len(book.acts)} acts, {sure} of them acknowledged.",
            f"{len(run.arrivals())} messages arrived, {promises.excused_doubles(run.arrivals())} of them once more.",
            f"The longest that a source waited: {run.house.longest_pull:.0f} s.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
