"""ops.pgtools: PostgreSQL's own pg_dump: finding it, and pointing it at our database."""

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

HELD = "Stop it first: press Ctrl-C where `make run` is running, or: systemctl stop tenth@web tenth@worker tenth@beat"


class ToolError(Exception):
    """A PostgreSQL program cannot do its job here; the message says why and what to do."""


def program(name: str, at_least: int) -> str:
    """Return the path of a pg_dump of at least this major version, from the wheel or the machine.

    Of several, take the version nearest to the server's, which knows it best.
    """
    paths: dict[int, str] = {}
    for path in _candidates(name):
        try:
            output = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20).stdout
        except OSError:
            continue
        if version := re.search(r"\(PostgreSQL\) (\d+)", output):
            paths.setdefault(int(version[1]), path)
    if fitting := [version for version in paths if version >= at_least]:
        return paths[min(fitting)]
    here = " and ".join(f"{path} is version {version}" for version, path in paths.items())
    raise ToolError(
        f"{name} {at_least} or newer is needed, at least as new as the server, but {here or 'there is none here'}. "
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
    """Return the command and its environment. The password stays off the command line, where others could read it."""
    connection = parameters()
    password = str(connection.pop("password", ""))
    env = {**os.environ, "PGOPTIONS": "", "PGAPPNAME": "tenth manage.py"}
    if password:
        env["PGPASSWORD"] = password
    return [program(name, at_least), "--no-password", f"--dbname={make_conninfo(**connection)}", *arguments], env


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Make sure the database answers: the embedded one is started if it is not running, and stopped afterwards."""
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
                f"Tenth is running in {settings.VAR_DIR}, but its database does not answer this account. Run this as "
                "the account that runs Tenth. If that is you, it is just starting or stopping: try again in a moment."
            ) from error
        with _started(held):
            yield
    else:
        yield


@contextlib.contextmanager
def stopped() -> Iterator[None]:
    """Make sure Tenth is not running on this data and cannot be started meanwhile, while the database answers."""
    try:
        held = run.lock()
    except run.StartError as error:
        raise ToolError(f"Tenth is running in {settings.VAR_DIR}, or is just stopping. {HELD}") from error
    if settings.EMBEDDED:
        with _started(held):
            yield
        return
    with held:
        refuse_company()
        yield


@contextlib.contextmanager
def _started(held: IO[str]) -> Iterator[None]:
    """Run the embedded database for us alone."""
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
    """Refuse while Tenth runs against a database server: anyone connected as our role is Tenth, on whatever machine.

    An idle process may not be connected at this moment, but then it signs within EVERY seconds (ops.heartbeat).
    """
    with connect() as own:
        companions = own.execute(
            "SELECT DISTINCT coalesce(host(client_addr), 'its own machine') FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        ).fetchall()
        if companions:
            places = ", ".join(sorted(place for (place,) in companions))
            raise ToolError(f"Tenth is running: it is connected to this database from {places}. {HELD}")
        with contextlib.suppress(psycopg.errors.UndefinedTable):
            recent = "SELECT name, host FROM papers_heartbeat WHERE seen_at > now() - make_interval(secs => %s) LIMIT 1"
            if seen := own.execute(recent, [EVERY + PATIENCE]).fetchone():
                raise ToolError(
                    f"A {seen[0]} was alive on {seen[1]} within the last {EVERY + PATIENCE:.0f} seconds. {HELD}. "
                    "If you just did, wait that long and try again."
                )
