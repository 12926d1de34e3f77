"""ranking.refresh: recompute the yields and typical reading times of all sources."""

from datetime import datetime, timedelta

from django.db import connection

from papers.models import Source, Stage

from . import yields

WINDOW = timedelta(days=180)  # interests change, so older reading says little
LATEST = 200  # papers of a source that tell how long its papers are


def refresh_yields(now: datetime) -> int:
    """Store each source's yield; returns how many changed."""
    counts = [yields.Counts(**row) for row in Stage.objects.counted_by_source(now - WINDOW)]
    skimmed = {row.source_id: row.skimmed for row in counts}
    new_yields = yields.by_source(counts)
    changed = []
    for source in Source.objects.only("yield_read", "yield_skimmed"):
        current = (new_yields.get(source.pk), skimmed.get(source.pk, 0))
        if current != (source.yield_read, source.yield_skimmed):
            source.yield_read, source.yield_skimmed = current
            changed.append(source)
    Source.objects.bulk_update(changed, ["yield_read", "yield_skimmed"])
    return len(changed)


_MEDIANS = """
    UPDATE papers_source source SET typical_minutes = median.minutes
    FROM (
        SELECT each.id, (
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.minutes) FROM (
                SELECT minutes FROM papers_paper JOIN (
                    SELECT paper_id FROM papers_sighting WHERE source_id = each.id ORDER BY at DESC LIMIT %s
                ) sighting ON papers_paper.id = paper_id WHERE minutes > 0
            ) latest
        )::smallint AS minutes FROM papers_source each
    ) median
    WHERE median.id = source.id AND median.minutes <> source.typical_minutes
"""


def refresh_minutes() -> int:
    """Store each source's typical reading time: the median of its latest papers of known length.

    Returns how many changed. A source whose papers' lengths are all unknown keeps what it has.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MEDIANS, [LATEST])
        return int(cursor.rowcount)
