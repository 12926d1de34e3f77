"""Dates as people write them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from papers.templatetags.when import day

YEAR = timezone.localdate().year


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (date(YEAR, 11, 25), "25 Nov"),
        (date(YEAR - 1, 3, 1), f"1 Mar {YEAR - 1}"),
        (datetime(YEAR, 11, 25, 12, tzinfo=UTC), "25 Nov"),
    ],
)
def test_a_date_names_its_year_only_when_it_is_another(at, words):
    assert day(at) == words


def test_a_moment_is_dated_where_the_reader_is():
    with timezone.override("Pacific/Auckland"):
        assert day(datetime(YEAR, 6, 1, 23, tzinfo=UTC)) == "2 Jun"
