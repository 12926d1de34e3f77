"""sources.salvage: run feedparser; when a feed makes it fail, leave out only the entries at fault."""

import re
from typing import Any

import feedparser

_ENTRY = re.compile(rb"<((?:[\w.-]+:)?(?:item|entry))\b")
_FAILURES = (LookupError, AttributeError, TypeError, ValueError, AssertionError, ArithmeticError, RecursionError)


def parse(body: bytes, headers: dict[str, str]) -> tuple[Any, list[Any], int]:
    """Parse a feed into the document, its entries, and how many were left out. Raises ValueError if all else fails."""
    try:
        document = _parsed(body, headers)
        return document, document.entries, 0
    except _FAILURES:
        head, parts, tail = _split(body)
        if not parts:
            raise ValueError("it cannot be read and has no entries") from None
    try:
        document = _parsed(head + tail, headers)
    except _FAILURES as error:
        raise ValueError("it cannot be read even without its entries") from error
    entries = _entries(head, parts, tail, headers)
    return document, entries, max(0, len(parts) - len(entries))


def _parsed(body: bytes, headers: dict[str, str]) -> Any:
    return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _entries(head: bytes, parts: list[bytes], tail: bytes, headers: dict[str, str]) -> list[Any]:
    """Parse these entries, halving the list on failure, so that a bad entry costs only itself."""
    try:
        return list(_parsed(head + b"".join(parts) + tail, headers).entries)
    except _FAILURES:
        if len(parts) == 1:
            return []
        half = len(parts) // 2
        return _entries(head, parts[:half], tail, headers) + _entries(head, parts[half:], tail, headers)


def _split(body: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Split a feed into the part before the first entry, each entry, and the part after the last."""
    starts = [match.start() for match in _ENTRY.finditer(body)]
    if not starts:
        return body, [], b""
    parts = [body[start:end] for start, end in zip(starts, [*starts[1:], len(body)], strict=True)]
    name = _ENTRY.match(parts[-1])
    last, mark, tail = parts[-1].rpartition(b"</" + name[1] + b">") if name else (b"", b"", b"")
    if mark:
        parts[-1] = last + mark
    return body[: starts[0]], parts, tail
