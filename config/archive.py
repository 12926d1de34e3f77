"""config.archive: an install in one file: the database, the key, and what tells whether both are whole.

A zip, so that anybody can look into it for as long as there are computers:
    database.sql   what pg_dump wrote: all tables of ours at one instant; the queue is left out and made anew
    secret_key     signs sessions, and opens what is encrypted in the database
    tenth.json     written last: when, by what, the migrations that had been applied, and the checksums
"""

import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config import pgtools
from config.broker import QUEUE
from config.prepare import LOCK
from config.version import VERSION

FORMAT = 1
SQL, KEY, MANIFEST = "database.sql", "secret_key", "tenth.json"
CHUNK = 1 << 20
OWN_NOTE = re.compile(rb"ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n")
COUNTED = {"papers_person": "people", "papers_source": "sources", "papers_paper": "papers"}


class ArchiveError(Exception):
    """No backup was made, or nothing was restored; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive says of itself."""

    made_at: datetime
    schema: str
    migrations: list[tuple[str, str]]
    counts: dict[str, int]
    sums: dict[str, str]

    def in_words(self) -> str:
        return ", ".join(f"{count:,} {what}" for what, count in self.counts.items())


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    size: int
    seconds: float
    contents: Contents


# ── making one ───────────────────────────────────────────────────────────────────────────────


def write(target: Path, now: datetime, force: bool = False) -> Made:
    """Back up into this file, whole or not at all. Tenth may run meanwhile: all is of one instant."""
    began = time.monotonic()
    if target.is_dir():
        raise ArchiveError(f"{target} is a folder. Name a file in it.")
    if target.exists() and not force:
        raise ArchiveError(f"{target} is there already. Name another file, or say --force to replace it.")
    try:
        with _whole_or_not_at_all(target, force) as file, pgtools.connect() as database:
            contents = _pack(file, database, now)
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error.strerror or error}.") from error
    except psycopg.Error as error:
        raise ArchiveError(f"The database could not be read: {_first_line(str(error))}") from error
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
    (snapshot, schema) = _one(database, "SELECT pg_export_snapshot(), current_schema()")
    applied = database.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    counts = count(database, there)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        sums = {SQL: _dump(archive, database.info.server_version // 10000, schema, snapshot)}
        sums[KEY] = _put(archive, KEY, settings.SECRET_KEY.encode())
        contents = Contents(now, schema, [(app, name) for app, name in applied], counts, sums)
        told = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "tenth": VERSION,
            "postgresql": database.info.server_version // 10000,
            "schema": schema,
            "migrations": contents.migrations,
            "counts": counts,
            "sha256": sums,
        }
        _put(archive, MANIFEST, json.dumps(told, indent=1).encode())
    return contents


def _dump(archive: zipfile.ZipFile, server: int, schema: str, snapshot: str) -> str:
    """Stream pg_dump's SQL into the archive; returns its checksum."""
    wanted = [f'--table="{schema}".{prefix}_*' for prefix in sorted(_prefixes())]
    options = ["--no-owner", "--no-acl", f"--snapshot={snapshot}", "--lock-wait-timeout=60s", "--encoding=UTF8"]
    line, env = pgtools.command("pg_dump", server, *options, *wanted)
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(line, env=env, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout
        try:
            with archive.open(_entry(SQL), "w", force_zip64=True) as member:
                data = False
                while lines := process.stdout.readlines(CHUNK):
                    kept, data = portable(lines, data)
                    chunk = b"".join(kept)
                    digest.update(chunk)
                    member.write(chunk)
        finally:
            process.stdout.close()  # when nobody reads on (a full disk, Ctrl-C), pg_dump ends by itself
            process.wait()
        if process.returncode:
            raise ArchiveError(f"pg_dump failed: {_said(errors)}")
    return digest.hexdigest()


def portable(lines: list[bytes], data: bool) -> tuple[list[bytes], bool]:
    """Leave out the server's own note on each column, which no other server takes.

    Since their security releases of November 2026 servers note one (15.20 does); a pg_dump from before then writes it
    down. `data`: the lines begin in the middle of a table's rows; returned, whether they end there.
    """
    kept = []
    for line in lines:
        if data:
            data = line != b"\\.\n"
        elif OWN_NOTE.fullmatch(line):
            continue
        else:
            data = line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n")
        kept.append(line)
    return kept, data


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


# ── looking into one ─────────────────────────────────────────────────────────────────────────


def check(path: Path) -> Contents:
    """Read all of it, and see that it is whole and that this Tenth understands it."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(MANIFEST))
            if told["format"] > FORMAT:
                raise ArchiveError(
                    f"{path} was made by Tenth {told['tenth']}, which is newer than this one. Update first."
                )
            for name, expected in told["sha256"].items():
                with archive.open(name) as member:
                    digest = hashlib.sha256()
                    while chunk := member.read(CHUNK):
                        digest.update(chunk)
                if digest.hexdigest() != expected:
                    raise ArchiveError(f"{path} is damaged: {name} is not what was written. Take another backup.")
        contents = Contents(
            datetime.fromisoformat(told["made_at"]),
            told["schema"],
            [(app, name) for app, name in told["migrations"]],
            told["counts"],
            told["sha256"],
        )
        if not {SQL, KEY} <= contents.sums.keys():
            raise KeyError(SQL)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ArchiveError(f"{path} is damaged, cut short or no backup at all ({error}). Take another.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError(f"{path} is not a backup made by Tenth.") from error
    _refuse_the_future(path, contents, told["tenth"])
    return contents


def _refuse_the_future(path: Path, contents: Contents, version: str) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    if unknown := [f"{app}.{name}" for app, name in contents.migrations if (app, name) not in known]:
        raise ArchiveError(
            f"{path} was made by a newer Tenth ({version}): this one does not know the migration "
            f"{unknown[-1]}. Update this Tenth first, then restore."
        )


# ── restoring one ────────────────────────────────────────────────────────────────────────────


def restore(path: Path, now: datetime, force: bool = False) -> tuple[Contents, Made | None]:
    """Put the archive's data in the place of what is there, in one transaction.

    What is there is backed up before that; without `force` only an install that nobody uses yet is replaced.
    """
    contents = check(path)
    with zipfile.ZipFile(path) as archive:
        key = archive.read(KEY).decode()
    if key != settings.SECRET_KEY and os.environ.get("SECRET_KEY", "").strip():
        raise ArchiveError(
            "SECRET_KEY is set to another key than the one in this backup, and what is encrypted could not be read. "
            f"Remove the setting (the backup's key goes to {settings.VAR_DIR / KEY}), or set it to what this says: "
            f"unzip -p {shlex.quote(str(path))} {KEY}"
        )
    with pgtools.stopped():
        with pgtools.connect() as database:
            (schema, server) = _one(database, "SELECT current_schema(), current_setting('server_version_num')::int")
            there = tables(database)
            counts = count(database, there)
        if schema != contents.schema:
            raise ArchiveError(
                f"The backup's tables are in the schema {contents.schema}, and this database's would be in {schema}. "
                "Set the search path of DATABASE_URL alike."
            )
        kept = None
        if any(counts.values()):
            found = Contents(now, schema, [], counts, {}).in_words()
            if not force:
                raise ArchiveError(f"There is data here already: {found}. With --force it is backed up, then replaced.")
            kept = write(_aside(now), now)
        part = settings.VAR_DIR / f"{KEY}.restored"
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(key)
        _load(path, schema, there, server // 10000)
        part.replace(settings.VAR_DIR / KEY)
    return contents, kept


def _aside(now: datetime) -> Path:
    folder: Path = settings.VAR_DIR / "replaced"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"tenth-{now:%Y%m%d-%H%M%S}.zip"


def _load(path: Path, schema: str, there: set[str], server: int) -> None:
    """Feed psql one transaction. It is committed by our last line, so nothing is when we end before that."""
    line, env = pgtools.command("psql", 15, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with tempfile.TemporaryFile() as errors, zipfile.ZipFile(path) as archive, archive.open(SQL) as dump:
        process = subprocess.Popen(line, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)
        assert process.stdin
        with contextlib.suppress(BrokenPipeError), process.stdin as feed:  # psql says below at what it stopped
            feed.write(_before(schema, there).encode())
            for head in dump:
                if not (server < 17 and head.startswith(b"SET transaction_timeout")):  # unknown to it
                    feed.write(head)
                if head.startswith(b"CREATE "):
                    break
            shutil.copyfileobj(dump, feed, CHUNK)
            feed.write(b"\nCOMMIT;\n")
        if process.wait():
            raise ArchiveError(f"Nothing was changed, because the database refused: {_said(errors)}")
    with contextlib.suppress(psycopg.Error), pgtools.connect(autocommit=True) as database:
        database.execute("ANALYZE")  # else the first pages are slow; the server does it by and by anyway


def _before(schema: str, there: set[str]) -> str:
    """Take away our tables, and messages that speak of rows which are no more."""
    gone = sql.SQL(", ").join(sql.Identifier(schema, table) for table in sorted(there))
    queue = "".join(
        f"DO $$ BEGIN IF to_regclass('pgmq.{table}') IS NOT NULL THEN DELETE FROM pgmq.{table}; END IF; END $$;\n"  # noqa: S608 (constants)
        for table in (f"q_{QUEUE}", f"a_{QUEUE}")
    )
    drop = sql.SQL("DROP TABLE IF EXISTS {} CASCADE;\n").format(gone).as_string() if there else ""
    return f"BEGIN;\nSELECT pg_advisory_xact_lock({LOCK});\n{drop}{queue}"


# ── what is in the database ──────────────────────────────────────────────────────────────────


def tables(database: "psycopg.Connection[Any]") -> set[str]:
    """Ours, by their prefixes: also those of migrations that this code does not know."""
    found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    return {table for (table,) in found if table.partition("_")[0] in _prefixes()}


def _prefixes() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {"django", *(model._meta.db_table.partition("_")[0] for model in models)}


def count(database: "psycopg.Connection[Any]", there: set[str]) -> dict[str, int]:
    counted = sql.SQL("SELECT count(*) FROM {}")
    return {
        what: _one(database, counted.format(sql.Identifier(table)))[0]
        for table, what in COUNTED.items()
        if table in there
    }


def _one(database: "psycopg.Connection[Any]", query: Any) -> tuple[Any, ...]:
    row = database.execute(query).fetchone()
    assert row
    return tuple(row)


def _said(errors: IO[bytes]) -> str:
    errors.seek(0)
    return _first_line(errors.read().decode(errors="replace")) or "it was ended."


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
