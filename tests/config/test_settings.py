"""config.settings: valid values are accepted, wrong ones stop the start with a message that names the variable."""

import os
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "PUBLIC_URL",
    "TRUSTED_PROXY_HEADER",
    "BIND",
    "PORT",
    "DEBUG",
    "SECRET_KEY",
)


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the settings again with only these variables set."""

    def read(**values):
        for name in NAMES:
            monkeypatch.setenv(name, "")
        monkeypatch.setenv("TENTH_VAR", str(tmp_path / "var"))
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config/settings.py"))

    return read


def manage(*args, **values):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **values}
    return subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "80.5"),
        ("DEBUG", "maybe"),
        ("PUBLIC_URL", "tenth.example.org"),
        ("PUBLIC_URL", "ftp://tenth.example.org"),
        ("PUBLIC_URL", "https://tenth.example.org/papers"),
        ("PUBLIC_URL", "https://tenth.example.org:port"),
        ("PUBLIC_URL", "http://[::1"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("DATABASE_URL", "mysql://me@host/tenth"),
        ("DATABASE_URL", "postgresql://me@host"),
        ("DATABASE_URL", "postgresql://me@host/tenth?colour=blue"),
        ("DATABASE_URL", "host=here dbname=tenth"),
        ("CELERY_BROKER_URL", "kafka://host"),
        ("CELERY_BROKER_URL", "redis"),
        ("TRUSTED_PROXY_HEADER", "X Forwarded: Proto"),
        ("ALLOW_PRIVATE_ADDRESSES", "perhaps"),
        ("HOST_PACE_SECONDS", "-1"),
        ("HOST_PACE_SECONDS", "nan"),
        ("ARXIV_API_URL", "export.arxiv.org"),
        ("ENRICH", "openalex,scopus"),
        ("CROSSREF_URL", "api.crossref.org"),
        ("CONTACT", "mail me\nat once"),
        ("KEEP_LOGS_DAYS", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("WEB_WORKERS", "0"),
        ("WORKER_CONCURRENCY", "many"),
    ],
)
def test_a_wrong_value_is_refused_by_name(read, name, value):
    with pytest.raises(ImproperlyConfigured, match=rf"^{name}"):
        read(**{name: value})


def test_a_refusal_does_not_show_a_password(read):
    for name, value in {"DATABASE_URL": "pg://me:hush@host/x", "CELERY_BROKER_URL": "kafka://me:hush@host"}.items():
        with pytest.raises(ImproperlyConfigured) as refusal:
            read(**{name: value})
        assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("module", [["manage.py", "migrate"], ["-m", "ops.run"], ["-m", "ops.prepare"]])
def test_a_wrong_value_stops_the_start_with_one_line(module, tmp_path):
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TENTH_VAR": str(tmp_path), "PORT": "eighty"}
    result = subprocess.run([sys.executable, *module], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert result.stderr == "Tenth: PORT='eighty': expected a number from 1 to 65535.\n"


def test_the_deployment_check_is_clean_over_https(tmp_path):
    https = {"PUBLIC_URL": "https://t.example", "TRUSTED_PROXY_HEADER": "X-Forwarded-Proto"}
    result = manage("check", "--deploy", "--fail-level", "INFO", TENTH_VAR=str(tmp_path), **https)
    assert result.returncode == 0, result.stderr
    assert "no issues (0 silenced)" in result.stdout


def test_the_secret_key_is_created_once_and_is_private(read, tmp_path):
    first = read()["SECRET_KEY"]
    path = tmp_path / "var" / "secret_key"
    assert len(first) >= 50
    assert read()["SECRET_KEY"] == first == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["secret_key"]


def test_https_turns_security_settings_on(read):
    settings = read(PUBLIC_URL="https://tenth.example.org/", TRUSTED_PROXY_HEADER="X-Forwarded-Proto")
    assert settings["PUBLIC_URL"] == "https://tenth.example.org"
    assert settings["ALLOWED_HOSTS"] == ["tenth.example.org"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://tenth.example.org"]
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["SECURE_SSL_REDIRECT"]
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert not settings["DEBUG"]


def test_https_without_a_proxy_header_stops_the_start(read):
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXY_HEADER=.*such as X-Forwarded-Proto"):
        read(PUBLIC_URL="https://tenth.example.org")


def test_plain_http_works_on_this_machine_and_on_a_lan(read):
    here = read(PORT="8123")
    assert here["PUBLIC_URL"] == "http://localhost:8123"
    assert "127.0.0.1" in here["ALLOWED_HOSTS"]
    assert not here["SESSION_COOKIE_SECURE"]
    assert not here["SECURE_SSL_REDIRECT"]
    assert read(BIND="0.0.0.0")["ALLOWED_HOSTS"] == ["*"]
    named = read(BIND="0.0.0.0", PUBLIC_URL="http://papers.lan:8000")["ALLOWED_HOSTS"]
    assert "papers.lan" in named
    assert "*" not in named


def test_database_url_is_parsed_as_libpq_parses_it(read):
    database = read(DATABASE_URL="postgresql://me:p%40ss%2Fword@db.example:5433/papers?sslmode=verify-full")
    assert not database["EMBEDDED"]
    default = database["DATABASES"]["default"]
    assert (default["USER"], default["PASSWORD"], default["HOST"]) == ("me", "p@ss/word", "db.example")
    assert (default["PORT"], default["NAME"], default["OPTIONS"]["sslmode"]) == ("5433", "papers", "verify-full")


def test_without_database_url_the_embedded_database_is_used(read, tmp_path):
    settings = read()
    assert settings["EMBEDDED"]
    assert settings["DATABASES"]["default"]["HOST"].startswith("/tmp/tenth-")


@pytest.mark.parametrize("url", ["amqp://me:secret@mq.example:5672/papers", "redis://cache.example:6379/3"])
def test_another_broker_is_passed_to_celery_unchanged(url, tmp_path):
    code = "from config.celery import ON_PGMQ, app; print(app.conf.broker_url, ON_PGMQ)"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TENTH_VAR": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**env, "CELERY_BROKER_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stdout == f"{url} False\n", result.stderr


def test_the_environment_beats_the_env_file(monkeypatch, tmp_path):
    """.env is read from the project folder, so this runs on a copy of the settings."""
    copy = tmp_path / "config" / "settings.py"
    copy.parent.mkdir()
    copy.write_text((ROOT / "config/settings.py").read_text())
    (tmp_path / ".env").write_text("TENTH_TRY_CONTACT=unused\nCONTACT=team@example.org\nLOG_LEVEL=DEBUG\n")
    monkeypatch.delenv("CONTACT", raising=False)
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.setenv("TENTH_VAR", str(tmp_path / "var"))
    settings = runpy.run_path(str(copy))
    for name in ("CONTACT", "TENTH_TRY_CONTACT"):
        os.environ.pop(name, None)
    assert (settings["CONTACT"], settings["LOG_LEVEL"]) == ("team@example.org", "ERROR")


@pytest.mark.parametrize(
    ("value", "catalogues"),
    [("", ()), ("openalex, CrossRef", ("crossref", "openalex")), ("semanticscholar", ("semanticscholar",))],
)
def test_catalogues_are_chosen_by_name(read, value, catalogues):
    assert read(ENRICH=value)["ENRICH"] == catalogues
