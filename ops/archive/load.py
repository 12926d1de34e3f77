"""ops.archive.load: tables by our own migrations, rows from the archive. Nothing else in it reaches the database."""

from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from ops.archive import dump
from ops.archive.contents import CHUNK, ArchiveError, tables
from ops.archive.read import Archive
from ops.broker import QUEUE
from ops.database import LOCK

Statements = Iterator[tuple[bytes, dump.Copy | dump.Setval | dump.Line]]


def load(connection: BaseDatabaseWrapper, archive: Archive) -> int:
    """Replace all that is ours, inside the caller's transaction. Returns how many secrets the key does not open."""
    connection.ensure_connection()
    database: psycopg.Connection[Any] = connection.connection
    _begin(database)
    _drop(database)
    _make_tables(connection, archive)
    made = _columns(database)
    again = _undress(database, list(made))
    _empty(database, list(made))
    _fill(database, archive, made)
    for statement in again:
        database.execute(statement)
    return _unreadable(database, archive.key, made)


def _begin(database: "psycopg.Connection[Any]") -> None:
    """Alone with it, in no hurry, and reading as pg_dump wrote."""
    timeouts = "SELECT set_config(name, '0', true) FROM pg_settings WHERE name LIKE '%\\_timeout' AND context = 'user'"
    database.execute(timeouts)
    database.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    database.execute("SET LOCAL client_encoding = 'UTF8'")
    database.execute("SET LOCAL intervalstyle = 'postgres'")


def _drop(database: "psycopg.Connection[Any]") -> None:
    """Take away our tables, and messages that speak of rows which are no more."""
    if there := tables(database):
        gone = sql.SQL(", ").join(map(sql.Identifier, sorted(there)))
        database.execute(sql.SQL("DROP TABLE {} CASCADE").format(gone))
    for table in (f"q_{QUEUE}", f"a_{QUEUE}"):
        queue = sql.Identifier("pgmq", table)
        if database.execute("SELECT to_regclass(%s)", [f"pgmq.{table}"]).fetchone() != (None,):
            database.execute(sql.SQL("DELETE FROM {}").format(queue))


def _make_tables(connection: BaseDatabaseWrapper, archive: Archive) -> None:
    """Apply exactly the migrations that the backup's database had."""
    executor = MigrationExecutor(connection)
    plan = [(executor.loader.graph.nodes[migration], False) for migration in archive.contents.migrations]
    connection.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or a migration's rows would bar the next one's way
    executor.migrate([], plan)


def _columns(database: "psycopg.Connection[Any]") -> dict[str, set[str]]:
    """Each table of ours with the columns whose values are stored and not computed."""
    made: dict[str, set[str]] = {table: set() for table in tables(database)}
    query = (
        "SELECT t.relname, a.attname FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid"
        " WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
    )
    for table, column in database.execute(query, [list(made)]).fetchall():
        made[table].add(column)
    return made


def _undress(database: "psycopg.Connection[Any]", made: list[str]) -> list[str]:
    """Drop keys and indexes, which are quicker made at once; returns the statements that make them again."""
    where = "t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)"
    keys = database.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),"  # noqa: S608 (a constant)
        " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(c.oid))"
        f" FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid WHERE {where} AND contype IN ('f', 'p', 'u', 'x')"
        " ORDER BY contype = 'f' DESC",
        [made],
    ).fetchall()
    indexes = database.execute(
        "SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)"  # noqa: S608 (a constant)
        f" FROM pg_index JOIN pg_class t ON t.oid = indrelid WHERE {where}"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [made],
    ).fetchall()
    for drop, _ in keys + indexes:
        database.execute(drop)
    return [make for _, make in reversed(keys + indexes)]


def _empty(database: "psycopg.Connection[Any]", made: list[str]) -> None:
    """Take out what migrations put in: the archive has it, as it came to be."""
    database.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, made))))


def _fill(database: "psycopg.Connection[Any]", archive: Archive, made: dict[str, set[str]]) -> None:
    """Rows into the tables that the migrations made. What belongs to other tables is passed over."""
    sequences = _sequences(database, list(made))
    lacking = made.keys() | sequences.keys()
    statements = archive.statements()
    for _, what in statements:
        if isinstance(what, dump.Copy) and what.table in made:
            if len(what.columns) != len(made[what.table]) or set(what.columns) != made[what.table]:
                raise ArchiveError(f"{what.table} has other columns in the backup than its migrations make.")
            _copy(database, what, statements)
            lacking -= {what.table}
        elif isinstance(what, dump.Setval) and what.sequence in sequences:
            values = [sequences[what.sequence], what.value, what.called]
            database.execute("SELECT setval(%s::oid::regclass, %s::bigint, %s)", values)
            lacking -= {what.sequence}
    if lacking:
        raise ArchiveError(f"{min(lacking)} is missing in the backup.")
    applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
    if set(applied) != set(archive.contents.migrations):
        raise ArchiveError("the migrations that the backup names are not those that its database had.")


def _copy(database: "psycopg.Connection[Any]", what: dump.Copy, statements: Statements) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, what.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(what.table), columns)
    rows: list[bytes] = []
    size = 0
    with database.cursor() as cursor, cursor.copy(statement) as copy:
        for line, kind in statements:
            if kind is dump.Line.END:
                break
            rows.append(line)
            size += len(line)
            if size >= CHUNK:
                copy.write(b"".join(rows))
                rows, size = [], 0
        copy.write(b"".join(rows))


def _sequences(database: "psycopg.Connection[Any]", made: list[str]) -> dict[str, int]:
    """Each sequence that numbers a table of ours."""
    query = (
        "SELECT s.relname, s.oid FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
        " JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = current_schema()::regnamespace"
        " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
        " AND d.deptype IN ('a', 'i') AND t.relname = ANY(%s)"
    )
    return dict(database.execute(query, [made]).fetchall())


def _unreadable(database: "psycopg.Connection[Any]", key: str, made: dict[str, set[str]]) -> int:
    """How many of the encrypted values this key does not open."""
    from papers.models.secret import SecretField, can_decrypt  # noqa: PLC0415 (a start loads this module before the models)

    count = 0
    for model in apps.get_models():
        for field in model._meta.local_fields:
            (table, column) = (model._meta.db_table, str(field.column))
            if isinstance(field, SecretField) and column in made.get(table, ()):
                names = (sql.Identifier(column), sql.Identifier(table))
                values = database.execute(sql.SQL("SELECT {0} FROM {1} WHERE {0} <> ''").format(*names))
                count += sum(not can_decrypt(key, value) for (value,) in values)
    return count
