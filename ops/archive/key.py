"""ops.archive.key: switch the key together with the data, even when a restore is interrupted between the two.

The archive's key waits in a file beside the current one. The transaction that loads the data leaves a mark of that key
in the database. Whoever comes next sees from the mark whether the data arrived, and finishes or undoes the switch.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from ops.archive.contents import KEY
from ops.database import LOCK


def waiting_file() -> Path:
    path: Path = settings.VAR_DIR / f"{KEY}.restored"
    return path


def store_waiting(key: str) -> None:
    """Store the key in its waiting file, safely on disk."""
    waiting_file().unlink(missing_ok=True)
    with open(os.open(waiting_file(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder()


def mark(database: "psycopg.Connection[Any]", key: str) -> None:
    """Mark the data, in this transaction, as belonging to this key."""
    database.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(_mark_of(key)))


def settle(database: "psycopg.Connection[Any]") -> bool:
    """Finish or undo an interrupted restore. Returns whether its data is in the database."""
    if not waiting_file().exists():
        return False
    with database.transaction():
        database.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # waits for a restore that is still committing
        comment = database.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')").fetchone()
        key = waiting_file().read_text()
        if not comment or comment[0] != _mark_of(key):
            waiting_file().unlink()
            return False
        waiting_file().replace(settings.VAR_DIR / KEY)
        _sync_folder()
        database.execute("COMMENT ON TABLE django_migrations IS NULL")
    if not os.environ.get("SECRET_KEY", "").strip():
        settings.SECRET_KEY = key
    return True


def _mark_of(key: str) -> str:
    return f"restored with the key {hashlib.sha256(key.encode()).hexdigest()}"


def _sync_folder() -> None:
    folder = os.open(settings.VAR_DIR, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
