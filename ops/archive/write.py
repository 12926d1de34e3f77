"""ops.archive.write: one file of all there is, of one instant, while Tenth runs."""

import contextlib
import hashlib
import json
import os
import re
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg
from django.conf import settings

from ops import pgtools
from ops.archive import dump, key
from ops.archive.contents import (
    CHUNK,
    FORMAT,
    KEY,
    MANIFEST,
    SQL,
    ArchiveError,
    Contents,
    Made,
    count,
    first_line,
    one,
    tables,
)
from ops.version import VERSION

OWN_NOTE = re.compile(rb"ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n")


def write(target: Path, now: datetime, force: bool = False) -> Made:
    """Back up into this file, whole or not at all. Tenth may run meanwhile: all is of one instant."""
    began = time.monotonic()
    if target.is_dir():
        raise ArchiveError(f"{target} is a folder. Name a file in it.")
    if target.exists() and not force:
        raise ArchiveError(f"{target} is there already. Name another file, or say --force to replace it.")
    if key.beside().exists():
        raise ArchiveError(
            f"A restore is at work in {settings.VAR_DIR}, or was cut short there, so the key may not fit the data. "
            "Start Tenth once, which puts that right, then back up."
        )
    try:
        with _whole_or_not_at_all(target, force) as file, pgtools.connect() as database:
            contents = _pack(file, database, now)
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error.strerror or error}.") from error
    except psycopg.Error as error:
        raise ArchiveError(f"The database could not be read: {first_line(str(error))}") from error
    return Made(target, target.stat().st_size, time.monotonic() - began, contents)


def note(made: Made) -> None:
    """Remember that it was made, for the page that shows admins how this install is."""
    row = "INSERT INTO papers_backup (at, took_ms, size, host, path) VALUES (%s, %s, %s, %s, %s)"
    values = [made.contents.made_at, round(made.seconds * 1000), made.size, socket.gethostname()[:255], str(made.path)]
    # The backup itself is good: an older database without this table, or one that is read only, takes nothing from it.
    with contextlib.suppress(psycopg.Error), pgtools.connect() as database:
        database.execute(row, values)


def _pack(file: IO[bytes], database: "psycopg.Connection[Any]", now: datetime) -> Contents:
    # pg_dump joins this transaction's snapshot: what is counted here and what it writes is of the same instant.
    database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    database.read_only = True
    there = tables(database)
    if "django_migrations" not in there:
        raise ArchiveError("There is nothing to back up: the database has no tables of Tenth.")
    (snapshot, schema) = one(database, "SELECT pg_export_snapshot(), current_schema()")
    applied = database.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    counts = count(database, there)
    server = database.info.server_version // 10000
    options = [f"--snapshot={snapshot}", *(f'--table="{schema}"."{table}"' for table in sorted(there))]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        sums = {SQL: _dump(archive, server, options)}
        sums[KEY] = _put(archive, KEY, settings.SECRET_KEY.encode())
        contents = Contents(now, schema, [(app, name) for app, name in applied], counts, sums)
        told = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "tenth": VERSION,
            "postgresql": server,
            "schema": schema,
            "migrations": contents.migrations,
            "counts": counts,
            "sha256": sums,
        }
        _put(archive, MANIFEST, json.dumps(told, indent=1).encode())
    return contents


def _dump(archive: zipfile.ZipFile, server: int, options: list[str]) -> str:
    """Stream pg_dump's SQL into the archive; returns its checksum."""
    always = ["--no-owner", "--no-acl", "--lock-wait-timeout=60s", "--encoding=UTF8"]
    command, env = pgtools.command("pg_dump", server, *always, *options)
    digest, unknown = hashlib.sha256(), None
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout
        try:
            with archive.open(_entry(SQL), "w", force_zip64=True) as member:
                for chunk in _chunks(portable(dump.lines(process.stdout))):
                    digest.update(chunk)
                    member.write(chunk)
        except dump.UnknownError as error:
            unknown = error
            while process.stdout.read(CHUNK):
                pass  # or pg_dump would fail too, and for another reason
        finally:
            process.stdout.close()  # when nobody reads on (a full disk, Ctrl-C), pg_dump ends by itself
            process.wait()
        if process.returncode:
            errors.seek(0)
            reason = first_line(errors.read().decode(errors="replace"))
            raise ArchiveError(f"pg_dump failed: {reason or 'it was ended.'}")
    if unknown:
        raise ArchiveError(f"No backup was made, because it could not be restored: {unknown}.")
    return digest.hexdigest()


def portable(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out the server's own note on each column, which no other server takes; refuse what a restore would.

    Since their security releases of November 2026 servers note one (15.20 does); a pg_dump from before then writes it
    down.
    """
    for line, what in dump.parse(lines):
        if what is dump.Line.ROW or not OWN_NOTE.fullmatch(line):
            yield line


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines joined, about a megabyte at a time."""
    kept: list[bytes] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(kept)
            kept, size = [], 0
    yield b"".join(kept)


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> str:
    archive.writestr(_entry(name), content)
    return hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """Private when it is unpacked, too."""
    entry = zipfile.ZipInfo(name, date_time=time.gmtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


@contextlib.contextmanager
def _whole_or_not_at_all(target: Path, force: bool) -> Iterator[IO[bytes]]:
    """A private file beside the target that takes its name once it is whole and on the disk."""
    _sweep(target)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not force and target.exists():
            raise ArchiveError(f"{target} was made by somebody else meanwhile. Name another file.")
        part.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Take away what a killed backup into this file left behind."""
    for path in target.parent.iterdir():
        left = re.fullmatch(rf"\.{re.escape(target.name)}\.(\d+)\.part", path.name)
        if left and path.stat().st_uid == os.geteuid() and not psutil.pid_exists(int(left[1])):
            path.unlink(missing_ok=True)
