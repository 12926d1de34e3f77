"""An application's page, as people meet it: steps, results, checks, reviews, history."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from papers.ledger import applications, checks, projects, results, reviews
from tests.makers import NOW, make_application, make_paper, make_person, make_project, make_result

from .conftest import text

pytestmark = pytest.mark.django_db
VERBS = ["result", "advance", "back", "drop", "outcome", "over", "review"]


def send(client, application, verb, **fields):
    prefix = "step" if verb in {"result", "advance"} else verb  # two buttons of one form
    return client.post(
        reverse(f"application_{verb}", args=[application.pk]), {f"{prefix}-{k}": v for k, v in fields.items()}
    )


def test_an_idea_goes_from_toy_to_production_with_evidence_and_another_pair_of_eyes(client, ada):
    used = make_application(project=make_project(members=(ada,)))
    answer = send(client, used, "advance", to="production")
    assert answer.status_code == 400
    assert "Production still needs a recorded toy or pilot result, and a check of it by another member." in text(answer)

    evidence = {"link": "https://git.example/run/1", "claimed": "+2.1 BLEU", "ours": "+0.4 BLEU"}
    assert send(client, used, "advance", to="pilot", **evidence).status_code == 303
    page = text(client.get(used.get_absolute_url()))
    assert "+0.4 BLEU" in page
    assert "Not checked yet: another member has to check it." in page
    assert "Needs a check of a result by another member" in page
    assert "Promote to production" not in page

    result = used.results.get()
    check = reverse("result_check", args=[result.pk])
    own = client.post(check, {f"check-{result.pk}-holds": "yes"})
    assert own.status_code == 400
    assert "You cannot check your own result: this waits for another member." in text(own)
    client.force_login(make_person("Bo"))
    assert (
        client.post(check, {f"check-{result.pk}-holds": "yes", f"check-{result.pk}-note": "Again."}).status_code == 303
    )

    client.force_login(ada)
    page = text(client.get(used.get_absolute_url()))
    assert "✓ Confirmed by Bo: <bdi>Again.</bdi>" in page
    assert 'value="production">Promote to production</button>' in page
    assert send(client, used, "advance", to="production").status_code == 303
    assert send(client, used, "outcome", outcome="helped", note="Live since May.").status_code == 303
    assert send(client, used, "over", text="Adam, tuned.").status_code == 303
    for address in ("/projects", used.project.get_absolute_url()):
        page = text(client.get(address))
        for words in ("Production", "Helped", "+0.4 BLEU", "confirmed by</span> Bo", "Live since May."):
            assert words in page, (address, words)


@pytest.mark.parametrize("stage", ["toy", "pilot", "production", "dropped"])
def test_each_step_has_one_primary_button(client, ada, stage):
    used = make_application(stage=stage, outcome="hurt")
    for _ in range(2):
        page = text(client.get(used.get_absolute_url()))
        assert page.split("<main")[1].count("btn primary") == 1
        if stage != "dropped":
            make_result(used, stage=stage)


def test_a_step_says_what_it_has_and_what_the_next_lacks(client, ada):
    used = make_application(stage="pilot")
    make_result(used, stage="toy", claimed="+2", ours="+1")
    page = text(client.get(used.get_absolute_url())).split('<ol class="steps"')[1].split("</ol>")[0]
    toy, pilot, production = page.split("<li")[1:]
    assert "+2" in toy
    assert "Not checked yet" in toy
    assert 'aria-current="step"' in pilot
    assert "No result yet" in pilot
    assert "Needs a check of a result by another member" in production


def test_a_result_that_comes_too_late_is_refused_with_a_sentence(client, ada):
    used = make_application(stage="dropped", outcome="hurt")
    answer = send(client, used, "result", note="It ran.")
    assert answer.status_code == 400
    assert "This was dropped. Take it up again before recording a result." in text(answer)


def test_only_earlier_steps_are_offered_to_go_back_to(client, ada):
    def offered(stage):
        page = client.get(make_application(stage=stage, outcome="hurt").get_absolute_url())
        return [step for step, _ in page.context["forms"]["back"].fields["to"].choices]

    assert (offered("production"), offered("pilot"), offered("dropped")) == (["pilot", "toy"], ["toy"], ["toy"])


@pytest.mark.parametrize(
    ("verb", "said", "sentence"),
    [
        ("result", {"claimed": "+2 BLEU"}, "A result needs evidence"),
        ("result", {"link": "javascript:alert(1)"}, "Enter a valid URL"),
        ("drop", {"outcome": "hurt"}, "Say what was learned"),
        ("drop", {"outcome": "running", "why": "x"}, "Select a valid choice"),
        ("back", {"to": "pilot", "why": "x"}, "cannot go back"),
        ("review", {"verdict": "superseded"}, "Say what superseded it"),
        ("review", {"verdict": "superseded", "by": "2401.99999"}, "This paper is not in Tenth"),
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
    for words in ("horizon from core to moonshot", "deadline from none to 1 May 2026", "members from Ada to nobody"):
        assert words in page
    assert "Ada closed the project" in page
    page = text(client.get(used.get_absolute_url()))
    for words in (
        "Ada applied it: The schedule",
        "Ada recorded a toy result: ours 3",
        "Bo confirmed a result (Ran it.)",
        "Ada moved it from toy to pilot",
        "Ada moved it from pilot to toy (Too early.)",
        "Ada set the outcome to no effect",
        "Ada retired it (Old.)",
    ):
        assert words in page, words
