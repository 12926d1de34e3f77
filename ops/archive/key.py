"""ops.archive.key: the key follows the data, also when a restore is cut short between the two.

The archive's key waits beside the one in use. The transaction that loads the data leaves a mark of that key in the
database; whoever comes next sees by the mark whether the data is there, and finishes or takes back.
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


def beside() -> Path:
    path: Path = settings.VAR_DIR / f"{KEY}.restored"
    return path


def lay_beside(key: str) -> None:
    """Put it where it waits, safely on the disk."""
    beside().unlink(missing_ok=True)
    with open(os.open(beside(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder()


def mark(database: "psycopg.Connection[Any]", key: str) -> None:
    """Note in this transaction whose data this is."""
    database.execute(sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(_mark_of(key)))


def settle(database: "psycopg.Connection[Any]") -> bool:
    """Finish or take back what a restore has left, and say whether its data is there."""
    if not beside().exists():
        return False
    with database.transaction():
        database.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # a restore that is still committing holds it
        noted = database.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')").fetchone()
        key = beside().read_text()
        if not noted or noted[0] != _mark_of(key):
            beside().unlink()
            return False
        beside().replace(settings.VAR_DIR / KEY)
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
