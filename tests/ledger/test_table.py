"""The ledger as a table: what each filter, search and order shows."""

from datetime import timedelta

import pytest

from papers.ledger import table
from papers.models import Application, Check
from tests.makers import NOW, make_application, make_paper, make_person, make_project, make_result

pytestmark = pytest.mark.django_db


def rows(**filters):
    return [each.taken for each in table.table(Application.objects.all(), table.Filters(**filters)).rows]


def check(application, holds, at=NOW):
    result, person = make_result(application, at=at), make_person()
    return Check.objects.create(
        result=result, person=person, applied_by=application.person, measured_by=result.person, holds=holds, at=at
    )


def test_the_newest_stand_first():
    make_application(taken="old", at=NOW - timedelta(days=1))
    make_application(taken="new", at=NOW)
    assert rows() == ["new", "old"]


def test_a_search_looks_for_each_word_in_titles_and_in_what_people_wrote():
    make_application(make_paper("Cosine schedules"), taken="warm-up", outcome_note="Slower on TPUs.")
    make_application(make_paper("Cosine distances"), taken="index", chosen_over="Euclid")
    assert rows(q="cosine") == ["index", "warm-up"]
    assert rows(q="COSINE slower") == ["warm-up"]
    assert rows(q="euclid") == ["index"]
    assert rows(q="cosine nowhere") == []


def test_filters_by_project_and_person():
    ada, atlas = make_person("Ada"), make_project("Atlas")
    make_application(project=atlas, taken="one", person=ada)
    make_application(taken="two")
    assert rows(project=atlas.slug) == rows(by=ada.pk) == ["one"]


def test_what_failed_shows_together():
    for outcome in ("helped", "no_effect", "hurt", "abandoned", "running"):
        make_application(taken=outcome, outcome=outcome)
    assert set(rows(show="failed")) == {"no_effect", "hurt", "abandoned"}


@pytest.mark.parametrize("review", ["retired", "superseded"])
def test_what_is_over_stands_at_no_stage_any_more(review):
    for stage in ("toy", "pilot", "production"):
        make_application(taken=stage, stage=stage, review=review)
    assert rows(show="production") == rows(show="pilot") == rows(show="toy") == []
    assert set(rows(show="over")) == {"toy", "pilot", "production"}


def test_a_review_that_keeps_it_changes_nothing():
    make_application(taken="kept", stage="production", review="kept")
    assert rows(show="production") == ["kept"]


def test_the_chips_count_what_the_other_filters_leave():
    atlas = make_project("Atlas")
    make_application(project=atlas, stage="pilot")
    make_application(stage="pilot")
    shown = table.table(Application.objects.all(), table.Filters(project=atlas.slug, show="toy"))
    assert (shown.matching, shown.counts["pilot"], shown.counts["toy"], shown.rows) == (1, 1, 0, [])


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("paper", "b"), ("-paper", "a"), ("taken", "a"), ("-taken", "b"), ("stage", "a"), ("-stage", "b"),
        ("outcome", "b"), ("-outcome", "a"), ("by", "b"), ("-by", "a"), ("project", "b"), ("-project", "a"),
        ("when", "b"), ("-when", "a"), ("checked", "b"), ("-checked", "a"),
    ],
)  # fmt: skip
def test_each_column_sorts_both_ways(sort, first):
    zoe, ada = make_person("zoe"), make_person("Ada")
    a = make_application(make_paper("Zeta"), make_project("zebra"), taken="a", person=zoe, at=NOW, outcome="hurt")
    b = make_application(
        make_paper("alpha"), make_project("Ant"), taken="b", person=ada, at=NOW - timedelta(1), stage="pilot"
    )
    check(a, True)
    check(b, False)
    assert rows(sort=sort)[0] == first


def test_the_latest_check_is_the_one_that_counts_and_the_unchecked_stand_last():
    mended, failed, unchecked = (make_application(taken=name) for name in ("mended", "failed", "unchecked"))
    check(mended, False)
    check(mended, True, NOW + timedelta(hours=1))
    check(failed, False)
    assert rows(sort="checked") == ["failed", "mended", "unchecked"]
    assert rows(sort="-checked") == ["mended", "failed", "unchecked"]
    assert unchecked.shown_result is None


def test_a_page_past_the_end_is_the_last(monkeypatch):
    monkeypatch.setattr(table, "PAGE", 2)
    for number in range(3):
        make_application(taken=f"{number}", at=NOW + timedelta(hours=number))
    shown = table.table(Application.objects.all(), table.Filters(page=9))
    assert (shown.page, shown.pages, [each.taken for each in shown.rows]) == (2, 2, ["0"])


def test_a_row_shows_the_latest_figures():
    used = make_application()
    make_result(used, ours="3")
    make_result(used, at=NOW + timedelta(hours=1), note="No figure.")
    (row,) = table.table(Application.objects.all(), table.Filters()).rows
    assert row.shown_result.ours == "3"
