"""papers.throttle: guessing passwords is slow from everywhere, and locks nobody out for long."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from papers import throttle
from papers.models import OneTimeLink
from tests.makers import PASSWORD, make_person

pytestmark = pytest.mark.django_db
NEW = "walnut-harbour-sixteen"


def sign_in(client, email="ada@team.example", password="not-the-password", address="203.0.113.1", **more):
    return client.post("/signin", {"email": email, "password": password}, REMOTE_ADDR=address, **more)


def guesses(client, number, email="ada@team.example", address="203.0.113.1", **more):
    """Return how many of these wrong passwords were checked. In both texts {} stands for the number of the guess."""
    checked = 0
    for guess in range(number):
        answer = sign_in(client, email.format(guess), f"wrong-{guess}", address.format(guess), **more)
        checked += answer.status_code == 200
    return checked


def later(minutes):
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(
            attempt_time=attempt.attempt_time - timedelta(minutes=minutes)
        )


def test_forwarded_headers_are_ignored_without_a_proxy(client):
    make_person(email="ada@team.example")
    checked = 0
    for guess in range(100):
        headers = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": f"198.51.100.{guess}"}
        checked += sign_in(client, address="127.0.0.1", **headers).status_code == 200
    assert checked == throttle.PAIR - 1  # the fifth is checked too, and starts the wait
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


def test_one_name_tried_from_many_addresses_has_to_wait(client):
    make_person(email="ada@team.example")
    assert guesses(client, 100, address="198.51.100.{}") == throttle.NAME - 1
    assert sign_in(client, password=PASSWORD, address="192.0.2.1").status_code == 429
    assert sign_in(client, "bo@team.example", address="192.0.2.1").status_code == 200


def test_many_names_tried_from_one_address_have_to_wait(client):
    make_person(email="ada@team.example")
    assert guesses(client, 60, email="somebody{}@team.example") == throttle.ADDRESS - 1
    assert sign_in(client, password=PASSWORD).status_code == 429
    assert sign_in(client, password=PASSWORD, address="192.0.2.1").status_code == 303


def test_other_browsers_in_one_ipv6_network_are_the_same_visitor(client):
    make_person(email="ada@team.example")
    assert guesses(client, 20, address="2001:db8:1:2::{}") == throttle.PAIR - 1
    later(16)
    for guess in range(20):
        answer = sign_in(client, HTTP_USER_AGENT=f"browser {guess}")
    assert answer.status_code == 429
    assert sum(AccessAttempt.objects.values_list("failures_since_start", flat=True)) == throttle.PAIR


@pytest.mark.parametrize(
    ("email", "address"),
    [("ada@team.example", "203.0.113.1"), ("ada@team.example", "198.51.100.{}"), ("no{}@team.example", "203.0.113.1")],
)
def test_the_right_password_works_again_after_the_announced_wait(client, email, address):
    make_person(email="ada@team.example")
    guesses(client, 40, email, address)
    answer = sign_in(client, password=PASSWORD)
    assert answer.status_code == 429
    assert 840 < int(answer["Retry-After"]) <= 900
    later(14)
    assert sign_in(client, password=PASSWORD).status_code == 429
    later(2)
    assert sign_in(client, password=PASSWORD).status_code == 303


def test_the_wait_ends_when_enough_guesses_are_old(client):
    make_person(email="ada@team.example")
    guesses(client, 2, address="198.51.100.{}")
    later(10)
    guesses(client, 18, address="192.0.2.{}")
    answer = sign_in(client, password=PASSWORD)
    assert answer.status_code == 429
    assert 240 < int(answer["Retry-After"]) <= 300


def test_strangers_cannot_lock_out_a_browser_that_signed_in_before(client):
    make_person(email="ada@team.example")
    sign_in(client, password=PASSWORD)
    client.post("/signout")
    stranger = type(client)()
    guesses(stranger, 40, address="198.51.100.{}")
    guesses(stranger, 40, email="somebody{}@team.example", address="192.0.2.1")
    assert sign_in(stranger, password=PASSWORD, address="192.0.2.9").status_code == 429
    assert sign_in(client, password=PASSWORD, address="192.0.2.1").status_code == 303
    client.post("/signout")
    assert guesses(client, 10, address="192.0.2.7") == throttle.PAIR - 1  # known does not mean trusted


def test_a_browser_is_known_for_one_person_and_one_password(client):
    ada = make_person(email="ada@team.example")
    make_person(email="bo@team.example")
    sign_in(client, "bo@team.example", PASSWORD)
    client.post("/signout")
    guesses(type(client)(), 40, address="198.51.100.{}")
    assert sign_in(client, password=PASSWORD, address="192.0.2.1").status_code == 429
    known_browser = type(client)()
    known_browser.cookies[throttle.COOKIE] = throttle._mark(ada)
    ada.set_password(NEW)
    ada.save()
    assert sign_in(known_browser, password=NEW, address="192.0.2.1").status_code == 429


def test_signing_in_does_not_forgive_guesses_at_other_accounts(client):
    make_person(email="mallory@team.example")
    guesses(client, throttle.ADDRESS - 1, email="somebody{}@team.example")
    assert sign_in(client, "mallory@team.example", PASSWORD).status_code == 303
    assert guesses(type(client)(), 5, email="other{}@team.example") == 0


def test_a_reset_link_ends_the_wait_and_makes_the_browser_known(client):
    person = make_person(email="ada@team.example")
    guesses(client, 40, address="198.51.100.{}")
    _, token = OneTimeLink.objects.mint("reset", timezone.now(), timedelta(days=1), person=person)
    assert client.post(f"/link/{token}", {"password": NEW, "again": NEW}).status_code == 303
    client.post("/signout")
    guesses(type(client)(), 40, address="198.51.100.{}")
    assert sign_in(client, password=NEW, address="192.0.2.1").status_code == 303


def test_guessing_the_current_password_in_a_session_is_throttled_and_not_stored(client):
    person = make_person(email="ada@team.example")
    client.force_login(person)
    form = {"password": NEW, "again": NEW}
    for guess in range(8):
        answer = client.post("/settings/password", {"current": f"wrong-{guess}", **form})
    assert answer.status_code == 429
    assert "Try again in 15 minutes" in answer.content.decode()
    assert client.post("/settings/password", {"current": PASSWORD, **form}).status_code == 429
    assert client.get("/settings").status_code == 200  # the session continues
    stored = str(AccessAttempt.objects.values_list("post_data", "get_data"))
    assert "wrong-" not in stored
    assert NEW not in stored
    later(16)
    assert client.post("/settings/password", {"current": PASSWORD, **form}).status_code == 303


def test_strangers_guesses_do_not_stop_people_from_changing_their_password(client):
    client.force_login(make_person(email="ada@team.example"))
    guesses(type(client)(), 40, address="198.51.100.{}")
    form = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/settings/password", form).status_code == 303


def test_the_cookie_of_a_known_browser_is_sent_only_to_sign_in(client, settings):
    make_person(email="ada@team.example")
    cookie = sign_in(client, password=PASSWORD).cookies[throttle.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/signin", True, "Lax")
