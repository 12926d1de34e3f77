"""ranking.refresh: recompute the yields of all sources from what the team skimmed and read."""

from datetime import datetime, timedelta

from papers.models import Source, Stage

from . import yields

WINDOW = timedelta(days=180)  # interests change, so older reading says little


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
