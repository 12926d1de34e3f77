"""reading.newest: one page of the papers that fit, newest first, however many fit.

Two ways lead to a page. Along the dates each paper is looked at, and what is common fills the page within a few
hundred. Through an index all that fits is gathered and sorted, which is quick for what is rare. PostgreSQL mostly knows
how many papers fit. But not always, and a walk after something rare would look at every paper there is. So a walk ends
at a fence, what it met says where the next fence stands, and the last step gathers everything.
"""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, F, Min

from ..models import Paper
from ..models.paper import PaperQuerySet

FEW = 2_000  # so many are gathered and sorted without more ado
WALK = 2_000  # so many are looked at one by one
FENCES, FARTHEST = 3, 100_000
NARROWEST, WIDEST = 4, 32  # times as far as the fence before

# No index has this order, so PostgreSQL has no reason to walk.
GATHERED = (ExpressionWrapper(F("arrived_at") + timedelta(0), DateTimeField()).desc(), "-id")

# For one transaction. To read a paper's words costs more than PostgreSQL believes, because they are stored apart from
# the row: an index saves that. And no search runs long enough to compile its plan or to call in other processes.
SETTINGS = {"random_page_cost": "1.1", "enable_seqscan": "off", "jit": "off", "max_parallel_workers_per_gather": "0"}


def take(papers: PaperQuerySet, among: PaperQuerySet, limit: int) -> list[Paper]:
    """The newest of `papers`, inside a transaction. `among`: all papers of the same days, newest first."""
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
    """How many papers PostgreSQL expects, without counting them."""
    (plan,) = json.loads(papers.order_by().values("pk").explain(format="json"))
    return plan["Plan"]["Plan Rows"]


def _fence(among: PaperQuerySet, reach: int) -> datetime | None:
    """When the last of the so many newest arrived; None when there is none."""
    return among.values("arrived_at")[:reach].aggregate(fence=Min("arrived_at"))["fence"]
