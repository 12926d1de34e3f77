"""views.paper: one paper at its stable address, and the talk about it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from papers.intake.merge import merge
from papers.models import Article, Author, Authorship, Comment, Event, Name, Stage, Version
from tests.makers import NOW, make_paper, make_person, make_source, make_vote

pytestmark = pytest.mark.django_db

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture
def me():
    return make_person("Mira Lind")


@pytest.fixture
def browser(client, me):
    client.force_login(me)
    return client


@pytest.fixture
def paper():
    return make_paper("Sleeping gradients", arxiv_id="2603.01234")


def shown(browser, paper):
    answer = browser.get(paper.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def make_comment(person, paper, text="Worth it."):
    return Comment.objects.create(person=person, paper=paper, text=text, at=NOW)


# ── addresses ────────────────────────────────────────────────────────────────────────────────


def test_a_stranger_is_sent_to_sign_in(client, paper):
    assert client.get(paper.get_absolute_url()).headers["Location"].startswith("/signin")


@pytest.mark.parametrize(
    "slug",
    [
        "2603.01234v2",
        "arXiv:2603.01234",
        "https://arxiv.org/abs/2603.01234v1",
        "https://arxiv.org/pdf/2603.01234?download=1",
        "10.48550/arXiv.2603.01234",
    ],
)
def test_other_spellings_lead_to_the_one_address(browser, paper, slug):
    answer = browser.get(f"/p/{slug}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/p/2603.01234"


def test_a_short_address_of_an_arxiv_paper_leads_to_its_id(browser, paper):
    assert browser.get(f"/p/{paper.short}").headers["Location"] == "/p/2603.01234"


def test_a_post_lives_at_its_short_address(browser):
    post = make_paper("A post", arxiv_id="")
    assert post.get_absolute_url() == f"/p/{post.short}"
    assert "A post" in shown(browser, post)


def test_after_a_merge_the_old_address_leads_on(browser, paper):
    post = make_paper("The same as a post", arxiv_id="")
    old = post.get_absolute_url()
    merge(paper.pk, post.pk, NOW)
    assert browser.get(old).headers["Location"] == "/p/2603.01234"
    assert "It was merged with “The same as a post”" in shown(browser, paper)


@pytest.mark.parametrize(
    "slug", ["9999.99999", "nothing", "zzzzzzzzzzzzzzzzzzzzzzz", "%00", "a/b/c", "https://x.example/"]
)
def test_what_we_do_not_have_is_404(browser, slug):
    assert browser.get(f"/p/{slug}").status_code == 404


# ── what it shows ────────────────────────────────────────────────────────────────────────────


def test_everything_known_is_there(browser, paper):
    paper.comment, paper.journal_ref = "12 pages", "JMLR 27"
    paper.license = "http://creativecommons.org/licenses/by/4.0/"
    paper.code_links = ["https://github.com/x/y"]
    paper.save()
    Name.objects.create(paper=paper, kind="doi", value="10.1000/xyz")
    Version.objects.create(paper=paper, number=2, at=NOW, seen_at=NOW)
    paper.sightings.create(source=make_source("Kettle Notes"), at=NOW, announce_type="cross")
    Event.objects.create(kind="replaced", paper=paper, at=NOW, data={"from": 1, "to": 2})
    make_vote(make_person("Ada Lovelace"), paper)
    page = shown(browser, paper)
    for piece in (
        "12 pages", "JMLR 27", "CC BY 4.0", "https://doi.org/10.1000/xyz", "Kettle Notes", "Version 2 came out",
        "https://arxiv.org/abs/2603.01234v2", "https://arxiv.org/pdf/2603.01234", "https://arxiv.org/html/2603.01234",
        "https://github.com/x/y", "Ada Lovelace: worth our time",
        '<meta name="citation_arxiv_id" content="2603.01234">',
        '<meta name="citation_online_date" content="2026/03/04">',
    ):  # fmt: skip
        assert piece in page, piece
    assert "Z3988" not in page  # COinS would beat the tags


def test_thousands_of_authors_are_folded_away(browser, paper):
    authors = Author.objects.bulk_create(Author(name=f"A. Number{n}", key=f"number{n} a") for n in range(2900))
    Authorship.objects.bulk_create(
        Authorship(paper=paper, position=n, author=author) for n, author in enumerate(authors)
    )
    page = shown(browser, paper)
    assert "and 2880 more authors" in page
    assert page.count('name="citation_author"') == 2900
    assert '<meta name="citation_author" content="Number2899, A.">' in page


def test_looking_writes_nothing_and_the_page_tells_that_it_was_opened(browser, me, paper):
    page = shown(browser, paper)
    assert not Stage.objects.exists()
    assert f'hx-post="/papers/{paper.pk}/skim" hx-trigger="load"' in page
    browser.post(f"/papers/{paper.pk}/skim")
    assert Stage.objects.get(person=me).now == "skimmed"
    assert 'hx-trigger="load"' not in shown(browser, paper)


def test_hostile_text_is_drawn_as_text(browser, paper):
    paper.title = paper.abstract = paper.comment = paper.byline = paper.journal_ref = EVIL
    paper.link = paper.license = "javascript:alert(1)"
    paper.arxiv_id = ""
    paper.save()
    make_comment(make_person(EVIL[:80]), paper, EVIL)
    page = shown(browser, paper)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page


def test_more_talk_costs_no_more_queries(browser, paper):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            shown(browser, paper)
        return len(captured)

    def talk(count):
        for _ in range(count):
            person = make_person()
            make_comment(person, paper, "@Mira Lind?")
            make_vote(person, paper)
            Event.objects.create(kind="added", person=person, paper=paper, at=NOW)

    talk(2)
    few = queries()
    talk(8)
    assert queries() == few


# ── the team's talk ──────────────────────────────────────────────────────────────────────────


def test_a_comment_is_said_and_can_be_taken_back(browser, me, paper):
    answer = browser.post(f"/papers/{paper.pk}/comment", {"text": "Worth it."})
    assert answer.headers["Location"] == "/p/2603.01234#comments"
    assert "Worth it." in shown(browser, paper)
    browser.post("/undo")
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("text", "why"), [("", "Write something"), ("x" * 10_001, "at most 10,000")])
def test_a_comment_that_does_not_do_is_kept_in_the_form(browser, paper, text, why):
    answer = browser.post(f"/papers/{paper.pk}/comment", {"text": text})
    assert answer.status_code == 400
    assert why in answer.content.decode()
    assert text in answer.content.decode()
    assert not Comment.objects.exists()


def test_my_comment_can_be_edited(browser, me, paper):
    mine = make_comment(me, paper)
    assert "Worth it." in browser.get(f"/comments/{mine.pk}/edit").content.decode()
    browser.post(f"/comments/{mine.pk}/edit", {"text": "On second thoughts, no."})
    page = shown(browser, paper)
    assert "On second thoughts, no." in page
    assert "edited" in page


def test_someone_elses_comment_is_not_mine_to_change(browser, paper):
    other = make_comment(make_person(), paper)
    assert browser.post(f"/comments/{other.pk}/edit", {"text": "No."}).status_code == 403
    assert browser.post(f"/comments/{other.pk}/delete").status_code == 403
    assert f"/comments/{other.pk}/delete" not in shown(browser, paper)
    assert Comment.objects.get().text == "Worth it."


def test_an_admin_deletes_a_comment_and_the_history_says_so(client, paper):
    client.force_login(make_person("Anna Admin", role="admin"))
    other = make_comment(make_person("Bo Li"), paper)
    client.post(f"/comments/{other.pk}/delete")
    page = shown(client, paper)
    assert "Worth it." not in page
    assert "Anna Admin deleted a comment by Bo Li" in page


def test_a_guest_reads_the_talk_and_adds_nothing(client, paper):
    make_comment(make_person(), paper)
    client.force_login(make_person(role="guest"))
    page = shown(client, paper)
    assert "Worth it." in page
    assert "<textarea" not in page
    assert client.post(f"/papers/{paper.pk}/comment", {"text": "Hm."}).status_code == 403


def test_times_are_shown_in_my_zone(client, paper):
    client.force_login(make_person(time_zone="Asia/Tokyo"))
    make_comment(make_person(), paper)
    Comment.objects.update(at=NOW + timedelta(hours=14, minutes=30))  # 23:30 UTC
    assert "5 Mar 2026, 08:30" in shown(client, paper)


def test_title_in_the_tab_and_in_messages_has_no_tex(client):
    person = make_person()
    client.force_login(person)
    paper = make_paper(r"\textbf{$\alpha$-Bench} of Ng\^o")
    body = client.get(paper.get_absolute_url()).content.decode()
    assert "<title>α-Bench of Ngô" in body
    assert str(paper) == "α-Bench of Ngô"
    body = client.post(reverse("keep", args=[paper.pk]), HTTP_HX_REQUEST="true").content.decode()
    assert "“α-Bench of Ngô”" in body


def test_post_shows_the_text_of_its_page_and_where_it_came_from(client, me):
    client.force_login(me)
    paper = make_paper(arxiv_id="")
    fields = {"outcome": "taken", "html": "<p>All the <b>otters</b></p>", "words": 1234, "fetched_at": NOW}
    Article.objects.create(paper=paper, url="https://pond.example/otters", **fields)
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "<p>All the <b>otters</b></p>" in page
    assert "The whole post, 1,234 words" in page
    assert 'href="https://pond.example/otters"' in page
    assert "fetched on 4 Mar 2026" in page
