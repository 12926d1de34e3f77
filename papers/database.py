"""database: tell whether the database is away, and wait for it while it restarts."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.utils import ProgrammingError

from .refused import TooMuch

RESTARTS_WITHIN = 30.0  # seconds that a worker's write waits for the database to return

T = TypeVar("T")


def is_away(error: BaseException | None) -> bool:
    """Tell whether the database is down, starting, stopping or lost, as opposed to a bug in our query."""
    while error is not None:
        if isinstance(error, psycopg.OperationalError):
            # No SQLSTATE: no answer, a broken connection, or none from the pool in time.
            state = error.sqlstate or "08"
            # Connection exception, operator intervention, too many clients.
            if state.startswith(("08", "57P")) or state == "53300":
                return True
        # Django's error for a query in a transaction whose connection has broken.
        if isinstance(error, ProgrammingError) and "new connection in an atomic block" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def patiently(write: Callable[[], T]) -> T:
    """Retry a write while the database restarts: for changes that must not be lost, such as releasing a claim.

    Use it outside any transaction, for writes that may happen twice.
    """
    until = time.monotonic() + RESTARTS_WITHIN
    while True:
        try:
            return write()
        except (DatabaseError, InterfaceError) as error:
            if connection.in_atomic_block or not is_away(error) or time.monotonic() > until:
                raise
        connection.close()
        time.sleep(0.2)


@contextmanager
def cut_off_after(limit: timedelta, sentence: str) -> Iterator[None]:
    """Limit the time of each query in this block. Raises TooMuch with this sentence if one takes longer.

    Each query sees the data as of its start: somebody may write between two of them.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                milliseconds = str(limit // timedelta(milliseconds=1))
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [milliseconds])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        raise TooMuch(sentence) from error


class NotAway(logging.Filter):
    """Drop log records of errors that papers.middleware already logs in one line: the traceback adds nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and is_away(record.exc_info[1]))
