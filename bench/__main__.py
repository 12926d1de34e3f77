"""python -m bench: run every benchmark, one after the other; exit code 1 when an aim is missed.

`python -m bench 1000000`: run those that take sizes, with this many papers.
"""

import subprocess
import sys

# Each runs in a process of its own, so that none warms up another.
ALL = (
    "bench.pages",
    "bench.search",
    "bench.throughput",
    "bench.insight",
    "bench.ingest",
    "bench.pulls",
    "bench.memory",
)
SIZED = ("bench.search", "bench.throughput")  # take the numbers of papers given


def main() -> int:
    if sizes := sys.argv[1:]:
        return max([subprocess.run([sys.executable, "-m", name, *sizes], check=False).returncode for name in SIZED])
    return max([subprocess.run([sys.executable, "-m", name], check=False).returncode for name in ALL])


if __name__ == "__main__":
    sys.exit(main())
