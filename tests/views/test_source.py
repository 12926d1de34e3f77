"""One source: its page, and changes by admins with their undo."""

from datetime import timedelta

import pytest
from django.utils import timezone

from papers import tasks
from papers.models import Event, FetchLog, Source
from tests.makers import make_paper, make_source

from .conftest import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sources?show=failing"}
CHANGES = ["refresh", "state", "horizon", "name", "remove"]


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
    assert page.count('<td class="note">') == 30
    assert "What it brings" in page
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
    assert "Remove <bdi>Idle</bdi>" in text(client.get(f"/sources/{idle.pk}"))
    assert client.post(f"/sources/{idle.pk}/remove")["Location"] == "/sources"
    assert "Pause it instead" in text(client.post(f"/sources/{busy.pk}/remove"))
    assert list(Source.objects.all()) == [busy]
