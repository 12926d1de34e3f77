"""python -m demo: what `make demo` starts: feed server, database, web, worker and beat, until Ctrl-C."""

import os
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime

os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"

from django.conf import settings

from demo import outside
from demo.folder import ROOT, Folder, is_free, opened
from ops import run


def main() -> int:
    port = settings.PORT  # read first: it makes the folder
    if port == opened().feeds:
        raise run.StartError(
            f"PORT={port} is where this demo's invented sources answer. Take another: make demo PORT={port + 1}"
        )
    os.chdir(ROOT)
    return run.run(furnish, "make demo", "TENTH_DEMO_VAR")


def furnish(env: dict[str, str]) -> list[str]:
    """Beside what every start needs: the invented world, and the first time two months of work in it."""
    folder = opened()
    serve(folder, env)
    run.prepare(env)
    if not folder.is_told:
        print("Two months of invented work, told once; the next start takes seconds ...", flush=True)
        # What a crash would lose is told anew, so nothing waits for the disk.
        quick = {**env, "PGOPTIONS": "-c synchronous_commit=off"}
        done = subprocess.run([sys.executable, "-m", "demo.first"], env=quick)
        if done.returncode:
            sys.exit(done.returncode)
    return [
        f"Sign in with this link: {settings.PUBLIC_URL}/demo/{folder.token}",
        f"The invented sources: {folder.site}/ · the invented chat: {folder.site}/hooks/",
        f"To throw the demo away: rm -r {shlex.quote(str(settings.VAR_DIR))}",
    ]


def serve(folder: Folder, env: dict[str, str]) -> None:
    """Start the feed server. It goes with all else that the supervisor ends."""
    if not is_free(folder.feeds):
        raise run.StartError(
            f"port {folder.feeds}, where this demo's invented sources answer, is taken. End what runs there, "
            f"or begin anew without this demo's folder: rm -r {settings.VAR_DIR}"
        )
    days = (datetime.now(UTC).date() - folder.since).days
    given = ["--port", str(folder.feeds), "--days", str(days), "--a-day", "16"]
    quiet = subprocess.DEVNULL
    # Its own session: Ctrl-C reaches the supervisor, which ends it after those who ask it.
    subprocess.Popen([sys.executable, "-m", "feedserver", *given], env=env, stdout=quiet, start_new_session=True)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            outside.trouble_shares(folder.site)
        except OSError:
            time.sleep(0.05)
            continue
        if folder.is_told:
            outside.fail_a_blog(folder.site)
        return
    raise run.StartError(f"the feed server does not answer on port {folder.feeds}. The lines above say why.")


if __name__ == "__main__":
    sys.exit(run.in_a_sentence(main))
