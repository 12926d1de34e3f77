"""Applying in the browser: from a card to production by keyboard, without scripts, on a phone and in the dark."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.models import Application, Project, Result
from tests.makers import make_application, make_paper, make_person, make_project, make_result, make_source

from .conftest import in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "Towards " + "a very long title of a paper that says all of it at once, " * 4
CROWD = "; ".join(f"Given{n} Family{n}" for n in range(2_900))
ENDLESS = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenberechnungsmodell" * 3


@pytest.fixture
def paper(member):
    return make_paper(LONG, source=make_source("Kettle Notes"), byline=CROWD)


@pytest.fixture
def application(member, paper):
    """A pilot with a result that waits for somebody else's check."""
    made = make_application(paper, make_project("Rank one", members=(member,)), taken="The clipped loss", stage="pilot")
    make_result(made, claimed="+4.1", ours="+1.2", note="Three seeds.")
    return made


def open_by_keyboard(page, summary):
    page.locator("summary", has_text=summary).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")


def test_by_keyboard_from_the_queue_to_the_ledger(window, member, paper):
    page = window(member).open("/")
    page.keyboard.press("j")
    page.keyboard.press("A")
    page.wait_for_url("**/apply")
    expect(page.get_by_label("A new project")).to_be_focused()
    page.keyboard.type("Reranker 2")
    page.keyboard.press("Tab")
    page.keyboard.type("The clipped loss")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/applications/*")
    expect(page.locator("main")).to_contain_text("No result yet. What did the toy give?")
    made = Application.objects.get()
    assert (made.project.name, made.taken, made.stage, made.person) == ("Reranker 2", "The clipped loss", "toy", member)


def test_a_double_click_applies_once_in_one_new_project(window, member, paper):
    page = window(member).open(f"/papers/{paper.pk}/apply")
    page.get_by_label("A new project").fill("Reranker 2")
    page.get_by_label("What did you take from it?").fill("The clipped loss")
    page.get_by_role("button", name="Apply").dblclick()
    page.wait_for_url("**/applications/*")
    expect(page.get_by_role("heading", name="The clipped loss")).to_be_visible()
    assert (Application.objects.count(), Project.objects.count()) == (1, 1)


def test_another_member_checks_it_by_keyboard(window, member, application):
    page = window(make_person("Bo Ek")).open(application.get_absolute_url())
    open_by_keyboard(page, "Check it")
    page.keyboard.press("Tab")
    page.keyboard.type("Ran it on our set: +1.1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".checks")).to_contain_text("✓ Bo Ek: it holds. Ran it on our set: +1.1")


def test_production_without_a_check_says_what_is_missing_and_keeps_what_was_written(window, member, application):
    visitor = window(member)
    page = visitor.open(application.get_absolute_url())
    expect(page.locator("#results")).to_be_visible()
    assert not page.get_by_text("Check it").count()  # nobody checks their own
    page.locator("summary", has_text="Move on").click()
    form = page.locator("#advance")
    form.get_by_label("or a note").fill("It went well on all our sets.")
    form.get_by_role("button", name="Move on").click()
    expect(form.get_by_role("alert")).to_contain_text("check")
    expect(form.get_by_label("or a note")).to_have_value("It went well on all our sets.")
    assert "status of 400" in visitor.complaints.pop()  # the browser's own note of the refusal
    application.refresh_from_db()
    assert (application.stage, Result.objects.count()) == ("pilot", 1)


def test_without_scripts_from_a_card_to_a_failure_that_everybody_sees(window, member, paper):
    page = window(member, java_script_enabled=False).open("/")
    page.get_by_role("link", name="Apply", exact=True).click()
    page.get_by_label("A new project").fill("Reranker 2")
    page.get_by_label("What did you take from it?").fill("The clipped loss")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Projects").click()
    page.get_by_role("link", name="The clipped loss").click()
    results = page.locator("#result")
    results.get_by_label("or a note").fill("No better than the baseline.")
    results.get_by_label("We got").fill("+0.0")
    results.get_by_role("button", name="Record").click()
    page.locator("summary", has_text="Drop it").click()
    page.locator("#drop").get_by_label("What was learned?").fill("Not worth its memory.")
    page.locator("#drop").get_by_role("button", name="Drop it").click()
    page.get_by_role("link", name="Projects").click()
    page.get_by_role("link", name="Did not help").click()
    expect(page.locator(".ledger")).to_contain_text("Not worth its memory.")
    expect(page.locator(".ledger")).to_contain_text("+0.0")


@in_both_looks
def test_every_screen_of_the_ledger_is_open_to_all(window, member, paper, application, scheme, viewport):
    now = timezone.now()
    project = application.project
    absurd = make_application(
        make_paper(ENDLESS), project, taken=ENDLESS, outcome="hurt", outcome_note=LONG * 3, chosen_over=ENDLESS * 2
    )
    make_result(absurd, claimed=ENDLESS[:120], ours=ENDLESS[:120], link=f"https://runs.example/{ENDLESS}", note=ENDLESS)
    make_application(make_paper("Old"), project, taken="Last year's", review_due=now, stage="production")
    make_project(ENDLESS[:80], deadline=date(2026, 1, 1), members=(member, *(make_person(f"P{n}") for n in range(30))))
    make_project("Done with", closed_at=now)
    visitor = window(make_person("Bo Ek"), viewport=viewport, color_scheme=scheme)
    for path in (
        "/projects",
        "/projects?show=failed",
        "/projects/new",
        project.get_absolute_url(),
        f"{project.get_absolute_url()}/edit",
        application.get_absolute_url(),
        absurd.get_absolute_url(),
        f"/papers/{paper.pk}/apply",
        absurd.paper.get_absolute_url(),
    ):
        page = visitor.open(path)
        for summary in page.locator("main summary:visible").all():
            summary.click()
        assert visitor.barriers() == [], path
        assert visitor.fits(), path


@in_both_looks
def test_before_the_first_project_it_says_how_to_begin(window, member, scheme, viewport):
    visitor = window(member, viewport=viewport, color_scheme=scheme)
    page = visitor.open("/projects")
    expect(page.locator("main")).to_contain_text("project")
    assert visitor.barriers() == []
    assert visitor.fits()
