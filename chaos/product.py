"""chaos.product: the product as processes of its own, with a clean environment and its output kept."""

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


def wait_for(what: Callable[[], Any], seconds: float = 20, every: float = 0.05) -> Any:
    """The first truthy answer; fails loudly when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"Nothing came of {what} in {seconds} s."
        time.sleep(every)
    return answer


def environment(var: Path, server: FeedServer, **more: str) -> dict[str, str]:
    """A clean environment in which the feed server is all there is of the internet."""
    mine = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return mine | {
        "TENTH_VAR": str(var),
        "ARXIV_FEED_URL": server.arxiv_feed_url,
        "ARXIV_API_URL": server.arxiv_api_url,
        "ALLOW_PRIVATE_ADDRESSES": "1",
        "HOST_PACE_SECONDS": "0",
        "WEB_WORKERS": "1",
        "WORKER_CONCURRENCY": "1",
        "LOG_LEVEL": "INFO",
        **more,
    }


class Service:
    """A process of the product, its output kept for when something goes wrong."""

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

    def said(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """The first line that matches."""

        def look() -> re.Match[str] | None:
            found = next(filter(None, (re.search(pattern, line) for line in list(self.lines))), None)
            assert found or self.process.poll() is None, "It ended:\n" + "\n".join(self.lines)
            return found

        try:
            return wait_for(look, seconds)
        except AssertionError as error:
            raise AssertionError(f"No {pattern!r} was said:\n" + "\n".join(self.lines)) from error

    def end(self) -> int:
        """End it as Ctrl-C or systemd does; prints its last lines when it did not end well."""
        self.process.terminate()
        code = self.process.wait(30)
        if code:
            print("\n".join(self.lines[-80:]))
        return code

    def kill(self) -> None:
        """All of it at once, as a power cut does."""
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
