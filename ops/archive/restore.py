"""ops.archive.restore: replace the data here with the archive's, completely or not at all."""

import contextlib
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import django.db
import psycopg
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ops import pgtools
from ops.archive import key
from ops.archive.contents import KEY, ArchiveError, Contents, Made, count, first_line, in_words, tables
from ops.archive.load import load
from ops.archive.read import Archive, opened
from ops.archive.write import write

NOTHING_CHANGED = "Nothing was restored, and your data is unchanged"
UNCERTAIN = "The database was lost while the restore committed, so it holds either the backup's data or your old data"
FAULTS = (ArchiveError, OSError, django.db.Error, psycopg.Error)


@dataclass(frozen=True, slots=True)
class Restored:
    contents: Contents
    kept: Made | None  # a backup of the data that was replaced
    unreadable: int  # secrets that the backup's key cannot decrypt


def restore(path: Path, now: datetime, force: bool = False) -> Restored:
    """Replace the data here with the archive's, in one transaction.

    Existing data is backed up first; without `force`, only an install that nobody uses yet is replaced.
    """
    with opened(path) as archive:
        _refuse_another_key(archive)
        with pgtools.stopped():
            _let_the_key_follow("An earlier restore was interrupted", None)
            with pgtools.connect() as database:
                counts = count(database, tables(database))
            kept = _keep(counts, now, force)
            unreadable = _replace(archive, kept)
            with contextlib.suppress(psycopg.Error), pgtools.connect(autocommit=True) as database:
                database.execute("ANALYZE")  # speeds up the first pages; the server would do it later by itself
    return Restored(archive.contents, kept, unreadable)


def _refuse_another_key(archive: Archive) -> None:
    if archive.key != settings.SECRET_KEY and os.environ.get("SECRET_KEY", "").strip():
        raise ArchiveError(
            "SECRET_KEY is set to a different key than the one in this backup, which could not be decrypted. "
            f"Remove the setting (the backup's key goes to {settings.VAR_DIR / KEY}), or set it to the output of: "
            f"unzip -p {shlex.quote(str(archive.path))} {KEY}"
        )


def _keep(counts: dict[str, int], now: datetime, force: bool) -> Made | None:
    """Back up the data that is about to be replaced, if there is any."""
    if not any(counts.values()):
        return None
    if not force:
        raise ArchiveError(
            f"There is data here already: {in_words(counts)}. With --force it is backed up and then replaced."
        )
    folder: Path = settings.VAR_DIR / "replaced"
    folder.mkdir(mode=0o700, exist_ok=True)
    return write(folder / f"tenth-{now:%Y%m%d-%H%M%S}.zip", now)


def _replace(archive: Archive, kept: Made | None) -> int:
    """Replace the data, then the key. Every way this can fail has an accurate message of its own."""
    loaded = False
    try:
        key.store_waiting(archive.key)
        with _one_connection() as connection, transaction.atomic(durable=True):
            unreadable = load(connection, archive)
            key.mark(connection.connection, archive.key)
            loaded = True
    except FAULTS as error:
        # Only a failed commit leaves the outcome unknown; before that, everything is rolled back.
        if not (loaded and _let_the_key_follow(UNCERTAIN, kept)):
            _take_back(kept)
            raise ArchiveError(f"{NOTHING_CHANGED}: {_reason(error)}") from error
    except BaseException:
        if not loaded:
            _take_back(kept)
        raise
    else:
        _let_the_key_follow("The data is restored", kept)
    return unreadable


@contextlib.contextmanager
def _one_connection() -> Iterator[BaseDatabaseWrapper]:
    """Give Django and its migrations a single connection, without a pool."""
    pooled = connections["default"]
    alone = pooled.copy()
    alone.settings_dict["OPTIONS"].pop("pool", None)
    connections["default"] = alone
    try:
        yield alone
    finally:
        alone.close()
        connections["default"] = pooled


def _let_the_key_follow(fact: str, kept: Made | None) -> bool:
    """Bring the key in line with the data in the database. Returns whether that is the archive's."""
    try:
        with pgtools.connect(autocommit=True) as database:
            return key.settle(database)
    except (psycopg.Error, OSError) as error:
        before = f" Your old data is in {kept.path}." if kept else ""
        raise ArchiveError(
            f"{fact}, but its key could not be put in place: {_reason(error)} The key waits in "
            f"{key.waiting_file()}. Leave it there: the next start, or the next restore, puts it in place.{before}"
        ) from error


def _take_back(kept: Made | None) -> None:
    """Clean up after a failed restore: remove the waiting key, and the backup of data that is still here."""
    with contextlib.suppress(OSError):
        key.waiting_file().unlink(missing_ok=True)
        if kept:
            kept.path.unlink()
            kept.path.parent.rmdir()  # fails when older backups are in it


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename} cannot be written ({error.strerror})."
    return first_line(str(error))
