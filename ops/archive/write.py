"""ops.archive.write: back up everything, as of one instant, while Tenth runs."""

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
    fetch_row,
    first_line,
    tables,
)
from ops.version import VERSION

OWN_NOTE = re.compile(rb"ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n")


def write(target: Path, now: datetime, force: bool = False) -> Made:
    """Back up into this file, completely or not at all. Tenth may keep running: everything is from one instant."""
    began = time.monotonic()
    if target.is_dir():
        raise ArchiveError(f"{target} is a folder. Give the name of a file in it.")
    if target.exists() and not force:
        raise ArchiveError(f"{target} exists already. Choose another file, or replace it with --force.")
    if key.waiting_file().exists():
        raise ArchiveError(
            f"A restore is running in {settings.VAR_DIR}, or was interrupted there, so the key may not match the data. "
            "Start Tenth once to put that right, then back up."
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
    """Record the backup for the health page."""
    row = "INSERT INTO papers_backup (at, took_ms, size, host, path) VALUES (%s, %s, %s, %s, %s)"
    values = [made.contents.made_at, round(made.seconds * 1000), made.size, socket.gethostname()[:255], str(made.path)]
    # The backup is good even if this fails: an older database lacks the table, another may be read-only.
    with contextlib.suppress(psycopg.Error), pgtools.connect() as database:
        database.execute(row, values)


def _pack(file: IO[bytes], database: "psycopg.Connection[Any]", now: datetime) -> Contents:
    # pg_dump joins this transaction's snapshot, so the counts here and its output are from the same instant.
    database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    database.read_only = True
    existing = tables(database)
    if "django_migrations" not in existing:
        raise ArchiveError("There is nothing to back up: the database has no Tenth tables.")
    (snapshot, schema) = fetch_row(database, "SELECT pg_export_snapshot(), current_schema()")
    applied = database.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    counts = count(database, existing)
    server = database.info.server_version // 10000
    options = [f"--snapshot={snapshot}", *(f'--table="{schema}"."{table}"' for table in sorted(existing))]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        sums = {SQL: _dump(archive, server, options)}
        sums[KEY] = _put(archive, KEY, settings.SECRET_KEY.encode())
        contents = Contents(now, schema, [(app, name) for app, name in applied], counts, sums)
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "tenth": VERSION,
            "postgresql": server,
            "schema": schema,
            "migrations": contents.migrations,
            "counts": counts,
            "sha256": sums,
        }
        _put(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
    return contents


def _dump(archive: zipfile.ZipFile, server: int, options: list[str]) -> str:
    """Stream pg_dump's SQL into the archive and return its checksum."""
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
                pass  # keep reading, or pg_dump fails too and hides the reason
        finally:
            process.stdout.close()  # if we stopped reading (disk full, Ctrl-C), this ends pg_dump
            process.wait()
        if process.returncode:
            errors.seek(0)
            reason = first_line(errors.read().decode(errors="replace"))
            raise ArchiveError(f"pg_dump failed: {reason or 'it was killed.'}")
    if unknown:
        raise ArchiveError(f"No backup was made, because it could not have been restored: {unknown}.")
    return digest.hexdigest()


def portable(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Drop the server's own note on each column, which other servers reject. Refuse whatever a restore would refuse.

    Servers write such notes since their security releases of November 2026 (15.20, for one); an older pg_dump copies
    them.
    """
    for line, kind in dump.parse(lines):
        if kind is dump.Line.ROW or not OWN_NOTE.fullmatch(line):
            yield line


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines into chunks of about a megabyte."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> str:
    archive.writestr(_entry(name), content)
    return hashlib.sha256(content).hexdigest()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that stays private when it is unpacked."""
    entry = zipfile.ZipInfo(name, date_time=time.gmtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


@contextlib.contextmanager
def _whole_or_not_at_all(target: Path, force: bool) -> Iterator[IO[bytes]]:
    """Yield a private file beside the target, which takes the target's name once it is complete and on disk."""
    _sweep(target)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not force and target.exists():
            raise ArchiveError(f"{target} was created by somebody else meanwhile. Choose another file.")
        part.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Remove what a killed backup into this file left behind."""
    for path in target.parent.iterdir():
        left = re.fullmatch(rf"\.{re.escape(target.name)}\.(\d+)\.part", path.name)
        if left and path.stat().st_uid == os.geteuid() and not psutil.pid_exists(int(left[1])):
            path.unlink(missing_ok=True)
