"""Settings: a person's own profile."""

import pytest

from papers.models import Person
from tests.makers import PASSWORD, make_person

pytestmark = pytest.mark.django_db
NEW = "walnut-harbour-sixteen"


def profile(**fields):
    return {
        "name": "Ada",
        "email": "ada@team.example",
        "time_zone": "Asia/Tokyo",
        "scheme": "system",
        "keys_on": "on",
        **fields,
    }


def test_stranger_is_sent_to_sign_in(client):
    assert client.get("/settings")["Location"] == "/signin?next=/settings"
    assert client.post("/settings/password")["Location"].startswith("/signin")


@pytest.mark.parametrize("role", ["guest", "member", "admin"])
def test_everyone_changes_their_own_profile(client, role):
    person = make_person(role=role)
    client.force_login(person)
    assert client.post("/settings", profile(email="Ada@Team.Example"), follow=True).status_code == 200
    person.refresh_from_db()
    assert (person.name, person.email, person.time_zone, person.keys_on) == (
        "Ada",
        "ada@team.example",
        "Asia/Tokyo",
        True,
    )
    assert person.role == role


def test_keys_can_be_turned_off(client):
    person = make_person()
    client.force_login(person)
    form = profile()
    del form["keys_on"]
    client.post("/settings", form)
    person.refresh_from_db()
    assert not person.keys_on
    assert 'data-keys="off"' in client.get("/settings").content.decode()


def test_colours_are_the_systems_or_those_that_a_person_chose(client):
    person = make_person()
    client.force_login(person)
    assert "data-scheme" not in client.get("/").text
    for scheme in ("dark", "light"):
        client.post("/settings", profile(scheme=scheme))
        assert f'data-scheme="{scheme}"' in client.get("/").text
    client.post("/settings", profile(scheme="system"))
    assert "data-scheme" not in client.get("/").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "required"),
        ({"email": "taken@team.example"}, "already here"),
        ({"email": "TAKEN@team.example"}, "already here"),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"scheme": "sepia"}, "sepia is not one of the available choices"),
        ({"name": "a\0b"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(client, fields, sentence):
    make_person(email="taken@team.example")
    person = make_person("Before")
    client.force_login(person)
    page = client.post("/settings", profile(**fields)).content.decode()
    assert sentence in page
    assert "Before</div>" in page  # the head still says who one is
    assert Person.objects.get(pk=person.pk).name == "Before"


def test_password_change_keeps_this_session_and_ends_the_others(client):
    person = make_person()
    here, there = client, type(client)()
    here.force_login(person)
    there.force_login(person)
    answer = here.post("/settings/password", {"current": PASSWORD, "password": NEW, "again": NEW}, follow=True)
    assert "Your password has been changed" in answer.content.decode()
    assert there.get("/settings").status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"current": "wrong"}, "not your current password"),
        ({"again": "different-one"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"current": "", "password": "", "again": ""}, "required"),
    ],
)
def test_password_is_changed_only_by_who_knows_it(client, fields, sentence):
    person = make_person()
    client.force_login(person)
    page = client.post("/settings/password", {"current": PASSWORD, "password": NEW, "again": NEW, **fields})
    assert sentence in page.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_only_admins_are_shown_the_way_to_people(client):
    client.force_login(make_person())
    assert "/settings/people" not in client.get("/settings").content.decode()
    client.force_login(make_person(role="admin"))
    assert "/settings/people" in client.get("/settings").content.decode()
