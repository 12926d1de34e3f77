"""ops.pgtools: PostgreSQL's own pg_dump: which one, and how it reaches our database."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

from ops import run
from ops.database import parameters
from ops.embedded import INSTALL, Cluster, EmbeddedError, wheel
from ops.heartbeat import EVERY, PATIENCE

HELD = "Stop it first: Ctrl-C where `make run` runs, or: systemctl stop tenth@web tenth@worker tenth@beat"


class ToolError(Exception):
    """PostgreSQL's programs cannot do this here; the sentence says why and what to do."""


def program(name: str, at_least: int) -> str:
    """The path of a pg_dump of this major version or newer: inside the wheel or on the machine.

    Of several the one nearest to the server knows it best.
    """
    found: dict[int, str] = {}
    for path in _candidates(name):
        try:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20).stdout
        except OSError:
            continue
        if version := re.search(r"\(PostgreSQL\) (\d+)", said):
            found.setdefault(int(version[1]), path)
    if fitting := [version for version in found if version >= at_least]:
        return found[min(fitting)]
    here = " and ".join(f"{path} is of version {version}" for version, path in found.items())
    raise ToolError(
        f"{name} of PostgreSQL {at_least} or newer is needed, as new as the server, "
        f"and {here or 'there is none here'}. "
        f"Install it (Debian, Ubuntu: apt install postgresql-client-{at_least}) and try again."
    )


def _candidates(name: str) -> list[str]:
    places = [shutil.which(name) or ""]
    with contextlib.suppress(EmbeddedError):  # no wheel for this kind of machine
        places.insert(0, str(wheel() / INSTALL / "bin" / name))
    places += [str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    return [place for place in places if place]


def connect(**options: Any) -> "psycopg.Connection[Any]":
    return psycopg.connect(**{**parameters(), "application_name": "tenth manage.py", **options})


def command(name: str, at_least: int, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command and its environment. The password is not on the command line, where others would read it."""
    known = parameters()
    password = str(known.pop("password", ""))
    env = {**os.environ, "PGOPTIONS": "", "PGAPPNAME": "tenth manage.py"}
    if password:
        env["PGPASSWORD"] = password
    return [program(name, at_least), "--no-password", f"--dbname={make_conninfo(**known)}", *arguments], env


@contextlib.contextmanager
def running() -> Iterator[None]:
    """The database answers, whether Tenth runs or not: the embedded one is started for as long as it is needed."""
    if not settings.EMBEDDED:
        yield
        return
    try:
        connect().close()
    except psycopg.OperationalError:
        cluster = Cluster(settings.VAR_DIR)
        if not cluster.data.exists():
            raise ToolError(f"There is no database in {settings.VAR_DIR} yet.") from None
        try:
            held = run.lock()
        except run.StartError as error:
            raise ToolError(
                f"Tenth runs in {settings.VAR_DIR}, and its database does not answer this account. Run this as the "
                "account that runs Tenth; if that is you, it is just starting or ending: try again in a moment."
            ) from error
        with _started(held):
            yield
    else:
        yield


@contextlib.contextmanager
def stopped() -> Iterator[None]:
    """Tenth does not run on this data, and cannot be started here meanwhile; the database itself answers."""
    try:
        held = run.lock()
    except run.StartError as error:
        raise ToolError(f"Tenth is running in {settings.VAR_DIR}, or just ending. {HELD}") from error
    if settings.EMBEDDED:
        with _started(held):
            yield
        return
    with held:
        refuse_company()
        yield


@contextlib.contextmanager
def _started(held: IO[str]) -> Iterator[None]:
    """The embedded database, for us alone."""
    try:
        run.end_leftovers()
        cluster = Cluster(settings.VAR_DIR)
        cluster.start()
        try:
            yield
        finally:
            cluster.stop()
    finally:
        held.close()


def refuse_company() -> None:
    """Where the database is a server's, Tenth may run on any machine: whoever else is connected as us is Tenth.

    Who has nothing to do may not be connected just now, but then it signs within EVERY seconds (ops.heartbeat).
    """
    with connect() as own:
        others = own.execute(
            "SELECT DISTINCT coalesce(host(client_addr), 'its own machine') FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        ).fetchall()
        if others:
            places = ", ".join(sorted(place for (place,) in others))
            raise ToolError(f"Tenth is running: it is connected to this database from {places}. {HELD}")
        with contextlib.suppress(psycopg.errors.UndefinedTable):
            recent = "SELECT name, host FROM papers_heartbeat WHERE seen_at > now() - make_interval(secs => %s) LIMIT 1"
            if seen := own.execute(recent, [EVERY + PATIENCE]).fetchone():
                raise ToolError(
                    f"A {seen[0]} was alive on {seen[1]} within the last {EVERY + PATIENCE:.0f} seconds. {HELD}. "
                    "If you just did, wait that long and try again."
                )
