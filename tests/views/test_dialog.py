"""Share and apply in a dialog: the form alone, and an answer for the page beneath it."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from papers import tasks
from papers.models import Application, Share
from tests.makers import make_channel, make_paper, make_person, make_project

pytestmark = pytest.mark.django_db
IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def ada(client, monkeypatch):
    monkeypatch.setattr(tasks.deliver_due, "delay_on_commit", lambda: None)
    person = make_person("Ada")
    client.force_login(person)
    return person


def on(path):
    """The headers of a form that was sent from the dialog over this page."""
    return IN_DIALOG | {"HX-Current-URL": f"http://testserver{path}"}


def wishes():
    """Both forms: their names, and fields that they accept."""
    return {
        "share": {"channel": make_channel("papers").pk, "act": uuid4()},
        "apply": {"project": make_project("Atlas").pk, "taken": "The schedule"},
    }


@pytest.mark.parametrize("name", ["share", "apply"])
def test_the_dialog_gets_the_form_alone_with_the_same_address(client, ada, name):
    wishes()
    address = reverse(name, args=[make_paper("A paper").pk])
    piece = client.get(address, headers=IN_DIALOG).content.decode()
    assert "<html" not in piece
    assert 'id="dialog-title"' in piece
    assert f'action="{address}"' in piece
    assert f'hx-post="{address}"' in piece
    page = client.get(address).content.decode()
    assert "<h1>" in page
    assert "hx-post" not in page.split('id="main"')[1].split("</form>")[0]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("share", "On its way to papers."), ("apply", "Applied in Atlas. It begins as a toy.")],
)
def test_over_a_list_the_page_stays_and_says_what_was_done(client, ada, name, sentence):
    answer = client.post(reverse(name, args=[make_paper().pk]), wishes()[name], headers=on("/browse?q=x"))
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"]) == {"tenth:done": {"sentence": sentence}}
    assert Share.objects.count() + Application.objects.count() == 1
    assert sentence not in client.get("/kept").content.decode()  # it is said once


@pytest.mark.parametrize("name", ["share", "apply"])
def test_over_the_papers_own_page_that_page_is_drawn_anew(client, ada, name):
    paper = make_paper()
    answer = client.post(reverse(name, args=[paper.pk]), wishes()[name], headers=on(paper.get_absolute_url()))
    assert answer["HX-Refresh"] == "true"
    assert '<div class="toast' in client.get(paper.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["share", "apply"])
def test_a_refused_form_comes_back_into_the_dialog(client, ada, name):
    wishes()
    answer = client.post(reverse(name, args=[make_paper().pk]), {"note": "Kept"}, headers=on("/"))
    assert answer.status_code == 400
    assert "<html" not in answer.content.decode()
