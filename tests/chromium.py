"""The Chromium for the browser tests, installed if necessary. `python -m tests.chromium` prints its path."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def works(path: str) -> bool:
    """Tell whether this browser starts: Ubuntu's chromium-browser, for one, may only point to a missing snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_path() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def find() -> str:
    """Return the browser named by CHROMIUM, one on PATH, or Playwright's own; "" when there is none."""
    if configured := os.environ.get("CHROMIUM", "").strip():
        if not works(configured):
            sys.exit(f"CHROMIUM={configured!r} does not start. Set it to a Chromium or Chrome, or unset it.")
        return configured
    for name in NAMES:
        if (path := shutil.which(name)) and works(path):
            return path
    bundled = playwrights_path()
    return bundled if Path(bundled).exists() and works(bundled) else ""


def install() -> None:
    """Install Chromium with apt if we may, else with Playwright."""
    quiet = {"stdout": sys.stderr, "stderr": sys.stderr}
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], env=env, **quiet)
        subprocess.run(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"], env=env, **quiet)
    if not find():
        system = ["--with-deps"] if os.geteuid() == 0 else []  # the system libraries that it needs
        subprocess.run([sys.executable, "-m", "playwright", "install", *system, "chromium"], **quiet)


def chromium() -> str:
    if path := find():
        return path
    print("No Chromium here; installing one for the browser tests ...", file=sys.stderr)
    install()
    if path := find():
        return path
    sys.exit(
        "The browser tests need Chromium, and it could not be installed. Install chromium or Google Chrome, "
        "or point to one: make test CHROMIUM=/path/to/chrome"
    )


if __name__ == "__main__":
    print(chromium())
