"""sources.dates: read the dates of feeds, also those that feedparser gives up on."""

import re
import time
from calendar import timegm
from datetime import UTC, datetime
from typing import Any

from .text import in_utc, plausible

LONGEST = 60  # characters of a date
# Those in which blogs are written. dateparser knows two hundred, and tries all of them on a date that is none.
LANGUAGES = (
    "en de fr es pt it nl ru uk pl cs sk sv da nb fi tr el hu ro bg hr sr ca zh ja ko ar he fa hi id vi th".split()  # noqa: SIM905
)
SECONDS = 2.0  # of computing for the odd dates of one feed


class Reader:
    """Reads the dates of one feed, pulled at `now`. What cannot be read or cannot be true is None."""

    def __init__(self, now: datetime):
        self._now = now
        self._known: dict[str, datetime | None] = {}
        self._spent = 0.0

    def first(self, entry: Any, *names: str) -> datetime | None:
        """The first of an entry's dates (feedparser's `published`, `updated` …) that can be read."""
        for name in names:
            # By dict.get, because feedparser's own substitutes one date for another and warns.
            if at := _from_parts(dict.get(entry, f"{name}_parsed")):
                return plausible(at, self._now)
            if at := self.read(dict.get(entry, name)):
                return at
        return None

    def read(self, text: object) -> datetime | None:
        """Read a date as printed: ISO 8601, Unix seconds or milliseconds, or words and numbers in any language."""
        text = " ".join(str(text or "")[: LONGEST + 1].split())
        if not text or len(text) > LONGEST or not re.search(r"\d{9}|\d\D+\d", text):  # at least a day and a year
            return None
        if text not in self._known:
            began = time.process_time()
            at = _iso(text) or _unix(text)
            if not at and self._spent < SECONDS:
                at = _in_words(text, self._now)
            self._known[text] = plausible(at, self._now)
            self._spent += time.process_time() - began
        return self._known[text]


def _from_parts(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(text)) if "-" in text else None
    except ValueError:
        return None


def _unix(text: str) -> datetime | None:
    """Seconds since 1970, or milliseconds, as JavaScript counts.

    >>> _unix("1762900000"), _unix("1762900000000"), _unix("2026")
    (datetime.datetime(2025, 11, 11, 22, 26, 40, tzinfo=datetime.timezone.utc), \
datetime.datetime(2025, 11, 11, 22, 26, 40, tzinfo=datetime.timezone.utc), None)
    """
    digits = text.partition(".")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) in (9, 10, 12, 13)):
        return None
    return datetime.fromtimestamp(int(digits) / (1 if len(digits) < 11 else 1000), UTC)


def _in_words(text: str, now: datetime) -> datetime | None:
    import dateparser  # noqa: PLC0415 (loads slowly, and most feeds never need it)

    settings = {
        "PARSERS": ["absolute-time"],  # neither "yesterday", which would move on with each pull, nor timestamps
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RETURN_AS_TIMEZONE_AWARE": True,
        "TIMEZONE": "UTC",
        "RELATIVE_BASE": now.replace(tzinfo=None),
    }
    try:
        at = dateparser.parse(text, languages=LANGUAGES, settings=settings)
    except Exception:  # dateparser raises all kinds of exceptions on odd text
        return None
    return in_utc(at) if at else None
