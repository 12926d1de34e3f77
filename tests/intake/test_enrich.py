"""intake.enrich: asks the catalogues' doubles on loopback."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from feedserver import FeedServer, catalogues
from papers.intake import enrich
from papers.intake.merge import merge
from papers.models import Fact, Inquiry, LookupPause, Name, Paper
from papers.sources.catalogues import crossref, openalex, semantic_scholar
from tests.makers import make_paper, make_person, make_stage

pytestmark = pytest.mark.django_db
NAMES = ["crossref", "openalex", "semanticscholar"]


@pytest.fixture(scope="module")
def server():
    with FeedServer(seed=1, now=datetime(2026, 3, 4, 15, tzinfo=UTC)) as started:
        yield started


@pytest.fixture
def world(server, settings, monkeypatch):
    monkeypatch.setattr(catalogues, "_is_known", lambda seed, doi: "unknown" not in doi)
    settings.ALLOW_PRIVATE_ADDRESSES, settings.HOST_PACE_SECONDS = True, 0
    settings.OPENALEX_URL, settings.SEMANTIC_SCHOLAR_URL = f"{server.url}/openalex", f"{server.url}/scholar"
    settings.CROSSREF_URL = f"{server.url}/crossref"
    server.requests.clear()
    yield server
    server.behave()


def make(doi="", **fields):
    fields = {"arrived_at": timezone.now() - timedelta(days=2), **fields}
    paper = make_paper(**fields) if not doi else make_paper(arxiv_id="", kind="journal", **fields)
    if doi:
        Name.objects.create(paper=paper, kind="doi", value=doi)
    return paper


def test_facts_say_who_said_them(world):
    ancestor = make(arxiv_id="1901.00001", arrived_at=timezone.now() - timedelta(days=900))
    paper = make()
    for name in NAMES:
        enrich.take_batch(name, timezone.now())
    facts = {(fact.kind, fact.catalogue): fact.value for fact in Fact.objects.filter(paper=paper)}
    assert set(facts) == {("institutions", "openalex"), ("references", "semanticscholar")}
    assert facts["references", "semanticscholar"][0]["arxiv_id"] == "1901.00001"
    assert not Fact.objects.filter(paper=ancestor).exists()


def test_publishers_record_gives_venue_and_retraction(world):
    paper = make("10.5555/retracted.9")
    enrich.take_batch("crossref", timezone.now())
    paper.refresh_from_db()
    assert (paper.standing, paper.standing_by) == ("retracted", "Crossref")
    assert paper.venue in catalogues.VENUES


def test_each_paper_is_asked_about_once_also_if_unknown(world):
    make()
    make("10.5555/unknown")
    for _ in range(3):
        for name in NAMES:
            enrich.take_batch(name, timezone.now())
    assert len(world.requests) == 3
    assert not Inquiry.objects.get(paper__kind="journal", catalogue="openalex").known


def test_kept_paper_is_asked_about_again_after_a_month(world):
    kept, other = make(), make()
    make_stage(make_person(), kept, kept_at=timezone.now())
    enrich.take_batch("openalex", timezone.now())
    later = timezone.now() + timedelta(days=31)
    Inquiry.objects.enlist("openalex", later, 50, with_doi=False)
    assert [each.paper_id for each in Inquiry.objects.exclude(next_attempt=None)] == [kept.pk]
    assert other.pk


def test_catalogue_that_asks_us_to_wait_pauses_alone(world):
    make()
    world.misbehave("/openalex/*", "status", code=429)
    now = timezone.now()
    assert not enrich.take_batch("openalex", now)
    assert LookupPause.objects.get(pk="openalex").until > now
    world.behave()
    assert not enrich.take_batch("openalex", now)
    assert enrich.take_batch("semanticscholar", now)
    assert enrich.take_batch("openalex", now + timedelta(hours=13))


def test_catalogue_that_cannot_be_reached_does_no_harm(world, settings):
    settings.OPENALEX_URL = "http://127.0.0.1:9"
    make()
    assert not enrich.take_batch("openalex", timezone.now())
    assert Inquiry.objects.get().tries == 0


def test_merged_record_keeps_facts():
    keep, lose = make(), make("10.5555/1")
    for paper, venue in ((keep, "A"), (lose, "B")):
        Fact.objects.create(paper=paper, kind="venue", catalogue="openalex", value=venue, at=timezone.now())
    Fact.objects.create(paper=lose, kind="venue", catalogue="crossref", value="C", at=timezone.now())
    merge(keep.pk, lose.pk, timezone.now())
    assert sorted(Fact.objects.filter(paper=keep).values_list("value", flat=True)) == ["A", "C"]
    assert Paper.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"null", b'{"results": 1}', b"[1]"])
def test_answers_that_are_none_are_refused(body):
    for read in (openalex.read, crossref.read, lambda body: semantic_scholar.read(body, 2)):
        with pytest.raises(ValueError, match=r".*"):
            read(body)


def test_page_shows_facts_with_source_and_day(client, world):
    client.force_login(make_person())
    ancestor = make("", arxiv_id="1901.00001", arrived_at=timezone.now() - timedelta(days=900))
    paper = make()
    for name in NAMES:
        enrich.take_batch(name, timezone.now())
    page = client.get(paper.get_absolute_url()).content.decode()
    assert f'href="{ancestor.get_absolute_url()}">A known ancestor</a>' in page
    assert "A book" in page
    assert f"Semantic Scholar, {timezone.now():%-d %b}" in page
    assert "Institutions" in page
