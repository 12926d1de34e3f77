"""Projects and the ledger beneath them, as people meet them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from papers.ledger import checks, table
from papers.models import Event, Project
from tests.makers import NOW, make_application, make_paper, make_person, make_project, make_result

from .conftest import queries_for, text

pytestmark = pytest.mark.django_db
VERBS = ["result", "advance", "back", "drop", "outcome", "over", "review"]


def send(client, application, verb, **fields):
    prefix = "step" if verb in {"result", "advance"} else verb  # two buttons of one form
    return client.post(
        reverse(f"application_{verb}", args=[application.pk]), {f"{prefix}-{k}": v for k, v in fields.items()}
    )


def test_a_stranger_is_sent_to_sign_in(client):
    used = make_application()
    for address in (
        "/projects",
        used.project.get_absolute_url(),
        used.get_absolute_url(),
        f"/papers/{used.paper_id}/apply",
    ):
        assert client.get(address)["Location"] == f"/signin?next={address}"


def test_a_guest_reads_everything_and_changes_nothing(client):
    used = make_application()
    result = make_result(used)
    client.force_login(make_person(role="guest"))
    for address in ("/projects", used.project.get_absolute_url(), used.get_absolute_url()):
        page = text(client.get(address))
        assert used.taken in page
        assert 'method="post" action="/projects' not in page
        assert 'method="post" action="/applications' not in page
    posts = [reverse(f"application_{verb}", args=[used.pk]) for verb in VERBS]
    posts += [reverse(f"project_{verb}", args=[used.project.slug]) for verb in ("edit", "close", "reopen")]
    posts += [reverse("apply", args=[used.paper_id]), reverse("result_check", args=[result.pk]), reverse("project_new")]
    assert {client.post(address).status_code for address in posts} == {403}
    assert not Event.objects.exists()


def test_before_the_first_project_the_page_says_what_one_is(client, ada):
    assert "No projects yet" in text(client.get("/projects"))


def test_a_project_is_made_with_its_deadline_and_members(client, ada):
    bo = make_person("Bo")
    said = {
        "name": "  Atlas  2 ",
        "horizon": "adjacent",
        "deadline": "2026-05-01",
        "warning_days": "5",
        "members": [bo.pk],
    }
    assert client.post("/projects/new", said)["Location"] == "/projects/atlas-2"
    project = Project.objects.get()
    assert (project.name, project.horizon, project.deadline, project.warning_days) == (
        "Atlas 2",
        "adjacent",
        date(2026, 5, 1),
        5,
    )
    page = text(client.get("/projects/atlas-2"))
    assert "due 1 May" in page
    assert "Bo" in page
    assert "Ada created the project" in page


def test_a_name_that_is_taken_is_refused_with_the_input_kept(client, ada):
    make_project("Atlas")
    answer = client.post("/projects/new", {"name": "atlas", "horizon": "moonshot", "warning_days": "9"})
    assert answer.status_code == 400
    assert "There is already a project with this name." in text(answer)
    assert 'value="9"' in text(answer)


def test_guests_cannot_be_members(client, ada):
    guest = make_person(role="guest")
    said = {"name": "Atlas", "horizon": "core", "warning_days": "3", "members": [guest.pk]}
    assert client.post("/projects/new", said).status_code == 400


def test_a_project_is_changed_closed_and_opened_again(client, ada):
    project = make_project("Atlas", members=(ada,))
    said = {"name": "Atlas", "horizon": "moonshot", "warning_days": "3", "members": [ada.pk]}
    client.post(f"/projects/{project.slug}/edit", said)
    assert "horizon from core to moonshot" in text(client.get(project.get_absolute_url()))
    client.post(f"/projects/{project.slug}/close")
    assert "Closed projects (1)" in text(client.get("/projects"))
    client.post(f"/projects/{project.slug}/reopen")
    assert "Closed projects" not in text(client.get("/projects"))


def test_what_failed_is_as_visible_as_what_helped(client, ada):
    used = make_application()
    assert send(client, used, "drop", outcome="hurt", why="Slower at every size.").status_code == 303
    for address in ("/projects", "/projects?show=failed"):
        page = text(client.get(address))
        assert "Slower at every size." in page
        assert "Hurt" in page
    assert "Slower at every size." not in text(client.get("/projects?show=helped"))


def test_the_ledger_is_searched_filtered_sorted_and_paged_by_its_address(client, ada, monkeypatch):
    atlas = make_project("Atlas")
    first = make_application(make_paper("A cosine paper"), atlas, taken="Warm-up", at=NOW)
    second = make_application(make_paper("B linear paper"), taken="Decay", at=NOW - timedelta(days=1), stage="pilot")
    address = f"/projects?q=paper&sort=-paper&project={atlas.slug}&by={first.person_id}&show=toy"
    page = text(client.get(address))
    assert "Warm-up" in page
    assert "Decay" not in page
    assert 'value="paper"' in page  # what was typed is kept
    assert 'aria-sort="descending"' in page
    assert "Nothing matches." in text(client.get("/projects?q=nothing+of+the+kind"))
    monkeypatch.setattr(table, "PAGE", 1)
    page = text(client.get("/projects?page=2"))
    assert f"application-{second.pk}" in page
    assert f"application-{first.pk}" not in page
    assert 'rel="prev" href="?page=1"' in page


@pytest.mark.parametrize(
    "query", ["sort=moon", "show=moon", "page=0", "page=x", "page=99999", "by=0", "by=x", "project=no-such", "q=%00"]
)
def test_an_address_that_asks_for_nonsense_shows_the_ledger(client, ada, query):
    used = make_application()
    assert used.taken in text(client.get(f"/projects?{query}"))


def test_what_was_retired_counts_no_more_as_in_production(client, ada):
    project = make_project("Atlas")
    for review in ("", "retired", "superseded"):
        make_application(project=project, stage="production", outcome="helped", review=review)
    for address in ("/projects", project.get_absolute_url()):
        page = text(client.get(address))
        assert 'In production <span class="num">1</span>' in page
        assert 'Retired <span class="num">2</span>' in page
    assert '<span class="num">1</span> in production' in text(client.get("/projects"))


def test_browse_filters_by_project_stage_and_outcome_of_one_application(client, ada):
    atlas, borealis = make_project("Atlas"), make_project("Borealis")
    toy = make_application(make_paper("The toy paper"), atlas)
    hurt = make_application(make_paper("The hurtful paper"), borealis, stage="dropped", outcome="hurt")
    make_application(toy.paper, borealis, stage="pilot")
    make_paper("The unused paper")

    def found(query):
        page = text(client.get(f"/browse?{query}"))
        return {title for title in ("toy", "hurtful", "unused") if f"The {title} paper" in page}

    assert found(f"project={atlas.slug}") == {"toy"}
    assert found("used=any") == {"toy", "hurtful"}
    assert found("used=pilot") == {"toy"}
    assert found(f"project={atlas.slug}&used=pilot") == set()
    assert found("outcome=hurt") == {"hurtful"}
    assert found(f"project={hurt.project.slug}&used=dropped&outcome=hurt") == {"hurtful"}
    make_application(make_paper("The unused paper"), atlas, stage="production", review="retired")
    assert found("used=production") == set()
    assert found("used=over") == {"unused"}
    page = text(client.get(f"/browse?project={atlas.slug}&used=toy&outcome=running"))
    for chip in ("Applied in Atlas", "Applied: Toy", "Outcome: Running"):
        assert chip in page
    for query in ("project=no-such", "used=moon", "outcome=great"):
        assert client.get(f"/browse?{query}").status_code == 400


def fill(project, number):
    for _ in range(number):
        used = make_application(make_paper("One title for all of them"), project, review_due=NOW)
        for _ in range(2):
            result = make_result(used)
            checks.check(make_person(), result, True, "", NOW)
        make_project()


def test_more_applications_cost_no_more_queries(client, ada):
    project = make_project("Atlas", members=(ada,))
    fill(project, 2)
    used = project.applications.first()
    addresses = ["/projects", project.get_absolute_url(), used.get_absolute_url(), f"/papers/{used.paper_id}/apply"]
    few = [queries_for(client, address) for address in addresses]
    fill(project, 12)
    assert [queries_for(client, address) for address in addresses] == few
