"""python -m fuzz: run `make fuzz`. Exit code 1 when an input broke something."""

import argparse
import sys
import time
from pathlib import Path

from . import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one target")
    parser.add_argument("--files", type=Path, help="a folder of files to mutate as well")
    options = parser.parse_args()
    began = time.monotonic()
    counts, failures = run.run(options.inputs, options.seed, options.only, options.files)
    print(", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())))
    seconds = time.monotonic() - began
    print(f"{counts.total():,} inputs with seed {options.seed} in {seconds:.0f} s, {len(failures)} failures.")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
