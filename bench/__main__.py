"""python -m bench: all of it, one after the other; exit code 1 when an aim is missed."""

import subprocess
import sys

# Each in a process of its own, so that none warms another.
ALL = ("bench.pages", "bench.insight", "bench.ingest", "bench.memory")


def main() -> int:
    return max([subprocess.run([sys.executable, "-m", name], check=False).returncode for name in ALL])


if __name__ == "__main__":
    sys.exit(main())
