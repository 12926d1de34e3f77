"""People: the members, invitations and reset links."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.models import OneTimeLink, Person
from papers.refused import Gone
from tests.makers import make_person

pytestmark = pytest.mark.django_db
POSTS = [
    "/settings/people",
    "/settings/people/1/role",
    "/settings/people/1/reset",
    "/settings/people/1/active",
    "/settings/people/1/remove",
    "/settings/people/invitations/1/revoke",
]


def shown_link(answer):
    found = re.search(r'value="http://testserver(/link/[^"]+)"', answer.content.decode())
    return found and found[1]


@pytest.mark.parametrize("address", POSTS)
def test_people_are_the_admins_business(client, address):
    assert client.post(address)["Location"].startswith("/signin")
    for role in ("member", "guest"):
        client.force_login(make_person(role=role))
        assert client.get("/settings/people").status_code == 403
        assert client.post(address).status_code == 403
    assert not OneTimeLink.objects.exists()


def test_page_shows_everyone(client, boss):
    make_person("Ada Example")
    make_person("Bo Gone", is_active=False)
    page = client.get("/settings/people").content.decode()
    assert page.index("Ada Example") < page.index("Bo Gone")
    assert "deactivated" in page
    assert "never signed in" in page


def test_more_people_cost_no_more_queries(client, boss):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/settings/people")
        return len(queries)

    def make(count):
        for _ in range(count):
            make_person()
            OneTimeLink.objects.mint("invitation", timezone.now(), timedelta(days=1), created_by=boss)

    make(2)
    few = queries()
    make(10)
    assert queries() == few


def test_invitation_is_shown_once_and_kept_as_a_hash(client, boss):
    answer = client.post("/settings/people", {"role": "guest", "email": "Ada@Team.example"})
    address = shown_link(answer)
    link = OneTimeLink.objects.get()
    assert (link.role, link.email, link.created_by) == ("guest", "ada@team.example", boss)
    assert timedelta(days=6.9) < link.expires_at - timezone.now() <= timedelta(days=7)
    assert address.removeprefix("/link/") not in str(OneTimeLink.objects.values())
    assert "no-store" in answer["Cache-Control"]
    later = client.get("/settings/people")
    assert shown_link(later) is None
    assert "ada@team.example" in later.content.decode()  # among the open ones
    client.logout()
    assert "Grace Boss invited you" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"role": "king"}, "king is not one of"),
        ({"role": "member", "email": "nonsense"}, "valid email"),
        ({}, "required"),
    ],
)
def test_bad_invitation_is_not_made(client, boss, form, sentence):
    assert sentence in client.post("/settings/people", form).content.decode()
    assert not OneTimeLink.objects.exists()


def test_nobody_is_invited_twice(client, boss):
    make_person(email="ada@team.example")
    page = client.post("/settings/people", {"role": "member", "email": "ada@team.example"}).content.decode()
    assert "already here" in page
    assert 'value="ada@team.example"' in page


def test_withdrawn_invitation_lets_nobody_in(client, boss):
    address = shown_link(client.post("/settings/people", {"role": "member"}))
    client.post(f"/settings/people/invitations/{OneTimeLink.objects.get().pk}/revoke")
    assert "Open invitations" not in client.get("/settings/people").content.decode()
    client.logout()
    assert "withdrawn" in client.get(address).content.decode()


def test_reset_link_lasts_a_day(client, boss):
    ada = make_person("Ada Example")
    address = shown_link(client.post(f"/settings/people/{ada.pk}/reset"))
    link = OneTimeLink.objects.get()
    assert (link.kind, link.person) == ("reset", ada)
    assert timedelta(hours=23) < link.expires_at - timezone.now() <= timedelta(days=1)
    client.logout()
    assert "A new password" in client.get(address).content.decode()


def test_role_is_changed(client, boss):
    ada = make_person("Ada")
    assert client.post(f"/settings/people/{ada.pk}/role", {"role": "admin"}).status_code == 303
    ada.refresh_from_db()
    assert ada.is_admin
    assert client.post(f"/settings/people/{ada.pk}/role", {"role": "king"}).status_code == 400
    assert client.post("/settings/people/999/role", {"role": "admin"}).status_code == 404


def test_admin_may_step_down_when_another_stays(client, boss):
    make_person(role="admin")
    answer = client.post(f"/settings/people/{boss.pk}/role", {"role": "member"})
    assert answer["Location"] == "/settings"
    assert "You are no longer an admin" in client.get("/settings").content.decode()


def test_last_admin_can_neither_step_down_nor_be_deactivated(client, boss):
    make_person(role="admin", is_active=False)  # does not count
    answer = client.post(f"/settings/people/{boss.pk}/role", {"role": "member"})
    assert answer.status_code == 409
    assert "only admin" in answer.content.decode()
    with pytest.raises(Gone):
        boss.deactivate(timezone.now())
    boss.refresh_from_db()
    assert boss.is_admin
    assert boss.is_active


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_take_each_other_away_at_once():
    pair = [make_person(role="admin"), make_person(role="admin")]
    ready = threading.Barrier(2)

    def step_down(person):
        try:
            ready.wait()
            person.change_role("member", timezone.now())
        except Gone:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=step_down, args=[person]) for person in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Person.objects.admins().count() == 1


def test_deactivated_person_is_out_at_once_and_their_links_with_them(client, boss):
    ada = make_person("Ada Example", email="ada@team.example")
    hers = type(client)()
    hers.force_login(ada)
    address = shown_link(client.post(f"/settings/people/{ada.pk}/reset"))
    client.post(f"/settings/people/{ada.pk}/active", {"active": "0"})
    assert hers.get("/settings").status_code == 302
    assert hers.get(address).status_code == 404
    client.post(f"/settings/people/{ada.pk}/active", {"active": "1"})
    ada.refresh_from_db()
    assert ada.is_active
    assert hers.get(address).status_code == 404


def test_sessions_from_before_stay_ended_when_a_person_is_let_in_again(client, boss):
    ada = make_person("Ada Example")
    open_all_along, looked_meanwhile = type(client)(), type(client)()
    for browser in (open_all_along, looked_meanwhile):
        browser.force_login(ada)
    client.post(f"/settings/people/{ada.pk}/active", {"active": "0"})
    assert looked_meanwhile.get("/settings").status_code == 302
    client.post(f"/settings/people/{ada.pk}/active", {"active": "1"})
    assert open_all_along.get("/settings").status_code == 302
    assert looked_meanwhile.get("/settings").status_code == 302
    again = type(client)()
    again.force_login(Person.objects.get(pk=ada.pk))
    assert again.get("/settings").status_code == 200


def test_sessions_of_who_was_deactivated_before_there_were_keys_stay_ended_too(client, boss):
    ada = make_person("Ada Example")
    hers = type(client)()
    hers.force_login(ada)
    Person.objects.filter(pk=ada.pk).update(is_active=False)
    client.post(f"/settings/people/{ada.pk}/active", {"active": "1"})
    assert hers.get("/settings").status_code == 302


def test_demotion_takes_effect_in_sessions_that_are_open(client, boss):
    other = make_person(role="admin")
    theirs = type(client)()
    theirs.force_login(other)
    assert theirs.get("/settings/people").status_code == theirs.get("/admin/").status_code == 200
    client.post(f"/settings/people/{other.pk}/role", {"role": "member"})
    assert theirs.get("/settings/people").status_code == 403
    assert theirs.get("/admin/").status_code == 302


def test_nobody_deactivates_themselves(client, boss):
    make_person(role="admin")
    answer = client.post(f"/settings/people/{boss.pk}/active", {"active": "0"})
    assert answer.status_code == 409
    assert "Ask another admin" in answer.content.decode()


def test_removing_for_good_asks_first_and_wants_the_address(client, boss):
    ada = make_person("Ada Example", email="ada@team.example")
    address = f"/settings/people/{ada.pk}/remove"
    assert address in client.get("/settings/people").content.decode()
    assert "cannot be undone" in client.get(address).content.decode()
    for typed, sentence in (
        ("", "Type their email address."),
        ("bo@team.example", "not the address of Ada Example"),
        ("x", "valid"),
    ):
        assert sentence in client.post(address, {"email": typed}).content.decode()
    assert Person.objects.get(pk=ada.pk).name == "Ada Example"

    answer = client.post(address, {"email": " ADA@team.example "}, follow=True).content.decode()
    assert "Removed for good" in answer
    assert "1 former member removed" in answer
    assert "Ada Example" not in answer
    assert Person.objects.get(pk=ada.pk).name == "Former member"
    for verb in ("remove", "reset", "active", "role"):
        assert client.post(f"/settings/people/{ada.pk}/{verb}", {"active": "1", "role": "admin"}).status_code == 404
    client.post(
        "/settings/people", {"role": "member", "email": "ada@team.example"}
    )  # and may come back as somebody new
    assert OneTimeLink.objects.filter(email="ada@team.example").exists()


def test_the_only_admin_is_not_removed_and_another_may_remove_themselves(client, boss):
    address = f"/settings/people/{boss.pk}/remove"
    assert "This is you" in client.get(address).content.decode()
    answer = client.post(address, {"email": boss.email})
    assert answer.status_code == 409
    assert "only admin" in answer.content.decode()
    make_person(role="admin")
    assert client.post(address, {"email": boss.email})["Location"] == "/signin"
    assert client.get("/settings").status_code == 302
