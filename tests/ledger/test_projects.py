"""The applied ledger: what it takes, what it refuses and with which sentence, and that nothing is ever lost."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from papers.intake import merge
from papers.ledger import applications, checks, projects, results, reviews
from papers.models import Application, Check, Event, Paper, Project
from papers.refused import Refused
from tests.makers import NOW, make_application, make_paper, make_person, make_project, make_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_person("Ada")


@pytest.fixture
def bo():
    return make_person("Bo")


@pytest.fixture
def application(ada):
    return make_application(project=make_project("Atlas", members=(ada,)))


def kinds(application):
    return list(application.events.order_by("pk").values_list("kind", flat=True))


def fresh(application):
    return Application.objects.get(pk=application.pk)


# ── projects ─────────────────────────────────────────────────────────────────────────────────


def test_who_makes_a_project_is_in_it_and_an_event_tells(ada):
    project = projects.create(ada, NOW, "Atlas", deadline=date(2026, 3, 9))
    assert list(project.members.all()) == [ada]
    assert project.get_absolute_url() == "/projects/atlas"
    assert project.events.get().kind == Event.Kind.PROJECT_CREATED


def test_two_projects_of_one_name_are_refused_whatever_the_case(ada):
    projects.create(ada, NOW, "Atlas")
    with pytest.raises(Refused, match="of the name ATLAS already"):
        projects.create(ada, NOW, "ATLAS")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Ångström & Co.", "angstrom-co"), ("計画", "project"), ("new", "new-project"), ("🚀", "project")],
)
def test_every_name_gets_an_address(ada, name, slug):
    assert projects.create(ada, NOW, name).slug == slug


def test_two_names_of_one_address_at_the_same_moment_are_told_apart(ada, monkeypatch):
    make_project("A b", slug="a-b")
    monkeypatch.setattr(projects, "_free_slug", lambda name: "a-b")  # as it was a moment before
    with pytest.raises(Refused, match="with nearly this name just now"):
        projects.create(ada, NOW, "A-b")


def test_names_that_share_an_address_get_numbers(ada):
    assert [projects.create(ada, NOW, name).slug for name in ("a b", "a-b", "a_b?")] == ["a-b", "a-b-2", "a_b"]


def test_changing_a_project_tells_what_it_was_and_keeps_the_address(ada, bo):
    project = projects.create(ada, NOW, "Atlas")
    projects.change(bo, project, NOW, [ada, bo], name="Atlas 2", deadline=date(2026, 4, 1))
    event = project.events.order_by("pk").last()
    assert event.data["changed"] == {
        "name": ["Atlas", "Atlas 2"],
        "deadline": [None, "2026-04-01"],
        "members": [["Ada"], ["Ada", "Bo"]],
    }
    assert Project.objects.get().slug == "atlas"


def test_saving_without_a_change_is_no_event(ada):
    project = projects.create(ada, NOW, "Atlas")
    projects.change(ada, project, NOW, [ada], name="Atlas")
    assert project.events.count() == 1


def test_a_closed_project_takes_nothing_until_it_is_open_again(ada):
    project = make_project("Atlas", members=(ada,))
    projects.close(ada, project, NOW)
    projects.close(ada, project, NOW)  # a double click
    with pytest.raises(Refused, match="Atlas is closed"):
        applications.apply(ada, make_paper(), Project.objects.get(), "A trick", NOW)
    projects.reopen(ada, project, NOW)
    assert applications.apply(ada, make_paper(), Project.objects.get(), "A trick", NOW).stage == "toy"
    assert [event.kind for event in project.events.order_by("pk")] == ["project_closed", "project_reopened", "applied"]


def test_a_deadline_is_near_within_its_days_of_warning():
    project = make_project(deadline=date(2026, 3, 10), warning_days=3)
    assert [project.is_due(date(2026, 3, day)) for day in (6, 7, 10, 12)] == [False, True, True, True]
    assert not make_project().is_due(date(2026, 3, 10))


# ── applying ─────────────────────────────────────────────────────────────────────────────────


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


# ── results and stages ───────────────────────────────────────────────────────────────────────


def test_a_result_needs_a_link_or_a_note(ada, application):
    with pytest.raises(Refused, match=r"a link .* or a note"):
        results.record(ada, application, NOW, claimed="91 %", ours="88 %")
    assert kinds(application) == []


def test_moving_on_needs_evidence_of_the_stage_it_leaves(ada, application):
    with pytest.raises(Refused, match="Pilot still needs evidence of what the toy gave"):
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


def test_a_refused_move_stores_nothing_of_its_evidence(ada, application):
    with pytest.raises(Refused):
        applications.advance(ada, application, "production", NOW, note="Trust me.")
    assert not application.results.exists()
    assert not application.events.exists()


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


@pytest.mark.parametrize("verdict", ["retired", "superseded"])
def test_what_is_over_moves_on_only_when_a_review_keeps_it(ada, application, verdict):
    reviews.review(ada, application, verdict, "Nobody calls it.", NOW)
    with pytest.raises(Refused, match=f"Pilot still needs a review that keeps it: it is {verdict}"):
        applications.advance(ada, application, "pilot", NOW, note="It ran.")
    reviews.review(ada, application, "kept", "Somebody does.", NOW)
    applications.advance(ada, application, "pilot", NOW, note="It ran.")
    assert fresh(application).review_due


def test_nobody_checks_their_own(ada, bo, application):
    by_bo = results.record(bo, application, NOW, note="Bo measured.")
    for person in (ada, bo):  # who applied it, who measured it
        with pytest.raises(Refused, match="Nobody checks their own"):
            checks.check(person, by_bo, True, "", NOW)


def test_the_database_refuses_a_check_of_ones_own(ada, application):
    result = make_result(application)
    with pytest.raises(IntegrityError, match="nobody_checks_their_own"), transaction.atomic():
        Check.objects.create(result=result, person=ada, applied_by=ada, measured_by=ada, holds=True, at=NOW)


def test_saying_that_it_does_not_hold_needs_a_reason(bo, application):
    with pytest.raises(Refused, match="Say what does not hold"):
        checks.check(bo, make_result(application), False, "", NOW)


def test_dropping_says_how_it_ended_and_what_was_learned(ada, application):
    with pytest.raises(Refused, match="Dropped is not running"):
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


@pytest.mark.parametrize("to", ["production", "dropped", "toy", "nonsense"])
def test_there_is_no_way_back_to_the_same_or_a_later_stage(ada, application, to):
    with pytest.raises(Refused, match="cannot go back"):
        applications.step_back(ada, application, to, NOW, "Because.")


def test_the_database_keeps_dropped_and_running_apart(application):
    with pytest.raises(IntegrityError, match="dropped_application_has_an_outcome"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(stage="dropped")


# ── outcome, chosen over, review ─────────────────────────────────────────────────────────────


def test_outcome_and_chosen_over_are_events_only_when_they_change(ada, application):
    for _ in range(2):
        applications.set_outcome(ada, application, "no_effect", "Within the noise.", NOW)
        applications.set_alternatives(ada, application, "Adam: stable beats state of the art.", NOW)
    assert kinds(application) == ["outcome", "chosen_over"]
    assert fresh(application).chosen_over.startswith("Adam")


def test_a_kept_application_is_due_again_after_twelve_months(ada, application):
    reviews.review(ada, application, "kept", "", NOW)
    assert fresh(application).review_due == NOW.replace(year=NOW.year + 1)


def test_a_superseded_one_names_its_successor_and_is_due_no_more(ada, application):
    with pytest.raises(Refused, match="Say what superseded it"):
        reviews.review(ada, application, "superseded", "", NOW)
    with pytest.raises(Refused, match="cannot supersede itself"):
        reviews.review(ada, application, "superseded", "", NOW, by=application.paper)
    better = make_paper("A better one")
    reviews.review(ada, application, "superseded", "", NOW, by=better)
    assert (fresh(application).superseded_by, fresh(application).review_due) == (better, None)


def test_retiring_needs_a_reason(ada, application):
    with pytest.raises(Refused, match="why it is retired"):
        reviews.review(ada, application, "retired", "", NOW)
    reviews.review(ada, application, "retired", "Nobody calls it.", NOW)
    assert fresh(application).is_over


def test_due_for_review_are_those_whose_time_has_come():
    late, _ = make_application(review_due=NOW), make_application(review_due=NOW + timedelta(days=1))
    make_application(review_due=None)
    assert list(Application.objects.due_for_review(NOW)) == [late]


# ── two records turn out to be one paper ─────────────────────────────────────────────────────


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
    with pytest.raises(Refused, match="merged with another record"):
        applications.apply(ada, stale, project, "The schedule", NOW)


def test_merging_again_and_again_numbers_what_says_the_same(ada):
    keep, project, long = make_paper(), make_project(), "x" * 495
    twins = [applications.apply(ada, make_paper(arxiv_id=""), project, long, NOW) for _ in range(3)]
    applications.apply(ada, keep, project, long, NOW)
    for twin in twins:
        assert merge.merge(keep.pk, twin.paper_id, NOW)
    ends = [fresh(twin).taken.lstrip("x") for twin in twins]
    assert ends == [" (merged)", " (merged 2)", " (merged 3)"]


# ── used in ──────────────────────────────────────────────────────────────────────────────────


def test_a_paper_of_the_same_title_shows_where_it_was_used():
    used = make_application(make_paper("Attention Is All You Need"))
    twin = make_paper("Attention is all you need.", arxiv_id="")
    assert applications.used_in(twin) == [used]
    assert applications.used_in(make_paper("Another title altogether")) == []


def test_a_title_too_short_to_say_anything_joins_nothing():
    make_application(make_paper("Introduction"))
    assert applications.used_in(make_paper("Introduction", arxiv_id="")) == []
