"""team.leaving: a removed person's work stays, but nothing identifies them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from papers.intake.pipeline import source_of
from papers.ledger import applications, checks, projects, results, steps
from papers.models import (
    Application,
    Check,
    Comment,
    Event,
    OneTimeLink,
    Person,
    ShareLink,
    Vote,
)
from papers.reading import comments, stages
from papers.refused import Gone
from papers.sharing import shares
from papers.team import leaving
from tests.makers import (
    NOW,
    make_application,
    make_channel,
    make_paper,
    make_person,
    make_project,
    make_result,
    make_share,
    make_stage,
    make_vote,
)
from tests.workers import at_once

pytestmark = pytest.mark.django_db
NAME, EMAIL = "Zoë O'Quill", "zoe.quill@team.example"


def texts() -> dict[str, str]:
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = "\n".join(row for (row,) in cursor.fetchall())
    sessions = [str(session.get_decoded()) for session in Session.objects.all()]
    return found | {"what sessions hold": "\n".join(sessions)}


def where(*words: str) -> list[str]:
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    return [table for table, text in texts().items() if pattern.search(text.replace("''", "'"))]


@pytest.fixture
def boss():
    return make_person("Grace Boss", role="admin")


@pytest.fixture
def zoe():
    return make_person(NAME, email=EMAIL, time_zone="Asia/Tokyo", role="admin")


def live_a_little(zoe, boss):
    """Create every kind of row that can contain a name, by the same functions as the views."""
    paper, project = make_paper(), make_project(members=(boss,))
    make_vote(zoe, paper)
    make_stage(zoe, paper, read_at=NOW)
    comments.add(zoe, paper, "My own words.", NOW)
    comments.add(boss, paper, f"Ask @{NAME} or write to {EMAIL.upper()}.", NOW)
    hers = Comment.objects.create(paper=paper, person=zoe, text="gone", at=NOW)
    comments.delete(boss, hers, NOW)
    projects.change(boss, project, NOW, members=[boss, zoe])
    application = applications.apply(zoe, paper, project, f"What @{NAME} took", NOW)
    result = results.record(zoe, application, NOW, note=f"ran by {EMAIL}", link="https://x.example")
    checks.check(boss, result, True, f"as @{NAME} says", NOW)
    applications.drop(boss, application, "hurt", f"@{NAME} was right", NOW)
    source_of(zoe, NOW)
    shares.share(zoe, paper, make_channel(), f"@{NAME} likes it", uuid4(), NOW)
    OneTimeLink.objects.mint("invitation", NOW, timedelta(days=7), email=EMAIL, created_by=boss)
    OneTimeLink.objects.mint("reset", NOW, timedelta(days=1), person=zoe, created_by=boss)
    AccessAttempt.objects.create(username=EMAIL, ip_address="192.0.2.1", failures_since_start=1)
    return paper, project


def test_name_and_email_are_gone_and_the_work_stays(zoe, boss):
    paper, project = live_a_little(zoe, boss)
    assert len(where(NAME)) >= 7
    before = {model: model.objects.count() for model in (Vote, Comment, Event, Application, Check)}
    leaving.remove(zoe, NOW)
    assert where(NAME, EMAIL, "zoe.quill") == []
    assert {model: model.objects.count() for model in before} == before
    zoe.refresh_from_db()
    assert (zoe.name, zoe.time_zone, zoe.role, zoe.removed_at) == ("Former member", "UTC", "member", NOW)
    assert zoe.email.endswith("@removed.invalid")
    assert not zoe.is_active
    assert not zoe.has_usable_password()
    assert paper.votes.get().person == zoe
    assert list(project.members.all()) == [boss]
    said = list(Comment.objects.order_by("pk").values_list("text", flat=True))
    assert said == ["My own words.", "Ask @Former member or write to (email removed)."]
    assert zoe.stages.filter(read_at=NOW).exists()


def test_sessions_links_and_messages_end_at_once(zoe, boss):
    now = timezone.now()
    hers, link = Client(), ShareLink.objects.create(paper=make_paper(), person=zoe, created_at=now)
    waiting, done = make_share(person=zoe), make_share(person=zoe, state="sent", sent_at=NOW)
    hers.force_login(zoe)
    mine, _ = OneTimeLink.objects.mint("invitation", now, timedelta(days=7), created_by=zoe)
    leaving.remove(zoe, now)
    assert hers.get("/settings").status_code == 302
    for each in (link, waiting, done, mine):
        each.refresh_from_db()
    assert link.revoked_at == now
    assert (waiting.state, done.state) == ("cancelled", "sent")
    assert not OneTimeLink.objects.usable(now).exists()


def test_others_can_still_undo(zoe, boss):
    paper, client = make_paper(), Client()
    client.force_login(boss)
    client.post(f"/papers/{paper.pk}/comment", {"text": f"Hello @{NAME}"})
    comment = Comment.objects.get()
    client.post(f"/comments/{comment.pk}/delete")
    assert where(NAME) == ["papers_person", "what sessions hold"]
    leaving.remove(zoe, NOW)
    assert where(NAME) == []
    assert client.post("/undo").status_code == 303
    assert Comment.objects.get().text == "Hello @Former member"


def test_shared_name_or_part_of_another_name_is_kept(boss):
    ada, longer = make_person("Ada"), make_person("Ada Example")
    paper = make_paper()
    comments.add(boss, paper, "@Ada Example and @ada, see x@Ada.example and Ada's AdaGrad", NOW)
    leaving.remove(ada, NOW)
    assert Comment.objects.get().text == "@Ada Example and @Former member, see x@Ada.example and Ada's AdaGrad"
    twin = make_person("Ada Example")
    leaving.remove(twin, NOW)
    assert "@Ada Example" in Comment.objects.get().text
    leaving.remove(longer, NOW)
    assert Comment.objects.get().text.startswith("@Former member and @Former member, see x@Ada.example")


def test_channel_or_word_equal_to_the_name_is_kept(boss):
    ada, paper = make_person("Ada"), make_paper()
    comments.add(boss, paper, "ada", NOW)
    shares.share(boss, paper, make_channel("ada"), "", uuid4(), NOW)
    leaving.remove(ada, NOW)
    assert Comment.objects.get().text == "ada"
    assert Event.objects.get(kind="shared").data == {"channel": "ada"}


def test_last_admin_cannot_be_removed_and_nothing_changes(zoe, boss):
    live_a_little(zoe, boss)
    Person.objects.exclude(pk=zoe.pk).update(role="member")
    before = texts()
    with pytest.raises(Gone):
        leaving.remove(zoe, NOW)
    assert texts() == before


def test_removing_twice_changes_nothing(zoe, boss):
    leaving.remove(zoe, NOW)
    leaving.remove(zoe, NOW + timedelta(days=1))
    zoe.refresh_from_db()
    assert zoe.removed_at == NOW


def test_two_removed_people_stay_distinct(zoe, boss):
    other = make_person()
    leaving.remove(zoe, NOW)
    leaving.remove(other, NOW)
    assert Person.objects.filter(name="Former member").count() == 2
    assert Person.objects.not_removed().count() == 1


def test_two_applications_that_differed_only_in_a_name_stay_distinct(zoe, boss):
    bo, paper, project = make_person("Bo Sample"), make_paper(), make_project()
    ideas = [applications.apply(boss, paper, project, f"as @{who.name} drew it", NOW) for who in (zoe, bo)]
    for who in (zoe, bo):
        leaving.remove(who, NOW)
    for idea in ideas:
        idea.refresh_from_db()
    assert [idea.taken for idea in ideas] == [
        "as @Former member drew it",
        "as @Former member drew it (name removed)",
    ]


def test_their_checks_still_count(zoe, boss):
    application = make_application(make_paper(), make_project(members=(boss,)))
    result = make_result(application)
    checks.check(zoe, result, True, "", NOW)
    leaving.remove(zoe, NOW)
    assert steps.missing_for(Application.objects.get(), "production") == []
    stages.read(boss, application.paper, NOW)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_admins_who_remove_each_other_at_once_stays():
    pair = [make_person(role="admin"), make_person(role="admin")]
    done = at_once(*[lambda person=person: leaving.remove(person, NOW) for person in pair])
    assert sorted(map(str, map(type, done))) == sorted(map(str, [type(None), Gone]))
    assert Person.objects.admins().count() == Person.objects.not_removed().count() == 1
