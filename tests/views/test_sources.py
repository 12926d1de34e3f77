"""Sources: how they fare, and what admins change."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers import tasks
from papers.models import Event, FetchLog, Source
from tests.makers import make_application, make_paper, make_person, make_source

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sources?show=failing"}
CHANGES = ["refresh", "state", "horizon", "name", "remove"]


@pytest.fixture
def queue(monkeypatch):
    """What was handed to the worker."""
    handed = []
    for name in ("refresh_due", "tick"):
        monkeypatch.setattr(
            getattr(tasks, name), "delay_on_commit", lambda *args, name=name: handed.append((name, *args))
        )
    return handed


@pytest.fixture
def boss(client, queue):
    person = make_person("Grace Boss", role="admin")
    client.force_login(person)
    return person


def text(answer):
    return " ".join(answer.content.decode().split())


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


# ── one source ───────────────────────────────────────────────────────────────────────────────


def test_page_of_a_source_shows_fetches_history_and_newest_papers(client, boss):
    now, source = timezone.now(), make_source("Blog")
    for number in range(40):
        FetchLog.objects.create(
            source=source, at=now - timedelta(hours=number), took_ms=12, outcome="ok", seen=number, status=200
        )
    FetchLog.objects.create(source=source, at=now, took_ms=3, outcome="failed", note="It was <not> a feed.", status=500)
    Event.objects.create(kind="source_added", at=now, person=boss, source=source)
    Event.objects.create(
        kind="source_changed", at=now, person=boss, source=source, data={"horizon": ["core", "moonshot"]}
    )
    for number in range(12):
        make_paper(f"Paper number {number}", source=source, arrived_at=now - timedelta(hours=number))
    page = text(client.get(f"/sources/{source.pk}"))
    assert page.count("<tr>") == 31  # thirty and the head
    assert "It was &lt;not&gt; a feed." in page
    assert "Grace Boss added this source" in page
    assert "Grace Boss changed its horizon from core to moonshot" in page
    assert "Paper number 9" in page
    assert "Paper number 10" not in page
    assert f"/browse?source={source.pk}" in page
    assert "Remove this source" not in page


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("source_moved", {"from": "http://a", "to": "https://b"}, "It moved from http://a to https://b"),
        ("source_died", {"why": "It did not answer."}, "It stopped answering: It did not answer."),
        ("source_changed", {"state": "paused", "why": "It is gone."}, "Tenth paused it: It is gone."),
    ],
)
def test_what_tenth_itself_did_is_in_the_history(client, boss, kind, data, sentence):
    source = make_source()
    Event.objects.create(kind=kind, at=timezone.now(), source=source, data=data)
    assert sentence in text(client.get(f"/sources/{source.pk}"))


def test_unknown_source_is_not_found(client, boss):
    for change in CHANGES:
        assert (
            client.post(f"/sources/999/{change}", {"state": "paused", "horizon": "core", "name": "X"}).status_code
            == 404
        )
    assert client.get("/sources/999").status_code == 404
    assert client.get("/sources/999/row").status_code == 404


# ── changing ─────────────────────────────────────────────────────────────────────────────────


def test_refresh_hands_the_source_to_the_worker(client, boss, queue):
    later = timezone.now() + timedelta(hours=3)
    source = make_source(next_fetch=later, last_fetch=timezone.now() - timedelta(hours=1))
    answer = client.post(f"/sources/{source.pk}/refresh", {"next": "/sources?show=failing"})
    assert (answer.status_code, answer["Location"]) == (303, "/sources?show=failing")
    assert queue == [("refresh_due", source.pk)]
    source.refresh_from_db()
    assert source.next_fetch <= timezone.now()


def test_refresh_by_htmx_watches_the_source_until_it_is_done(client, boss):
    source = make_source(next_fetch=timezone.now() + timedelta(hours=3))
    first = text(client.post(f"/sources/{source.pk}/refresh", headers=HTMX))
    assert f'hx-get="/sources/{source.pk}/row?watch=30&amp;place=list"' in first
    assert f'value="/sources?show=failing#source-{source.pk}"' in first
    assert "<html" not in first
    assert "row?watch=29" in text(client.get(f"/sources/{source.pk}/row?watch=30", headers=HTMX))
    assert 'hx-trigger="load' not in text(client.get(f"/sources/{source.pk}/row?watch=1", headers=HTMX))
    assert 'hx-trigger="load' not in text(client.get(f"/sources/{source.pk}/row?watch=-4x", headers=HTMX))
    Source.objects.update(next_fetch=timezone.now() + timedelta(hours=1), last_fetch=timezone.now())
    assert 'hx-trigger="load' not in text(client.get(f"/sources/{source.pk}/row?watch=20", headers=HTMX))


def test_source_is_not_hammered(client, boss, queue):
    source = make_source(last_fetch=timezone.now() - timedelta(seconds=20))
    answer = client.post(f"/sources/{source.pk}/refresh", headers=HTMX)
    assert answer.status_code == 429
    assert "less than a minute ago" in answer.content.decode()
    paused = make_source("Asleep", state="paused")
    assert "Asleep is paused" in text(client.post(f"/sources/{paused.pk}/refresh"))
    assert queue == []


def test_refresh_waits_for_the_beat_when_the_queue_is_out_of_reach(client, boss, monkeypatch):
    from kombu.exceptions import OperationalError

    def fail(*args):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.refresh_due, "delay_on_commit", fail)
    assert client.post(f"/sources/{make_source().pk}/refresh").status_code == 303


@pytest.mark.parametrize(("state", "buttons"), [("active", "Mute"), ("muted", "Unmute"), ("paused", "Resume")])
def test_state_is_changed_in_the_list(client, boss, state, buttons):
    source = make_source(state="paused" if state == "active" else "active")
    piece = text(client.post(f"/sources/{source.pk}/state", {"state": state}, headers=HTMX))
    assert f">{buttons}<" in piece
    source.refresh_from_db()
    assert source.state == state
    assert Event.objects.get().person == boss


# ── and taken back ───────────────────────────────────────────────────────────────────────────


def test_a_mute_is_undone_without_javascript(client, boss):
    source = make_source("Tea room")
    answer = client.post(f"/sources/{source.pk}/state", {"state": "muted", "next": "/sources"}, follow=True)
    assert "Muted Tea room" in text(answer)
    assert 'action="/undo"' in text(answer)
    answer = client.post("/undo", {"next": "/sources"}, follow=True)
    assert "Undone: muted Tea room" in text(answer)
    source.refresh_from_db()
    assert source.state == "active"
    assert [event.data for event in Event.objects.order_by("pk")] == [
        {"state": ["active", "muted"]},
        {"state": ["muted", "active"]},
    ]


def test_a_mute_by_htmx_brings_its_message_along(client, boss):
    source = make_source("Tea room")
    piece = text(client.post(f"/sources/{source.pk}/state", {"state": "muted", "place": "page"}, headers=HTMX))
    assert "Muted Tea room" in piece
    assert 'hx-post="/undo"' in piece
    assert 'class="gave' in piece
    answer = client.post("/undo", headers=HTMX)
    assert answer["HX-Refresh"] == "true"
    source.refresh_from_db()
    assert source.state == "active"


def test_what_somebody_changed_since_is_not_undone(client, boss):
    source = make_source("Tea room")
    client.post(f"/sources/{source.pk}/state", {"state": "muted"})
    Source.objects.update(state="paused")
    assert client.post("/undo").status_code == 409
    source.delete()
    make_source("Another")
    assert client.post("/undo").status_code == 409
    assert Source.objects.get().state == "active"


def test_who_is_no_admin_any_more_undoes_no_mute(client, boss):
    source = make_source("Tea room")
    client.post(f"/sources/{source.pk}/state", {"state": "muted"})
    type(boss).objects.filter(pk=boss.pk).update(role="member")
    assert client.post("/undo").status_code == 403
    source.refresh_from_db()
    assert source.state == "muted"


def test_resumed_source_is_fetched_right_away(client, boss, queue):
    source = make_source(state="paused")
    client.post(f"/sources/{source.pk}/state", {"state": "active"})
    assert queue == [("refresh_due", source.pk)]


def test_horizon_and_name_are_changed(client, boss):
    source = make_source("Old")
    piece = text(client.post(f"/sources/{source.pk}/horizon", {"horizon": "moonshot"}, headers=HTMX))
    assert 'value="moonshot" selected' in piece
    assert client.post(f"/sources/{source.pk}/name", {"name": " New "})["Location"] == f"/sources/{source.pk}"
    source.refresh_from_db()
    assert (source.horizon, source.name) == ("moonshot", "New")


@pytest.mark.parametrize(
    ("change", "form"),
    [
        ("state", {"state": "asleep"}),
        ("state", {}),
        ("horizon", {"horizon": "far"}),
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "a\0b"}),
    ],
)
def test_nonsense_is_refused_in_a_sentence(client, boss, change, form):
    source = make_source("Blog")
    answer = client.post(f"/sources/{source.pk}/{change}", form, headers=HTMX)
    assert answer.status_code == 400
    assert answer.content.decode().endswith(".")
    assert not Event.objects.exists()


def test_only_a_source_that_never_brought_a_paper_is_taken_off(client, boss):
    idle, busy = make_source("Idle"), make_source("Busy")
    make_paper(source=busy)
    assert "Remove Idle" in text(client.get(f"/sources/{idle.pk}"))
    assert client.post(f"/sources/{idle.pk}/remove")["Location"] == "/sources"
    assert "Pause it instead" in text(client.post(f"/sources/{busy.pk}/remove"))
    assert list(Source.objects.all()) == [busy]


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
