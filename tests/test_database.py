"""papers.database: telling a database that is down from a bug."""

import logging
import sys

import psycopg
import psycopg_pool
import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from kombu.exceptions import OperationalError as BrokerError

from papers import database
from papers.database import NotAway, is_away


def raise_and_catch(outer, cause=None):
    try:
        raise outer from cause
    except Exception as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly"),
        psycopg_pool.PoolTimeout("couldn't get a connection after 5.00 sec"),
        psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
        psycopg.errors.CrashShutdown("because of crash of another server process"),
        psycopg.errors.CannotConnectNow("the database system is starting up"),
        psycopg.errors.TooManyConnections("sorry, too many clients already"),
        raise_and_catch(OperationalError("x"), psycopg.OperationalError("the connection is closed")),
        raise_and_catch(BrokerError("x"), psycopg.OperationalError("the connection is closed")),
        ProgrammingError("Cannot open a new connection in an atomic block."),
    ],
)
def test_a_database_that_is_down_is_recognised_by_its_errors(error):
    assert is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError("connection refused"),
        psycopg.errors.QueryCanceled("canceling statement due to statement timeout"),
        psycopg.errors.LockNotAvailable("x"),
        psycopg.errors.DeadlockDetected("x"),
        psycopg.errors.DiskFull("x"),
        psycopg.errors.UndefinedTable("x"),
        psycopg.InterfaceError("the cursor is closed"),
        raise_and_catch(IntegrityError("x"), psycopg.errors.UniqueViolation("x")),
        raise_and_catch(InterfaceError("x"), psycopg.InterfaceError("the cursor is closed")),
        ProgrammingError("no such column"),
    ],
)
def test_a_bug_stays_a_bug(error):
    assert not is_away(error)


def test_an_error_while_handling_a_lost_connection_counts_as_part_of_it():
    def handle():
        try:
            raise psycopg.OperationalError("the connection is lost")
        except psycopg.OperationalError:
            return {}["row"]

    with pytest.raises(KeyError) as error:
        handle()
    assert is_away(error.value)


def test_the_request_log_has_no_traceback_while_the_database_is_down():
    def record(error):
        try:
            raise error
        except Exception:
            return logging.LogRecord("django.request", logging.ERROR, "", 0, "x", (), sys.exc_info())

    assert not NotAway().filter(record(psycopg.OperationalError("connection refused")))
    assert NotAway().filter(record(ValueError("x")))
    assert NotAway().filter(logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: /x", (), None))


@pytest.mark.django_db(transaction=True)
def test_a_write_waits_only_for_a_database_that_restarts(monkeypatch):
    tries = []

    def write():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError from psycopg.OperationalError("the connection is lost")
        return "written"

    assert database.patiently(write) == "written"
    with pytest.raises(DataError):
        database.patiently(lambda: (_ for _ in ()).throw(DataError("too long")))
    monkeypatch.setattr(database, "RESTARTS_WITHIN", 0)
    tries.clear()
    with pytest.raises(OperationalError):
        database.patiently(write)
