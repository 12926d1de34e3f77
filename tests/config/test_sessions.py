"""What people rely on: signed in stays signed in, signed out stays out, and remembering an act costs them no time."""

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
    made = SessionStore()
    made["acts"] = []
    made.save()
    return made


def test_what_is_put_into_a_session_is_there_at_the_next_request(session):
    session["acts"] = ["voted"]
    session.save()
    assert SessionStore(session.session_key)["acts"] == ["voted"]


def test_saving_lengthens_the_session_and_touches_no_other(session):
    other = SessionStore()
    other["acts"] = ["another’s"]
    other.save()
    before = Session.objects.get(pk=session.session_key).expire_date
    session["acts"] = ["voted"]
    session.save()
    assert Session.objects.get(pk=session.session_key).expire_date > before
    assert SessionStore(other.session_key)["acts"] == ["another’s"]


def test_a_session_that_was_ended_in_another_tab_is_not_brought_back_by_saving_it(session):
    same = SessionStore(session.session_key)
    same["acts"] = ["voted"]
    session.flush()
    with pytest.raises(UpdateError):
        same.save()
    assert not Session.objects.exists()


def test_a_session_past_its_day_is_none():
    old = SessionStore()
    old["acts"] = ["voted"]
    old.save()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert SessionStore(old.session_key).load() == {}


def test_remembering_an_act_is_one_statement(session):
    session["acts"] = ["voted"]
    with CaptureQueriesContext(connection) as queries:
        session.save()
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_no_later_work_of_the_connection_goes_without_the_disk(session):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # the suite's own server has it off
        session["acts"] = ["voted"]
        session.save()
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
