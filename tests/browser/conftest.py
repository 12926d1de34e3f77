"""A real headless Chromium on the pages of a live server; whatever it complains about fails the test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from papers import tasks
from tests.chromium import chromium as find_chromium
from tests.makers import make_person

expect.set_options(timeout=15_000)  # other tests run beside these

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# --no-sandbox: as root, as in CI, Chromium's own sandbox cannot be set up.
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

# Both widths and both colours, each once: what breaks in one pairing alone has not been seen yet.
in_both_looks = pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop light", "phone dark"]
)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in the tests' own thread, where Django then suspects async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def remembering(chromium) -> Iterator[Browser]:
    """A Chromium that keeps the page one leaves alive, as people's do and Playwright's does not."""
    without = ["--disable-back-forward-cache"]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=ARGS, ignore_default_args=without)
    yield browser
    browser.close()


class Visitor:
    """One browser window, and everything that it complained about."""

    def __init__(self, context: BrowserContext, base: str):
        self.context = context
        self.base = base
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("console", self._console)

    def _console(self, message) -> None:
        if message.type == "error":  # a broken Content-Security-Policy shows here too
            self.complaints.append(f"console: {message.text} ({self.page.url})")

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def barriers(self) -> list[str]:
        """What axe-core finds serious or worse on this page, a line each."""
        # Without preload it leaves the imported parts of the stylesheet alone: it would write them into the page.
        found = Axe().run(self.page, options={"preload": False}).response["violations"]
        return [
            f"{rule['id']}: {rule['help']}: {node['target']}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    def fits(self) -> bool:
        """Whether the page needs no sideways scrolling."""
        return self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@contextmanager
def requests_that_run() -> Iterator[list[object]]:
    """What the live server is still at work on: a page that closes leaves its last request behind."""
    running: list[object] = []

    def begin(**_):
        running.append(None)

    def end(**_):
        if running:  # not of a request from before
            running.pop()

    request_started.connect(begin)
    request_finished.connect(end)
    yield running
    request_started.disconnect(begin)
    request_finished.disconnect(end)


@pytest.fixture
def window(chromium, live_server):
    """`window(person, **options)`: a window of a signed-in person (or a stranger), on the live server."""
    opened: list[Visitor] = []

    def open_window(person=None, viewport=DESKTOP, browser=chromium, **options) -> Visitor:
        context = browser.new_context(viewport=viewport, **options)
        context.set_default_timeout(10_000)
        context.set_default_navigation_timeout(40_000)  # a picture of a chart takes its time beside other tests
        if person:
            client = Client()
            client.force_login(person)
            context.add_cookies(
                [
                    {"name": name, "value": morsel.value, "url": live_server.url}
                    for name, morsel in client.cookies.items()
                ]
            )
        visitor = Visitor(context, live_server.url)
        opened.append(visitor)
        return visitor

    with requests_that_run() as running:
        yield open_window
        for visitor in opened:
            visitor.context.close()
        until = time.monotonic() + 15
        while running and time.monotonic() < until:  # emptying the tables would meet them
            time.sleep(0.01)
    assert not [line for visitor in opened for line in visitor.complaints]


@pytest.fixture
def member(transactional_db):
    return make_person("Mira Lind", time_zone="Europe/Oslo")


@pytest.fixture
def worker(monkeypatch):
    """A worker that is told of jobs, and begins when it is let go."""
    let_go, threads = threading.Event(), []

    def work():
        let_go.wait(30)
        try:
            tasks.answer_due()
        finally:
            connection.close()

    def hear():
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    monkeypatch.setattr(tasks.answer_due, "delay_on_commit", hear)
    yield let_go
    let_go.set()
    for thread in threads:
        thread.join(30)
