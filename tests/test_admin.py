"""The admin site: read-only, for admins only."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from papers import models
from tests.makers import make_paper, make_person, make_source

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model._meta.app_label == "papers"]


def listing(model, view="changelist", **kwargs):
    return reverse(f"admin:papers_{model._meta.model_name}_{view}", **kwargs)


@pytest.mark.parametrize("model", OURS)
def test_admins_may_look_and_others_may_not(client, model):
    make_paper()
    assert client.get(listing(model)).status_code == 302
    for role in ("guest", "member"):
        client.force_login(make_person(role=role))
        assert client.get(listing(model), follow=True).status_code == 403
    client.force_login(make_person(role="admin"))
    assert client.get(listing(model)).status_code == 200
    for row in model.objects.all()[:1]:
        assert client.get(listing(model, "change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", OURS)
def test_nothing_can_be_changed(client, model):
    make_paper()
    client.force_login(make_person(role="admin"))
    assert client.get(listing(model, "add")).status_code == 403
    for row in model.objects.all()[:1]:
        assert client.post(listing(model, "change", args=[row.pk]), {"name": "X"}).status_code == 403
        assert client.post(listing(model, "delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_passwords_and_tokens_are_not_shown(client):
    person = make_person(role="admin")
    client.force_login(person)
    assert person.password not in client.get(listing(models.Person, "change", args=[person.pk])).content.decode()


def test_a_paper_is_found_by_its_full_name(client):
    client.force_login(make_person(role="admin"))
    make_paper("The one sought", arxiv_id="2401.00001")
    make_paper("Another")
    page = client.get(listing(models.Paper), {"q": "2401.00001"}).content.decode()
    assert "The one sought" in page
    assert "Another" not in page


def test_more_papers_cost_no_more_queries(client):
    client.force_login(make_person(role="admin"))
    source = make_source()

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(listing(models.Paper))
        return len(captured)

    make_paper(source=source)
    few = queries()
    for _ in range(10):
        make_paper(source=source)
    assert queries() == few
