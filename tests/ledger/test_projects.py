"""The projects of the team: made, changed, closed and opened again."""

from datetime import date

import pytest

from papers.ledger import applications, projects
from papers.models import Event, Project
from papers.refused import Refused
from tests.makers import NOW, make_paper, make_project

pytestmark = pytest.mark.django_db


def test_who_makes_a_project_is_in_it_and_an_event_tells(ada):
    project = projects.create(ada, NOW, "Atlas", deadline=date(2026, 3, 9))
    assert list(project.members.all()) == [ada]
    assert project.get_absolute_url() == "/projects/atlas"
    assert project.events.get().kind == Event.Kind.PROJECT_CREATED


def test_two_projects_of_one_name_are_refused_whatever_the_case(ada):
    projects.create(ada, NOW, "Atlas")
    with pytest.raises(Refused, match="already a project named ATLAS"):
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
    with pytest.raises(Refused, match="just created a project with nearly this name"):
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
