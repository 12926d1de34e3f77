"""views.today: the queue in the browser: judging, clearing, and taking back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.models import Stage, Vote
from papers.reading import queue
from tests.makers import make_paper, make_person, make_source, make_stage, make_vote

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture
def me():
    return make_person("Mira Lind")


@pytest.fixture
def browser(client, me):
    client.force_login(me)
    return client


def make_queue(count, **fields):
    source, now = make_source(last_success=timezone.now()), timezone.now()
    return [
        make_paper(f"Paper {n}", source=source, arrived_at=now - timedelta(minutes=n), **fields) for n in range(count)
    ]


def act(browser, paper, verb, **sent):
    htmx = sent.pop("htmx", False)
    return browser.post(f"/papers/{paper.pk}/{verb}", {"list": "today", **sent}, headers=HTMX if htmx else {})


def stage(me, paper):
    row = Stage.objects.filter(person=me, paper=paper).first()
    return row and row.now


def queries_for(browser, address):
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/").headers["Location"].startswith("/signin")


def test_a_guest_sees_cards_without_acts_and_changes_nothing(client):
    (paper,) = make_queue(1)
    client.force_login(make_person(role="guest"))
    page = client.get("/").content.decode()
    assert paper.title in page
    assert "/keep" not in page
    assert act(client, paper, "keep").status_code == 403
    assert client.post("/clear", {"shown": str(paper.pk)}).status_code == 403
    assert client.post("/undo").status_code == 403
    assert not Stage.objects.exists()


def test_more_papers_cost_no_more_queries(browser):
    def voted(count):
        for paper in make_queue(count):
            make_vote(make_person(), paper)

    voted(2)
    few = queries_for(browser, "/")
    voted(20)
    assert queries_for(browser, "/") == few <= 8


def test_looking_writes_nothing(browser):
    make_queue(3)
    with CaptureQueriesContext(connection) as captured:
        browser.get("/")
    assert [query["sql"] for query in captured if not query["sql"].lstrip().startswith("SELECT")] == []
    assert not Stage.objects.exists()


@pytest.mark.parametrize(("verb", "then"), [("keep", "kept"), ("pass", "passed"), ("read", "read")])
def test_judging_without_scripts_leads_back_with_a_way_to_undo(browser, me, verb, then):
    (paper, _) = make_queue(2)
    answer = act(browser, paper, verb, next="/?horizon=core")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?horizon=core")
    assert stage(me, paper) == then
    page = browser.get("/").content.decode()
    assert "Undo" in page
    browser.post("/undo", {"next": "/"})
    assert stage(me, paper) is None


def test_judging_with_htmx_empties_the_place_and_tells_the_day(browser):
    (paper, _) = make_queue(2)
    answer = act(browser, paper, "pass", htmx=True).content.decode()
    assert f'<li class="gone" id="paper-{paper.pk}" hidden>' in answer
    assert "Skipped “Paper 0”" in answer
    assert "1 triaged today" in answer


def test_on_browse_the_card_stays_with_its_new_state(browser):
    (paper,) = make_queue(1)
    answer = browser.post(f"/papers/{paper.pk}/keep", {"list": "browse"}, headers=HTMX).content.decode()
    assert f'<li class="card kept" id="paper-{paper.pk}"' in answer


def test_undo_with_htmx_puts_the_card_back_into_its_place(browser, me):
    (paper, _) = make_queue(2)
    act(browser, paper, "read", htmx=True)
    answer = browser.post("/undo", {"list": "today"}, headers=HTMX).content.decode()
    assert f'id="paper-{paper.pk}" tabindex="-1" hx-swap-oob="true"' in answer
    assert "Undone: marked “Paper 0” as read" in answer
    assert stage(me, paper) is None


def test_undo_goes_back_step_by_step_for_twenty_acts(browser, me):
    papers = make_queue(22)
    for paper in papers:
        act(browser, paper, "pass", htmx=True)
    for _ in range(20):
        assert browser.post("/undo", headers=HTMX).status_code == 200
    assert browser.post("/undo", headers=HTMX).status_code == 409
    assert [stage(me, paper) for paper in papers[:3]] == ["passed", "passed", None]


def test_undo_does_not_overwrite_what_was_done_elsewhere(browser, me):
    (paper,) = make_queue(1)
    act(browser, paper, "pass")
    Stage.objects.update(passed_at=None, read_at=timezone.now())
    answer = browser.post("/undo", headers=HTMX)
    assert answer.status_code == 409
    assert "left as it is" in answer.content.decode()
    assert stage(me, paper) == "read"


def test_undo_is_the_sessions_own(browser, client, me):
    (paper,) = make_queue(1)
    act(browser, paper, "pass")
    client.force_login(make_person())
    assert client.post("/undo", headers=HTMX).status_code == 409
    assert stage(me, paper) == "passed"


def test_clearing_passes_what_was_shown_and_nothing_that_came_since(browser, me):
    papers = make_queue(3)
    late = make_paper("Late", source=papers[0].sightings.get().source, arrived_at=timezone.now())
    answer = browser.post("/clear", {"shown": ",".join(str(paper.pk) for paper in papers)})
    assert answer.status_code == 303
    assert [stage(me, paper) for paper in papers] == ["passed"] * 3
    assert stage(me, late) is None
    assert not Stage.objects.exclude(skimmed_at=None).exists()
    browser.post("/undo")
    assert not Stage.objects.exists()


@pytest.mark.parametrize("shown", ["", "1,x", "-1", "9" * 40, ",".join(["1"] * 101), "\x00"])
def test_clearing_garbage_is_refused(browser, shown):
    assert browser.post("/clear", {"shown": shown}).status_code == 400


def test_a_vote_of_seven_is_refused_in_a_sentence(browser):
    (paper,) = make_queue(1)
    answer = act(browser, paper, "vote", value=7, htmx=True)
    assert (answer.status_code, "A vote is 1 or -1" in answer.content.decode()) == (400, True)
    assert not Vote.objects.exists()


def test_a_vote_shows_its_face_and_can_be_taken_back(browser, me):
    (paper,) = make_queue(1)
    answer = act(browser, paper, "vote", value=1, htmx=True).content.decode()
    assert "Mira Lind voted up" in answer
    assert 'name="value" value="0" aria-label="Vote up: 1"' in answer
    act(browser, paper, "vote", value=0, htmx=True)
    assert not Vote.objects.exists()


def test_an_act_on_no_paper_is_404(browser):
    assert browser.post("/papers/999/keep").status_code == 404


def test_the_way_back_stays_on_this_site(browser):
    (paper,) = make_queue(1)
    assert act(browser, paper, "keep", next="https://evil.example/").headers["Location"] == "/"


def test_hostile_text_is_drawn_as_text(browser):
    make_queue(1, byline=EVIL, abstract=EVIL, categories=[EVIL], link="javascript:alert(1)", code_links=["data:x"])
    paper = make_paper(EVIL, source=make_source(EVIL[:200]))
    paper.arrived_at = timezone.now()
    paper.save()
    make_vote(make_person(EVIL[:80]), paper)
    page = browser.get("/").content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
    assert 'href="data:' not in page


def test_more_leads_on_from_the_last_card(browser):
    make_queue(queue.PAGE + 2)
    first = browser.get("/")
    part = browser.get(f"/?after={first.context['shown'].next}", headers=HTMX).content.decode()
    assert f"Paper {queue.PAGE + 1}" in part
    assert "<html" not in part


def test_empty_says_why(browser):
    assert "Welcome to Tenth" in browser.get("/").content.decode()
    make_source(failures=2, last_error="The site did not answer in 20 s.", last_fetch=timezone.now())
    page = browser.get("/").content.decode()
    assert "1 source does not answer" in page
    assert "did not answer in 20 s" in page


def test_all_done_leads_to_what_was_kept(browser, me):
    (paper,) = make_queue(1)
    act(browser, paper, "keep")
    page = browser.get("/").content.decode()
    assert "All done" in page
    assert "Read what you kept" in page


def test_cards_are_drawn_as_they_are_now_and_those_that_left_are_empty_places(client, me):
    client.force_login(me)
    now, stays, kept = timezone.now(), make_paper("Stays"), make_paper("Kept")
    make_stage(me, kept, skimmed_at=now, kept_at=now)
    answer = client.get("/cards", {"list": "today", "ids": f"{stays.pk},{kept.pk}"}).text
    assert f'<li class="card" id="paper-{stays.pk}"' in answer
    assert f'<li class="gone" id="paper-{kept.pk}" hidden' in answer
    assert "1 triaged today" in answer
    assert f'id="paper-{kept.pk}" class="card judge"' in client.get("/cards", {"list": "paper", "ids": kept.pk}).text
    assert "<li" not in client.get("/cards", {"list": "today", "ids": ",".join(["1"] * 101)}).text


def test_more_cards_as_they_are_now_cost_no_more_queries(browser):
    address = "/cards?list=today&ids="
    few = queries_for(browser, address + ",".join(str(paper.pk) for paper in make_queue(2)))
    assert queries_for(browser, address + ",".join(str(paper.pk) for paper in make_queue(20))) == few
