"""ops.archive.dump: the grammar of database.sql, read line by line. Nothing in it is ever executed.

We take rows (COPY … FROM stdin) and sequence positions (setval). The tables come from our own migrations, so the
statements that create them are skipped. Any other statement is refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import IO

LONGEST = 64 << 20  # bytes in a line, and so in a row

_NAME = rb'(?:[a-z_][a-z0-9_]*|"(?:[^"\'\\\n]|"")+")'
_COPY = re.compile(rb"COPY (%b)\.(%b) \((%b(?:, %b)*)\) FROM stdin;\n" % (_NAME, _NAME, _NAME, _NAME))
_SETVAL = re.compile(rb"SELECT pg_catalog\.setval\('(%b)\.(%b)', (\d{1,19}), (true|false)\);\n" % (_NAME, _NAME))
# Lines with no effect: pg_dump's comments, and settings of the session that would read the file.
_IDLE = re.compile(
    rb"(?:--.*)?\n"
    rb"|\\(?:un)?restrict [A-Za-z0-9]+\n"
    rb"|SELECT pg_catalog\.set_config\('search_path', '', false\);\n"
    rb"|SET client_encoding = 'UTF8';\n"
    rb"|SET (?!client_encoding|role|session_authorization)[a-z_]+ = (?:[a-z0-9]+|'[^'\\]*');\n"
)
# Statements that create the tables begin like this, and end with the first line that ends in a semicolon.
_SCHEMA = re.compile(
    rb"(?:CREATE (?:UNLOGGED )?TABLE|CREATE (?:UNIQUE )?INDEX|CREATE SEQUENCE|CREATE STATISTICS"
    rb"|ALTER (?:TABLE|INDEX|SEQUENCE|STATISTICS)|COMMENT ON) "
)
_END = b"\\.\n"


class UnknownError(Exception):
    """Something that pg_dump does not write for our tables; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The start of a table's rows."""

    schema: str
    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setval:
    schema: str
    sequence: str
    value: int
    called: bool


class Line(Enum):
    ROW = auto()
    END = auto()  # of a table's rows
    OTHER = auto()


def lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file, one at a time and never more than LONGEST bytes at once."""
    return iter(lambda: file.readline(LONGEST + 1), b"")


def parse(lines: Iterable[bytes]) -> Iterator[tuple[bytes, Copy | Setval | Line]]:
    """Yield each line with its kind."""
    in_rows = in_statement = in_quotes = False
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST:
            raise UnknownError(f"its line {number:,} is longer than {LONGEST >> 20} MB")
        if in_rows:
            in_rows = line != _END
            yield line, Line.ROW if in_rows else Line.END
            continue
        if in_statement or _SCHEMA.match(line):
            in_quotes ^= bool(line.count(b"'") % 2)
            in_statement = in_quotes or not line.endswith(b";\n")
            yield line, Line.OTHER
        elif _IDLE.fullmatch(line):
            yield line, Line.OTHER
        elif copy := _COPY.fullmatch(line):
            in_rows = True
            columns = re.findall(_NAME, copy[3])
            yield line, Copy(_plain(copy[1]), _plain(copy[2]), tuple(_plain(column) for column in columns))
        elif setval := _SETVAL.fullmatch(line):
            yield line, Setval(_plain(setval[1]), _plain(setval[2]), int(setval[3]), setval[4] == b"true")
        else:
            start = line[:80].decode(errors="replace").rstrip("\n")
            raise UnknownError(f"its line {number:,} is not something Tenth writes: {start!r}")
    if in_rows or in_statement:
        raise UnknownError("it ends in the middle of a table")


def _plain(name: bytes) -> str:
    """Return the identifier without quotes."""
    text = name.decode()
    return text[1:-1].replace('""', '"') if text.startswith('"') else text
