"""ranking.refresh: make the yields anew from what the team skimmed and read."""

from datetime import datetime, timedelta

from papers.models import Source, Stage

from . import yields

WINDOW = timedelta(days=180)  # teams change their interests; what was read years ago says little


def refresh_yields(now: datetime) -> int:
    """Store each source's yield; returns how many changed."""
    counted = [yields.Counted(**row) for row in Stage.objects.counted_by_source(now - WINDOW)]
    skimmed = {row.source_id: row.skimmed for row in counted}
    fresh = yields.by_source(counted)
    changed = []
    for source in Source.objects.only("yield_read", "yield_skimmed"):
        found = (fresh.get(source.pk), skimmed.get(source.pk, 0))
        if found != (source.yield_read, source.yield_skimmed):
            source.yield_read, source.yield_skimmed = found
            changed.append(source)
    Source.objects.bulk_update(changed, ["yield_read", "yield_skimmed"])
    return len(changed)
