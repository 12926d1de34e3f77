"""ops.archive.contents: what an archive says of itself, and what is in a database."""

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
    """No backup was made, or a restore was not done as asked; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """An archive’s description of itself."""

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
    """Ours, by their prefixes: also those of migrations that this code does not know."""
    rows = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    return {table for (table,) in rows if table.partition("_")[0] in _prefixes()}


def _prefixes() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {"django", *(model._meta.db_table.partition("_")[0] for model in models)}


def count(database: "psycopg.Connection[Any]", there: set[str]) -> dict[str, int]:
    counted = sql.SQL("SELECT count(*) FROM {}")
    return {
        label: one(database, counted.format(sql.Identifier(table)))[0]
        for table, label in COUNTED.items()
        if table in there
    }


def one(database: "psycopg.Connection[Any]", query: Any) -> tuple[Any, ...]:
    row = database.execute(query).fetchone()
    assert row
    return tuple(row)


def first_line(text: str) -> str:
    """The first line that says anything, fit for a terminal: it may quote what a stranger's file holds."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:500]
