"""bench.memory: what an idle install holds: web server with two workers, Celery worker and beat, in MB of PSS.

PSS counts memory that processes share once, divided among them.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

IDLE_SECONDS = 10
AIMS = {"web": 140, "worker and beat": 200}


def measure() -> dict[str, float]:
    var = Path(tempfile.mkdtemp(prefix="tenth-bench-memory-"))
    var.chmod(0o711)  # the account that runs PostgreSQL, when we are root, passes through
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    names = ("DATABASE_URL", "CELERY_BROKER_URL", "PUBLIC_URL", "WEB_WORKERS", "WORKER_CONCURRENCY", "DEBUG")
    env = {**os.environ, **dict.fromkeys(names, ""), "TENTH_VAR": str(var), "PORT": str(port)}
    quiet = subprocess.DEVNULL
    tenth = subprocess.Popen([sys.executable, "-m", "config.run"], env=env, stdout=quiet, stderr=quiet)
    try:
        deadline = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if tenth.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("Tenth did not start. `make run` says why.")
            time.sleep(0.1)
        for _ in range(20):  # each worker has drawn a page
            urllib.request.urlopen(f"http://127.0.0.1:{port}/signin", timeout=10).close()
        time.sleep(IDLE_SECONDS)
        return {
            "web": pss(tenth.pid, "gunicorn"),
            "worker and beat": pss(tenth.pid, "celery"),
            "database": pss(tenth.pid, "postgres"),
            "supervisor": psutil.Process(tenth.pid).memory_full_info().pss / 1e6,
        }
    finally:
        tenth.terminate()
        tenth.wait(30)
        shutil.rmtree(var, ignore_errors=True)


def pss(parent: int, what: str) -> float:
    below = psutil.Process(parent).children(recursive=True)
    return sum(each.memory_full_info().pss for each in below if what in " ".join(each.cmdline())) / 1e6


def main() -> int:
    held = measure()
    print(f"Memory after {IDLE_SECONDS} s without work, PSS in MB")
    for name, megabytes in held.items():
        aim = AIMS.get(name)
        verdict = "" if aim is None else f"aim ≤ {aim}: {'met' if megabytes <= aim else 'MISSED'}"
        print(f"{name:20}{megabytes:8.0f}   {verdict}".rstrip())
    print()
    return int(any(held[name] > aim for name, aim in AIMS.items()))


if __name__ == "__main__":
    sys.exit(main())
