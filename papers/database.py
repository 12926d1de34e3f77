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

RESTARTS_WITHIN = 30.0  # seconds that a write of a worker waits for a database that is away

T = TypeVar("T")


def is_away(error: BaseException | None) -> bool:
    """Tell whether the database is down, starting, stopping or lost, as opposed to a bug in our query."""
    while error is not None:
        if isinstance(error, psycopg.OperationalError):
            # Without a state: nobody answered, the connection broke, or the pool had none in time.
            state = error.sqlstate or "08"
            if state.startswith(("08", "57P")) or state == "53300":  # connection, operator's doing, too many clients
                return True
        # Django's, for what asks again within a transaction whose connection has broken.
        if isinstance(error, ProgrammingError) and "new connection in an atomic block" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def patiently(write: Callable[[], T]) -> T:
    """Write, again and again while the database restarts: for what must not stay as it is, such as a claim.

    Outside of any transaction, and only what may be written twice.
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
    """Give each query in this block so much time. Raises TooMuch with this sentence when one takes longer.

    Each query sees what is there when it begins: somebody may write between two of them.
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
    """Keeps out of the log what papers.middleware answers and tells in one line: a traceback says nothing more."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and is_away(record.exc_info[1]))
