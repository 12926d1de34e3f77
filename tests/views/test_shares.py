"""Sharing, as people meet it: the form with the message in it, and what became of the messages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from papers import tasks
from papers.models import Share
from tests.makers import NOW, make_channel, make_paper, make_person, make_share, make_vote

from .conftest import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def handed(monkeypatch):
    """Counts how often a worker was told that there is something to deliver."""
    told = []
    monkeypatch.setattr(tasks.deliver_due, "delay_on_commit", lambda: told.append(1))
    return told


def form(paper):
    return reverse("share", args=[paper.pk])


# ── who may ──────────────────────────────────────────────────────────────────────────────────


def test_a_stranger_is_sent_to_sign_in(client):
    share = make_share()
    address = form(share.paper)
    assert client.get(address)["Location"] == f"/signin?next={address}"
    for name in ("share_cancel", "share_again"):
        assert "/signin" in client.post(reverse(name, args=[share.pk]))["Location"]


def test_a_guest_sees_what_was_shared_and_can_send_nothing(client):
    share = make_share(state="failed", last_error="It answered 500.")
    client.force_login(make_person(role="guest"))
    page = text(client.get(share.paper.get_absolute_url()))
    assert "It answered 500." in page
    assert "Send again" not in page
    assert client.get(form(share.paper)).status_code == 403
    assert client.post(reverse("share_again", args=[share.pk])).status_code == 403


# ── sending ──────────────────────────────────────────────────────────────────────────────────


def test_the_form_shows_the_message_as_it_will_look(client, ada, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    make_channel("papers")
    paper = make_paper("A < b & c", byline="Bo Sample; Cy Specimen; Di Model; Ed Case")
    make_vote(ada, paper)
    page = text(client.get(form(paper), {"note": "See table 3."}))
    assert "Ada shared" in page
    assert "A &lt; b &amp; c</a>" in page
    assert "Bo Sample, Cy Specimen, Di Model and 1 more" in page
    assert '<blockquote dir="auto">See table 3.</blockquote>' in page
    assert "▲ 1" in page
    assert "https://tenth.example/s/…" in page
    assert not Share.objects.exists()


def test_the_message_follows_what_is_typed(client, ada):
    channel, paper = make_channel("papers"), make_paper()
    asked = {"note": "So far", "channel": channel.pk}
    piece = text(client.get(form(paper), asked, headers={"HX-Request": "true", "HX-Target": "preview"}))
    assert '<blockquote dir="auto">So far</blockquote>' in piece
    assert "<form" not in piece


def test_for_a_signed_webhook_it_is_the_json(client, ada):
    hook = make_channel("lab", kind="webhook", signing_key="whsec_x")
    page = text(client.get(form(make_paper("A title")), {"channel": hook.pk}))
    assert "&quot;type&quot;: &quot;paper.shared&quot;" in page
    assert "whsec" not in page


def test_sharing_hands_the_message_to_a_worker_and_the_paper_says_so(client, ada, handed):
    channel, paper = make_channel("papers"), make_paper()
    answer = client.post(form(paper), {"channel": channel.pk, "note": "Why not", "act": uuid4()}, follow=True)
    assert Share.objects.count() == 1
    assert handed == [1]
    assert answer.redirect_chain == [(paper.get_absolute_url(), 303)]
    page = text(answer)
    assert "On its way to papers." in page
    assert "on its way" in page
    assert "Why not" in page
    assert "Ada shared it to papers" in page


def test_a_double_click_is_one_message(client, ada):
    channel, paper, act = make_channel(), make_paper(), uuid4()
    for _ in range(2):
        assert client.post(form(paper), {"channel": channel.pk, "act": act}).status_code == 303
    assert Share.objects.count() == 1


def test_two_forms_are_two_messages(client, ada):
    channel, paper = make_channel(), make_paper()
    acts = {client.get(form(paper)).context["act"] for _ in range(2)}
    assert len(acts) == 2
    for act in acts:
        client.post(form(paper), {"channel": channel.pk, "act": act})
    assert Share.objects.count() == 2


def test_a_queue_out_of_reach_loses_nothing(client, ada, monkeypatch):
    def out_of_reach():
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.deliver_due, "delay_on_commit", out_of_reach)
    assert client.post(form(make_paper()), {"channel": make_channel().pk, "act": uuid4()}).status_code == 303
    assert Share.objects.due(timezone.now()).count() == 1  # the next tick takes it


def test_a_refused_form_keeps_what_was_typed(client, ada):
    make_channel("papers")
    gone = make_channel("gone", closed_at=NOW, closed_because="It answered 404.")
    answer = client.post(form(make_paper()), {"channel": gone.pk, "note": "My note", "act": uuid4()})
    assert answer.status_code == 400
    assert "This channel no longer accepts messages. Choose another." in text(answer)
    assert ">My note</textarea>" in text(answer)
    assert not Share.objects.exists()


def test_a_note_that_is_too_long_is_refused_and_kept(client, ada):
    note = "n" * 1001
    answer = client.post(form(make_paper()), {"channel": make_channel().pk, "note": note, "act": uuid4()})
    assert answer.status_code == 400
    assert "A note has at most 1,000 characters." in text(answer)
    assert note in text(answer)


def test_a_form_sent_again_with_another_note_is_refused_once_and_keeps_the_note(client, ada):
    paper, given = make_paper(), {"channel": make_channel("papers").pk, "act": uuid4()}
    client.post(form(paper), given)
    answer = client.post(form(paper), given | {"note": "And more"})
    assert answer.status_code == 400
    assert "This form was sent already, to papers." in text(answer)
    assert "And more" in text(answer)
    assert client.post(form(paper), given | {"note": "And more", "act": answer.context["act"]}).status_code == 303


def test_a_form_without_an_act_gets_one(client, ada):
    answer = client.post(form(make_paper()), {"channel": make_channel().pk, "act": "garbage"})
    assert answer.status_code == 400
    assert answer.context["act"] != "garbage"


def test_the_form_says_that_the_paper_went_there_a_minute_ago_and_sends_again(client, ada):
    papers, other = make_channel("#papers"), make_channel("other")
    paper, at = make_paper(), timezone.now() - timedelta(minutes=1)
    make_share(paper, make_person("Priya"), channel=papers, at=at, state="sent", sent_at=at)
    sentence = "Priya shared this to #papers 1 min ago. Send again?"
    assert sentence in text(client.get(form(paper)))
    piece = client.get(form(paper), {"channel": other.pk}, headers={"HX-Request": "true", "HX-Target": "preview"})
    assert sentence not in text(piece)
    assert client.post(form(paper), {"channel": papers.pk, "act": uuid4()}).status_code == 303
    assert "You shared this to #papers just now. Send again?" in text(client.get(form(paper)))


def test_votes_against_a_paper_stay_here(client, ada):
    make_channel("papers")
    paper = make_paper()
    make_vote(ada, paper, -1)
    assert "▼" not in text(client.get(form(paper))).split('id="preview"')[1]


def test_more_channels_and_messages_cost_no_more_queries(client, ada):
    def queries():
        with CaptureQueriesContext(connection) as queries:
            client.get(form(paper))
        return len(queries)

    paper = make_paper()
    make_share(paper, ada)
    few = queries()
    for _ in range(5):
        make_share(paper, ada)
    assert queries() == few


def test_without_a_channel_the_page_says_what_one_is(client, ada):
    page = text(client.get(form(make_paper())))
    assert "There is no channel to share to yet." in page
    assert "An admin adds one" in page


def test_the_secret_address_is_on_no_page(client, ada):
    make_channel("papers", address="https://hooks.example/services/verysecret")
    share = make_share(channel=make_channel(address="https://hooks.example/services/alsosecret"))
    for address in (form(share.paper), share.paper.get_absolute_url()):
        assert "secret" not in text(client.get(address))


def test_it_leads_back_to_where_one_came_from(client, ada):
    paper, given = make_paper(), {"channel": make_channel().pk, "act": uuid4(), "next": "/browse?q=x"}
    assert client.post(form(paper), given)["Location"] == "/browse?q=x"
    given |= {"next": "//evil.example/", "act": uuid4()}
    assert client.post(form(paper), given)["Location"] == paper.get_absolute_url()


# ── what became of it ────────────────────────────────────────────────────────────────────────


def test_the_paper_shows_sent_waiting_and_failed_and_why(client, ada):
    paper = make_paper()
    make_share(paper, ada, state="sent", sent_at=NOW, channel=make_channel("alpha"))
    make_share(paper, ada, state="failed", last_error="hooks.example refused the message (400).")
    later = timezone.now() + timedelta(hours=2)
    make_share(paper, ada, attempts=3, next_attempt=later, last_error="hooks.example could not take it (500).")
    page = text(client.get(paper.get_absolute_url()))
    for words in (">sent<", "alpha", ">failed<", "refused the message (400).", ">waiting<", "tried 3 times, next"):
        assert words in page
    assert 'hx-trigger="load delay:2s"' not in page


def test_while_a_message_is_on_its_way_the_list_asks_anew(client, ada):
    share = make_share(person=ada)
    assert 'hx-trigger="load delay:2s"' in text(client.get(share.paper.get_absolute_url()))
    address = reverse("shares", args=[share.paper_id])
    assert 'hx-trigger="load delay:2s"' in text(client.get(address, headers={"HX-Request": "true"}))
    Share.objects.update(state="sent", sent_at=NOW, next_attempt=None)
    assert "delay:2s" not in text(client.get(address, headers={"HX-Request": "true"}))
    assert client.get(address)["Location"] == f"{share.paper.get_absolute_url()}#shares"


def test_cancel_and_send_again_from_the_page(client, ada, handed):
    share = make_share(person=ada)
    answer = client.post(reverse("share_cancel", args=[share.pk]))
    assert answer["Location"] == f"{share.paper.get_absolute_url()}#shares"
    share.refresh_from_db()
    assert share.state == "cancelled"
    piece = client.post(reverse("share_again", args=[share.pk]), headers={"HX-Request": "true"})
    assert "on its way" in text(piece)
    assert handed == [1]


def test_too_late_is_a_sentence(client, ada):
    share = make_share(person=ada, state="sent", sent_at=NOW)
    answer = client.post(reverse("share_cancel", args=[share.pk]))
    assert answer.status_code == 409
    assert "too late" in text(answer)


def test_another_members_message_is_theirs(client, ada):
    share = make_share()
    assert "Cancel" not in text(client.get(share.paper.get_absolute_url()))
    answer = client.post(reverse("share_cancel", args=[share.pk]))
    assert (answer.status_code, "somebody else" in text(answer)) == (403, True)


def test_a_paper_that_nobody_shared_asks_the_database_no_more(client, ada):
    paper, shared = make_paper(), make_share(person=ada).paper

    def queries(what):
        with CaptureQueriesContext(connection) as found:
            client.get(what.get_absolute_url())
        return len(found)

    queries(paper)
    assert queries(shared) <= queries(paper) + 2  # the shares, and the event that tells of them
    few = queries(shared)
    for _ in range(5):
        make_share(shared, ada)
    assert queries(shared) == few


def test_cards_lead_to_the_form(client, ada):
    paper = make_paper()
    assert f'href="/papers/{paper.pk}/share" data-act="share"' in text(client.get("/"))
