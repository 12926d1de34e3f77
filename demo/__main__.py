"""python -m demo: start the demo for `make demo`: feed server, database, web, worker and beat, until Ctrl-C."""

import os
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime

os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"

from django.conf import settings

from demo import outside
from demo.folder import ROOT, Folder, is_free, load_folder
from ops import run


def main() -> int:
    port = settings.PORT  # read first: this creates the folder
    if port == load_folder().feeds:
        raise run.StartError(
            f"PORT={port} is used by this demo's invented sources. Use another: make demo PORT={port + 1}"
        )
    os.chdir(ROOT)
    return run.run(prepare, "make demo", "TENTH_DEMO_VAR")


def prepare(env: dict[str, str]) -> list[str]:
    """Prepare a start: serve the invented world and, the first time, fill the database with two months of work."""
    folder = load_folder()
    serve(folder, env)
    run.prepare(env)
    if not folder.is_complete:
        print("Creating two months of invented work. This happens once; the next start takes seconds ...", flush=True)
        # A crash would make us start over, so nothing needs to wait for the disk.
        quick = {**env, "PGOPTIONS": "-c synchronous_commit=off"}
        result = subprocess.run([sys.executable, "-m", "demo.first"], env=quick)
        if result.returncode:
            sys.exit(result.returncode)
    return [
        f"Sign in with this link: {settings.PUBLIC_URL}/demo/{folder.token}",
        f"Invented sources: {folder.site}/ · invented chat: {folder.site}/hooks/",
        f"To delete the demo: rm -r {shlex.quote(str(settings.VAR_DIR))}",
    ]


def serve(folder: Folder, env: dict[str, str]) -> None:
    """Start the feed server. The supervisor stops it with everything else."""
    if not is_free(folder.feeds):
        raise run.StartError(
            f"port {folder.feeds}, used by this demo's invented sources, is taken by another program. Stop that one, "
            f"or start over by deleting this demo: rm -r {settings.VAR_DIR}"
        )
    days = (datetime.now(UTC).date() - folder.since).days
    options = ["--port", str(folder.feeds), "--days", str(days), "--a-day", "16"]
    quiet = subprocess.DEVNULL
    # In a session of its own, so that Ctrl-C reaches only the supervisor, which stops it after everything that uses it.
    subprocess.Popen([sys.executable, "-m", "feedserver", *options], env=env, stdout=quiet, start_new_session=True)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            outside.trouble_shares(folder.site)
        except OSError:
            time.sleep(0.05)
            continue
        if folder.is_complete:
            outside.fail_a_blog(folder.site)
        return
    raise run.StartError(f"the feed server does not answer on port {folder.feeds}. The lines above say why.")


if __name__ == "__main__":
    sys.exit(run.in_a_sentence(main))
