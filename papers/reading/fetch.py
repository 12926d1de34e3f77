"""reading.fetch: query the newest papers that a person has not triaged, in raw SQL.

All other queries use QuerySets. This one is raw SQL for speed (docs/decisions/0024), and its tests compare it with the
QuerySets.
"""

from datetime import datetime

from django.db import connection

from ..models import Cursor, Paper, Person

# The columns of PaperQuerySet.for_cards.
_PAPER = ", ".join(
    f"paper.{name}"
    for name in (
        *("id", "kind", "arxiv_id", "title", "title_html", "abstract", "abstract_html", "byline", "categories", "link"),
        *(
            "code_links",
            "weight_links",
            "minutes",
            "version",
            "published_at",
            "arrived_at",
            "standing",
            "standing_by",
            "venue",
        ),
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


def waiting(person: Person, before: Cursor, reach: int, limit: int, horizon: str = "") -> list[Paper]:
    """The newest untriaged papers of active sources, among the `reach` papers that follow the cursor."""
    params = {"at": before.at, "id": before.id, "reach": reach, "limit": limit, "person": person.pk}
    return list(Paper.objects.raw(_WAITING, {**params, "horizon": horizon or "%"}))


def beyond(before: Cursor, reach: int) -> datetime | None:
    """The arrival of the first paper that `waiting` did not reach; None if it reached the end."""
    with connection.cursor() as cursor:
        cursor.execute(_BEYOND, {"at": before.at, "id": before.id, "reach": reach})
        row = cursor.fetchone()
    return row[0] if row else None
