"""config.sessions: signed in stays signed in, signed out stays out, and saving an action is fast."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> SessionStore:
    store = SessionStore()
    store["acts"] = []
    store.save()
    return store


def test_a_saved_value_is_there_on_the_next_request(session):
    session["acts"] = ["voted"]
    session.save()
    assert SessionStore(session.session_key)["acts"] == ["voted"]


def test_saving_extends_the_session_and_no_other(session):
    other = SessionStore()
    other["acts"] = ["another’s"]
    other.save()
    before = Session.objects.get(pk=session.session_key).expire_date
    session["acts"] = ["voted"]
    session.save()
    assert Session.objects.get(pk=session.session_key).expire_date > before
    assert SessionStore(other.session_key)["acts"] == ["another’s"]


def test_saving_does_not_revive_a_session_ended_in_another_tab(session):
    same = SessionStore(session.session_key)
    same["acts"] = ["voted"]
    session.flush()
    with pytest.raises(UpdateError):
        same.save()
    assert not Session.objects.exists()


def test_an_expired_session_is_empty():
    old = SessionStore()
    old["acts"] = ["voted"]
    old.save()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert SessionStore(old.session_key).load() == {}


def test_saving_takes_one_statement(session):
    session["acts"] = ["voted"]
    with CaptureQueriesContext(connection) as queries:
        session.save()
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_later_work_on_the_connection_waits_for_the_disk_again(session):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # the test suite's server has it off
        session["acts"] = ["voted"]
        session.save()
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
