"""reading.newest: fetch one page of matching papers, newest first, however many match.

There are two ways to get a page. A walk along the dates checks every paper, which is fast if matches are common: the
page is full after a few hundred papers. Gathering all matches from an index and sorting them is fast if they are rare.
PostgreSQL's estimate of the number of matches decides. But it is sometimes wrong, and then a walk would check every
paper there is. So a walk ends at a fence, its yield determines the next fence, and the last step gathers all matches.
"""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, F, Min

from ..models import Paper
from ..models.paper import PaperQuerySet

FEW = 2_000  # matches up to which all are gathered at once
WALK = 2_000  # papers up to which a walk follows the dates
FENCES, FARTHEST = 3, 100_000
NARROWEST, WIDEST = 4, 32  # growth factors from one fence to the next

# No index has this order, so PostgreSQL cannot walk along the dates.
GATHERED = (ExpressionWrapper(F("arrived_at") + timedelta(0), DateTimeField()).desc(), "-id")

# For one transaction. Checking a paper's text costs more than PostgreSQL assumes, because the text is stored outside
# the row; an index avoids that. And no search runs long enough for JIT compilation or parallel workers to pay off.
SETTINGS = {"random_page_cost": "1.1", "enable_seqscan": "off", "jit": "off", "max_parallel_workers_per_gather": "0"}


def take(papers: PaperQuerySet, among: PaperQuerySet, limit: int) -> list[Paper]:
    """The newest of `papers`. `among`: all papers of the same dates, newest first. Must run in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['set_config(%s, %s, true)'] * len(SETTINGS))}",
            [text for setting in SETTINGS.items() for text in setting],
        )
    if (expected := _estimate(papers)) > FEW:
        total = _estimate(among)
        reach = 2 * limit * max(total / expected, 1)
        for _ in range(FENCES):
            if reach > min(total / 2, FARTHEST):
                break
            if not (fence := _fence(among, int(reach))):
                return []
            near = papers.filter(arrived_at__gte=fence)
            page = list((near if reach <= WALK else near.order_by(*GATHERED))[:limit])
            if len(page) == limit:
                return page
            reach *= min(max(2 * limit / (len(page) or 1), NARROWEST), WIDEST)
    return list(papers.order_by(*GATHERED)[:limit])


def _estimate(papers: PaperQuerySet) -> int:
    """PostgreSQL's estimate of the number of papers."""
    (plan,) = json.loads(papers.order_by().values("pk").explain(format="json"))
    return plan["Plan"]["Plan Rows"]


def _fence(among: PaperQuerySet, reach: int) -> datetime | None:
    """The arrival of the last of the `reach` newest papers; None if there are none."""
    return among.values("arrived_at")[:reach].aggregate(fence=Min("arrived_at"))["fence"]
