"""models.source: due sources, claimed by one worker each."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from papers.models import Host, Sighting, Source
from papers.models import source as module
from tests.makers import NOW, make_paper, make_person, make_source

pytestmark = pytest.mark.django_db
SOON, AGO = NOW + timedelta(minutes=5), NOW - timedelta(minutes=5)


def test_due_sources_have_reached_their_time_and_are_unclaimed():
    due = [
        make_source(next_fetch=AGO),
        make_source(next_fetch=NOW, state="muted"),
        make_source(next_fetch=AGO, claimed_until=AGO),  # whoever claimed it has crashed
    ]
    make_source(next_fetch=SOON)
    make_source(next_fetch=None)
    make_source(next_fetch=AGO, state="paused")
    claimed = make_source(next_fetch=AGO, claimed_until=SOON)
    make_source(next_fetch=AGO, kind="person", address="person:1", person=make_person())
    assert set(Source.objects.due(NOW)) == set(due)
    assert list(Source.objects.claimed(NOW)) == [claimed]


def test_claim_succeeds_once_and_expires():
    first, second = make_source(next_fetch=AGO), make_source(next_fetch=AGO)
    waiting = make_source(next_fetch=SOON)
    claimed = Source.objects.claim([second.pk, waiting.pk, first.pk], NOW)
    assert claimed == [second, first]
    assert {source.claimed_until for source in claimed} == {NOW + module.CLAIMED_FOR}
    assert Source.objects.claim([first.pk], NOW) == []
    assert Source.objects.claim([first.pk], NOW + module.CLAIMED_FOR + timedelta(seconds=1)) == [first]


def test_claims_of_killed_workers_can_be_released():
    source = make_source(next_fetch=AGO, claimed_until=SOON)
    Host.objects.create(name="blog.example:443", next_at=SOON, busy_until=SOON)
    Source.objects.all().release()
    Host.objects.all().release()
    assert list(Source.objects.due(NOW)) == [source]
    assert Host.objects.get().busy_until is None
    assert Host.objects.get().next_at == SOON  # its pace is kept


def test_address_is_unique():
    source = make_source()
    with pytest.raises(IntegrityError, match="one_source_per_address"), transaction.atomic():
        make_source(address=source.address)


def test_only_person_sources_have_a_person():
    for fields in ({"kind": "person", "address": "person:1"}, {"kind": "feed", "person": make_person()}):
        with pytest.raises(IntegrityError, match="person_source_has_its_person"), transaction.atomic():
            make_source(**fields)


def test_source_sights_a_paper_once():
    paper = make_paper()
    with pytest.raises(IntegrityError, match="one_sighting_per_source_and_paper"), transaction.atomic():
        Sighting.objects.create(source=paper.sightings.get().source, paper=paper, at=NOW)


def test_recent_counts_papers_of_a_month_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(module, "RECENT_AT_MOST", 3)
    busy, slow = make_source(), make_source()
    for _ in range(5):
        make_paper(source=busy)
    make_paper(source=slow)
    make_paper(source=slow, arrived_at=NOW - timedelta(days=40))
    recent = dict(Source.objects.with_recent(NOW).values_list("pk", "recent"))
    assert recent == {busy.pk: 3, slow.pk: 1}
