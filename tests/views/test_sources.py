"""Sources: the list, a source's page, and changes by admins."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.models import FetchLog, Source
from tests.makers import make_application, make_paper, make_person, make_source

from .conftest import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sources?show=failing"}
CHANGES = ["refresh", "state", "horizon", "pages", "name", "remove"]


# ── who may ──────────────────────────────────────────────────────────────────────────────────


def test_stranger_is_sent_to_sign_in(client):
    source = make_source()
    for address in ("/sources", f"/sources/{source.pk}", "/sources/new", "/sources/start", "/sources/progress"):
        assert client.get(address)["Location"] == f"/signin?next={address}"


@pytest.mark.parametrize("role", ["guest", "member"])
def test_members_and_guests_see_sources_but_change_nothing(client, role):
    source = make_source("A blog")
    client.force_login(make_person(role=role))
    for address in ("/sources", f"/sources/{source.pk}"):
        page = text(client.get(address))
        assert "A blog" in page
        assert 'method="post" action="/sources' not in page
    for change in CHANGES:
        answer = client.post(f"/sources/{source.pk}/{change}", {"state": "paused", "horizon": "moonshot", "name": "X"})
        assert answer.status_code == 403
    assert client.get("/sources/new").status_code == 403
    assert client.post("/sources/start").status_code == 403
    before = Source.objects.get()
    assert (before.state, before.horizon, before.name) == ("active", "core", "A blog")


# ── the list ─────────────────────────────────────────────────────────────────────────────────


def test_list_says_how_each_source_fares(client, boss):
    now = timezone.now()
    source = make_source(
        "A <blog>",
        last_fetch=now - timedelta(minutes=5),
        last_success=now - timedelta(days=3),
        next_fetch=now + timedelta(minutes=12, seconds=20),
        failures=4,
        last_error="blog.example did not answer within 20 seconds.",
    )
    make_paper(source=source, arrived_at=now - timedelta(days=2))
    make_source("Quiet", state="muted")
    page = text(client.get("/sources"))
    assert "A &lt;blog&gt;" in page
    assert "Tried 5 min ago: blog.example did not answer within 20 seconds. 4 times in a row." in page
    assert "Last success 3 days ago." in page
    assert "next try <time" in page
    assert "in 12 min" in page
    assert "1 so far" in page
    assert "not fetched yet" in page


def test_a_failed_fetch_is_not_called_fetched(client, boss):
    now = timezone.now()
    make_source("Broken", failures=1, last_error="It is down.", last_fetch=now, last_success=now - timedelta(days=9))
    page = text(client.get("/sources"))
    assert "Tried just now: It is down. Last success" in page
    assert "fetched <time" not in page


def test_each_line_says_what_a_source_brings_and_what_is_read_and_used(client, boss):
    now = timezone.now()
    old = {"created_at": now - timedelta(days=90), "last_fetch": now}
    busy = make_source("Busy", yield_read=0.2, yield_skimmed=60, **old)
    make_source("Idle", **old)
    first, *_ = [make_paper(source=busy, arrived_at=now - timedelta(hours=number)) for number in range(60)]
    for _ in range(2):  # in two projects: still one paper
        make_application(first)
    records = {record.source.name: record.words for record in client.get("/sources").context["groups"][0][1]}
    assert records == {"Busy": ["2 a day", "1 in 5 read", "1 used"], "Idle": ["none in 30 days"]}


def test_failing_sources_come_first_and_the_others_by_horizon(client, boss):
    make_source("Core")
    make_source("A muted one", state="muted")
    make_source("Far", horizon="moonshot")
    make_source("Near", horizon="adjacent")
    make_source("Broken", horizon="moonshot", failures=1, last_error="No.")
    make_source("Asleep", failures=3, last_error="No.", state="paused")
    groups = client.get("/sources").context["groups"]
    assert [(label, [record.source.name for record in records]) for label, records in groups] == [
        ("Failing", ["Broken"]),
        ("Core", ["Core", "A muted one", "Asleep"]),
        ("Adjacent", ["Near"]),
        ("Moonshot", ["Far"]),
    ]


def test_a_source_that_tenth_paused_says_why(client, boss):
    make_source("Moved", state="paused", last_error="This feed moved to the address of “Other”.")
    assert "Paused: This feed moved to the address of “Other”." in text(client.get("/sources"))


def test_list_can_be_narrowed_to_what_fails(client, boss):
    make_source("Broken", failures=1, last_error="No.")
    make_source("Fine")
    page = text(client.get("/sources?show=failing"))
    assert "Broken" in page
    assert "Fine" not in page
    assert "Fine" in text(client.get("/sources?show=nonsense"))
    assert "No source is muted." in text(client.get("/sources?show=muted"))


def test_long_list_comes_in_pages(client, boss, monkeypatch):
    monkeypatch.setattr("papers.views.sources.PAGE", 3)
    for name in ("alpha", "Beta", "beta", "Gamma", "delta", "Zeta"):
        make_source(name)
    make_source("eta", state="muted")
    make_source("yak", failures=1, last_error="No.")
    make_source("abacus", horizon="adjacent")
    seen, address = [], "/sources"
    while address:
        answer = client.get(address)
        seen += [record.source.name for _, records in answer.context["groups"] for record in records]
        address = f"/sources?after={answer.context['next']}" if answer.context["next"] else None
    assert seen == ["yak", "alpha", "Beta", "beta", "delta", "Gamma", "Zeta", "eta", "abacus"]
    for forged in ("x", "-1", "9" * 30, "999"):
        assert "alpha" in text(client.get(f"/sources?after={forged}"))


def test_empty_list_says_what_to_do(client, boss):
    assert "/sources/start" in text(client.get("/sources"))
    client.force_login(make_person())
    assert "An admin of your team" in text(client.get("/sources"))


def test_more_sources_cost_no_more_queries(client, boss):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get("/sources")
        return len(seen)

    for number in range(2):
        make_paper(source=make_source(f"s{number}"))
    few = queries()
    for number in range(12):
        make_paper(source=make_source(f"t{number}"))
    assert queries() == few


def test_links_added_by_hand_stand_apart_and_cannot_be_fetched(client, boss):
    source = Source.objects.create(
        kind="person", address="person:1", name="Added by Grace", person=boss, next_fetch=None
    )
    assert "<h2>Added by hand</h2>" in text(client.get("/sources"))
    assert client.get(f"/sources/{source.pk}").status_code == 200
    assert client.post(f"/sources/{source.pk}/refresh").status_code == 404
    assert client.post(f"/sources/{source.pk}/state", {"state": "paused"}).status_code == 404
    assert client.post(f"/sources/{source.pk}/remove").status_code == 409


# ── the first pull ───────────────────────────────────────────────────────────────────────────


def test_progress_asks_again_until_every_source_was_tried(client, boss):
    now = timezone.now()
    source, other = make_source(created_at=now), make_source(created_at=now, last_fetch=now)
    FetchLog.objects.create(source=other, at=now, took_ms=5, outcome="ok", added=1)
    answer = client.get("/sources/progress", headers=HTMX)
    assert "1 of 2 sources fetched, 1 paper so far." in text(answer)
    assert 'hx-trigger="load delay:2s"' in text(answer)
    assert "HX-Refresh" not in answer
    Source.objects.filter(pk=source.pk).update(last_fetch=now, failures=1, last_error="It is gone.")
    assert client.get("/sources/progress", headers=HTMX)["HX-Refresh"] == "true"


def test_progress_is_over_when_the_pull_has_ended(client, boss):
    make_source(last_fetch=timezone.now(), last_success=timezone.now())
    assert 'id="progress"' not in text(client.get("/"))


def test_while_the_first_pull_goes_on_nothing_else_is_said_of_it(client, boss):
    make_source("Broken", last_fetch=timezone.now(), failures=1, last_error="It is down.")
    make_source()
    page = text(client.get("/"))
    assert "1 of 2 sources fetched" in page
    assert "It is down." not in page
    assert 'class="empty"' not in page


def test_progress_is_a_piece_of_the_queue_page(client, boss):
    make_source()
    assert client.get("/sources/progress")["Location"] == "/"


def test_a_password_in_an_address_is_on_no_page(client, boss):
    source = make_source("Journal", address="https://ann:hush@journal.example/feed.xml")
    for address in (f"/sources/{source.pk}", "/sources", f"/admin/papers/source/{source.pk}/change/", "/insight"):
        page = text(client.get(address))
        assert "hush" not in page, address
    assert "https://…@journal.example/feed.xml" in text(client.get(f"/sources/{source.pk}"))


def test_admin_switches_the_fetching_of_posts_pages(client, boss):
    source = make_source("A blog")
    client.post(f"/sources/{source.pk}/pages", {"fetch": "no"})
    source.refresh_from_db()
    assert source.fetch_pages is False
    page = text(client.get(f"/sources/{source.pk}"))
    assert "Fetch posts’ pages" in page
    assert "stopped the fetching of its posts’ pages" in page
    assert client.post(f"/sources/{source.pk}/pages", {"fetch": "perhaps"}).status_code == 400
    client.post("/undo")
    source.refresh_from_db()
    assert source.fetch_pages is True
