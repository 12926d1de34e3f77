"""Applying a paper in a project, from its form and from where it is offered."""

import pytest

from papers.models import Application, Project
from tests.makers import NOW, make_application, make_paper, make_person, make_project

pytestmark = pytest.mark.django_db
VERBS = ["result", "advance", "back", "drop", "outcome", "over", "review"]


@pytest.fixture
def ada(client):
    person = make_person("Ada")
    client.force_login(person)
    return person


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_paper_is_applied_in_a_project(client, ada):
    paper, project = make_paper("A trick that works"), make_project("Atlas")
    answer = client.post(f"/papers/{paper.pk}/apply", {"project": project.pk, "taken": "The schedule"})
    used = Application.objects.get()
    assert answer["Location"] == used.get_absolute_url()
    assert (used.person, used.stage) == (ada, "toy")
    page = text(client.get(used.get_absolute_url()))
    assert "The schedule" in page
    assert "A trick that works" in page


def test_a_new_project_can_be_named_while_applying(client, ada):
    client.post(f"/papers/{make_paper().pk}/apply", {"new_project": "Borealis", "taken": "The schedule"})
    assert Application.objects.get().project.name == "Borealis"


def test_the_name_of_a_project_that_is_there_chooses_it(client, ada):
    atlas = make_project("Atlas")
    client.post(f"/papers/{make_paper().pk}/apply", {"new_project": " ATLAS", "taken": "The schedule"})
    assert Application.objects.get().project == atlas


def test_the_same_form_sent_twice_with_a_new_project_is_one_application(client, ada):
    paper = make_paper()
    said = {"new_project": "Reranker 2", "taken": "The clipped loss"}
    first, second = (client.post(f"/papers/{paper.pk}/apply", said) for _ in range(2))
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"taken": "x"}, "Choose a project, or name a new one."),
        ({"new_project": "Two", "project": "1", "taken": "x"}, "not both"),
        ({"new_project": "old THING", "taken": "x"}, "Old thing is closed. Open it again, or choose another project."),
        ({"new_project": "Two"}, "Say in a sentence what you took from it."),
        ({"new_project": "Two", "taken": "y" * 501}, "at most 500 characters"),
        ({"project": "nonsense", "taken": "x"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_the_input_kept(client, ada, said, sentence):
    project, _ = make_project("Atlas"), make_project("Old thing", closed_at=NOW)
    said = {name: str(project.pk) if value == "1" else value for name, value in said.items()}
    answer = client.post(f"/papers/{make_paper().pk}/apply", said)
    assert answer.status_code == 400
    assert sentence in text(answer)
    assert said.get("taken", "")[:100] in text(answer)
    assert not Application.objects.exists()
    assert Project.objects.count() == 2


def test_a_closed_project_is_not_offered(client, ada):
    closed = make_project("Old thing", closed_at=NOW)
    paper = make_paper()
    assert "Old thing" not in text(client.get(f"/papers/{paper.pk}/apply"))
    assert client.post(f"/papers/{paper.pk}/apply", {"project": closed.pk, "taken": "x"}).status_code == 400


def test_applying_shows_where_the_paper_was_used_already(client, ada):
    used = make_application(project=make_project("Atlas"), taken="The schedule", stage="dropped", outcome="hurt")
    page = text(client.get(f"/papers/{used.paper_id}/apply"))
    assert "Used in" in page
    assert "Hurt" in page


def test_after_applying_one_is_where_one_came_from(client, ada):
    project = make_project()
    said = {"project": project.pk, "taken": "x", "next": "/browse?q=x"}
    assert client.post(f"/papers/{make_paper().pk}/apply", said)["Location"] == "/browse?q=x"
    assert f"Applied in {project}. It begins as a toy." in text(client.get("/browse"))
    said |= {"next": "//evil.example/", "taken": "y"}
    assert client.post(f"/papers/{make_paper().pk}/apply", said)["Location"].startswith("/applications/")


def test_a_papers_page_says_where_it_was_used_and_offers_to_apply_it(client, ada):
    used = make_application(make_paper("Attention Is All You Need"), make_project("Atlas"), taken="The schedule")
    page = text(client.get(used.paper.get_absolute_url()))
    assert "Used in" in page
    assert "The schedule" in page
    assert f'href="/papers/{used.paper_id}/apply" data-act="apply"' in page
    twin = make_paper("Attention is all you need", arxiv_id="")
    page = text(client.get(twin.get_absolute_url()))
    assert "The schedule" in page
    assert "another record of this title" in page


def test_a_guest_is_not_offered_to_apply(client):
    paper = make_paper()
    client.force_login(make_person(role="guest"))
    assert "/apply" not in text(client.get(paper.get_absolute_url()))
    assert "/apply" not in text(client.get("/browse"))
