"""Sign-in and sign-out."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from tests.makers import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=PASSWORD, **fields):
    return client.post("/signin", {"email": email, "password": password, **fields})


def whoever(client):
    return client.session.get("_auth_user_id")


# ── sign-in ──────────────────────────────────────────────────────────────────────────────────


def test_member_signs_in_with_any_case_of_their_address(client):
    person = make_person(email="ada@team.example")
    answer = sign_in(client, "Ada@Team.Example")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert whoever(client) == str(person.pk)


def test_sign_in_leads_to_the_page_that_was_wanted(client):
    make_person(email="ada@team.example")
    page = client.get("/signin?next=/browse%3Fq%3Dattention")
    assert 'value="/browse?q=attention"' in page.content.decode()
    assert sign_in(client, "ada@team.example", next="/browse?q=attention")["Location"] == "/browse?q=attention"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///x"])
def test_sign_in_never_leads_to_another_site(client, elsewhere):
    make_person(email="ada@team.example")
    assert sign_in(client, "ada@team.example", next=elsewhere)["Location"] == "/"


def test_unknown_person_and_wrong_password_get_the_same_sentence(client):
    make_person(email="ada@team.example")
    make_person(email="gone@team.example", is_active=False)
    sentences = set()
    for email, password in [
        ("ada@team.example", "not-the-password"),
        ("bo@team.example", PASSWORD),
        ("gone@team.example", PASSWORD),
    ]:
        page = sign_in(client, email, password).content.decode()
        sentences.add(re.search(r'role="alert">(.*?)<', page)[1])
        assert f'value="{email}"' in page
        assert password not in page
    assert len(sentences) == 1
    assert whoever(client) is None


@pytest.mark.parametrize("email", ["ada@team.example", "nobody@team.example"])
def test_five_wrong_passwords_mean_a_wait_that_is_told(client, email):
    make_person(email="ada@team.example")
    for _ in range(5):
        answer = sign_in(client, email.upper(), "not-the-password")
    assert answer.status_code == 429
    answer = sign_in(client, email)  # even the right one has to wait now
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.content.decode()
    assert 840 < int(answer["Retry-After"]) <= 900
    assert whoever(client) is None


def test_wait_ends_after_a_quarter_of_an_hour_and_trying_does_not_lengthen_it(client):
    person = make_person(email="ada@team.example")
    for _ in range(7):
        sign_in(client, "ada@team.example", "not-the-password")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert "Try again in 1 minute," in sign_in(client, "ada@team.example").content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in(client, "ada@team.example").status_code == 303
    assert whoever(client) == str(person.pk)


def test_wait_is_for_one_name_from_one_address_only(client):
    make_person(email="ada@team.example")
    make_person(email="bo@team.example")
    for _ in range(6):
        sign_in(client, "ada@team.example", "not-the-password")
    assert sign_in(client, "bo@team.example").status_code == 303


@pytest.mark.parametrize(
    "form",
    [{}, {"email": "ada", "password": "x"}, {"email": "a@b.example"}, {"email": "a\0@b.example", "password": "x"}],
)
def test_incomplete_sign_in_is_asked_again(client, form):
    answer = client.post("/signin", form)
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()


def test_sign_in_says_where_the_first_link_is_while_nobody_is_here(client):
    assert "Nobody is here yet" in client.get("/signin").content.decode()
    make_person()
    assert "Nobody is here yet" not in client.get("/signin").content.decode()


def test_who_is_signed_in_is_not_asked_again(client):
    client.force_login(make_person())
    assert client.get("/signin")["Location"] == "/"


def test_password_managers_know_the_fields(client):
    page = client.get("/signin").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_the_admin_site_leads_to_the_throttled_sign_in(client):
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/signin?next=%2Fadmin%2F"
    assert client.get("/admin/")["Location"] == "/signin?next=/admin/"
    client.force_login(make_person())
    assert client.get("/admin/login/?next=/admin/").status_code == 403  # and does not go round in circles


def test_signing_out_takes_a_post(client):
    client.force_login(make_person())
    client.get("/signout")
    assert whoever(client)
    assert client.post("/signout")["Location"] == "/signin"
    assert whoever(client) is None
