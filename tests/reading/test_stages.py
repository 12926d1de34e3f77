"""reading.stages: triage a paper, and undo it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from papers.models import Stage
from papers.reading import acts, stages
from tests.makers import NOW, make_paper, make_person, make_stage

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def me():
    return make_person()


@pytest.fixture
def paper():
    return make_paper()


def times(person, paper):
    row = Stage.objects.filter(person=person, paper=paper).first()
    return row and (row.skimmed_at, row.kept_at, row.passed_at, row.read_at)


def test_triaging_a_card_also_skims_it(me, paper):
    stages.skip(me, paper, NOW)
    assert times(me, paper) == (NOW, None, NOW, None)


def test_clearing_a_list_sets_only_passed(me, paper):
    stages.clear(me, [paper], NOW)
    assert times(me, paper) == (None, None, NOW, None)


def test_clearing_skips_triaged_papers_and_keeps_skimmed_times(me):
    kept, skimmed, fresh = make_paper(), make_paper(), make_paper()
    make_stage(me, kept, kept_at=NOW)
    make_stage(me, skimmed, skimmed_at=NOW)
    changes = stages.clear(me, [kept, skimmed, fresh], LATER)
    assert {change.paper_id for change in changes} == {skimmed.pk, fresh.pk}
    assert times(me, kept) == (None, NOW, None, None)
    assert times(me, skimmed) == (NOW, None, LATER, None)


def test_kept_and_passed_are_never_both(me, paper):
    stages.keep(me, paper, NOW)
    stages.skip(me, paper, LATER)
    assert times(me, paper) == (NOW, None, LATER, None)
    stages.keep(me, paper, LATER)
    assert times(me, paper) == (NOW, LATER, None, None)


def test_repeating_a_step_keeps_its_time_and_has_nothing_to_undo(me, paper):
    stages.read(me, paper, NOW)
    assert stages.read(me, paper, LATER) == []
    assert times(me, paper) == (NOW, None, None, NOW)


def test_reopening_leaves_it_skimmed(me, paper):
    stages.keep(me, paper, NOW)
    stages.read(me, paper, NOW)
    stages.reopen(me, paper, LATER)
    assert times(me, paper) == (NOW, None, None, None)


def test_undo_removes_a_new_row(me, paper):
    acts.undo(me, stages.keep(me, paper, NOW))
    assert times(me, paper) is None


def test_undo_restores_the_exact_times(me, paper):
    make_stage(me, paper, skimmed_at=NOW, kept_at=NOW + timedelta(microseconds=7))
    changes = stages.skip(me, paper, LATER)
    plain = [acts.Change(**change.plain()) for change in changes]  # as a session keeps them
    acts.undo(me, plain)
    assert times(me, paper) == (NOW, NOW + timedelta(microseconds=7), None, None)


def test_undoing_a_clear_restores_all_papers(me):
    papers = [make_paper() for _ in range(3)]
    acts.undo(me, stages.clear(me, papers, NOW))
    assert not Stage.objects.exists()


def test_undo_skips_rows_changed_since(me, paper):
    changes = stages.skip(me, paper, NOW)
    stages.keep(me, paper, LATER)  # in another window
    assert acts.undo(me, changes) == []
    assert times(me, paper) == (NOW, LATER, None, None)


def test_stages_are_personal(me, paper):
    other = make_person()
    stages.keep(other, paper, NOW)
    acts.undo(me, stages.skip(me, paper, NOW))
    assert times(other, paper) == (NOW, NOW, None, None)


@pytest.mark.django_db(transaction=True)
def test_concurrent_triage_ends_with_one_valid_row(me):
    papers = [make_paper() for _ in range(10)]

    def judge(act):
        try:
            for paper in papers:
                act(me, paper, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as windows:
        list(windows.map(judge, [stages.keep, stages.skip, stages.keep]))
    rows = Stage.objects.filter(person=me)
    assert rows.count() == 10
    assert not [row for row in rows if row.kept_at and row.passed_at]
