"""What the journey stands on: the product as processes of their own, and a browser that fills in its real forms."""

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

import lxml.html
import requests

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
        """As Ctrl-C or systemd ends it."""
        self.process.terminate()
        return self.process.wait(30)

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


class Browser:
    """Looks at pages and sends their forms, hidden fields and ticks included. No JavaScript."""

    def __init__(self, base: str):
        self.base = base
        self.session = requests.Session()
        self.page = lxml.html.HtmlElement()
        self.url = ""

    def open(self, path: str) -> lxml.html.HtmlElement:
        return self._show(self.session.get(path if "://" in path else self.base + path, timeout=20))

    def send(
        self, action: str = "", files: dict[str, tuple[str, bytes]] | None = None, **fields: Any
    ) -> lxml.html.HtmlElement:
        """Send the form that posts to this address, or press the button that does."""
        form, target = self._form(action, set(fields))
        values = [pair for pair in form.form_values() if pair[0] not in fields]
        for name, value in fields.items():
            values += [(name, each) for each in (value if isinstance(value, list) else [value])]
        return self._show(self.session.post(target, values, files=files, headers={"Referer": self.url}, timeout=20))

    def _form(self, action: str, fields: set[str]) -> tuple[lxml.html.FormElement, str]:
        def full(address: str | None) -> str:
            return requests.compat.urljoin(self.url, address or self.url)

        for form in self.page.forms:
            for button in form.xpath(".//button[@formaction]"):
                if action and re.search(action, button.get("formaction")):
                    return form, full(button.get("formaction"))
            if form.method == "POST" and re.search(action, full(form.action)) and fields <= {*form.fields, "look"}:
                return form, full(form.action)
        raise AssertionError(f"No form for {action!r} on {self.url}: {[form.action for form in self.page.forms]}")

    def _show(self, answer: requests.Response) -> lxml.html.HtmlElement:
        assert answer.ok, f"{answer.url} answered {answer.status_code}: {answer.text[:2000]}"
        self.url = answer.url
        self.page = lxml.html.fromstring(answer.text, base_url=answer.url)
        return self.page

    def text(self) -> str:
        return " ".join(self.page.text_content().split())
