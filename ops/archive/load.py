"""ops.archive.load: create tables with our own migrations, and fill them from the archive and nothing else."""

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
    """Replace all our data, inside the caller's transaction. Returns the number of secrets the key cannot decrypt."""
    connection.ensure_connection()
    database: psycopg.Connection[Any] = connection.connection
    _begin(database)
    _drop(database)
    _make_tables(connection, archive)
    columns = _columns(database)
    rebuild = _drop_indexes(database, list(columns))
    _empty(database, list(columns))
    _fill(database, archive, columns)
    for statement in rebuild:
        database.execute(statement)
    return _unreadable(database, archive.key, columns)


def _begin(database: "psycopg.Connection[Any]") -> None:
    """Get exclusive access without timeouts, with the client settings that pg_dump used."""
    timeouts = "SELECT set_config(name, '0', true) FROM pg_settings WHERE name LIKE '%\\_timeout' AND context = 'user'"
    database.execute(timeouts)
    database.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    database.execute("SET LOCAL client_encoding = 'UTF8'")
    database.execute("SET LOCAL intervalstyle = 'postgres'")


def _drop(database: "psycopg.Connection[Any]") -> None:
    """Drop our tables, and delete queued messages about rows that are about to go."""
    if existing := tables(database):
        names = sql.SQL(", ").join(map(sql.Identifier, sorted(existing)))
        database.execute(sql.SQL("DROP TABLE {} CASCADE").format(names))
    for table in (f"q_{QUEUE}", f"a_{QUEUE}"):
        queue = sql.Identifier("pgmq", table)
        if database.execute("SELECT to_regclass(%s)", [f"pgmq.{table}"]).fetchone() != (None,):
            database.execute(sql.SQL("DELETE FROM {}").format(queue))


def _make_tables(connection: BaseDatabaseWrapper, archive: Archive) -> None:
    """Apply exactly the migrations that the backup's database had."""
    executor = MigrationExecutor(connection)
    plan = [(executor.loader.graph.nodes[migration], False) for migration in archive.contents.migrations]
    connection.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else a migration's rows block the next migration
    executor.migrate([], plan)


def _columns(database: "psycopg.Connection[Any]") -> dict[str, set[str]]:
    """Return our tables with their stored columns; generated ones are left out."""
    columns: dict[str, set[str]] = {table: set() for table in tables(database)}
    query = (
        "SELECT t.relname, a.attname FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid"
        " WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
    )
    for table, column in database.execute(query, [list(columns)]).fetchall():
        columns[table].add(column)
    return columns


def _drop_indexes(database: "psycopg.Connection[Any]", tables: list[str]) -> list[str]:
    """Drop keys and indexes, which are faster to build afterwards; returns the statements that recreate them."""
    where = "t.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)"
    keys = database.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),"  # noqa: S608 (a constant)
        " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(c.oid))"
        f" FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid WHERE {where} AND contype IN ('f', 'p', 'u', 'x')"
        " ORDER BY contype = 'f' DESC",
        [tables],
    ).fetchall()
    indexes = database.execute(
        "SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)"  # noqa: S608 (a constant)
        f" FROM pg_index JOIN pg_class t ON t.oid = indrelid WHERE {where}"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [tables],
    ).fetchall()
    for drop, _ in keys + indexes:
        database.execute(drop)
    return [create for _, create in reversed(keys + indexes)]


def _empty(database: "psycopg.Connection[Any]", tables: list[str]) -> None:
    """Delete rows that migrations inserted: the archive has its own version of them."""
    database.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


def _fill(database: "psycopg.Connection[Any]", archive: Archive, columns: dict[str, set[str]]) -> None:
    """Copy rows into the tables that the migrations created. Rows of other tables are skipped."""
    sequences = _sequences(database, list(columns))
    missing = columns.keys() | sequences.keys()
    statements = archive.statements()
    for _, item in statements:
        if isinstance(item, dump.Copy) and item.table in columns:
            if len(item.columns) != len(columns[item.table]) or set(item.columns) != columns[item.table]:
                raise ArchiveError(f"the backup's columns of {item.table} differ from its migrations'.")
            _copy(database, item, statements)
            missing -= {item.table}
        elif isinstance(item, dump.Setval) and item.sequence in sequences:
            values = [sequences[item.sequence], item.value, item.called]
            database.execute("SELECT setval(%s::oid::regclass, %s::bigint, %s)", values)
            missing -= {item.sequence}
    if missing:
        raise ArchiveError(f"{min(missing)} is missing from the backup.")
    applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
    if set(applied) != set(archive.contents.migrations):
        raise ArchiveError("the migrations listed in the backup do not match those in its database.")


def _copy(database: "psycopg.Connection[Any]", target: dump.Copy, statements: Statements) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, target.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(target.table), columns)
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


def _sequences(database: "psycopg.Connection[Any]", tables: list[str]) -> dict[str, int]:
    """Return the sequences that number rows of these tables."""
    query = (
        "SELECT s.relname, s.oid FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
        " JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = current_schema()::regnamespace"
        " WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass"
        " AND d.deptype IN ('a', 'i') AND t.relname = ANY(%s)"
    )
    return dict(database.execute(query, [tables]).fetchall())


def _unreadable(database: "psycopg.Connection[Any]", key: str, columns: dict[str, set[str]]) -> int:
    """Count the encrypted values that this key cannot decrypt."""
    from papers.models.secret import SecretField, can_decrypt  # noqa: PLC0415 (a start loads this module before the models)

    count = 0
    for model in apps.get_models():
        for field in model._meta.local_fields:
            (table, column) = (model._meta.db_table, str(field.column))
            if isinstance(field, SecretField) and column in columns.get(table, ()):
                names = (sql.Identifier(column), sql.Identifier(table))
                values = database.execute(sql.SQL("SELECT {0} FROM {1} WHERE {0} <> ''").format(*names))
                count += sum(not can_decrypt(key, value) for (value,) in values)
    return count
