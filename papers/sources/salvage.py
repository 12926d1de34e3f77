"""sources.salvage: feedparser, also for a feed that makes it fail: then without the entries at fault."""

import re
from typing import Any

import feedparser

_ENTRY = re.compile(rb"<((?:[\w.-]+:)?(?:item|entry))\b")
_FAILURES = (LookupError, AttributeError, TypeError, ValueError, AssertionError, ArithmeticError, RecursionError)


def parse(body: bytes, headers: dict[str, str]) -> tuple[Any, list[Any], int]:
    """The feed, its entries, and how many were left out. Raises ValueError where nothing can be had."""
    try:
        found = _parsed(body, headers)
        return found, found.entries, 0
    except _FAILURES:
        head, parts, tail = _split(body)
        if not parts:
            raise ValueError("it cannot be read, and has no parts") from None
    try:
        channel = _parsed(head + tail, headers)
    except _FAILURES as error:
        raise ValueError("it cannot be read even without its entries") from error
    entries = _entries(head, parts, tail, headers)
    return channel, entries, max(0, len(parts) - len(entries))


def _parsed(body: bytes, headers: dict[str, str]) -> Any:
    return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _entries(head: bytes, parts: list[bytes], tail: bytes, headers: dict[str, str]) -> list[Any]:
    """The entries of these parts, by halves: one that fails costs itself alone."""
    try:
        return list(_parsed(head + b"".join(parts) + tail, headers).entries)
    except _FAILURES:
        if len(parts) == 1:
            return []
        half = len(parts) // 2
        return _entries(head, parts[:half], tail, headers) + _entries(head, parts[half:], tail, headers)


def _split(body: bytes) -> tuple[bytes, list[bytes], bytes]:
    """The text before the first entry, each entry, and the text after the last one."""
    starts = [found.start() for found in _ENTRY.finditer(body)]
    if not starts:
        return body, [], b""
    parts = [body[start:end] for start, end in zip(starts, [*starts[1:], len(body)], strict=True)]
    name = _ENTRY.match(parts[-1])
    last, mark, tail = parts[-1].rpartition(b"</" + name[1] + b">") if name else (b"", b"", b"")
    if mark:
        parts[-1] = last + mark
    return body[: starts[0]], parts, tail
