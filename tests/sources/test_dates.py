"""sources.dates: dates as feeds write them."""

from datetime import UTC, datetime, timedelta

import pytest

from papers.sources import dates
from papers.sources.dates import Reader

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mi, 14 Okt 2026 08:00:00 +0200", datetime(2026, 10, 14, 6, tzinfo=UTC)),
        ("le 5 août 2026 à 10h30", datetime(2026, 8, 5, 10, 30, tzinfo=UTC)),
        ("3 ноября 2026 г.", datetime(2026, 11, 3, tzinfo=UTC)),
        ("2026年11月3日", datetime(2026, 11, 3, tzinfo=UTC)),
        ("10/23/2026 05:30 PM", datetime(2026, 10, 23, 17, 30, tzinfo=UTC)),
        ("1790000000", datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        ("1790000000000", datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        ("2026-11-03T08:00:00+02:00", datetime(2026, 11, 3, 6, tzinfo=UTC)),
        ("2026-11-03", datetime(2026, 11, 3, tzinfo=UTC)),
    ],
)
def test_dates_of_other_languages_and_of_machines_are_read(text, expected):
    assert Reader(NOW).read(text) == expected


@pytest.mark.parametrize(
    "text", ["", None, "yesterday", "2 hours ago", "May 2026", "2026", "soon", "1/2", "9" * 400, [], "Version 2 of 3"]
)
def test_what_names_no_day_is_no_date(text):
    assert Reader(NOW).read(text) is None


def test_impossible_dates_are_none_and_tomorrow_is_now():
    reader = Reader(NOW)
    assert reader.read("4 Dezember 2026") is None
    assert reader.read("12 März 1890") is None
    assert reader.read((NOW + timedelta(hours=20)).isoformat()) == NOW


def test_a_feed_of_odd_dates_costs_limited_time(monkeypatch):
    asked = []
    monkeypatch.setattr(dates, "_in_words", lambda text, now: asked.append(text))
    monkeypatch.setattr(dates, "SECONDS", -1)
    assert Reader(NOW).read("12 Okt 2026") is None
    assert asked == []
