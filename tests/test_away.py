"""middleware.AwayMiddleware: while the database is away nobody meets an error, and nobody loses what they typed."""

import pkgutil
import re
import threading
from importlib import import_module

import lxml.html
import psycopg
import pytest
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config.urls import urlpatterns as product_urls
from papers import forms
from papers.views import page

HTMX = {"HX-Request": "true"}


@pytest.fixture
def away(settings):
    """No database behind the socket: the connection is closed, and a new one is refused."""
    real, connection.settings_dict["HOST"] = connection.settings_dict["HOST"], "/nowhere"
    yield Client(raise_request_exception=False)
    connection.settings_dict["HOST"] = real


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lost(away):
    connection.close()
    return away


@pytest.mark.parametrize(
    "address", ["/", "/browse?q=x", "/signin", "/settings/people", "/p/none", "/admin/", "/s/none"]
)
def test_a_page_reloads_itself(lost, address):
    lost.cookies["tenth_session"] = "somebodys"
    answer = lost.get(address)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "3", "no-store")
    assert b'<meta http-equiv="refresh" content="3">' in answer.content
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_piece_is_a_sentence_and_the_page_stays(lost):
    lost.cookies["tenth_session"] = "somebodys"
    for answer in (lost.post("/papers/1/vote", {"value": "1"}, headers=HTMX), lost.get("/", headers=HTMX)):
        assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
        assert "Try again in a moment" in answer.content.decode()


def test_a_form_is_kept_and_can_be_sent_again(lost):
    lost.cookies["tenth_session"] = "somebodys"
    text = "Line one\r\n<script>\"two\" & 'three'</script>"
    answer = lost.post("/add?next=/kept", {"text": text, "tick": ["a", "b"], "csrfmiddlewaretoken": "t" * 64})
    assert answer.status_code == 503
    (form,) = lxml.html.fromstring(answer.content.decode()).forms
    assert (form.method, form.action) == ("POST", "/add?next=/kept")
    values = [(name, value.replace("\r", "").replace("\n", "\r\n")) for name, value in form.form_values()]
    assert values == [("text", text), ("tick", "a"), ("tick", "b"), ("csrfmiddlewaretoken", "t" * 64)]
    assert b"http-equiv" not in answer.content
    assert "Files are not kept" not in answer.content.decode()


def test_who_sends_a_form_of_somebody_else_gets_no_token_of_ours(lost):
    """Or a page elsewhere could have its fields sent by a click on our button."""
    lost.cookies["tenth_csrf"] = "c" * 32
    answer = lost.post("/signin", {"email": "a@b.example"})
    assert b"csrfmiddlewaretoken" not in answer.content


def test_passwords_and_files_are_not_kept_and_it_says_so(lost):
    answer = lost.post("/signin", {"email": "a@b.example", "password": "my secret", "again": "my secret"})
    assert b"my secret" not in answer.content
    assert "a@b.example" in answer.content.decode()
    assert "Passwords are not kept" in answer.content.decode()
    lost.cookies["tenth_session"] = "somebodys"
    answer = lost.post("/sources/start", {"opml": SimpleUploadedFile("feeds.opml", b"<opml/>"), "look": "1"})
    assert answer.status_code == 503
    assert "Files are not kept" in answer.content.decode()
    assert b'name="opml"' not in answer.content


def test_every_password_of_our_forms_is_known_as_one():
    fields = [
        name
        for module in pkgutil.iter_modules(forms.__path__)
        for form in vars(import_module(f"papers.forms.{module.name}")).values()
        if isinstance(form, type) and issubclass(form, django_forms.BaseForm)
        for name, field in form.base_fields.items()
        if isinstance(field.widget, django_forms.PasswordInput)
    ]
    assert set(fields) <= page.SECRETS
    assert fields


def test_a_form_that_cannot_be_read_is_not_promised(lost):
    answer = lost.post("/signin", b"--x", content_type="multipart/form-data; boundary=")
    assert answer.status_code in {400, 503}
    assert b"Send again" not in answer.content


def test_it_lives_and_is_not_ready(lost):
    assert lost.get("/healthz").status_code == 200
    answer = lost.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ok": False}


# ── in the middle of a request ──────────────────────────────────────────────────────────────


def end_ours():
    """As a crash or an administrator does: our connection is ended by another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    at = connection.settings_dict
    thread = threading.Thread(
        target=lambda: psycopg.connect(host=at["HOST"], dbname=at["NAME"], user=at["USER"]).execute(
            "SELECT pg_terminate_backend(%s, 5000)", [pid]
        )
    )
    thread.start()
    thread.join()


def query():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def in_the_view(request):
    query()
    end_ours()
    query()
    return HttpResponse("drawn")


def at_commit(request):
    with transaction.atomic():
        query()
        end_ours()
    return HttpResponse("drawn")


def swallowed(request):
    """Somebody catches the first error, and asks again in the same transaction."""
    with transaction.atomic():
        query()
        end_ours()
        for _ in range(3):
            try:
                with transaction.atomic():
                    query()
            except psycopg.Error:
                pass
    return HttpResponse("drawn")


def mistake(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column")


for view in (in_the_view, at_commit, swallowed, mistake):
    view.login_required = False
urlpatterns = [
    *(path(f"{view.__name__}/", view) for view in (in_the_view, at_commit, swallowed, mistake)),
    *product_urls,
]


@pytest.mark.parametrize("place", ["in_the_view", "at_commit", "swallowed"])
def test_a_connection_lost_in_the_middle_is_told_alike(place):
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client(raise_request_exception=False).get(f"/{place}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert Client().get("/signin").status_code == 200  # and the next request has a new one


def test_a_mistake_of_ours_stays_an_error(caplog):
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client(raise_request_exception=False).get("/mistake/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert re.search("no_such_column", caplog.text)
