"""fuzz.run: feed inputs to the targets in all cores, and print each failure so that it can be replayed."""

import faulthandler
import logging
import multiprocessing
import os
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random
from types import FrameType

import django

SLOW = 1.0  # seconds of computing for one input, which are reported
LIMIT = 10  # seconds after which an input counts as hanging
BATCH = 2_000

TARGETS: dict = {}


def run(inputs: int, seed: int, only: str = "", files: Path | None = None) -> tuple[Counter[str], list[str]]:
    """Feed this many inputs; returns their numbers by target, and the failures."""
    batches = [(f"{seed}/{number}", min(BATCH, inputs - number * BATCH), only) for number in range(-(-inputs // BATCH))]
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), begin, [files]) as pool:
        for done, broken in pool.imap_unordered(batch, batches):
            counts.update(done)
            failures += broken
            for failure in broken:
                print(failure, flush=True)
    return counts, failures


def begin(files: Path | None) -> None:
    """Prepare a process."""
    global TARGETS
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    logging.disable()
    from . import seeds, targets  # noqa: PLC0415 (they load the models)

    TARGETS = targets.build(list(seeds.files(files)) if files else ())
    signal.signal(signal.SIGALRM, _hangs)


def _hangs(signum: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"still not done after {LIMIT} s")


def batch(work: tuple[str, int, str]) -> tuple[Counter[str], list[str]]:
    """Feed one batch; returns the inputs by target, and a line for each failure."""
    seed, count, only = work
    rng = Random(seed)
    names = [only] if only else list(TARGETS)
    shares = [TARGETS[name].share for name in names]
    counts: Counter[str] = Counter()
    failures = []
    for name in rng.choices(names, shares, k=count):
        value = TARGETS[name].make(rng)
        counts[name] += 1
        began = time.process_time()
        signal.alarm(LIMIT)
        faulthandler.dump_traceback_later(LIMIT + 5)  # a regular expression cannot be interrupted
        try:
            TARGETS[name].check(value)
        except Exception as error:
            failures.append(
                f"FAILED  {name} with seed {seed}: {type(error).__name__}: {error!s:.200}\n        {value!r}"
            )
        finally:
            signal.alarm(0)
            faulthandler.cancel_dump_traceback_later()
        if (seconds := time.process_time() - began) > SLOW:
            failures.append(f"SLOW  {name} with seed {seed}: {seconds:.1f} s\n        {value!r:.400}")
    return counts, failures
