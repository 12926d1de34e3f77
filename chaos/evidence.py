"""chaos.evidence: the database's final contents, read in plain SQL without the product, and its integrity."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from ops.embedded import DATABASE, ROLE, Cluster


class Share(NamedTuple):
    act: str
    state: str
    attempts: int
    claimed_until: datetime | None
    last_error: str
    seconds: float | None  # from the request to its delivery


class Source(NamedTuple):
    address: str
    claimed_until: datetime | None
    last_error: str


class Message(NamedTuple):
    """A queued message. If `hidden_until` is in the future, a worker took it; then it is delivered again."""

    number: int
    enqueued_at: datetime
    hidden_until: datetime


@dataclass
class Evidence:
    now: datetime
    states: dict[tuple[str, int], tuple[int, str]]  # vote and stage, as in chaos.book
    comments: Counter[tuple[str, int, str]]
    applications: Counter[tuple[str, int, str]]
    shares: list[Share]
    papers: list[str]  # brought by a source: arXiv id or link, and title
    by_hand: list[str]  # links of papers that a person added
    sightings: list[tuple[str, str]]  # source and paper
    sources: list[Source]
    hosts: dict[str, datetime]  # held until
    queue: list[Message]
    unsound: list[str]


STATES = """
SELECT p.email, paper_id, coalesce(v.value, 0), CASE WHEN s.read_at IS NOT NULL THEN 'read'
    WHEN s.kept_at IS NOT NULL THEN 'kept' WHEN s.passed_at IS NOT NULL THEN 'passed'
    WHEN s.skimmed_at IS NOT NULL THEN 'skimmed' ELSE '' END
FROM papers_stage s FULL JOIN papers_vote v USING (person_id, paper_id) JOIN papers_person p ON p.id = person_id"""
WRITTEN = "SELECT p.email, paper_id, {} FROM {} t JOIN papers_person p ON p.id = t.person_id"
SHARES = """
SELECT act::text, state, attempts, claimed_until, last_error, extract(epoch FROM sent_at - at)::float
FROM papers_share ORDER BY id"""
NAME = "coalesce(nullif(p.arxiv_id, ''), p.link)"
PAPERS = f"""
SELECT {NAME} || ' ' || p.title FROM papers_paper p
WHERE EXISTS (SELECT FROM papers_sighting t JOIN papers_source s ON s.id = t.source_id
    WHERE t.paper_id = p.id AND s.kind <> 'person')"""
BY_HAND = """
SELECT p.link FROM papers_sighting t JOIN papers_source s ON s.id = t.source_id JOIN papers_paper p ON p.id = t.paper_id
WHERE s.kind = 'person'"""
SIGHTINGS = f"""
SELECT s.address, {NAME} FROM papers_sighting t JOIN papers_source s ON s.id = t.source_id
JOIN papers_paper p ON p.id = t.paper_id WHERE s.kind <> 'person'"""
SOURCES = "SELECT address, claimed_until, last_error FROM papers_source WHERE kind <> 'person' ORDER BY address"
HOSTS = "SELECT name, busy_until FROM papers_host WHERE busy_until > now()"
QUEUE = "SELECT msg_id, enqueued_at, vt FROM pgmq.q_tenth ORDER BY msg_id"


class Reader:
    """Reads the product's database. `site` is the feed server's address, which is stripped from the results."""

    def __init__(self, var: Path, site: str):
        self.cluster = Cluster(var)
        self.site = site

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """Connect. Raises psycopg.OperationalError while the database is down."""
        with psycopg.connect(
            host=str(self.cluster.sockets), dbname=DATABASE, user=ROLE, autocommit=True, connect_timeout=5
        ) as connection:
            connection.execute("SET statement_timeout = '60s'")
            yield connection

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as database:
            return database.execute(query, values or None).fetchall()

    def read(self, sound: bool = True) -> Evidence:
        """Read everything. With `sound`, also check the database's integrity, which takes longer."""

        def bare(text: str) -> str:
            return text.replace(self.site, "")

        return Evidence(
            now=self.rows("SELECT now()")[0][0],
            states={(email, paper): (vote, stage) for email, paper, vote, stage in self.rows(STATES)},
            comments=Counter(self.rows(WRITTEN.format("t.text", "papers_comment"))),
            applications=Counter(self.rows(WRITTEN.format("t.taken", "papers_application"))),
            shares=[Share(*row) for row in self.rows(SHARES)],
            papers=sorted(bare(name) for (name,) in self.rows(PAPERS)),
            by_hand=sorted(bare(link) for (link,) in self.rows(BY_HAND)),
            sightings=sorted((bare(address), bare(name)) for address, name in self.rows(SIGHTINGS)),
            sources=[Source(bare(row[0]), *row[1:]) for row in self.rows(SOURCES)],
            hosts=dict(self.rows(HOSTS)),
            queue=[Message(*row) for row in self.rows(QUEUE)],
            unsound=self._unsound() if sound else [],
        )

    # ── integrity ────────────────────────────────────────────────────────────────────────────

    def _unsound(self) -> list[str]:
        """Find rows that violate the database's rules, reading only tables, since an index may be broken."""
        broken: list[str] = []
        with self.connect() as database:
            database.execute("SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off")
            for query in (UNIQUE, CHECKS, FOREIGN):
                for rule, count in database.execute(query).fetchall():
                    (rows,) = database.execute(count).fetchone() or (0,)
                    if rows:
                        broken.append(f"{rows} rows break {rule}.")
            for schema, table in database.execute(TABLES).fetchall():
                with database.cursor() as cursor, cursor.copy(_everything(schema, table)) as copy:
                    for _ in copy:  # reading everything is the check
                        pass
        return broken


def _everything(schema: str, table: str) -> sql.Composed:
    return sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(schema, table))


TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'pgmq')"
# Each of these generates one query per rule, which counts the rows that violate it.
UNIQUE = """
SELECT i.indexrelid::regclass::text,
    format('SELECT count(*) FROM (SELECT FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1) AS double',
           i.indrelid::regclass, concat_ws(' AND ', coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
           string_agg(format('%s IS NOT NULL', pg_get_indexdef(i.indexrelid, k, true)), ' AND ')),
           string_agg(pg_get_indexdef(i.indexrelid, k, true), ', '))
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) AS k
WHERE i.indisunique AND c.relnamespace IN ('public'::regnamespace, 'pgmq'::regnamespace) AND c.relkind = 'r'
GROUP BY i.indexrelid, i.indrelid, i.indpred"""
CHECKS = """
SELECT conname, format('SELECT count(*) FROM %s WHERE NOT (%s)', conrelid::regclass, pg_get_expr(conbin, conrelid))
FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conrelid <> 0"""
FOREIGN = """
SELECT c.conname, format('SELECT count(*) FROM %s t WHERE t.%I IS NOT NULL '
                         'AND NOT EXISTS (SELECT FROM %s f WHERE f.%I = t.%I)',
                         c.conrelid::regclass, a.attname, c.confrelid::regclass, b.attname, a.attname)
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"""
