"""Projects and the applied ledger, as people meet them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from papers.ledger import applications, checks, projects, results, reviews
from papers.models import Application, Event, Project
from tests.makers import NOW, make_application, make_paper, make_person, make_project, make_result

pytestmark = pytest.mark.django_db
VERBS = ["result", "advance", "back", "drop", "outcome", "over", "review"]


@pytest.fixture
def ada(client):
    person = make_person("Ada")
    client.force_login(person)
    return person


def text(answer):
    return " ".join(answer.content.decode().split())


def send(client, application, verb, **said):
    return client.post(
        reverse(f"application_{verb}", args=[application.pk]), {f"{verb}-{k}": v for k, v in said.items()}
    )


# ── who may ──────────────────────────────────────────────────────────────────────────────────


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


# ── projects ─────────────────────────────────────────────────────────────────────────────────


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
    assert "due 1 May 2026" in page
    assert "Bo" in page
    assert "Ada created the project" in page


def test_a_name_that_is_taken_is_refused_with_the_input_kept(client, ada):
    make_project("Atlas")
    answer = client.post("/projects/new", {"name": "atlas", "horizon": "moonshot", "warning_days": "9"})
    assert answer.status_code == 400
    assert "There is a project of this name already." in text(answer)
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


# ── applying ─────────────────────────────────────────────────────────────────────────────────


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


# ── the ledger ───────────────────────────────────────────────────────────────────────────────


def test_an_idea_goes_from_toy_to_production_with_evidence_and_another_pair_of_eyes(client, ada):
    used = make_application(project=make_project(members=(ada,)))
    answer = send(client, used, "advance", to="production")
    assert answer.status_code == 400
    assert "Production still needs a recorded toy or pilot result, and a check of it by another member." in text(answer)

    evidence = {"link": "https://git.example/run/1", "claimed": "+2.1 BLEU", "ours": "+0.4 BLEU"}
    assert send(client, used, "advance", to="pilot", **evidence).status_code == 303
    page = text(client.get(used.get_absolute_url()))
    assert "+0.4 BLEU" in page
    assert "Nobody checks their own" in page
    assert "Production still needs a check of a result by another member." in page

    result = used.results.get()
    check = reverse("result_check", args=[result.pk])
    own = client.post(check, {f"check-{result.pk}-holds": "yes"})
    assert own.status_code == 400
    assert "Nobody checks their own: this waits for another member." in text(own)
    client.force_login(make_person("Bo"))
    assert (
        client.post(check, {f"check-{result.pk}-holds": "yes", f"check-{result.pk}-note": "Again."}).status_code == 303
    )

    client.force_login(ada)
    assert send(client, used, "advance", to="production").status_code == 303
    assert send(client, used, "outcome", outcome="helped", note="Live since May.").status_code == 303
    assert send(client, used, "over", text="Adam, tuned.").status_code == 303
    for address in ("/projects", used.project.get_absolute_url()):
        page = text(client.get(address))
        for words in ("Production", "Helped", "+0.4 BLEU", "✓ Bo checked it", "Chosen over: Adam, tuned."):
            assert words in page, (address, words)


def test_what_failed_is_as_visible_as_what_helped(client, ada):
    used = make_application()
    assert send(client, used, "drop", outcome="hurt", why="Slower at every size.").status_code == 303
    for address in ("/projects", "/projects?show=failed"):
        page = text(client.get(address))
        assert "Slower at every size." in page
        assert "Hurt" in page
    assert "Slower at every size." not in text(client.get("/projects?show=helped"))


@pytest.mark.parametrize(
    ("verb", "said", "sentence"),
    [
        ("result", {"claimed": "+2 BLEU"}, "A result needs evidence"),
        ("result", {"link": "javascript:alert(1)"}, "Enter a valid URL"),
        ("drop", {"outcome": "hurt"}, "Say what was learned"),
        ("drop", {"outcome": "running", "why": "x"}, "Select a valid choice"),
        ("back", {"to": "pilot", "why": "x"}, "cannot go back"),
        ("review", {"verdict": "superseded"}, "Say what superseded it"),
        ("review", {"verdict": "superseded", "by": "2401.99999"}, "We have no such paper"),
        ("advance", {"to": "moon"}, "Select a valid choice"),
    ],
)
def test_what_the_ledger_refuses_comes_back_with_its_input_and_the_reason(client, ada, verb, said, sentence):
    used = make_application(project=make_project(members=(ada,)))
    answer = send(client, used, verb, **said)
    assert answer.status_code == 400
    assert sentence in text(answer)
    for value in said.values():
        assert f'value="{value}"' in text(answer) or verb in ("drop", "back", "advance"), value
    assert not used.events.exists()


def test_what_is_due_for_review_is_named_and_can_be_superseded_by_a_paper_we_have(client, ada):
    old = make_application(taken="An old idea", review_due=timezone.now() - timedelta(days=1))
    better = make_paper("A better one", arxiv_id="2402.00001")
    assert "Due for review" in text(client.get("/projects"))
    assert "Due for review since" in text(client.get(old.get_absolute_url()))
    assert send(client, old, "review", verdict="superseded", by="https://arxiv.org/pdf/2402.00001v3").status_code == 303
    assert "Due for review" not in text(client.get("/projects"))
    page = text(client.get(old.get_absolute_url()))
    assert better.title in page


def test_words_of_people_are_escaped(client, ada):
    evil = "<script>alert(1)</script>"
    used = make_application(make_paper(evil), make_project(evil[:40]), taken=evil, chosen_over=evil, outcome_note=evil)
    make_result(used, note=evil, claimed=evil, ours=evil)
    applications.set_outcome(ada, used, "helped", evil, NOW)
    for address in (
        "/projects",
        used.project.get_absolute_url(),
        used.get_absolute_url(),
        f"/papers/{used.paper_id}/apply",
    ):
        assert b"<script>alert" not in client.get(address).content


def test_an_event_of_every_kind_is_told_in_words(client, ada):
    bo = make_person("Bo")
    project = projects.create(ada, NOW, "Atlas")
    projects.change(ada, project, NOW, [], horizon="moonshot", deadline=date(2026, 5, 1))
    used = applications.apply(ada, make_paper(), project, "The schedule", NOW)
    result = results.record(ada, used, NOW, note="It ran.", ours="3")
    checks.check(bo, result, True, "Ran it.", NOW)
    applications.advance(ada, used, "pilot", NOW)
    applications.step_back(ada, used, "toy", NOW, "Too early.")
    applications.set_outcome(ada, used, "no_effect", "", NOW)
    applications.set_alternatives(ada, used, "", NOW)
    reviews.review(ada, used, "retired", "Old.", NOW)
    projects.close(ada, project, NOW)
    page = text(client.get(project.get_absolute_url()))
    for words in ("horizon from core to moonshot", "deadline from none to 2026-05-01", "members from Ada to nobody"):
        assert words in page
    assert "Ada closed the project" in page
    page = text(client.get(used.get_absolute_url()))
    for words in (
        "Ada applied it: The schedule",
        "Ada recorded a toy result, we got 3",
        "Bo checked a result, and it holds (Ran it.)",
        "Ada moved it from toy to pilot",
        "Ada moved it from pilot to toy (Too early.)",
        "Ada said how it went: no effect",
        "Ada reviewed it: retired (Old.)",
    ):
        assert words in page, words


# ── elsewhere ────────────────────────────────────────────────────────────────────────────────


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
    page = text(client.get(f"/browse?project={atlas.slug}&used=toy&outcome=running"))
    for chip in ("Applied in Atlas", "Applied: Toy", "Outcome: Running"):
        assert chip in page
    for query in ("project=no-such", "used=moon", "outcome=great"):
        assert client.get(f"/browse?{query}").status_code == 400


# ── growth ───────────────────────────────────────────────────────────────────────────────────


def queries_for(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


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
