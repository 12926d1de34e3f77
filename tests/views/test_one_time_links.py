"""The one-time links: invitation, reset, and how they end."""

import re
from datetime import timedelta
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from papers.models import OneTimeLink, Person
from tests.makers import PASSWORD, make_person, make_source

from .test_signin import sign_in, whoever

pytestmark = pytest.mark.django_db
NEW = "walnut-harbour-sixteen"


def make_link(kind="invitation", valid_for=timedelta(days=7), **fields):
    link, token = OneTimeLink.objects.mint(kind, timezone.now(), valid_for, **fields)
    return link, f"/link/{token}"


def joining(**fields):
    return {
        "name": "Ada Example",
        "email": "ada@team.example",
        "time_zone": "Europe/Paris",
        "password": NEW,
        "again": NEW,
        **fields,
    }


def test_first_admin_joins_and_goes_on_to_pick_sources(client):
    _, address = make_link("first_admin")
    assert "Set up Tenth" in client.get(address).content.decode()
    answer = client.post(address, joining(email="Ada@Team.Example"))
    person = Person.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, reverse("source_start"))
    assert (person.email, person.role, person.time_zone) == ("ada@team.example", "admin", "Europe/Paris")
    assert person.check_password(NEW)
    assert whoever(client) == str(person.pk)


def test_first_admin_link_is_closed_once_there_is_an_admin(client):
    _, address = make_link("first_admin")
    make_person(role="admin")
    answer = client.post(address, joining())
    assert answer.status_code == 404
    assert "already has an admin" in answer.content.decode()


@pytest.mark.parametrize("role", ["member", "guest", "admin"])
def test_invited_person_gets_the_role_of_the_invitation(client, role):
    make_source()
    boss = make_person("Grace Boss", role="admin")
    _, address = make_link(role=role, email="ada@team.example", created_by=boss)
    page = client.get(address).content.decode()
    assert "Grace Boss invited you" in page
    assert 'value="ada@team.example"' in page
    answer = client.post(address, joining(role="admin"))
    assert answer["Location"] == "/"
    assert Person.objects.get(email="ada@team.example").role == role


def test_looking_at_a_link_does_not_use_it_up(client):
    link, address = make_link()
    for _ in range(3):
        assert client.get(address).status_code == 200
    link.refresh_from_db()
    assert link.used_at is None


def test_link_works_once(client):
    _, address = make_link()
    client.post(address, joining())
    client.logout()
    for answer in (client.get(address), client.post(address, joining(email="bo@team.example"))):
        assert answer.status_code == 404
        assert "already been used" in answer.content.decode()
    assert Person.objects.count() == 1


def test_link_taken_by_another_window_meanwhile_makes_nobody(client, monkeypatch):
    _, address = make_link()
    monkeypatch.setattr(OneTimeLink, "use", lambda self, now: False)
    assert "already been used" in client.post(address, joining()).content.decode()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("expired", "has expired"), ("/link/nonsense", "no such link"), ("/link/" + "x" * 900, "no such")],
)
def test_link_that_lets_nobody_in_says_why(client, address, sentence):
    if address == "expired":
        _, address = make_link(valid_for=timedelta(seconds=-1))
    answer = client.get(address)
    assert answer.status_code == 404
    assert sentence in answer.content.decode()


def test_link_is_neither_cached_nor_passed_on(client):
    _, address = make_link()
    answer = client.get(address)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "http" not in re.sub(r"http-equiv|https?://www.w3.org", "", answer.content.decode())


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"again": "something-else"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "password12", "again": "password12"}, "too common"),
        ({"password": "ada example", "again": "ada example"}, "too similar"),
        ({"email": "taken@team.example"}, "already here"),
        ({"email": "Taken@Team.example"}, "already here"),
        ({"email": "no address"}, "valid email"),
        ({"name": ""}, "required"),
        ({"name": "x" * 81}, "at most 80"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_the_rest_kept(client, fields, sentence):
    make_person(email="taken@team.example")
    link, address = make_link()
    page = client.post(address, joining(**fields)).content.decode()
    assert sentence in page
    assert "name" in fields or 'value="Ada Example"' in page
    assert NEW not in page
    link.refresh_from_db()
    assert link.used_at is None
    assert Person.objects.count() == 1


def test_reset_link_sets_the_password_ends_other_sessions_and_the_wait(client, django_user_model):
    person = make_person(email="ada@team.example")
    other = type(client)()
    other.force_login(person)
    for _ in range(6):
        sign_in(client, "ada@team.example", "not-the-password")
    _, address = make_link("reset", person=person)
    make_source()
    assert "ada@team.example" in client.get(address).content.decode()
    assert client.post(address, {"password": NEW, "again": NEW}).status_code == 303
    assert whoever(client) == str(person.pk)
    assert other.get("/settings").status_code == 302
    client.logout()
    assert sign_in(client, "ada@team.example", NEW).status_code == 303


def change_by_reset_link(client, person):
    _, address = make_link("reset", person=person)
    client.post(address, {"password": NEW, "again": NEW})


def change_in_settings(client, person):
    client.force_login(person)
    assert client.post("/settings/password", {"current": PASSWORD, "password": NEW, "again": NEW}).status_code == 303


def change_by_command(client, person):
    with patch("getpass.getpass", return_value=NEW):
        call_command("changepassword", person.email, stdout=StringIO())


def change_the_address(client, person):
    client.force_login(person)
    form = {"name": person.name, "email": "new@team.example", "time_zone": "UTC", "scheme": "system"}
    assert client.post("/settings", form).status_code == 303


def deactivate(client, person):
    Person.objects.get(pk=person.pk).deactivate(timezone.now())


def deactivate_for_a_while(client, person):
    deactivate(client, person)
    Person.objects.get(pk=person.pk).reactivate()


def change_with_one_statement(client, person):
    Person.objects.filter(pk=person.pk).update(password="!")


@pytest.mark.parametrize(
    "act",
    [
        change_by_reset_link,
        change_in_settings,
        change_by_command,
        change_the_address,
        deactivate,
        deactivate_for_a_while,
        change_with_one_statement,
    ],
)
def test_reset_link_ends_with_whatever_changes_how_one_gets_in(client, act):
    person = make_person(email="ada@team.example")
    make_person(role="admin")
    _, address = make_link("reset", person=person)
    act(client, Person.objects.get(pk=person.pk))
    before = Person.objects.get(pk=person.pk).password
    stranger = type(client)()
    for answer in (stranger.get(address), stranger.post(address, {"password": NEW * 2, "again": NEW * 2})):
        assert answer.status_code == 404
        assert "withdrawn" in answer.content.decode()
    assert Person.objects.get(pk=person.pk).password == before
    assert whoever(stranger) is None


def test_reset_link_survives_what_does_not_change_how_one_gets_in(client):
    person = make_person(email="ada@team.example")
    make_person(role="admin")
    _, address = make_link("reset", person=person)
    sign_in(client, "ada@team.example")
    client.post(
        "/settings", {"name": "Ada Else", "email": "ada@team.example", "time_zone": "Asia/Tokyo", "scheme": "system"}
    )
    Person.objects.get(pk=person.pk).change_role("guest", timezone.now())
    client.logout()
    assert client.post(address, {"password": NEW, "again": NEW}).status_code == 303


def test_reset_link_outdated_between_look_and_use_changes_nothing(client):
    person = make_person()
    link, _ = make_link("reset", person=person)
    link = OneTimeLink.objects.select_related("person").get(pk=link.pk)
    Person.objects.filter(pk=person.pk).update(password="!")
    assert not link.use(timezone.now())
    link.refresh_from_db()
    assert link.used_at is None


def test_newer_link_for_the_same_end_ends_the_older(client):
    person, other = make_person(), make_person()
    for kind, fields in (("reset", {"person": person}), ("invitation", {"email": "new@team.example"})):
        _, older = make_link(kind, **fields)
        _, newer = make_link(kind, **fields)
        assert client.get(older).status_code == 404
        assert client.get(newer).status_code == 200
    addresses = [
        make_link("reset", person=other)[1],
        make_link(email="else@team.example")[1],
        make_link()[1],  # for anybody: each lets one person in
        make_link()[1],
        newer,
    ]
    assert [client.get(address).status_code for address in addresses] == [200] * 5


def test_invitation_ends_once_its_address_is_in_the_team_by_another_door(client):
    _, address = make_link(email="ada@team.example")
    make_person(email="ada@team.example")
    assert client.post(address, joining(email="second@team.example")).status_code == 404
    _, address = make_link(email="bo@team.example")
    client.force_login(make_person(email="robert@team.example"))
    client.post("/settings", {"name": "Bo", "email": "bo@team.example", "time_zone": "UTC", "scheme": "system"})
    client.logout()
    assert client.post(address, joining(email="second@team.example")).status_code == 404
    assert not Person.objects.filter(email="second@team.example").exists()


@pytest.mark.parametrize("leave", ["become", "deactivate"])
def test_links_that_an_admin_handed_out_end_with_being_one(client, leave):
    make_person(role="admin")
    boss = make_person(role="admin")
    addresses = [
        make_link(role="admin", created_by=boss)[1],
        make_link("reset", person=make_person(role="admin"), created_by=boss)[1],
    ]
    if leave == "become":
        boss.change_role("member", timezone.now())
    else:
        boss.deactivate(timezone.now())
        boss.reactivate()
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_reset_link_of_a_deactivated_person_is_withdrawn(client):
    person = make_person(is_active=False)
    _, address = make_link("reset", person=person)
    assert "withdrawn" in client.get(address).content.decode()
