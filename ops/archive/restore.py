"""ops.archive.restore: the archive's data in the place of what is here, all of it or nothing."""

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

AS_IT_WAS = "Nothing was restored, and what was here is as it was"
NOT_KNOWN = "The database was lost just as it ended the restore, and may hold the backup's data or what was here before"
FAULTS = (ArchiveError, OSError, django.db.Error, psycopg.Error)


@dataclass(frozen=True, slots=True)
class Restored:
    contents: Contents
    kept: Made | None  # what was here before
    unreadable: int  # secrets that the backup's key does not open


def restore(path: Path, now: datetime, force: bool = False) -> Restored:
    """Put the archive's data in the place of what is there, in one transaction.

    What is there is backed up before that; without `force` only an install that nobody uses yet is replaced.
    """
    with opened(path) as archive:
        _refuse_another_key(archive)
        with pgtools.stopped():
            _let_the_key_follow("An earlier restore was cut short", None)
            with pgtools.connect() as database:
                counts = count(database, tables(database))
            kept = _keep(counts, now, force)
            unreadable = _replace(archive, kept)
            with contextlib.suppress(psycopg.Error), pgtools.connect(autocommit=True) as database:
                database.execute("ANALYZE")  # else the first pages are slow; the server does it by and by anyway
    return Restored(archive.contents, kept, unreadable)


def _refuse_another_key(archive: Archive) -> None:
    if archive.key != settings.SECRET_KEY and os.environ.get("SECRET_KEY", "").strip():
        raise ArchiveError(
            "SECRET_KEY is set to another key than the one in this backup, and what is encrypted could not be read. "
            f"Remove the setting (the backup's key goes to {settings.VAR_DIR / KEY}), or set it to what this says: "
            f"unzip -p {shlex.quote(str(archive.path))} {KEY}"
        )


def _keep(counts: dict[str, int], now: datetime, force: bool) -> Made | None:
    """Back up what is here, where that is anything."""
    if not any(counts.values()):
        return None
    if not force:
        raise ArchiveError(
            f"There is data here already: {in_words(counts)}. With --force it is backed up, then replaced."
        )
    folder: Path = settings.VAR_DIR / "replaced"
    folder.mkdir(mode=0o700, exist_ok=True)
    return write(folder / f"tenth-{now:%Y%m%d-%H%M%S}.zip", now)


def _replace(archive: Archive, kept: Made | None) -> int:
    """Data, then key. Each way in which that can fail has a sentence that is true of it."""
    loaded = False
    try:
        key.lay_beside(archive.key)
        with _one_connection() as connection, transaction.atomic(durable=True):
            unreadable = load(connection, archive)
            key.mark(connection.connection, archive.key)
            loaded = True
    except FAULTS as error:
        # Only while committing can it be unknown what became of it; until then all is rolled back.
        if not (loaded and _let_the_key_follow(NOT_KNOWN, kept)):
            _take_back(kept)
            raise ArchiveError(f"{AS_IT_WAS}: {_reason(error)}") from error
    except BaseException:
        if not loaded:
            _take_back(kept)
        raise
    else:
        _let_the_key_follow("The data is restored", kept)
    return unreadable


@contextlib.contextmanager
def _one_connection() -> Iterator[BaseDatabaseWrapper]:
    """The connection that Django and its migrations use, without a pool beside it."""
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
    """Put the key right, by what the database says. Returns whether the archive's data is in it."""
    try:
        with pgtools.connect(autocommit=True) as database:
            return key.settle(database)
    except (psycopg.Error, OSError) as error:
        before = f" What was here before is in {kept.path}." if kept else ""
        raise ArchiveError(
            f"{fact}, but the key that belongs to it could not be put in its place: {_reason(error)} It waits in "
            f"{key.beside()}. Leave it there: the next start, or the next restore, puts it right.{before}"
        ) from error


def _take_back(kept: Made | None) -> None:
    """Nothing of a restore that was not done stays: no key beside the key, no backup of what is still here."""
    with contextlib.suppress(OSError):
        key.beside().unlink(missing_ok=True)
        if kept:
            kept.path.unlink()
            kept.path.parent.rmdir()  # unless older ones are in it


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename} cannot be written ({error.strerror})."
    return first_line(str(error))
