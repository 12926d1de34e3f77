"""Applying in the browser: from a card to production by keyboard, without scripts, on a phone and in the dark."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.ledger import checks
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
    dialog = page.get_by_role("dialog", name="Apply in a project")
    expect(dialog.get_by_label("A new project")).to_be_focused()
    page.keyboard.type("Reranker 2")
    page.keyboard.press("Tab")
    page.keyboard.type("The clipped loss")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Applied in Reranker 2. It begins as a toy.")
    expect(dialog).to_have_count(0)
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
    open_by_keyboard(page, "Check this result")
    page.keyboard.press("Tab")
    page.keyboard.type("Ran it on our set: +1.1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".checks")).to_contain_text("✓ Confirmed by Bo Ek: Ran it on our set: +1.1")


def test_a_step_has_one_form_and_what_is_missing_is_said_before_anybody_tries(window, member, application):
    page = window(member).open(application.get_absolute_url())
    steps = page.get_by_role("list", name="Steps")
    expect(steps).to_contain_text("Needs a check of a result by another member")
    assert not page.get_by_text("Check this result").count()  # nobody checks their own
    assert not page.get_by_role("button", name="Promote to production").count()
    step = page.locator("#step")
    step.get_by_label("Or a note").fill("It went well on all our sets.")
    step.get_by_role("button", name="Record result").click()
    expect(page.locator("#results + article")).to_contain_text("It went well on all our sets.")
    application.refresh_from_db()
    assert (application.stage, Result.objects.count()) == ("pilot", 2)


def test_a_refused_step_says_why_and_keeps_what_was_written(window, member, application):
    visitor = window(member)
    page = visitor.open(application.get_absolute_url())
    step = page.locator("#step")
    step.get_by_label("Ours").fill("+1.2")
    step.get_by_role("button", name="Record result").click()
    expect(step.get_by_role("alert")).to_contain_text("A result needs evidence")
    expect(step.get_by_label("Ours")).to_have_value("+1.2")
    assert "status of 400" in visitor.complaints.pop()  # the browser's own note of the refusal


def test_a_confirmed_toy_is_promoted_with_one_click(window, member, paper):
    toy = make_application(paper, make_project(members=(member,)), taken="The clipped loss", person=member)
    checks.check(make_person("Bo Ek"), make_result(toy), True, "", timezone.now())
    page = window(member).open(toy.get_absolute_url())
    expect(page.get_by_role("list", name="Steps")).to_contain_text("✓ Confirmed by Bo Ek")
    page.get_by_role("button", name="Promote to pilot").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Pilot")
    expect(page.locator("main")).to_contain_text("Mira Lind moved it from toy to pilot")


def test_the_table_is_sorted_and_searched_and_is_readable_on_a_phone(window, member, application):
    make_application(make_paper("A note on warm-up"), taken="Warm-up", outcome="hurt", outcome_note="Slower.")
    visitor = window(member)
    page = visitor.open("/projects")
    page.get_by_role("link", name="Taken").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Taken ↑")
    expect(page.locator(".ledger tbody tr").first).to_contain_text("The clipped loss")
    page.get_by_role("link", name="Taken").click()
    expect(page.locator(".ledger tbody tr").first).to_contain_text("Warm-up")
    assert page.locator("td.num").first.evaluate("cell => getComputedStyle(cell).textAlign") == "right"
    page.get_by_label("Search what was applied").fill("clipped")
    page.keyboard.press("Enter")
    expect(page.locator(".ledger tbody tr")).to_have_count(1)
    phone = window(member, viewport={"width": 320, "height": 700})
    page = phone.open("/projects")
    row = page.locator(".ledger tbody tr").first
    expect(row).to_contain_text("Slower.")
    assert row.bounding_box()["height"] < 160
    assert page.locator(".ledger-scroll").evaluate("box => box.scrollWidth <= box.clientWidth")


def test_without_scripts_from_a_card_to_a_failure_that_everybody_sees(window, member, paper):
    page = window(member, java_script_enabled=False).open("/")
    page.get_by_role("link", name="Apply", exact=True).click()
    page.get_by_label("A new project").fill("Reranker 2")
    page.get_by_label("What did you take from it?").fill("The clipped loss")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Projects").click()
    page.get_by_role("link", name="The clipped loss").click()
    step = page.locator("#step")
    step.get_by_label("Or a note").fill("No better than the baseline.")
    step.get_by_label("Ours").fill("+0.0")
    step.get_by_role("button", name="Record result").click()
    page.locator("#drop summary").click()
    page.locator("#drop").get_by_label("What was learned?").fill("Not worth its memory.")
    page.locator("#drop").get_by_role("button", name="Drop").click()
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
