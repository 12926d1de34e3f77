"""ops.archive.contents: the description inside an archive, and the contents of a database."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from psycopg import sql

FORMAT = 1
SQL, KEY, MANIFEST = "database.sql", "secret_key", "tenth.json"
CHUNK = 1 << 20
COUNTED = {"papers_person": "people", "papers_source": "sources", "papers_paper": "papers"}


class ArchiveError(Exception):
    """A backup was not made, or a restore not done as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The description that an archive carries."""

    made_at: datetime
    schema: str
    migrations: list[tuple[str, str]]
    counts: dict[str, int]
    sums: dict[str, str]

    def in_words(self) -> str:
        return in_words(self.counts)


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    size: int
    seconds: float
    contents: Contents


def in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {label}" for label, number in counts.items())


def tables(database: "psycopg.Connection[Any]") -> set[str]:
    """Return our tables by their prefixes, including those of migrations that this code does not know."""
    rows = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    return {table for (table,) in rows if table.partition("_")[0] in _prefixes()}


def _prefixes() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {"django", *(model._meta.db_table.partition("_")[0] for model in models)}


def count(database: "psycopg.Connection[Any]", existing: set[str]) -> dict[str, int]:
    query = sql.SQL("SELECT count(*) FROM {}")
    return {
        label: fetch_row(database, query.format(sql.Identifier(table)))[0]
        for table, label in COUNTED.items()
        if table in existing
    }


def fetch_row(database: "psycopg.Connection[Any]", query: Any) -> tuple[Any, ...]:
    row = database.execute(query).fetchone()
    assert row
    return tuple(row)


def first_line(text: str) -> str:
    """Return the first non-empty line, safe for a terminal: it may quote a stranger's file."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:500]
