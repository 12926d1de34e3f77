"""A paper in a project: applied, moved, dropped, and never lost."""

import pytest
from django.db import IntegrityError, transaction

from papers.intake import merge
from papers.ledger import applications, results
from papers.models import Application, Paper
from papers.refused import Refused
from tests.makers import NOW, make_application, make_paper, make_project

from .conftest import fresh, kinds

pytestmark = pytest.mark.django_db


def test_applying_begins_as_a_toy_due_for_review_in_twelve_months(ada):
    used = applications.apply(ada, make_paper(), make_project(), "Cosine warm-up", NOW)
    assert (used.stage, used.outcome, used.review_due) == ("toy", "running", NOW.replace(year=NOW.year + 1))
    assert kinds(used) == ["applied"]


def test_a_double_click_is_one_application_and_one_event(ada):
    paper, project = make_paper(), make_project()
    first, second = (applications.apply(ada, paper, project, "Cosine warm-up", NOW) for _ in range(2))
    assert first == second
    assert kinds(first) == ["applied"]


def test_one_paper_may_give_a_project_two_ideas(ada):
    paper, project = make_paper(), make_project()
    for taken in ("Cosine warm-up", "The ablation table"):
        applications.apply(ada, paper, project, taken, NOW)
    assert paper.applications.count() == 2


def test_moving_on_needs_evidence_of_the_stage_it_leaves(ada, application):
    with pytest.raises(Refused, match="Pilot still needs evidence from the toy"):
        applications.advance(ada, application, "pilot", NOW)
    applications.advance(ada, application, "pilot", NOW, note="It ran.", claimed="91 %", ours="88 %")
    assert fresh(application).stage == "pilot"
    result = application.results.get()
    assert (result.stage, result.claimed, result.ours) == ("toy", "91 %", "88 %")
    assert kinds(application) == ["result", "moved"]


def test_what_was_recorded_before_counts(ada, application):
    results.record(ada, application, NOW, link="https://git.example/commit/1")
    applications.advance(ada, application, "pilot", NOW)
    assert fresh(application).stage == "pilot"


def test_a_refused_move_stores_nothing_of_its_evidence(ada, application):
    with pytest.raises(Refused):
        applications.advance(ada, application, "production", NOW, note="Trust me.")
    assert not application.results.exists()
    assert not application.events.exists()


def test_dropping_says_how_it_ended_and_what_was_learned(ada, application):
    with pytest.raises(Refused, match="A dropped application is not running"):
        applications.drop(ada, application, "running", "Enough.", NOW)
    with pytest.raises(Refused, match="Say what was learned"):
        applications.drop(ada, application, "hurt", "", NOW)
    applications.drop(ada, application, "hurt", "Slower at every size.", NOW)
    dropped = fresh(application)
    assert (dropped.stage, dropped.outcome, dropped.outcome_note) == ("dropped", "hurt", "Slower at every size.")
    with pytest.raises(Refused, match="dropped already"):
        applications.drop(ada, application, "hurt", "Again.", NOW)


def test_what_was_dropped_can_be_taken_up_again_with_a_reason(ada, application):
    applications.drop(ada, application, "abandoned", "No time.", NOW)
    with pytest.raises(Refused, match="Take it up again"):
        results.record(ada, application, NOW, note="It ran.")
    with pytest.raises(Refused, match="Say why"):
        applications.step_back(ada, application, "toy", NOW, "")
    applications.step_back(ada, application, "toy", NOW, "There is time.")
    assert (fresh(application).stage, fresh(application).outcome) == ("toy", "running")


def test_the_database_keeps_dropped_and_running_apart(application):
    with pytest.raises(IntegrityError, match="dropped_application_has_an_outcome"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(stage="dropped")


def test_outcome_and_chosen_over_are_events_only_when_they_change(ada, application):
    for _ in range(2):
        applications.set_outcome(ada, application, "no_effect", "Within the noise.", NOW)
        applications.set_alternatives(ada, application, "Adam: stable beats state of the art.", NOW)
    assert kinds(application) == ["outcome", "chosen_over"]
    assert fresh(application).chosen_over.startswith("Adam")


def test_a_merge_moves_applications_and_loses_none(ada):
    keep, lose = make_paper(), make_paper(arxiv_id="")
    project = make_project("Atlas", members=(ada,))
    ours = applications.apply(ada, keep, project, "The schedule", NOW)
    twin = applications.apply(ada, lose, project, "The schedule", NOW)
    other = applications.apply(ada, lose, project, "The table", NOW)
    old = make_application(review="superseded", superseded_by=lose)
    assert merge.merge(keep.pk, lose.pk, NOW)
    assert [(fresh(each).paper_id, fresh(each).taken) for each in (ours, twin, other)] == [
        (keep.pk, "The schedule"),
        (keep.pk, "The schedule (merged)"),
        (keep.pk, "The table"),
    ]
    assert fresh(old).superseded_by == keep
    assert set(twin.events.values_list("paper", flat=True)) == {keep.pk}


def test_a_paper_that_was_merged_away_meanwhile_is_said(ada):
    keep, lose = make_paper(), make_paper(arxiv_id="")
    stale, project = Paper.objects.get(pk=lose.pk), make_project()
    merge.merge(keep.pk, lose.pk, NOW)
    with pytest.raises(Refused, match="merged with another"):
        applications.apply(ada, stale, project, "The schedule", NOW)


def test_merging_again_and_again_numbers_what_says_the_same(ada):
    keep, project, long = make_paper(), make_project(), "x" * 495
    twins = [applications.apply(ada, make_paper(arxiv_id=""), project, long, NOW) for _ in range(3)]
    applications.apply(ada, keep, project, long, NOW)
    for twin in twins:
        assert merge.merge(keep.pk, twin.paper_id, NOW)
    ends = [fresh(twin).taken.lstrip("x") for twin in twins]
    assert ends == [" (merged)", " (merged 2)", " (merged 3)"]


def test_a_paper_of_the_same_title_shows_where_it_was_used():
    used = make_application(make_paper("Attention Is All You Need"))
    twin = make_paper("Attention is all you need.", arxiv_id="")
    assert applications.used_in(twin) == [used]
    assert applications.used_in(make_paper("Another title altogether")) == []


def test_a_title_too_short_to_say_anything_joins_nothing():
    make_application(make_paper("Introduction"))
    assert applications.used_in(make_paper("Introduction", arxiv_id="")) == []
