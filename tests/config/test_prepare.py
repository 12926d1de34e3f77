"""config.prepare and config.broker: what a start does once, and not twice."""

import threading
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection, connections
from psycopg.conninfo import conninfo_to_dict

from config import broker, prepare
from papers.models import OneTimeLink, Person
from tests.makers import NOW, make_person

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


def test_a_later_start_shows_a_new_link_and_ends_the_old_one():
    first, second = prepare.first_admin_link(NOW), prepare.first_admin_link(NOW + timedelta(hours=1))
    usable = OneTimeLink.objects.usable(NOW + timedelta(hours=1))
    assert not usable.for_token(token_of(first)).exists()
    assert usable.for_token(token_of(second)).exists()


def test_an_install_with_an_admin_gets_no_link():
    make_person(role="admin")
    assert prepare.first_admin_link(NOW) == ""
    assert not OneTimeLink.objects.exists()


def test_the_queue_is_installed_once():
    broker.install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgmq.send('tenth', '{}')")
    broker.install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_length FROM pgmq.metrics('tenth')")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_many_workers_can_ask_to_be_notified_at_once():
    broker.install()
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
    with mock.patch("config.broker.settings", mock.Mock(DATABASES={"default": database})):
        given = broker.options()["conn_string"]
    heard = conninfo_to_dict(PGMQConfig(conn_string=given).dsn)
    assert (heard["user"], heard["dbname"]) == ("me", "papers")
    assert (heard["password"], heard["sslmode"]) == (r"it's a \ secret", "require")


def test_static_files_are_collected_when_they_changed_and_only_then(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "ours"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "a.css").write_text("a{}")
    prepare.collect_static()
    assert (tmp_path / "static" / "a.css").read_text() == "a{}"
    with mock.patch("config.prepare.call_command") as collect:
        prepare.collect_static()
        collect.assert_not_called()
    (tmp_path / "ours" / "a.css").write_text("a{b:c}")
    prepare.collect_static()
    assert (tmp_path / "static" / "a.css").read_text() == "a{b:c}"


def test_a_database_that_is_up_to_date_is_not_migrated():
    with mock.patch("config.prepare.call_command") as migrate:
        prepare.migrate()
        migrate.assert_not_called()
