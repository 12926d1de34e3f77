"""bench.memory: the memory of an idle install, in PSS, which counts shared memory once.

python -m bench.memory          starts a separate install, requests a few pages, waits, and measures it
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
AIMS = {"web": 140, "worker and beat": 200}  # MB
IDLE_SECONDS = 20


def part_of(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    if "gunicorn" in command:
        return "web"
    if "celery" in command or "ops.beat" in command:
        return "worker and beat"
    if "postgres" in command:
        return "database"
    return "supervisor"


def measure(supervisor: psutil.Process) -> dict[str, float]:
    """Return MB of PSS for each part of the process tree."""
    parts: dict[str, float] = defaultdict(float)
    for process in [supervisor, *supervisor.children(recursive=True)]:
        parts[part_of(process)] += process.memory_full_info().pss / 1e6
    return dict(parts)


def start(var: Path, port: int) -> tuple[subprocess.Popen, float]:
    """Start a supervisor on this data folder; return it and the seconds until the sign-in page answered."""
    env = {**os.environ, "TENTH_VAR": str(var), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "config.settings"}
    began = time.monotonic()
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "ops.run"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while supervisor.poll() is None and time.monotonic() - began < 120:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/signin", timeout=5).read()
            return supervisor, time.monotonic() - began
        except OSError:
            time.sleep(0.05)
    supervisor.terminate()
    sys.exit("The sign-in page did not answer; `make run` shows why.")


def stop(supervisor: subprocess.Popen) -> None:
    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(60)


def main() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tenth-bench-") as folder:
        Path(folder).chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
        supervisor, first = start(Path(folder, "var"), port)
        stop(supervisor)
        supervisor, second = start(Path(folder, "var"), port)
        try:
            for _ in range(20):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/signin", timeout=10).read()
            time.sleep(IDLE_SECONDS)
            parts = measure(psutil.Process(supervisor.pid))
        finally:
            stop(supervisor)
    print(f"Seconds to the sign-in page: first start {first:.1f}, second start {second:.1f} (aim: 5)")
    print(f"PSS idle after {IDLE_SECONDS} s:")
    for part in sorted(parts):
        aim = f"   (aim: at most {AIMS[part]})" if part in AIMS else ""
        print(f"  {part:16} {parts[part]:6.0f} MB{aim}")

    return int(second > 5 or any(parts[part] > most for part, most in AIMS.items()))


if __name__ == "__main__":
    sys.exit(main())
