"""intake.tidy: old logs and sessions go, the rest stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from papers import tasks
from papers.intake.tidy import tidy
from papers.models import FetchLog
from tests.makers import NOW, make_paper, make_source

pytestmark = pytest.mark.django_db


def test_old_logs_and_sessions_go_and_papers_stay():
    source = make_source()
    make_paper(source=source, arrived_at=NOW - timedelta(days=900))
    for days in (1, 89, 91, 900):
        FetchLog.objects.create(source=source, at=NOW - timedelta(days=days), took_ms=1, outcome="ok")
    for key, days in (("old", -1), ("new", 9000)):
        Session.objects.create(session_key=key, session_data="", expire_date=NOW + timedelta(days=days))
    assert tidy(NOW) == 2
    assert source.fetches.count() == 2
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert source.sightings.exists()
    tasks.tidy()
