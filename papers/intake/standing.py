"""intake.standing: change a paper's standing, record the event, and tell those who kept or applied the paper."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ..models import Event, News, Paper
from ..sources.remarks import LONGEST_VENUE, PUBLISHED, standing_of

# A publication that is found so soon after the paper's arrival only completes its record.
SETTLING = timedelta(days=1)
_RANK = {"": 0, "published": 1, "withdrawn": 2, "retracted": 3}
_KINDS = {"published": Event.Kind.PUBLISHED, "withdrawn": Event.Kind.WITHDRAWN, "retracted": Event.Kind.RETRACTED}


def note(
    paper_id: int,
    standing: str,
    now: datetime,
    *,
    venue: str = "",
    why: str = "",
    by: str = "",
    version: int = 0,
) -> bool:
    """Note what somebody says about a paper's standing; True if that changed its record.

    `standing`: "published", "withdrawn", "retracted", or "" for none of them. `venue`: where it was published.
    `why`: the reason given for a withdrawal or retraction. `by`: the catalogue that says so ("Crossref"); "" for the
    paper's own record. `version`: the new version that says so, if any.

    The graver standing holds, and only the one who set it can take it back, so a catalogue that knows of no
    retraction does not undo another's. A venue is filled once, and changed only by the one who set the standing.
    Each change is an event on the paper, and news for whoever kept or applied it. Call it as often as you like: what
    is known already writes nothing.
    """
    with transaction.atomic():
        paper = (
            Paper.objects.select_for_update().only("standing", "standing_by", "venue", "arrived_at").get(pk=paper_id)
        )
        venue = venue[:LONGEST_VENUE] if not paper.venue or by == paper.standing_by else ""
        before = (paper.standing, paper.venue, paper.standing_by)
        takes_back = by == paper.standing_by and paper.is_taken_back  # a paper in print does not go out of print
        if _RANK[standing] > _RANK[paper.standing] or takes_back:
            paper.standing, paper.standing_by = standing, by
        paper.venue = venue or paper.venue
        if before == (paper.standing, paper.venue, paper.standing_by):
            return False
        paper.save(update_fields=["standing", "standing_by", "venue"])
        settled = bool(version) or now - paper.arrived_at > SETTLING
        if kind := _kind(before[0], before[1], paper, settled):
            data: dict[str, Any] = {"venue": paper.venue, "why": why, "by": by, "version": version}
            tell(Event.objects.create(kind=kind, paper=paper, at=now, data={k: v for k, v in data.items() if v}))
    return True


def _kind(standing: str, venue: str, paper: Paper, settled: bool) -> str:
    """The kind of event that this change is; "" for none."""
    if paper.standing == standing and not (standing == Paper.Standing.PUBLISHED and not venue and paper.venue):
        return ""
    if _RANK[paper.standing] < _RANK[standing]:
        return Event.Kind.REINSTATED
    return _KINDS[paper.standing] if settled or paper.is_taken_back else ""


def read_again(paper: dict[str, Any], now: datetime) -> None:
    """Note the standing that a stored record names, given its columns: rows from older versions of Tenth have none."""
    if not paper["standing"]:
        found = standing_of(paper["title"], paper["abstract"], paper["comment"], paper["journal_ref"])
        if found.standing:
            why = paper["comment"][:300] if found.standing != PUBLISHED else ""
            note(paper["pk"], found.standing, now, venue=found.venue, why=why)


def tell(event: Event) -> None:
    """Make an event of a paper news for everybody who kept or applied it."""
    assert event.paper_id
    News.objects.spread(event)
