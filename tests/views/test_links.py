"""The address of a paper that everyone can open: the stranger's page, the preview in a chat, and revoking."""

import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from papers.intake.merge import merge
from papers.models import Author, Authorship, Comment, Event, Paper, ShareLink
from papers.sharing import links
from papers.views import links as views
from tests.makers import (
    NOW,
    make_application,
    make_channel,
    make_paper,
    make_person,
    make_project,
    make_share,
    make_source,
    make_vote,
)

from .conftest import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_person("Ada Lind")


@pytest.fixture
def paper():
    return make_paper("Heads & tails <of> attention", source=make_source("Kettle Notes"))


@pytest.fixture
def link(ada, paper):
    return links.link_for(ada, paper, NOW)


def metas(answer):
    return dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', answer.content.decode()))


# ── what strangers see ───────────────────────────────────────────────────────────────────────


def test_a_stranger_sees_title_authors_and_the_way_out(client, link, paper):
    page = text(client.get(link.get_absolute_url()))
    assert "Heads &amp; tails &lt;of&gt; attention</h1>" in page
    assert "Ada Example, Bo Sample" in page
    assert f'href="https://arxiv.org/abs/{paper.arxiv_id}"' in page
    assert f'href="/signin?next=/s/{link.token}"' in page


def test_a_chats_preview_reads_title_authors_and_date(client, link, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    found = metas(client.get(link.get_absolute_url()))
    assert found["og:title"] == "Heads &amp; tails &lt;of&gt; attention"
    assert found["og:description"] == "Ada Example, Bo Sample · 3 March 2026"
    assert found["og:url"] == f"https://tenth.example/s/{link.token}"


def test_a_stranger_sees_nothing_of_the_teams(client, link, ada, paper):
    bo, project = make_person("Bo Ek"), make_project("Atlas")
    make_vote(bo, paper)
    Comment.objects.create(paper=paper, person=bo, text="A secret remark", at=NOW)
    Event.objects.create(kind="added", paper=paper, person=bo, at=NOW)
    make_application(paper, project, taken="The secret trick")
    make_share(paper, ada, channel=make_channel("secret-channel"), note="A secret note")
    page = text(client.get(link.get_absolute_url()))
    for word in ("Ada Lind", "Bo Ek", "Atlas", "secret", "Kettle Notes", "▲", "vote", "core"):
        assert word not in page.replace("core-", ""), word


def test_of_many_authors_twenty_are_named(client, ada):
    paper = make_paper(byline="")
    for position in range(2_900):
        author = Author.objects.create(name=f"Given{position} Family", key=f"given{position}")
        Authorship.objects.create(paper=paper, position=position, author=author)
    page = text(client.get(links.link_for(ada, paper, NOW).get_absolute_url()))
    assert "Given19 Family and 2880 more" in page
    assert "Given20" not in page


def test_a_post_leads_to_the_original(client, ada):
    post = make_paper(arxiv_id="", link="https://blog.example/a-post")
    page = text(client.get(links.link_for(ada, post, NOW).get_absolute_url()))
    assert 'href="https://blog.example/a-post"' in page


def test_an_address_that_is_no_web_address_leads_nowhere(client, ada):
    post = make_paper(arxiv_id="", link="javascript:alert(1)")
    assert "javascript:" not in text(client.get(links.link_for(ada, post, NOW).get_absolute_url()))


def test_the_token_is_told_to_nobody_and_the_page_is_not_indexed(client, link):
    answer = client.get(link.get_absolute_url())
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert 'name="robots" content="noindex' in text(answer)
    assert "private" in answer["Cache-Control"]


def test_a_revoked_and_an_unknown_link_look_the_same(client, link, ada):
    links.revoke(link, NOW)
    revoked, unknown = client.get(link.get_absolute_url()), client.get("/s/no-such-token")
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.content == unknown.content


def test_looking_writes_nothing_and_head_is_answered(client, link):
    assert client.head(link.get_absolute_url()).status_code == 200
    assert client.post(link.get_absolute_url()).status_code == 405


def test_a_link_to_a_record_that_was_merged_away_leads_to_the_one_that_stayed(client, ada, paper):
    other = make_paper("In a journal", arxiv_id="", kind="journal")
    link = links.link_for(ada, other, NOW)
    merge(paper.pk, other.pk, NOW)
    assert "Heads &amp; tails" in text(client.get(link.get_absolute_url()))


# ── what members see ─────────────────────────────────────────────────────────────────────────


def test_a_member_goes_on_to_the_paper_revoked_or_not(client, link, ada, paper):
    client.force_login(make_person(role="guest"))
    assert client.get(link.get_absolute_url())["Location"] == paper.get_absolute_url()
    links.revoke(link, NOW)
    assert client.get(link.get_absolute_url())["Location"] == paper.get_absolute_url()


def test_copying_a_link_mints_one_and_shows_it(client, ada, paper, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    client.force_login(ada)
    address = reverse("link", args=[paper.pk])
    page = text(client.post(address))
    link = ShareLink.objects.get()
    assert f'value="https://tenth.example/s/{link.token}" readonly' in page
    piece = text(client.post(address, headers={"HX-Request": "true"}))
    assert link.token in piece
    assert "<html" not in piece
    assert ShareLink.objects.count() == 1


def test_a_link_is_revoked_from_the_papers_page(client, ada, link, paper):
    client.force_login(ada)
    assert f'action="/links/{link.pk}/revoke"' in text(client.get(paper.get_absolute_url()))
    answer = client.post(reverse("link_revoke", args=[link.pk]))
    assert answer["Location"] == f"{paper.get_absolute_url()}#links"
    assert "/revoke" not in text(client.get(paper.get_absolute_url()))


def test_another_members_link_is_theirs(client, link, paper):
    client.force_login(make_person())
    assert "/revoke" not in text(client.get(paper.get_absolute_url()))
    assert client.post(reverse("link_revoke", args=[link.pk])).status_code == 403
    client.force_login(make_person(role="admin"))
    assert client.post(reverse("link_revoke", args=[link.pk])).status_code == 303


def test_a_guest_mints_nothing(client, paper):
    client.force_login(make_person(role="guest"))
    assert "Copy link" not in text(client.get(paper.get_absolute_url()))
    assert client.post(reverse("link", args=[paper.pk])).status_code == 403


def test_the_tokens_of_links_are_on_no_page_but_their_makers(client, ada, link, paper):
    client.force_login(make_person())
    assert link.token not in text(client.get(paper.get_absolute_url()))


# ── Tenth as an app ──────────────────────────────────────────────────────────────────────────


def test_a_browser_can_put_tenth_among_the_apps(client):
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    about = json.loads(answer.content)
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in about["icons"]}
    assert about["share_target"] == {
        "action": "/add",
        "method": "GET",
        "enctype": "application/x-www-form-urlencoded",
        "params": {"title": "title", "text": "text", "url": "url"},
    }
    assert '<link rel="manifest" href="/manifest.webmanifest">' in text(client.get("/signin"))


def test_adding_what_the_team_has_says_what_it_thinks_of_it(client, ada, paper):
    bo = make_person("Bo Ek")
    make_vote(bo, paper)
    Comment.objects.create(paper=paper, person=bo, text="Worth it.", at=NOW)
    make_application(paper, make_project("Atlas"), taken="The loss", outcome="helped")
    make_share(paper, bo, channel=make_channel("papers"), state="sent", sent_at=NOW)
    make_share(paper, bo, channel=make_channel("broken"), state="failed", at=NOW + timedelta(hours=1))
    client.force_login(ada)
    shared = {
        "text": f"Look at this https://arxiv.org/abs/{paper.arxiv_id}",
        "title": "Look at this",
    }  # as Android does
    page = text(client.get("/add", shared, headers={"Sec-Fetch-Site": "cross-site"}))
    assert "The team already has this paper." in page
    assert "1 comment</a>" in page
    assert "Shared to papers by Bo Ek." in page
    assert "Atlas" in page
    assert "The loss" in page
    assert "Bo Ek voted up" in page


def test_what_a_phone_shares_survives_signing_in(client):
    address = "/add?title=A+title&text=https%3A%2F%2Farxiv.org%2Fabs%2F2401.12345"
    to = client.get(address)["Location"]
    make_person(email="ada@team.example", password="three or four words")
    answer = client.post(to, {"email": "ada@team.example", "password": "three or four words"})
    assert answer["Location"] == address


def test_a_chat_shows_a_card_of_title_and_authors(client, link, settings):
    settings.PUBLIC_URL = "https://tenth.example"
    address = f"/s/{link.token}/card.png"
    assert metas(client.get(link.get_absolute_url()))["og:image"] == f"https://tenth.example{address}"
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def test_a_card_is_drawn_once_and_asked_for_by_its_mark(client, link, paper, monkeypatch):
    drawn = []
    monkeypatch.setattr(views.draw, "png", lambda svg: drawn.append(svg) or b"png")
    views._png.cache_clear()
    first = client.get(f"/s/{link.token}/card.png")
    again = client.get(f"/s/{link.token}/card.png", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(f"/s/{link.token}/card.png").content == b"png"
    assert len(drawn) == 1
    Paper.objects.filter(pk=paper.pk).update(title="Another title")
    assert client.get(f"/s/{link.token}/card.png", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert "Another title" in drawn[1]
    views._png.cache_clear()


def test_a_revoked_link_has_no_card(client, link, ada):
    address = f"/s/{link.token}/card.png"
    etag = client.get(address)["ETag"]
    ShareLink.objects.update(revoked_at=NOW)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 404
    client.force_login(ada)
    assert client.get(address).status_code == 404
    assert client.get("/s/no-such-token/card.png").status_code == 404
