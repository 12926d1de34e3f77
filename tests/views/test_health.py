"""Health: answers for probes, the page for admins."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers import health
from papers.models import Backup, Heartbeat
from tests.makers import make_channel, make_paper, make_person, make_queue, make_share, make_source

pytestmark = pytest.mark.django_db
PARTS = ["database", "migrations", "worker", "beat", "sources"]


def seen(worker=0, beat=0):
    """Heartbeats, so many seconds ago."""
    now = timezone.now()
    for name, ago in (("worker", worker), ("beat", beat)):
        fields = {"seen_at": now - timedelta(seconds=ago)}
        Heartbeat.objects.update_or_create(name=name, host="machine-7", defaults=fields)


def test_healthz_answers_everybody_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "no-store" in answer["Cache-Control"]
    client.force_login(make_person())
    with django_assert_num_queries(0):
        client.get("/healthz")


@pytest.fixture
def guest(client):
    """Signed in: a person who sees the parts."""
    person = make_person(role="guest")
    client.force_login(person)
    return person


def failing(answer):
    assert answer.status_code == 503
    return [name for name, part in answer.json()["parts"].items() if not part["ok"]]


def test_readyz_is_200_when_all_parts_do_their_work(client, guest):
    seen()
    make_source(next_fetch=timezone.now() - timedelta(minutes=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["ok"], answer.json()["sentence"]) == (True, "All is well.")
    assert list(answer.json()["parts"]) == PARTS
    assert answer.json()["parts"]["migrations"] == {"ok": True, "sentence": "All applied."}


def test_strangers_see_ok_or_not_ok_and_no_parts(client):
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (503, {"ok": False})
    seen()
    assert (client.get("/readyz").status_code, client.get("/readyz").json()) == (200, {"ok": True})


@pytest.mark.parametrize(("worker", "beat", "silent"), [(130, 5, "worker"), (5, 130, "beat"), (110, 130, "beat")])
def test_worker_and_beat_are_seen_each_for_itself(client, guest, worker, beat, silent):
    seen(worker, beat)
    answer = client.get("/readyz")
    assert failing(answer) == [silent]
    assert answer.json()["sentence"] == f"Not well: {silent}."


def test_one_living_worker_is_enough(client):
    seen()
    Heartbeat.objects.create(name="worker", host="gone", seen_at=timezone.now() - timedelta(days=1))
    assert client.get("/readyz").status_code == 200


def test_nobody_seen_yet_is_not_well(client, guest):
    assert client.get("/readyz").json()["sentence"] == "Not well: worker, beat."


def test_a_source_that_nobody_pulls_is_noticed_and_named(client, guest):
    seen()
    make_source("Secret Blog", next_fetch=timezone.now() - timedelta(hours=3))
    make_source("Paused", state="paused", next_fetch=timezone.now() - timedelta(days=3))
    answer = client.get("/readyz")
    assert failing(answer) == ["sources"]
    assert answer.json()["parts"]["sources"]["sentence"] == "Secret Blog has been due for 3 h."


def test_a_migration_that_is_not_applied_is_noticed(client, guest):
    seen()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'papers' AND name = '0004_operations'")
    answer = client.get("/readyz")
    # Such a database is not asked who is signed in.
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


def test_a_database_that_does_not_answer_is_said_and_nothing_breaks(client):
    with mock.patch.object(connection, "ensure_connection", side_effect=OperationalError("no route to 10.0.0.9")):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


def test_a_probe_asks_by_address_and_over_plain_http(client, settings):
    settings.PUBLIC_URL = "https://tenth.example.org"
    settings.ALLOWED_HOSTS = ["tenth.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    seen()
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"host": "10.0.0.5:8000"}).status_code == 200
    assert client.get("/signin", headers={"host": "10.0.0.5:8000"}).status_code == 400
    assert client.get("/signin", headers={"host": "tenth.example.org"}).status_code == 301


# ── the page for admins ──────────────────────────────────────────────────────────────────────


def test_the_page_is_the_admins(client):
    assert client.get("/settings/health")["Location"].startswith("/signin")
    for role in ("member", "guest"):
        client.force_login(make_person(role=role))
        assert client.get("/settings/health").status_code == 403
        assert "/settings/health" not in client.get("/settings").content.decode()


def test_an_install_without_anything_has_a_page(client, boss):
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")  # another test may have made the queue
    page = client.get("/settings/health").content.decode()
    assert "None has been seen yet." in page
    assert "None has been made yet." in page
    assert "does not say how many tasks wait" in page
    assert 'href="/settings/health"' in client.get("/settings").content.decode()


def test_the_page_shows_all_that_an_admin_needs_to_see(client, boss):
    now = timezone.now()
    make_queue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.send('tenth', '{}') FROM generate_series(1, 3)")
        cursor.execute("UPDATE pgmq.q_tenth SET vt = now()")  # they are due by the clock, and this is one transaction
    seen(worker=5, beat=3600)
    make_source("Dead <Blog>", failures=7, last_error="410 Gone", next_fetch=now + timedelta(days=1))
    make_source("Paused one", failures=7, last_error="x", state="paused")
    broken = make_channel("papers-chat", closed_at=now, closed_because="404 from chat.example")
    make_share(make_paper("Told to nobody"), state="failed", last_error="404 Not Found", channel=broken)
    make_share(make_paper("Told later"), last_error="503 Busy", attempts=2, next_attempt=now + timedelta(hours=1))
    Backup.objects.create(at=now - timedelta(days=9), took_ms=9, size=3_500_000, host="machine-7", path="/b/tenth.zip")
    page = client.get("/settings/health").content.decode()
    for words in (
        "on machine-7",
        "Not seen for 1 h",
        "3 tasks waiting in",
        "Dead &lt;Blog&gt;",
        "410 Gone",
        "7 times, last success never",
        "1 waiting, 1 failed",
        "papers-chat</b> has been closed since",
        "Told to nobody",
        "404 Not Found",
        "tried 2 times, next in 1 h",
        f"{now - timedelta(days=9):%-d %b}",
        "/b/tenth.zip",
        ">old</span>",
        " free of ",
        "0.1.0",
    ):
        assert words in page, words
    assert "Paused one" not in page
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA pgmq CASCADE")


def test_more_of_everything_costs_no_more_queries(client, boss):
    def queries():
        with CaptureQueriesContext(connection) as queries:
            client.get("/settings/health")
        return len(queries)

    def make(count):
        for number in range(count):
            make_source(failures=1, last_error="x")
            make_share(state="failed", last_error="x")
            make_share(last_error="x")
            Heartbeat.objects.create(
                name="worker", host=f"m{Heartbeat.objects.count()}{number}", seen_at=timezone.now()
            )

    make(2)
    few = queries()
    make(15)
    assert queries() == few
    assert "more</a>" in client.get("/settings/health").content.decode()


def test_admins_are_told_on_their_first_page_and_others_are_not(client, boss):
    seen()
    assert "something is wrong" not in client.get("/").content.decode()
    seen(worker=600)
    page = client.get("/").content.decode()
    assert "something is wrong" in page
    assert "Worker: Not seen for 10 min" in page
    client.force_login(make_person())
    assert "something is wrong" not in client.get("/").content.decode()


def test_troubles_are_asked_for_in_two_queries(django_assert_num_queries):
    seen()
    with django_assert_num_queries(2):
        assert health.troubles(timezone.now()) == []
