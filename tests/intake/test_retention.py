"""intake.retention: old and expired rows are deleted, everything else is kept."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from papers import tasks
from papers.intake.retention import delete_old
from papers.models import FetchLog, OneTimeLink
from tests.makers import NOW, make_paper, make_person, make_source, make_vote

pytestmark = pytest.mark.django_db


def fetched(*days):
    source = make_source()
    for each in days:
        FetchLog.objects.create(source=source, at=NOW - timedelta(days=each), took_ms=1, outcome="ok")
    return source


def test_old_logs_and_sessions_are_deleted_and_papers_kept():
    source = fetched(1, 89, 91, 900)
    paper = make_paper(source=source, arrived_at=NOW - timedelta(days=900))
    make_vote(make_person(), paper, at=NOW - timedelta(days=900))
    for key, days in (("old", -1), ("new", 9000)):
        Session.objects.create(session_key=key, session_data="", expire_date=NOW + timedelta(days=days))
    gone = delete_old(NOW)
    assert (gone["fetches"], gone["sessions"]) == (2, 1)
    assert source.fetches.count() == 2
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert source.sightings.exists()
    assert paper.votes.exists()
    tasks.tidy()


def test_operator_chooses_how_long_logs_are_kept(settings):
    settings.KEEP_LOGS_DAYS = 7
    assert fetched(6, 8).fetches.count() == 2
    assert delete_old(NOW)["fetches"] == 1


def test_links_are_deleted_a_month_after_use_or_expiry():
    def mint(expires, used=None):
        link, _ = OneTimeLink.objects.mint("invitation", NOW - timedelta(days=100), timedelta(days=100 + expires))
        OneTimeLink.objects.filter(pk=link.pk).update(used_at=used and NOW - timedelta(days=used))
        return link.pk

    kept = [mint(1), mint(-29), mint(1, used=29)]
    mint(-31)
    mint(1, used=31)
    assert delete_old(NOW)["links"] == 2
    assert sorted(OneTimeLink.objects.values_list("pk", flat=True)) == kept


def test_failed_sign_ins_are_deleted_after_a_week():
    for model, more in ((AccessAttempt, {"failures_since_start": 1}), (AccessFailureLog, {}), (AccessLog, {})):
        for days in (6, 8):
            model.objects.create(username=f"{days}", ip_address="192.0.2.1", **more)
        model.objects.filter(username="8").update(attempt_time=NOW - timedelta(days=8))
        model.objects.filter(username="6").update(attempt_time=NOW - timedelta(days=6))
    gone = delete_old(NOW)
    assert (gone["attempts"], gone["failures"], gone["visits"]) == (1, 1, 1)
    assert [each.username for each in AccessAttempt.objects.all()] == ["6"]
