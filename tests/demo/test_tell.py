"""demo.tell: two months of invented work, done by the product's own pipeline and functions, are worth a look."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import lxml.html
import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from demo import cast, outside
from demo.tell import Team
from feedserver import FeedServer
from papers.insight import funnel, price, steps
from papers.models import (
    Application,
    Check,
    Comment,
    Event,
    FetchLog,
    Name,
    Paper,
    Person,
    Project,
    Share,
    Sighting,
    Source,
    Stage,
    Vote,
)
from papers.reading import queue
from papers.sharing import outbox

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 7, 10, tzinfo=UTC)  # a Saturday: arXiv announces nothing


@pytest.fixture(scope="module", autouse=True)
def world(django_db_setup, django_db_blocker):
    """Create the two months, once for all tests here, and roll them back afterwards."""
    with FeedServer(now=NOW, history=timedelta(days=75), a_day=16) as feeds:
        near = {"ALLOW_PRIVATE_ADDRESSES": True, "HOST_PACE_SECONDS": 0, "ARXIV_PACE_SECONDS": 0}
        where = {"ARXIV_FEED_URL": feeds.arxiv_feed_url, "ARXIV_API_URL": feeds.arxiv_api_url}
        with django_db_blocker.unblock(), override_settings(**near, **where), transaction.atomic():
            outside.trouble_shares(feeds.url)
            team = Team(feeds.url, NOW)
            team.tell()
            yield feeds, team
            transaction.set_rollback(True)


def you():
    return Person.objects.get(email=cast.YOU)


def test_at_least_fifteen_sources_of_all_kinds_and_horizons_brought_papers():
    sources = Source.objects.pulled().filter(sightings__isnull=False).distinct()
    assert sources.count() >= 15
    assert {source.horizon for source in sources} == {"core", "adjacent", "moonshot"}
    assert any(source.address.startswith("search: ") for source in sources)
    assert Source.objects.filter(state="muted").exists()
    assert Source.objects.filter(failures__gt=0, last_error__gt="").exists()


def test_every_pull_went_through_the_pipeline_and_over_loopback_http(world):
    assert FetchLog.objects.count() > 300
    paths = [request.path for request in world[0].requests if request.path != "/control"]
    assert len(paths) >= FetchLog.objects.count()


def test_admins_are_not_told_that_sources_are_overdue():
    assert not Source.objects.due(NOW).filter(next_fetch__lt=NOW).exists()
    assert Source.objects.due(NOW).exists()  # something is left to the worker


def test_two_months_of_papers_arrived_day_by_day():
    days = set(Sighting.objects.dates("at", "day"))
    assert len(days) > 40
    assert min(days) < (NOW - timedelta(days=57)).date()
    assert Paper.objects.count() > 500
    assert Event.objects.filter(kind=Event.Kind.REPLACED).exists()  # new versions
    assert Paper.objects.exclude(code_links=[]).exists()
    assert Paper.objects.filter(abstract_html__contains="<math").exists()


def test_some_papers_came_from_several_sources_and_are_one_record():
    shared = Counter(Sighting.objects.values_list("paper", flat=True))
    assert sum(count > 1 for count in shared.values()) > 20
    assert Name.objects.filter(kind="arxiv").count() == Paper.objects.exclude(arxiv_id="").count()


def test_five_members_of_different_roles_and_time_zones_act_and_a_guest_only_reads():
    acting = set(Stage.objects.values_list("person", flat=True))
    people = Person.objects.filter(pk__in=acting)
    assert people.count() == 5
    assert {person.role for person in people} == {"admin", "member"}
    assert len({person.time_zone for person in people}) == 5
    (guest,) = Person.objects.filter(role="guest")
    assert not Vote.objects.filter(person=guest).exists()


def test_nothing_happened_later_than_now():
    assert not Stage.objects.filter(read_at__gt=NOW).exists()
    assert not Event.objects.filter(at__gt=NOW).exists()
    assert not Vote.objects.filter(at__gt=NOW).exists()
    assert not Comment.objects.filter(at__gt=NOW).exists()


def test_members_interrupted_by_the_start_have_not_finished(world):
    before = Stage.objects.count()
    for member in cast.MEMBERS:
        world[1].morning(member)(NOW - timedelta(minutes=5))
    assert Stage.objects.count() > before
    test_nothing_happened_later_than_now()
    for step in ("skimmed_at", "kept_at", "passed_at"):
        assert not Stage.objects.filter(**{f"{step}__gt": NOW}).exists(), step


def test_three_projects_with_every_stage_and_outcome_in_the_ledger():
    assert Project.objects.count() == 3
    assert set(Application.objects.values_list("stage", flat=True)) == set(Application.Stage.values)
    assert set(Application.objects.values_list("outcome", flat=True)) == set(Application.Outcome.values)
    assert set(Check.objects.values_list("holds", flat=True)) == {True, False}
    assert Application.objects.exclude(chosen_over="").exists()
    assert Application.objects.due_for_review(NOW).exists()


def test_papers_in_production_were_measured_and_checked_by_somebody_else():
    for application in Application.objects.filter(stage="production"):
        assert Check.objects.filter(result__application=application, holds=True).exists()


def test_insight_answers_for_each_step_and_few_sources_give_half():
    window = steps.Window.of(90, NOW)
    for step in ("pulled", "read", "voted", "applied"):
        credits = [row.credit for row in steps.credits("source", step, window)]
        assert steps.reached(step, window) >= price.ENOUGH, step
        assert price.price(credits).half <= len(credits) * 0.4, step


def test_the_funnel_narrows_at_each_step():
    papers = [step.papers for step in funnel.funnel(you(), steps.Window.of(90, NOW))]
    assert papers == sorted(papers, reverse=True)
    assert papers[2] < papers[0] / 4  # few get read


def test_a_dozen_messages_arrived_one_failed_and_one_waits(world):
    states = Counter(Share.objects.values_list("state", flat=True))
    assert states["sent"] >= 12
    assert (states["failed"], states["waiting"]) == (1, 1)
    assert len(world[0].hooks.received) == states["sent"]


def test_your_queue_is_full_even_on_a_saturday_with_other_peoples_votes():
    page = queue.take(you(), NOW)
    assert len(page.cards) == queue.PAGE
    assert any(card.up for card in queue.take(you(), NOW, limit=60).cards)
    assert any("from this source gets read" in card.score.words for card in page.cards)
    assert Stage.objects.kept_by(you()).exists()


@pytest.mark.parametrize("path", ["/", "/browse", "/kept", "/projects", "/projects/atlas", "/sources", "/insight"])
def test_pages_render(path):
    client = Client()
    client.force_login(you())
    assert client.get(path).status_code == 200


def test_your_first_share_succeeds(world, client):
    client.force_login(you())
    paper = queue.take(you(), NOW).cards[0].paper
    address = reverse("share", args=[paper.pk])
    form = lxml.html.fromstring(client.get(address).content).xpath("//form[.//select[@name='channel']]")[0]
    client.post(address, {**dict(form.form_values()), "note": "Worth an hour."})
    share = paper.shares.get(person=you(), note="Worth an hour.")
    before = len(world[0].hooks.received)
    assert share.claim(share.at)
    outbox.deliver(share, share.at)
    share.refresh_from_db()
    assert (share.state, share.channel.name) == ("sent", "papers")
    assert len(world[0].hooks.received) == before + 1
