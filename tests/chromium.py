"""The Chromium that the browser tests drive: found, else installed. `python -m tests.chromium` prints where it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def works(path: str) -> bool:
    """It starts: Ubuntu's chromium-browser, for one, may be a mere pointer to a snap that is not there."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def found() -> str:
    """From CHROMIUM, from PATH, or Playwright's own; "" when there is none."""
    if named := os.environ.get("CHROMIUM", "").strip():
        if not works(named):
            sys.exit(f"CHROMIUM={named!r} does not start. Name a Chromium or Chrome, or leave it out.")
        return named
    for name in NAMES:
        if (path := shutil.which(name)) and works(path):
            return path
    own = playwrights_own()
    return own if Path(own).exists() and works(own) else ""


def install() -> None:
    """By apt where we may, else Playwright's own."""
    quiet = {"stdout": sys.stderr, "stderr": sys.stderr}
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], env=env, **quiet)
        subprocess.run(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"], env=env, **quiet)
    if not found():
        system = ["--with-deps"] if os.geteuid() == 0 else []  # the libraries that it needs from the system
        subprocess.run([sys.executable, "-m", "playwright", "install", *system, "chromium"], **quiet)


def chromium() -> str:
    if path := found():
        return path
    print("No Chromium here; installing one for the browser tests ...", file=sys.stderr)
    install()
    if path := found():
        return path
    sys.exit(
        "The browser tests need Chromium, and it could not be installed. Install chromium or Google Chrome, "
        "or name one: make test CHROMIUM=/path/to/chrome"
    )


if __name__ == "__main__":
    print(chromium())
