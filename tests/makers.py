"""Makers: rows for tests with sensible invented content, plus whatever a test cares about."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from ops import broker
from papers.identity import title_key
from papers.intake.reindex import columns_of
from papers.models import (
    Application,
    Channel,
    Name,
    Paper,
    Person,
    Project,
    Result,
    Share,
    ShareLink,
    Sighting,
    Source,
    Stage,
    Vote,
)

_numbers = itertools.count(1)
PASSWORD = "correct-horse-battery"
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday morning


def make_queue() -> None:
    """Create an empty queue in PostgreSQL; an older one may have work from another test's processes."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS pgmq CASCADE")
    broker.install()


def make_person(name: str = "", role: str = "member", **fields: Any) -> Person:
    number = next(_numbers)
    name = name or f"Person {number}"
    email = fields.pop("email", f"person{number}@team.example")
    return Person.objects.create_user(email, fields.pop("password", PASSWORD), name=name, role=role, **fields)


def make_source(name: str = "", **fields: Any) -> Source:
    number = next(_numbers)
    fields = {"kind": "feed", "address": f"https://blog{number}.example/feed.xml", **fields}
    return Source.objects.create(name=name or f"Blog {number}", **fields)


def make_paper(title: str = "", *, source: Source | None = None, **fields: Any) -> Paper:
    """Create a paper with its names and one sighting (by `source`, else by a new source)."""
    number = next(_numbers)
    arxiv_id = fields.pop("arxiv_id", f"2603.{number:05d}")
    kind = fields.pop("kind", "arxiv" if arxiv_id else "post")
    link = f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else f"https://blog.example/posts/{number}"
    fields = {
        "abstract": f"We study case {number} and find that it holds.",
        "byline": "Ada Example; Bo Sample",
        "categories": ["cs.LG"] if kind == "arxiv" else [],
        "link": link,
        "version": 1 if kind == "arxiv" else 0,
        "arrived_at": NOW - timedelta(minutes=number),
        "published_at": NOW - timedelta(days=1),
        **fields,
    }
    title = title or f"An invented paper number {number}"
    fields = columns_of(title, fields["abstract"], fields["byline"]) | fields
    paper = Paper.objects.create(kind=kind, arxiv_id=arxiv_id, title=title, **fields)
    name = ("arxiv", arxiv_id) if arxiv_id else ("link", paper.link)
    Name.objects.create(paper=paper, kind=name[0], value=name[1])
    Sighting.objects.create(
        paper=paper, source=source or make_source(), at=paper.arrived_at, announce_type="new", link=paper.link
    )
    return paper


def make_vote(person: Person, paper: Paper, value: int = 1, **fields: Any) -> Vote:
    return Vote.objects.create(person=person, paper=paper, value=value, **{"at": NOW, **fields})


def make_stage(person: Person, paper: Paper, **times: datetime) -> Stage:
    return Stage.objects.create(person=person, paper=paper, **times)


def make_project(name: str = "", *, members: tuple[Person, ...] = (), **fields: Any) -> Project:
    number = next(_numbers)
    fields = {"slug": f"project-{number}", "created_at": NOW, **fields}
    fields.setdefault("created_by", members[0] if members else make_person())
    project = Project.objects.create(name=name or f"Project {number}", **fields)
    project.members.set(members or [project.created_by])
    return project


def make_application(paper: Paper | None = None, project: Project | None = None, **fields: Any) -> Application:
    """Create an application of a paper in a project, as a toy unless the test says otherwise."""
    number = next(_numbers)
    paper, project = paper or make_paper(), project or make_project()
    fields = {"person": project.created_by, "at": NOW, "taken": f"Trick {number}", **fields}
    fields = {"stage_at": fields["at"], "title_key": title_key(paper.title), **fields}
    return Application.objects.create(paper=paper, project=project, **fields)


def make_result(application: Application, **fields: Any) -> Result:
    fields = {"person": application.person, "stage": "toy", "at": NOW, "note": "It ran.", **fields}
    return Result.objects.create(application=application, **fields)


def make_channel(name: str = "", **fields: Any) -> Channel:
    """Create a chat channel; nothing answers at its address unless the test provides one."""
    number = next(_numbers)
    fields = {"kind": "slack", "address": f"https://chat.example/hooks/secret-{number}", **fields}
    if "created_by" not in fields:
        fields["created_by"] = make_person(role="admin")
    return Channel.objects.create(name=name or f"channel-{number}", **fields)


def make_share(paper: Paper | None = None, person: Person | None = None, **fields: Any) -> Share:
    """Create a share that is waiting, unless the test says otherwise."""
    paper, person = paper or make_paper(), person or make_person()
    fields = {"act": uuid.uuid4(), "at": NOW, **fields}
    if fields.setdefault("state", "waiting") == "waiting":
        fields.setdefault("next_attempt", fields["at"])
    if "link" not in fields:
        fields["link"] = ShareLink.objects.create(paper=paper, person=person, created_at=fields["at"])
    return Share.objects.create(
        paper=paper, person=person, channel=fields.pop("channel", None) or make_channel(), **fields
    )
