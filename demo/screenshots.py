"""python -m demo.screenshots: take README's pictures for `make screenshots`, of the demo in headless Chromium.

A running demo is used; otherwise one is started, and stopped afterwards.
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
    follow: str = ""  # CSS of links on that page; the picture shows the page that one of them leads to,
    wants: tuple[str, ...] = ()  # namely the first with the most of these
    top: str = ""  # the element at the upper edge


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
    """Make sure a demo answers and its worker has fetched today's papers."""
    if answers():
        yield
        return
    env = {**os.environ, "PORT": PORT}
    process = subprocess.Popen([sys.executable, "-m", "demo"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        while not answers():
            if process.poll() is not None:
                sys.exit("The demo stopped before it answered.")
            time.sleep(0.5)
        time.sleep(15)  # for the worker's first round
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


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
        sys.exit(f"{path.name} is larger than {MOST_BYTES // 1000} kB: show less of the page.")


def choose(page: Page, picture: Picture) -> str:
    """Choose the page to show among the links to follow."""
    links = [link.get_attribute("href") or "" for link in page.locator(picture.follow).all()]
    scores = {}
    for href in dict.fromkeys(links):
        page.goto(SITE + href)
        scores[href] = sum(page.locator(selector).count() > 0 for selector in picture.wants)
    return max(scores, key=lambda href: scores[href])


if __name__ == "__main__":
    main()
