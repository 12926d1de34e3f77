"""A real PostgreSQL for all tests, created for this run and deleted afterwards."""

import os
import shutil
from pathlib import Path

from ops.embedded import Cluster

# Files that take long, besides the journeys.
LONG = {"test_pages.py", "test_archive.py", "test_tell.py", "test_samples.py", "test_apply.py"}

_cluster: Cluster | None = None


def pytest_configure(config):
    """Start a cluster for this run, unless DATABASE_URL names a database. xdist's workers share the controller's."""
    global _cluster
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    _cluster = Cluster(Path(os.environ["TENTH_TEST_RUN"]))
    _cluster.start("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


def pytest_collection_modifyitems(items):
    """Run the longest files first, so that no worker is left alone with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("journey") or item.path.name in LONG}
    items.sort(key=lambda item: item.path not in slow)  # everything else keeps its order


def pytest_unconfigure(config):
    if _cluster:
        _cluster.stop()
        shutil.rmtree(_cluster.sockets, ignore_errors=True)
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["TENTH_TEST_RUN"], ignore_errors=True)
