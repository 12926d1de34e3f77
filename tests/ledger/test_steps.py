"""The steps: their results and checks, and what the next one lacks."""

from datetime import timedelta

import pytest

from papers.ledger import applications, checks, results, steps
from papers.refused import Refused
from tests.makers import NOW, make_application, make_result

from .conftest import fresh

pytestmark = pytest.mark.django_db


def test_production_says_all_that_is_missing(ada, application):
    with pytest.raises(Refused) as refused:
        applications.advance(ada, application, "production", NOW)
    assert str(refused.value) == (
        "Production still needs a recorded toy or pilot result, and a check of it by another member."
    )


def test_production_needs_the_check_of_another_member(ada, bo, application):
    result = results.record(ada, application, NOW, note="It ran.")
    with pytest.raises(Refused, match="Production still needs a check of a result by another member"):
        applications.advance(ada, application, "production", NOW)
    checks.check(bo, result, True, "Ran it again.", NOW)
    applications.advance(ada, application, "production", NOW)
    assert fresh(application).stage == "production"


def test_a_check_that_fails_keeps_it_out_of_production(ada, bo, application):
    result = results.record(ada, application, NOW, note="It ran.")
    checks.check(bo, result, False, "Leaks the test set.", NOW)
    with pytest.raises(Refused, match="Bo found that a result does not"):
        applications.advance(ada, application, "production", NOW)
    checks.check(bo, result, True, "Mended.", NOW + timedelta(hours=1))
    applications.advance(ada, application, "production", NOW)
    assert fresh(application).stage == "production"
    assert [event.data["holds"] for event in application.events.filter(kind="checked").order_by("pk")] == [False, True]


def test_what_came_back_from_production_needs_a_new_result_and_check(ada, bo, application):
    days = [NOW + timedelta(days=day) for day in range(5)]
    checks.check(bo, results.record(ada, application, NOW, note="It ran."), True, "", NOW)
    applications.advance(ada, application, "production", days[1])
    applications.step_back(ada, application, "pilot", days[2], "It broke under load.")
    with pytest.raises(Refused, match="a recorded toy or pilot result since it left production, and a check of it"):
        applications.advance(ada, application, "production", days[3])
    checks.check(bo, results.record(ada, application, days[3], note="Under load."), True, "", days[3])
    applications.advance(ada, application, "production", days[4])
    assert fresh(application).stage == "production"


@pytest.mark.parametrize("to", ["production", "dropped", "toy", "nonsense"])
def test_there_is_no_way_back_to_the_same_or_a_later_stage(ada, application, to):
    with pytest.raises(Refused, match="cannot go back"):
        applications.step_back(ada, application, to, NOW, "Because.")


def states(application):
    return [(step.stage.value, step.state, step.open) for step in steps.steps_of(application)]


def test_the_steps_of_a_toy_are_open_as_its_results_allow(ada, bo, application):
    assert states(application) == [("toy", "here", False), ("pilot", "ahead", True), ("production", "ahead", False)]
    checks.check(bo, results.record(ada, application, NOW, note="It ran."), True, "", NOW)
    assert states(application) == [("toy", "here", False), ("pilot", "ahead", True), ("production", "ahead", True)]


def test_a_step_without_a_result_was_skipped():
    pilotless = make_application(stage="production")
    make_result(pilotless, stage="toy")
    assert [state for _, state, _ in states(pilotless)] == ["done", "skipped", "here"]


@pytest.mark.parametrize(("stage", "outcome", "review"), [("dropped", "hurt", ""), ("toy", "running", "retired")])
def test_nothing_is_open_when_it_was_dropped_or_retired(stage, outcome, review):
    over = make_application(stage=stage, outcome=outcome, review=review)
    make_result(over)
    assert not any(way for _, _, way in states(over))


def test_a_step_has_the_checks_of_its_results(ada, bo, application):
    check = checks.check(bo, results.record(ada, application, NOW, note="It ran."), True, "", NOW)
    toy, pilot, _ = steps.steps_of(application)
    assert (toy.checks, pilot.checks) == ([check], [])
