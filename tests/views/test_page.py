"""Fragment or redirect, and the pages that say no."""

import pytest
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from papers.views import page
from tests.makers import make_person

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/browse?q=attention"}


def ask(method="post", data=None, **headers):
    request = getattr(RequestFactory(), method)("/somewhere", data or {}, headers=headers)
    request.htmx = HtmxDetails(request)
    return request


def test_htmx_gets_the_piece_and_a_form_the_page():
    piece = page.fragment_or_redirect(ask(**HTMX), "_mark.html", {}, to="signin")
    assert piece.status_code == 200
    assert b"<svg" in piece.content
    plain = page.fragment_or_redirect(ask(), "_mark.html", {}, to="signin")
    assert (plain.status_code, plain["Location"]) == (303, "/signin")


def test_form_says_where_it_leads_but_never_to_another_site():
    def lead(wanted):
        return page.fragment_or_redirect(ask(data={"next": wanted}), "_mark.html", {}, to="/there")["Location"]

    assert lead("/kept?after=5#p3") == "/kept?after=5#p3"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        assert lead(elsewhere) == "/there"


def test_refusal_is_a_sentence_for_htmx():
    answer = page.refuse(ask(**HTMX), "A vote is 1 or <-1>.")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.content.decode() == "A vote is 1 or <-1>."


@pytest.mark.django_db
def test_stranger_of_a_page_left_open_is_led_to_sign_in_by_htmx(client):
    answer = client.post("/settings/password", headers=HTMX)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/signin?next=/browse%3Fq%3Dattention"
    assert not answer.content


@pytest.mark.django_db
def test_missing_page_is_a_page_with_the_frame_for_members(client):
    stranger = client.get("/no/such/page")
    assert stranger.status_code == 404
    assert "Nothing here" in stranger.content.decode()
    assert 'href="/signin"' in stranger.content.decode()
    client.force_login(make_person())
    assert 'class="bar"' in client.get("/no/such/page").content.decode()
    assert client.get("/no/such/page", headers=HTMX)["Content-Type"].startswith("text/plain")


@pytest.mark.django_db
def test_forbidden_says_why(client):
    client.force_login(make_person())
    answer = client.get("/settings/people")
    assert answer.status_code == 403
    assert "for admins" in answer.content.decode()
    assert page.forbidden(ask(**HTMX), PermissionDenied("Guests read.")).content.decode() == "Guests read."


def test_broken_page_is_drawn_without_asking_anything():
    answer = page.server_error(ask("get"))  # no database here, no session, no person
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert b"<" not in page.server_error(ask(**HTMX)).content


@pytest.mark.django_db
def test_wrong_csrf_token_is_told_what_to_do():
    client = Client(enforce_csrf_checks=True)
    person = make_person(email="ada@team.example")
    client.force_login(person)
    answer = client.post("/settings", {"name": "X", "csrfmiddlewaretoken": "wrong"})
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()
    elsewhere = client.post("/settings", {"name": "X"}, headers={"Origin": "https://other.example"})
    assert "PUBLIC_URL" in elsewhere.content.decode()
    assert client.post("/settings", headers=HTMX).content.decode() == page.FORM_TOO_OLD
    person.refresh_from_db()
    assert person.name != "X"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DisallowedHost("x"), "PUBLIC_URL"),
        (RequestDataTooBig("x"), "too much to send"),
        (None, "not be understood"),
    ],
)
def test_request_that_cannot_be_trusted_gets_a_page_of_its_own(rf, error, sentence):
    answer = page.bad_request(rf.get("/"), error)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


@pytest.mark.django_db
def test_times_are_in_the_persons_zone(client):
    from django.utils import timezone

    client.force_login(make_person(time_zone="Asia/Tokyo"))
    client.get("/settings")
    assert timezone.get_current_timezone_name() == "Asia/Tokyo"
    client.get("/signout")
    client.logout()
    client.get("/signin")
    assert timezone.get_current_timezone_name() == "UTC"


def test_somebody_signed_out_meanwhile_goes_on_where_the_form_stood(client, db):
    def wanted(answer):
        return answer["Location"].partition("?next=")[2]

    assert wanted(client.get("/sources?show=muted")) == "/sources%3Fshow%3Dmuted"
    sent = client.post("/settings/password", headers={"Referer": "http://testserver/settings?a=1"})
    assert wanted(sent) == "/settings%3Fa%3D1"
    for referer in ("https://evil.example/settings", "", "http://["):
        assert wanted(client.post("/settings/password", headers={"Referer": referer})) == "/"
