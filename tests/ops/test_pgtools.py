"""ops.pgtools: choosing pg_dump, and calling it."""

import pytest

from ops import pgtools


def test_the_pg_dump_nearest_to_the_servers_version_is_used(monkeypatch, tmp_path):
    paths = []
    for version in (14, 18, 16):
        path = tmp_path / str(version)
        path.write_text(f"#!/bin/sh\necho 'x (PostgreSQL) {version}.3'\n")
        path.chmod(0o755)
        paths.append(str(path))
    monkeypatch.setattr(pgtools, "_candidates", lambda name: ["/no/such/program", *paths])
    assert pgtools.program("pg_dump", 15) == paths[2]
    assert pgtools.program("pg_dump", 17) == paths[1]


def test_a_missing_or_old_pg_dump_is_named(monkeypatch):
    monkeypatch.setattr(pgtools, "_candidates", lambda name: [])
    with pytest.raises(pgtools.ToolError, match=r"there is none here\. Install it .* postgresql-client-18"):
        pgtools.program("pg_dump", 18)
    monkeypatch.undo()
    with pytest.raises(pgtools.ToolError, match=r"pg_dump is version \d+.* postgresql-client-99"):
        pgtools.program("pg_dump", 99)


def test_the_password_is_not_on_the_command_line(monkeypatch):
    monkeypatch.setattr(
        pgtools, "parameters", lambda: {"host": "db", "dbname": "x", "password": "hush", "sslmode": "require"}
    )
    line, env = pgtools.command("pg_dump", 15)
    assert "hush" not in " ".join(line)
    assert env["PGPASSWORD"] == "hush"
    assert "sslmode=require" in " ".join(line)
