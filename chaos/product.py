"""chaos.product: the product as separate processes, with a clean environment and its output kept."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from feedserver import FeedServer

ROOT = Path(__file__).resolve().parent.parent


def wait_for(condition: Callable[[], Any], seconds: float = 20, every: float = 0.05) -> Any:
    """Return the condition's first truthy value; fail loudly when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{condition} did not come true within {seconds} s."
        time.sleep(every)
    return answer


def environment(var: Path, server: FeedServer, **more: str) -> dict[str, str]:
    """Return a clean environment in which the feed server is the whole internet."""
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return inherited | {
        "TENTH_VAR": str(var),
        "ARXIV_FEED_URL": server.arxiv_feed_url,
        "ARXIV_API_URL": server.arxiv_api_url,
        "HUGGINGFACE_URL": server.url,
        "ENRICH": "",
        "ALLOW_PRIVATE_ADDRESSES": "1",
        "HOST_PACE_SECONDS": "0",
        "WEB_WORKERS": "1",
        "WORKER_CONCURRENCY": "1",
        "LOG_LEVEL": "INFO",
        **more,
    }


class Service:
    """A process of the product, with its output kept in case something goes wrong."""

    def __init__(self, arguments: list[str], env: dict[str, str]):
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=env | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def wait_for_line(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Wait for the first line that matches, and return the match."""

        def look() -> re.Match[str] | None:
            match = next(filter(None, (re.search(pattern, line) for line in list(self.lines))), None)
            assert match or self.process.poll() is None, "It stopped:\n" + "\n".join(self.lines)
            return match

        try:
            return wait_for(look, seconds)
        except AssertionError as error:
            raise AssertionError(f"No line matched {pattern!r}:\n" + "\n".join(self.lines)) from error

    def end(self) -> int:
        """Stop it as Ctrl-C or systemd would; print its last lines when it did not stop cleanly."""
        self.process.terminate()
        code = self.process.wait(30)
        if code:
            print("\n".join(self.lines[-80:]))
        return code

    def kill(self) -> None:
        """Kill the whole process group at once, as a power failure would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@contextlib.contextmanager
def service(arguments: list[str], env: dict[str, str]) -> Iterator[Service]:
    running = Service(arguments, env)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()
        running.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
