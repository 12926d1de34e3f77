"""reading.fetch: what every list page asks of the database, in plain SQL.

Django's query compiler takes about a millisecond for each of these, longer than PostgreSQL takes to answer, and `/`
is drawn often. So the hot ones are written out; everything else speaks through QuerySets. tests/reading/test_fetch.py
holds them to what the QuerySets say.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from ..models import Paper, Person

# Without what no card shows (PaperQuerySet.for_cards).
_PAPER = ", ".join(
    f"paper.{name}"
    for name in (
        *("id", "kind", "arxiv_id", "title", "title_html", "abstract", "abstract_html", "byline", "categories", "link"),
        *("code_links", "minutes", "version", "published_at", "arrived_at"),
    )
)
_WAITING = f"""
SELECT {_PAPER} FROM papers_paper paper
WHERE (paper.arrived_at, paper.id) < (%(at)s, %(id)s)
  AND paper.arrived_at >= (
    SELECT min(near.arrived_at) FROM (
      SELECT arrived_at FROM papers_paper WHERE (arrived_at, id) < (%(at)s, %(id)s)
      ORDER BY arrived_at DESC, id DESC LIMIT %(reach)s) near)
  AND NOT EXISTS (
    SELECT 1 FROM papers_stage stage WHERE stage.person_id = %(person)s AND stage.paper_id = paper.id
      AND (stage.kept_at IS NOT NULL OR stage.passed_at IS NOT NULL OR stage.read_at IS NOT NULL))
  AND EXISTS (
    SELECT 1 FROM papers_sighting sighting JOIN papers_source source ON source.id = sighting.source_id
    WHERE sighting.paper_id = paper.id AND source.state = 'active' AND source.horizon LIKE %(horizon)s)
ORDER BY paper.arrived_at DESC, paper.id DESC LIMIT %(limit)s"""  # noqa: S608 (constants)

_BEYOND = """
SELECT arrived_at FROM papers_paper WHERE arrived_at < (
  SELECT min(near.arrived_at) FROM (
    SELECT arrived_at FROM papers_paper WHERE (arrived_at, id) < (%(at)s, %(id)s)
    ORDER BY arrived_at DESC, id DESC LIMIT %(reach)s) near)
ORDER BY arrived_at DESC LIMIT 1"""

_SIGHTINGS = """
SELECT sighting.paper_id, sighting.at, sighting.announce_type, sighting.link,
  source.id, source.name, source.kind, source.horizon, source.yield_read, source.yield_skimmed
FROM papers_sighting sighting JOIN papers_source source ON source.id = sighting.source_id
WHERE sighting.paper_id = ANY(%s) ORDER BY sighting.at"""

_VOTES = """
SELECT vote.paper_id, vote.person_id, vote.value, vote.at, person.name
FROM papers_vote vote JOIN papers_person person ON person.id = vote.person_id
WHERE vote.paper_id = ANY(%s) ORDER BY vote.at"""

_STAGES = """
SELECT paper_id, CASE WHEN read_at IS NOT NULL THEN 'read' WHEN kept_at IS NOT NULL THEN 'kept'
  WHEN passed_at IS NOT NULL THEN 'passed' ELSE 'skimmed' END
FROM papers_stage WHERE person_id = %s AND paper_id = ANY(%s)"""

_NAMED = f"""
SELECT {_PAPER}, paper.comment, paper.journal_ref, paper.license
FROM papers_name name JOIN papers_paper paper ON paper.id = name.paper_id
WHERE (name.kind, name.value) IN (SELECT * FROM unnest(%s::text[], %s::text[])) LIMIT 1"""  # noqa: S608 (constants)

_SIGNED = """
SELECT author.name, authorship.affiliation FROM papers_authorship authorship
JOIN papers_author author ON author.id = authorship.author_id
WHERE authorship.paper_id = %s ORDER BY authorship.position"""

_RECORD = """
SELECT coalesce((SELECT value FROM papers_name WHERE paper_id = %(paper)s AND kind = 'doi' ORDER BY id LIMIT 1), ''),
  EXISTS (SELECT 1 FROM papers_comment WHERE paper_id = %(paper)s),
  EXISTS (SELECT 1 FROM papers_event WHERE paper_id = %(paper)s),
  EXISTS (SELECT 1 FROM papers_share WHERE paper_id = %(paper)s),
  EXISTS (SELECT 1 FROM papers_sharelink WHERE paper_id = %(paper)s AND revoked_at IS NULL)"""

_JUDGED = """
SELECT count(*), count(*) FILTER (WHERE stage.read_at >= %(since)s),
  coalesce(sum(paper.minutes) FILTER (WHERE stage.read_at >= %(since)s), 0)
FROM papers_stage stage JOIN papers_paper paper ON paper.id = stage.paper_id
WHERE stage.person_id = %(person)s AND greatest(stage.kept_at, stage.passed_at, stage.read_at) >= %(since)s"""


class Origin(NamedTuple):
    """Of a source, what a card says."""

    pk: int
    name: str
    kind: str
    horizon: str
    yield_read: float | None
    yield_skimmed: int


class Seen(NamedTuple):
    """A sighting of a paper."""

    source: Origin
    at: datetime
    announce_type: str
    link: str

    @property
    def source_id(self) -> int:
        return self.source.pk


class Cast(NamedTuple):
    """A vote, and who cast it."""

    person: Person
    value: int
    at: datetime


def waiting(person: Person, before: tuple[datetime, int], reach: int, limit: int, horizon: str = "") -> list[Paper]:
    """Papers of active sources that this person has not judged, newest first, among the `reach` next to `before`."""
    given = {"at": before[0], "id": before[1], "reach": reach, "limit": limit, "person": person.pk}
    return list(Paper.objects.raw(_WAITING, {**given, "horizon": horizon or "%"}))


def beyond(before: tuple[datetime, int], reach: int) -> datetime | None:
    """When the first paper arrived that lies beyond such a walk; None when there is none."""
    rows = _rows(_BEYOND, {"at": before[0], "id": before[1], "reach": reach})
    return rows[0][0] if rows else None


def sightings(ids: Sequence[int]) -> dict[int, list[Seen]]:
    """The sightings of these papers, oldest first."""
    found: dict[int, list[Seen]] = defaultdict(list)
    sources: dict[int, Origin] = {}
    for paper_id, at, announce_type, link, *told in _rows(_SIGHTINGS, [list(ids)]):
        source = sources.setdefault(told[0], Origin(*told))
        found[paper_id].append(Seen(source, at, announce_type, link))
    return found


def votes(ids: Sequence[int]) -> dict[int, list[Cast]]:
    """The votes on these papers, oldest first."""
    found: dict[int, list[Cast]] = defaultdict(list)
    people: dict[int, Person] = {}
    for paper_id, person_id, value, at, name in _rows(_VOTES, [list(ids)]):
        if not (person := people.get(person_id)):
            person = people[person_id] = Person(pk=person_id, name=name)
        found[paper_id].append(Cast(person, value, at))
    return found


def stages(person: Person, ids: Sequence[int]) -> dict[int, str]:
    """How far this person got with each of these papers (Stage.now)."""
    return dict(_rows(_STAGES, [person.pk, list(ids)]))


def named(names: Sequence[tuple[str, str]]) -> Paper | None:
    """The paper that has one of these names, kind and value."""
    found = Paper.objects.raw(_NAMED, [[kind for kind, _ in names], [value for _, value in names]])
    return next(iter(found), None)


def signed(paper_id: int) -> list[tuple[str, str]]:
    """Names and affiliations of the authors, in order."""
    return _rows(_SIGNED, [paper_id])


class Record(NamedTuple):
    """Of a paper: its DOI, and what there is to be told beside."""

    doi: str
    discussed: bool
    eventful: bool
    shared: bool
    linked: bool  # somebody has a live link to it


def record(paper_id: int) -> Record:
    ((*told,),) = _rows(_RECORD, {"paper": paper_id})
    return Record(*told)


def judged(person: Person, since: datetime) -> dict[str, Any]:
    """How many papers were judged since then, how many of them read, and the minutes those take."""
    ((judged, read, minutes),) = _rows(_JUDGED, {"person": person.pk, "since": since})
    return {"judged": judged, "read": read, "minutes": minutes}


def _rows(sql: str, given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
