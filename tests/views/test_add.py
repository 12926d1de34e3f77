"""views.add: a link comes in by hand."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from papers import jobs
from papers.models import Comment, Job, Paper, Vote
from papers.reading import adding
from papers.sources.wire.sentences import FetchError
from papers.views import page
from tests.makers import make_paper, make_person, make_vote
from tests.workers import after_the_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    person = make_person("Maxine")
    client.force_login(person)
    return person


@pytest.fixture
def far_side(monkeypatch):
    """Stand in for the far side: a paper per address, or the error in `says`."""
    side = SimpleNamespace(says=None, asked=[])

    def add_link(person, address, now, title="", text=""):
        side.asked.append((address, title))
        if side.says and not title:
            raise FetchError(side.says)
        known = Paper.objects.filter(link=address).first()
        paper = known or make_paper(title or "From afar", arxiv_id="", link=address)
        return SimpleNamespace(paper=paper, created=known is None)

    monkeypatch.setattr(adding.pipeline, "add_link", add_link)
    return side


LINK = "https://blog.example/a-post"


def bring(client, **fields):
    """Send the form, let the worker look it up, and see what its page leads to."""
    answer = client.post("/add", fields)
    return after_the_worker(client, answer) if answer.status_code == 303 and "/add/" in answer.url else answer


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ({"url": LINK}, LINK),
        ({"text": f"A post {LINK}"}, LINK),
        ({"title": LINK}, LINK),
        ({"url": "", "text": f"({LINK}).", "title": "https://other.example/"}, LINK),
        ({"url": LINK, "text": "see https://other.example/"}, LINK),
        ({"text": "https://en.example/wiki/Rank_(linear)"}, "https://en.example/wiki/Rank_(linear)"),
        ({"text": "“https://a.example/?q=1&r=2”, they say"}, "https://a.example/?q=1&r=2"),
        ({"url": "2401.12345"}, "2401.12345"),
        ({"text": "no link here"}, ""),
        ({}, ""),
    ],
)
def test_the_first_link_in_what_was_sent_is_taken(client, me, sent, address):
    assert client.get("/add", sent).context["form"]["url"].value() == address


def test_looking_at_the_form_adds_nothing(client, me, far_side):
    client.get("/add", {"url": LINK})
    assert far_side.asked == []


def test_a_selection_becomes_the_note_and_a_shares_text_does_not(client, me):
    selected = client.get("/add", {"url": LINK, "text": "What they found"})
    assert selected.context["form"]["note"].value() == "What they found"
    shared = client.get("/add", {"text": f"Title {LINK}"})
    assert shared.context["form"]["note"].value() == ""


def test_what_was_sent_is_escaped(client, me):
    text = client.get("/add", {"url": '"><script>x', "text": "</textarea><script>x", "title": '"><script>'}).content
    assert b"<script>x" not in text


def test_what_the_team_already_thinks_is_said_at_once(client, me):
    paper = make_paper("Known to all", arxiv_id="2401.12345")
    make_vote(make_person("Bo Sample"), paper)
    text = client.get("/add", {"url": "https://arxiv.org/pdf/2401.12345v3"}).content.decode()
    assert "already has this paper" in text
    assert "Known to all" in text
    assert "/p/2401.12345" in text


def test_htmx_asks_for_that_alone(client, me):
    make_paper("Known to all", arxiv_id="2401.12345")
    headers = {"HX-Request": "true", "HX-Target": "known"}
    text = client.get("/add", {"url": "2401.12345"}, headers=headers).content.decode()
    assert "Known to all" in text
    assert "<html" not in text


def test_a_link_is_added_with_note_and_vote(client, me, far_side):
    response = bring(client, url=LINK, note=" Read this. ", up="on")
    paper = Paper.objects.get()
    assert response.status_code == 303
    assert response.url == paper.get_absolute_url()
    assert Comment.objects.get().text == "Read this."
    assert Vote.objects.get().value == 1


def test_a_link_alone_is_enough(client, me, far_side):
    bring(client, url=LINK)
    assert Paper.objects.count() == 1
    assert not Comment.objects.exists()
    assert not Vote.objects.exists()


def test_nobody_waits_for_a_strangers_server_before_a_page_comes(client, me, far_side):
    answer = client.post("/add", {"url": LINK})
    assert far_side.asked == []
    waits = client.get(answer.url).content.decode()
    assert "Asking blog.example what this is" in waits
    assert '<noscript><meta http-equiv="refresh"' in waits
    piece = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert "Asking blog.example" in piece
    assert "<html" not in piece
    assert after_the_worker(client, answer).url == Paper.objects.get().get_absolute_url()
    done = client.get(answer.url, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == answer.url


def test_a_known_link_needs_no_worker(client, me, far_side):
    paper = make_paper(arxiv_id="2401.12345", link="https://arxiv.org/abs/2401.12345")
    assert client.post("/add", {"url": "https://arxiv.org/abs/2401.12345"}).url == paper.get_absolute_url()


def test_a_wait_is_ones_own(client, me, far_side):
    answer = client.post("/add", {"url": LINK})
    client.force_login(make_person())
    assert client.get(answer.url).status_code == 404


def test_a_wait_that_takes_long_says_what_may_be_wrong(client, me, far_side, monkeypatch):
    answer = client.post("/add", {"url": LINK})
    monkeypatch.setattr(page, "LATE", timedelta())
    assert "no worker of ours is running" in client.get(answer.url).content.decode()
    monkeypatch.setattr(Job, "GOOD_FOR", timedelta())
    text = client.get(answer.url).content.decode()
    assert "No worker has picked this up" in text
    assert f'value="{LINK}"' in text


def test_so_many_at_once_and_no_more(client, me, far_side):
    for number in range(jobs.MOST_OF_ONE):
        assert client.post("/add", {"url": f"{LINK}/{number}"}).status_code == 303
    refused = client.post("/add", {"url": f"{LINK}/one-more", "note": "Read this."})
    assert refused.status_code == 422
    assert "still being looked up" in refused.content.decode()
    assert "Read this." in refused.content.decode()
    assert client.post("/add", {"url": f"{LINK}/0"}).status_code == 303  # the same again is no other


def test_sent_twice_it_is_added_once(client, me, far_side):
    for _ in range(2):
        bring(client, url=LINK, note="Read this.", up="on")
    assert (Paper.objects.count(), Comment.objects.count(), Vote.objects.count()) == (1, 1, 1)


def test_a_link_to_a_page_of_ours_means_its_paper(client, me, settings):
    paper = make_paper(arxiv_id="2401.12345")
    settings.PUBLIC_URL = "https://tenth.example"
    assert b"already has this paper" in client.get("/add", {"url": "https://tenth.example/p/2401.12345#c1"}).content
    assert client.post("/add", {"url": "https://tenth.example/p/2401.12345"}).url == "/p/2401.12345"
    assert paper.sightings.count() == 2
    nowhere = client.post("/add", {"url": "https://tenth.example/p/2401.99999"})
    assert "there is no paper at that address" in nowhere.content.decode()


@pytest.mark.parametrize(
    "junk", ["not an address", "javascript:alert(1)", "https://[x", "ftp://a.example/x", "http://"]
)
def test_what_is_no_address_gets_a_sentence(client, me, junk):
    response = client.post("/add", {"url": junk, "title": "By hand", "by_hand": "1"})
    assert response.status_code == 422
    assert "not a link, arXiv ID or DOI" in response.content.decode()
    assert not Paper.objects.exists()


def test_a_private_address_is_refused_and_nothing_stored(client, me):
    response = bring(client, url="http://127.0.0.1:1/secret")
    assert "private" in response.content.decode()
    assert not Paper.objects.exists()


def test_an_id_saved_by_hand_leads_to_arxiv(client, me):
    bring(client, url="2401.99999", title="By hand", by_hand="1")
    assert Paper.objects.get().link == "https://arxiv.org/abs/2401.99999"


def test_a_link_that_cannot_be_reached_keeps_all_that_was_typed(client, me, far_side):
    far_side.says = "blog.example did not answer within 20 seconds."
    response = bring(client, url=LINK, note="Read this.", up="on")
    text = response.content.decode()
    assert far_side.says in text
    assert f'value="{LINK}"' in text
    assert "Read this." in text
    assert 'name="up" checked' in text
    assert not Paper.objects.exists()


def test_what_cannot_be_reached_can_be_saved_by_hand(client, me, far_side):
    far_side.says = "blog.example did not answer within 20 seconds."
    bring(client, url=LINK, title="  By   hand ", by_hand="1")
    assert Paper.objects.get().title == "By hand"


def test_a_title_that_came_along_is_used_only_when_asked_for(client, me, far_side):
    bring(client, url=LINK, title="Tab title")
    assert far_side.asked == [(LINK, "")]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Paste a link, an arXiv id or a DOI."),
        ({"url": "   "}, "Paste a link, an arXiv id or a DOI."),
        ({"url": "https://a.example/" + "x" * 2000}, "too long for an address"),
        ({"url": LINK, "by_hand": "1"}, "Give it a title"),
        ({"url": LINK, "note": "x" * 10_001}, "at most 10,000 characters"),
        ({"url": "https://a.example/\0"}, "Null characters are not allowed"),
    ],
)
def test_bad_input_gets_a_sentence(client, me, far_side, sent, sentence):
    response = client.post("/add", sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert far_side.asked == []


def test_a_guest_adds_nothing(client, far_side):
    client.force_login(make_person(role="guest"))
    assert client.get("/add").status_code == 403
    assert client.post("/add", {"url": LINK}).status_code == 403
    assert far_side.asked == []


def test_a_strangers_share_survives_signing_in(client):
    response = client.get("/add", {"text": f"A post {LINK}"})
    assert response.url.startswith("/signin?next=/add%3Ftext%3DA%2Bpost")


def test_the_bookmark_opens_this_install(client, me, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    bookmark = client.get("/add").context["bookmarklet"]
    assert bookmark.startswith("javascript:")
    assert '"https://tenth.example/add?url="' in bookmark
    assert "%" not in bookmark
