"""The demo's own settings and door: its folder and nobody else's, this machine only, and one link that signs in."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from demo import cast
from demo.folder import Folder
from papers.models import Person
from tests.makers import make_person

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Folder(date(2026, 1, 1), 8011, "a-secret-of-this-folder")
ASK = """
import json
from django.conf import settings as s
where = [str(s.VAR_DIR), s.PORT, s.BIND, s.PUBLIC_URL]
print(json.dumps([*where, s.EMBEDDED, s.CELERY_BROKER_URL, s.ARXIV_FEED_URL, s.BANNER]))
"""


def asked(var, **env):
    env = {**os.environ, "TENTH_DEMO_VAR": str(var), "DJANGO_SETTINGS_MODULE": "demo.settings", "PORT": "", **env}
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def test_it_keeps_to_its_own_folder_and_machine_whatever_the_install_says(tmp_path):
    mine = {"TENTH_VAR": str(tmp_path / "mine"), "DATABASE_URL": "postgresql://db/mine", "BIND": "0.0.0.0"}
    more = {"PUBLIC_URL": "https://tenth.example.org", "CELERY_BROKER_URL": "redis://mine"}
    var, port, bind, url, embedded, broker, feeds, banner = asked(tmp_path / "demo", **mine, **more)
    assert (var, port, bind, url) == (str(tmp_path / "demo"), 8010, "127.0.0.1", "http://localhost:8010")
    assert (embedded, broker) == (True, "pgmq://")
    assert feeds.startswith("http://127.0.0.1:")
    assert "invented" in banner
    assert "remove demo/" in banner
    assert not (tmp_path / "mine").exists()


def test_a_second_start_on_another_port_finds_the_same_sources_and_link(tmp_path):
    first = asked(tmp_path / "demo")
    note = (tmp_path / "demo" / "demo.json").read_text()
    second = asked(tmp_path / "demo", PORT="8123")
    assert second[1] == 8123
    assert second[6] == first[6]
    assert (tmp_path / "demo" / "demo.json").read_text() == note


def test_the_last_port_of_all_has_its_sources_before_it(tmp_path):
    assert int(asked(tmp_path / "demo", PORT="65535")[6].rsplit(":", 1)[1]) < 65535


def test_a_wrong_port_is_refused_with_a_sentence(tmp_path):
    env = {**os.environ, "TENTH_DEMO_VAR": str(tmp_path / "demo"), "PORT": "many"}
    done = subprocess.run([sys.executable, "-m", "demo"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "Tenth: PORT='many': a number from 1 to 65535 is needed.\n"


@pytest.fixture
def door(monkeypatch):
    monkeypatch.setattr("demo.views.opened", lambda: FOLDER)
    (engine,) = settings.TEMPLATES
    ours = {**engine, "DIRS": [ROOT / "demo" / "templates", *engine["DIRS"]]}
    with override_settings(ROOT_URLCONF="demo.urls", TEMPLATES=[ours]):
        yield


@pytest.mark.django_db
def test_the_link_signs_in_each_time(client, door):
    make_person("Priya Raman", "admin", email=cast.YOU)
    for _ in range(2):
        client.logout()
        assert client.get(f"/demo/{FOLDER.token}").headers["Location"] == "/"
        assert client.get("/").context["user"] == Person.objects.get(email=cast.YOU)


@pytest.mark.django_db
def test_four_lines_say_what_to_try_until_they_are_dismissed(client, door):
    client.force_login(make_person())
    assert client.get("/").content.decode().count("<li>") >= 4
    assert "Try this" in client.get("/").content.decode()
    assert client.get("/demo/chat")["Location"] == "http://127.0.0.1:8011/hooks/"
    assert client.post("/demo/dismiss")["Location"] == "/"
    assert "Try this" not in client.get("/").content.decode()


@pytest.mark.django_db
def test_strangers_are_told_nothing_to_try(client, door):
    for answer in (client.get("/demo/chat"), client.post("/demo/dismiss")):
        assert answer["Location"].startswith("/signin")


@pytest.mark.django_db
def test_another_token_signs_nobody_in(client, door):
    make_person("Priya Raman", "admin", email=cast.YOU)
    assert client.get("/demo/a-guess").status_code == 404
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_a_normal_install_has_no_such_door(client):
    assert client.get(f"/demo/{FOLDER.token}").status_code == 404


def test_its_cookies_are_its_own_so_that_nobody_is_signed_out_elsewhere(tmp_path):
    names = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    said = {}
    for module in ("demo.settings", "config.settings"):
        env = {**os.environ, "TENTH_DEMO_VAR": str(tmp_path / "demo"), "TENTH_VAR": str(tmp_path / "mine")}
        env |= {"DJANGO_SETTINGS_MODULE": module}
        said[module] = subprocess.check_output([sys.executable, "-c", names], cwd=ROOT, env=env, text=True).split()
    assert not set(said["demo.settings"]) & set(said["config.settings"])
