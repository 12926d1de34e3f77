"""ops.logs: no secret in a URL reaches the log, whoever writes it."""

import io
import logging
import logging.config

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client
from django.urls import get_resolver
from gunicorn.config import Config
from gunicorn.glogging import Logger

from demo.urls import urlpatterns as demo_urls
from ops.logs import redact

TOKEN = "0kidsxxL0z5fy-MsSaHPoMV6C5blRZ_bf3I1B5gaB-9"  # as token_urlsafe(32) makes it
SHARE = "DrKIXm5VoWX8Xd0vXTRy9g"  # token_urlsafe(16)


@pytest.fixture
def log():
    """Collect everything that the product's own handlers write."""
    Logger(Config())  # gunicorn adds its handler before our code is loaded
    logging.config.dictConfig(settings.LOGGING)
    written = io.StringIO()
    loggers = [logging.getLogger(name) for name in ("", "gunicorn.error", "django.server", "django")]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(written)
    yield written
    logging.config.dictConfig(settings.LOGGING)


def is_clean(written):
    text = written.getvalue()
    return bool(text) and TOKEN not in text and SHARE not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        f"/link/{TOKEN}",
        f"/link/{TOKEN}/",
        f"//link//{TOKEN}",
        f"/LINK/{TOKEN}",
        f"/link/%20{TOKEN}",
        f"/link%2F{TOKEN}",
        f"/{TOKEN}",
        f"/signin/link/{TOKEN}.",
        f"/s/{SHARE}",
        f"/s/{SHARE}/",
        f"/s/{SHARE})",
    ],
)
def test_not_found_is_logged_without_the_token(log, path):
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "Not Found" in log.getvalue()
    assert is_clean(log)


@pytest.mark.django_db
def test_other_refusals_are_logged_without_the_token(log):
    assert Client().put(f"/link/{TOKEN}").status_code == 405
    assert Client(enforce_csrf_checks=True).post(f"/link/{TOKEN}", {"password": "x"}).status_code == 403
    assert Client().post(f"/s/{SHARE}").status_code == 405
    assert log.getvalue().count("…") >= 3
    assert is_clean(log)


@pytest.mark.django_db
def test_an_error_is_logged_without_the_token(log, monkeypatch):
    def breaks(self, token):
        raise RuntimeError(f"no answer to {TOKEN} at /s/{SHARE}")

    monkeypatch.setattr("papers.models.person.OneTimeLinkQuerySet.for_token", breaks)
    assert Client(raise_request_exception=False).get(f"/link/{TOKEN}").status_code == 500
    assert "Traceback" in log.getvalue()
    assert is_clean(log)


def test_other_loggers_are_redacted_too(log):
    request = HttpRequest()
    request.path = request.path_info = f"/link/{TOKEN}"
    request.method = "GET"
    logging.getLogger("gunicorn.error").error("Error handling request %s %s", "GET", f"/link/{TOKEN}?x=1")
    logging.getLogger("gunicorn.error").warning(f"Invalid request from ip=::1: Invalid Request Line '/s/{SHARE} X'")
    logging.getLogger("django.server").info('"%s" %s %s', f"GET /link/{TOKEN} HTTP/1.1", "200", "12")
    logging.getLogger("axes.handlers").warning("AXES: New login failure by {path_info: %s}", f"/link/{TOKEN}")
    logging.getLogger("anything").warning("Refused %r with Referer %s", request, f"https://us/link/{TOKEN}")
    logging.getLogger("anything").warning("%s", f"/signin?next=%2Flink%2F{TOKEN}&x=/s/{SHARE}")
    assert log.getvalue().count("\n") == 6
    assert is_clean(log)


def test_secrets_in_other_urls_are_redacted_too():
    refused = (
        "HTTPSConnectionPool(host='hooks.example', port=443): Max retries exceeded with url: /services/T0/B0/xyzzy"
    )
    assert redact(f"{refused} (Caused by X)") == f"{refused.partition('/services')[0]}… (Caused by X)"
    assert redact("got https://ada:xyzzy@feeds.example/a.xml") == "got https://…@feeds.example/a.xml"
    assert redact("postgresql://tenth:xyzzy@db/tenth") == "postgresql://…@db/tenth"


def test_ordinary_text_stays_readable():
    for text in (
        "Not Found: /sources/17/row",
        "Not Found: /papers/9/shares",
        "Not Found: /p/2301.00001-attention-is-all-you-need",
        "Not Found: /links/3/revoke",
        "Not Found: /settings/people/invitations/1/revoke",
        "source 4: https://feeds.example.org/2026/an-introduction-to-something-with-a-long-name",
        f"sha256:{'0123456789abcdef' * 4}",
    ):
        assert redact(text) == text


def test_every_route_that_carries_a_token_is_known():
    """A new one has to be added to ops.logs."""
    routes = [str(pattern.pattern) for pattern in (*get_resolver().url_patterns[0].url_patterns, *demo_urls)]
    secret = [route for route in routes if "token" in route]
    assert len(secret) == 4
    assert len(TOKEN) == 43
    for route in secret:
        assert SHARE not in redact(f"/{route.partition('<')[0]}{SHARE}")
