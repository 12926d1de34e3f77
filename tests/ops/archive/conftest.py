"""An install in use, its backup, and empty installs to restore into."""

import itertools
import shutil

import pytest

from ops.embedded import DATABASE
from tests.folders import let_through

from .install import KEY, Install, fill


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    base = tmp_path_factory.mktemp("archive")
    let_through(base)
    return base


@pytest.fixture(scope="module")
def used(place):
    """A stopped install that has been used, with a key of its own."""
    used = Install(place / "the first one")
    used.var.mkdir()
    (used.var / "secret_key").write_text(KEY)
    with used.running():
        assert used.manage("migrate").returncode == 0
        with used.connect() as database:
            fill(database, 0, 50)
    yield used
    shutil.rmtree(used.cluster.sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def backup(used, place):
    path = place / "backup of the first.zip"
    result = used.manage("backup", path)
    assert result.returncode == 0, result.stderr
    return path


_numbers = itertools.count()


@pytest.fixture
def empty(place):
    install = Install(place / f"empty one {next(_numbers)}")
    yield install
    install.stop()
    shutil.rmtree(install.cluster.sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def server(place):
    """A server that keeps running, so that each new database takes only a moment."""
    server = Install(place / "server that stays")
    with server.running():
        yield server
    shutil.rmtree(server.cluster.sockets, ignore_errors=True)


@pytest.fixture
def guest(server, place):
    """An empty install with a database on the shared server."""
    name = f"guest{next(_numbers)}"
    with server.connect() as database:
        database.execute(f"CREATE DATABASE {name}")
    return Install(place / name, DATABASE_URL=server.url.replace(f"/{DATABASE}?", f"/{name}?"))
