"""demo.folder: where the demo keeps what it makes, and what must stay the same from one start to the next."""

import itertools
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Not TENTH_VAR: whoever has that set for their real install must not find the demo in it.
PATH = Path(os.environ.get("TENTH_DEMO_VAR") or ROOT / "var-demo").expanduser().resolve()
HISTORY = timedelta(days=75)  # the world begins before the team does
NOTE, TOLD = PATH / "demo.json", PATH / "told"


@dataclass(frozen=True)
class Folder:
    since: date  # the first day of the invented world
    feeds: int  # the port of the feed server: addresses of sources hold it
    token: str  # in the link that signs in

    @property
    def site(self) -> str:
        """Where the feed server answers."""
        return f"http://127.0.0.1:{self.feeds}"

    @property
    def is_told(self) -> bool:
        """Whether the two months are in the database, all of them."""
        return TOLD.exists()


def opened() -> Folder:
    """The folder as it is."""
    kept = json.loads(NOTE.read_text())
    return Folder(**{**kept, "since": date.fromisoformat(kept["since"])})


def open_folder(port: int) -> Folder:
    """The folder as it is; a new one takes the first free port beside the web server's for its feed server."""
    if NOTE.exists():
        return opened()
    beside = itertools.chain(range(port + 1, 65536), range(port - 1, 1023, -1))
    feeds = next(other for other in beside if is_free(other))
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
