"""People who are signed in, and helpers that most tests of the screens use."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from papers import tasks
from papers.models import Person
from tests.makers import make_person


@pytest.fixture
def ada(client) -> Person:
    """A member, signed in."""
    person = make_person("Ada")
    client.force_login(person)
    return person


@pytest.fixture
def boss(client) -> Person:
    """An admin, signed in."""
    person = make_person("Grace Boss", role="admin")
    client.force_login(person)
    return person


@pytest.fixture
def queue(monkeypatch) -> list[tuple[str, ...]]:
    """Collect the tasks that are handed to the worker."""
    handed: list[tuple[str, ...]] = []
    for name in ("refresh_due", "tick"):
        monkeypatch.setattr(
            getattr(tasks, name), "delay_on_commit", lambda *args, name=name: handed.append((name, *args))
        )
    return handed


def text(answer: HttpResponse) -> str:
    """The page with its white space collapsed."""
    return " ".join(answer.content.decode().split())


def queries_for(client: Client, address: str) -> int:
    """Count the queries that drawing this page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
