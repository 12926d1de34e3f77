"""Separate installs for the tests of ops.archive, and archives with altered contents."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import psycopg

from ops.embedded import DATABASE, ROLE, Cluster
from tests.folders import furnished

ROOT = Path(__file__).resolve().parents[3]
KEY = "k3y-of-the-first-install-" * 3


class Install:
    """A data folder with a database in it, and the commands an operator would run."""

    def __init__(self, var, **values):
        self.var = var
        self.cluster = Cluster(var)
        self.values = {"TENTH_VAR": str(var), "DATABASE_URL": "", "SECRET_KEY": "", **values}

    def python(self, *args, **values):
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **self.values, **values}
        return subprocess.run(
            [sys.executable, *args], cwd=ROOT, env=env, capture_output=True, text=True, timeout=110, check=False
        )

    def manage(self, *args, **values):
        return self.python("manage.py", *map(str, args), **values)

    def start(self):
        self.cluster.start("-c", "fsync=off")
        return self

    def stop(self):
        self.cluster.stop()

    def prepare(self):
        furnished(self.var)
        result = self.python("-m", "ops.prepare")
        assert result.returncode == 0, result.stderr

    @property
    def url(self):
        return (
            self.values["DATABASE_URL"]
            or f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.cluster.sockets), safe='')}"
        )

    def connect(self):
        return psycopg.connect(self.url, autocommit=True)

    @contextlib.contextmanager
    def running(self):
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def rows(self):
        """Return every row of our tables and the position of every sequence."""
        with self.connect() as database:
            return rows(database)


def rows(database):
    """Return all rows, except the record of the backup itself and the search column, which each server generates."""
    content = {
        table: sorted(row for (row,) in database.execute(f"SELECT (to_jsonb(t) - 'search')::text FROM \"{table}\" t"))
        for (table,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        if table != "papers_backup"
    }
    numbers = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND"
    numbers += " sequencename <> 'papers_backup_id_seq' ORDER BY 1"
    return content | {"sequences": database.execute(numbers).fetchall()}


def fill(database, first, last):
    """Insert papers and their names, each pair in one transaction."""
    for number in range(first, last):
        with database.transaction():
            fields = "INSERT INTO papers_paper (kind, arxiv_id, title, title_html, abstract, abstract_html, byline,"
            fields += " byline_folded, categories, comment, journal_ref, license, link, code_links, minutes, version,"
            fields += " arrived_at) VALUES ('post', '', %s, '', %s, '', 'Ada; É', 'ada; e', '{a,\"b c\"}', '', '', '',"
            fields += " 'https://x.example', '{}', 3, 0, now()) RETURNING id"
            # Text that could trip up SQL, COPY and psql.
            odd = f"\\.\n\\restrict x\n{number}\t'quoted' \\N $$ ünïcode \U0001f600\r\n" + "long " * 200
            (paper,) = database.execute(fields, [f"Paper {number}", odd]).fetchone()
            database.execute(
                "INSERT INTO papers_name (kind, value, paper_id) VALUES ('link', %s, %s)",
                [f"x.example/{number}", paper],
            )


def rewritten(backup, path, sql=None, key=None, packed=zipfile.ZIP_STORED, **manifest):
    """Write a copy of the archive with altered contents and matching checksums."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(path, "w", packed) as new:
        changed = json.loads(old.read("tenth.json")) | manifest
        parts = {name: old.read(name) for name in ("database.sql", "secret_key")}
        parts["database.sql"] = sql(parts["database.sql"]) if sql else parts["database.sql"]
        parts["secret_key"] = parts["secret_key"] if key is None else key
        changed["sha256"] = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
        for name, part in parts.items():
            new.writestr(name, part)
        new.writestr("tenth.json", json.dumps(changed))
    return path


def refused(result, sentence):
    assert result.returncode == 1, result.stdout
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
