"""python -m demo.screenshots: what `make screenshots` does: README's pictures, taken of the demo by headless Chromium.

A demo that runs is used; else one is started, and ended afterwards.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from demo.folder import NOTE, ROOT
from tests.chromium import chromium

PORT = os.environ.get("PORT") or "8010"
SITE = f"http://localhost:{PORT}"
INTO = ROOT / "docs" / "screenshots"
MOST_BYTES = 250_000
DESKTOP, PHONE = (1200, 820), (390, 760)


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    size: tuple[int, int] = DESKTOP
    dark: bool = False
    follow: str = ""  # links on that page, by CSS: what is shown is where one of them leads,
    wants: tuple[str, ...] = ()  # the first that has most of these
    top: str = ""  # what stands at the upper edge


PAPER = (
    "article math, .paper math",
    ".comment",
    ".chip.good",
    ".faces .face + .face",
    ".shares > li",
    "a[href*='github.com']",
)
PICTURES = (
    Picture("today", "/", (1200, 960), top=".card:has(.face)"),
    Picture("today-phone", "/", PHONE),
    Picture("paper", "/projects", (1200, 1100), follow=".ledger a[href^='/p/2']", wants=PAPER),
    Picture("ledger", "/projects"),
    Picture("insight", "/insight?measure=applied"),
    Picture("insight-dark", "/insight?measure=read", dark=True),
    Picture("sources", "/sources"),
)


def main() -> None:
    INTO.mkdir(parents=True, exist_ok=True)
    with demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            take(browser, picture)
        browser.close()


@contextmanager
def demo() -> Iterator[None]:
    """A demo whose worker has brought today's papers."""
    if answers():
        yield
        return
    env = {**os.environ, "PORT": PORT}
    started = subprocess.Popen([sys.executable, "-m", "demo"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        while not answers():
            if started.poll() is not None:
                sys.exit("The demo ended before it answered.")
            time.sleep(0.5)
        time.sleep(15)  # for the worker's first round
        yield
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(60)


def answers() -> bool:
    try:
        urllib.request.urlopen(f"{SITE}/signin", timeout=2).close()  # noqa: S310 (our own)
    except (urllib.error.URLError, OSError):
        return False
    return True


def take(browser: Browser, picture: Picture) -> None:
    width, height = picture.size
    phone = picture.size == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if picture.dark else "light",
        is_mobile=phone,
        has_touch=phone,
        reduced_motion="reduce",
    )
    page: Page = context.new_page()
    page.goto(f"{SITE}/demo/{json.loads(NOTE.read_text())['token']}")
    page.goto(SITE + picture.path)
    if picture.follow:
        page.goto(SITE + choose(page, picture))
    page.wait_for_load_state("networkidle")
    if picture.top and page.locator(picture.top).count():
        page.locator(picture.top).first.evaluate("element => element.scrollIntoView()")
    path = INTO / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size // 1000} kB")
    if size > MOST_BYTES:
        sys.exit(f"{path.name} is bigger than {MOST_BYTES // 1000} kB: show less of the page.")


def choose(page: Page, picture: Picture) -> str:
    """Where to, of the links to follow."""
    found = [link.get_attribute("href") or "" for link in page.locator(picture.follow).all()]
    counted = {}
    for href in dict.fromkeys(found):
        page.goto(SITE + href)
        counted[href] = sum(page.locator(wanted).count() > 0 for wanted in picture.wants)
    return max(counted, key=lambda href: counted[href])


if __name__ == "__main__":
    main()
