"""ops.prepare and ops.broker: steps that happen once, however often Tenth starts."""

import os
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from unittest import mock
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from ops import broker, prepare
from ops.embedded import DATABASE, ROLE, Cluster
from papers.models import OneTimeLink, Person
from tests.folders import let_through
from tests.journey import wait_for
from tests.makers import NOW, make_person, make_queue

pytestmark = pytest.mark.django_db


def token_of(link):
    return link.rsplit("/", 1)[1]


def test_an_install_without_an_admin_gets_a_link(settings):
    settings.PUBLIC_URL = "https://tenth.example.org"
    make_person(role="member")
    address = prepare.first_admin_link(NOW)
    assert address.startswith("https://tenth.example.org/link/")
    link = OneTimeLink.objects.for_token(token_of(address)).get()
    assert (link.kind, link.role) == ("first_admin", Person.Role.ADMIN)


def test_a_later_start_prints_a_new_link_and_revokes_the_old_one():
    first, second = prepare.first_admin_link(NOW), prepare.first_admin_link(NOW + timedelta(hours=1))
    usable = OneTimeLink.objects.usable(NOW + timedelta(hours=1))
    assert not usable.for_token(token_of(first)).exists()
    assert usable.for_token(token_of(second)).exists()


def test_an_install_with_an_admin_gets_no_link():
    make_person(role="admin")
    assert prepare.first_admin_link(NOW) == ""
    assert not OneTimeLink.objects.exists()


def test_the_queue_is_installed_once():
    make_queue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.send('tenth', '{}')")
    broker.install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_length FROM pgmq.metrics('tenth')")
        assert cursor.fetchone() == (1,)


def test_archived_messages_are_deleted_after_a_while(settings):
    settings.KEEP_LOGS_DAYS = 90
    make_queue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.archive('tenth', pgmq.send('tenth', '{}')) FROM generate_series(1, 5)")
        cursor.execute("SELECT pgmq.send('tenth', '{}')")
        cursor.execute(
            "UPDATE pgmq.a_tenth SET archived_at = %s WHERE msg_id %% 2 = 0", [timezone.now() - timedelta(days=91)]
        )
        old = cursor.rowcount
        assert broker.delete_archived() == old > 0
        cursor.execute("SELECT (SELECT count(*) FROM pgmq.a_tenth), (SELECT count(*) FROM pgmq.q_tenth)")
        assert cursor.fetchone() == (5 - old, 1)
        cursor.execute("DROP SCHEMA pgmq CASCADE")
    assert broker.delete_archived() == 0  # with an external broker there is no such queue


@pytest.mark.django_db(transaction=True)
def test_many_workers_can_enable_notifications_at_once():
    make_queue()
    errors = []

    def ask():
        try:
            with connection.cursor() as cursor:
                for _ in range(20):
                    cursor.execute("SELECT pgmq.enable_notify_insert('tenth', 250)")
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'trigger_notify_queue_insert_listeners'")
        assert (errors, cursor.fetchone()) == ([], (1,))
        cursor.execute("DROP SCHEMA pgmq CASCADE")


def test_the_queue_reaches_a_database_with_an_odd_password():
    from pgmq.base import PGMQConfig

    database = {"HOST": "", "PORT": "", "NAME": "papers", "USER": "me", "PASSWORD": r"it's a \ secret"}
    database["OPTIONS"] = {"sslmode": "require", "pool": {}}
    with mock.patch("ops.broker.settings", mock.Mock(DATABASES={"default": database})):
        conn_string = broker.options()["conn_string"]
    parsed = conninfo_to_dict(PGMQConfig(conn_string=conn_string).dsn)
    assert (parsed["user"], parsed["dbname"]) == ("me", "papers")
    assert (parsed["password"], parsed["sslmode"]) == (r"it's a \ secret", "require")


def test_static_files_are_collected_only_when_they_changed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "ours"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "a.css").write_text("a{}")
    prepare.collect_static()
    assert (tmp_path / "static" / "a.css").read_text() == "a{}"
    with mock.patch("ops.prepare.call_command") as collect:
        prepare.collect_static()
        collect.assert_not_called()
    (tmp_path / "ours" / "a.css").write_text("a{b:c}")
    prepare.collect_static()
    assert (tmp_path / "static" / "a.css").read_text() == "a{b:c}"


def test_a_database_that_is_up_to_date_is_not_migrated():
    with mock.patch("ops.prepare.call_command") as migrate:
        prepare.migrate()
        migrate.assert_not_called()


@pytest.mark.journey
def test_two_starts_at_once_prepare_an_empty_database_once(tmp_path_factory):
    base = tmp_path_factory.mktemp("prepare")
    let_through(base)
    cluster = Cluster(base / "server")
    cluster.start("-c", "fsync=off")
    url = f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(cluster.sockets), safe='')}"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url, "TENTH_VAR": str(base)}
    try:
        with psycopg.connect(url) as first:  # so that both start at the same moment
            first.execute("SELECT pg_advisory_lock(%s)", [prepare.LOCK])
            starts = [
                subprocess.Popen(
                    [sys.executable, "-m", "ops.prepare"],
                    cwd=settings.BASE_DIR,
                    env=env,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                for _ in range(2)
            ]
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            wait_for(lambda: first.execute(waiting).fetchone() == (2,))
        outputs = [start.communicate(timeout=150) for start in starts]
        assert [start.returncode for start in starts] == [0, 0], outputs
        assert sorted("Applying" in errors for _, errors in outputs) == [False, True]
        with psycopg.connect(url) as last:
            twice = "SELECT app, name FROM django_migrations GROUP BY 1, 2 HAVING count(*) > 1"
            assert last.execute(twice).fetchall() == []
            assert last.execute("SELECT count(*) FROM pgmq.meta").fetchone() == (1,)
        assert (base / "static" / "collected").exists()
    finally:
        cluster.stop()
        shutil.rmtree(cluster.sockets, ignore_errors=True)
