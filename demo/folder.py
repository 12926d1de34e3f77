"""demo.folder: the demo's data folder, and the few values that must stay the same from one start to the next."""

import itertools
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Not TENTH_VAR: people who have set that for their real install must not find the demo in it.
PATH = Path(os.environ.get("TENTH_DEMO_VAR") or ROOT / "var-demo").expanduser().resolve()
HISTORY = timedelta(days=75)  # the world begins before the team's work does
NOTE, COMPLETE = PATH / "demo.json", PATH / "complete"


@dataclass(frozen=True)
class Folder:
    since: date  # the first day of the invented world
    feeds: int  # the feed server's port, which is part of the sources' addresses
    token: str  # part of the link that signs in

    @property
    def site(self) -> str:
        """The feed server's address."""
        return f"http://127.0.0.1:{self.feeds}"

    @property
    def is_complete(self) -> bool:
        """Tell whether the database contains the whole two months."""
        return COMPLETE.exists()


def load_folder() -> Folder:
    """Load the values of an existing folder."""
    values = json.loads(NOTE.read_text())
    return Folder(**{**values, "since": date.fromisoformat(values["since"])})


def open_folder(port: int) -> Folder:
    """Load the folder, or create it with the first free port near the web server's for its feed server."""
    if NOTE.exists():
        return load_folder()
    nearby = itertools.chain(range(port + 1, 65536), range(port - 1, 1023, -1))
    feeds = next(other for other in nearby if is_free(other))
    folder = Folder(datetime.now(UTC).date() - HISTORY, feeds, secrets.token_urlsafe(16))
    PATH.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = NOTE.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps({**asdict(folder), "since": folder.since.isoformat()}))
    part.rename(NOTE)
    return folder


def is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
