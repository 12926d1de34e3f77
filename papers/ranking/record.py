"""ranking.record: summarize each source for the list: its pace, yield and applied papers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from papers.models import Application, Source
from papers.models.source import RECENT_AT_MOST

from .score import ENOUGH_SKIMMED, one_in

MONTH = 30  # days
YOUNG = timedelta(days=7)  # a first pull also brings old papers, so until then we show a count and no pace


@dataclass(frozen=True, slots=True)
class Record:
    """A source's summary: "4 a day · 1 in 5 read · 2 used"."""

    source: Source
    brings: str
    read: str  # "" while too few of its papers were skimmed
    used: int  # papers that were applied in a project

    @property
    def words(self) -> list[str]:
        return [words for words in (self.brings, self.read, f"{self.used} used" if self.used else "") if words]


def records(sources: Iterable[Source], now: datetime) -> list[Record]:
    """Summarize these sources, which must come from `Source.objects.with_recent(now)`."""
    sources = list(sources)
    used = Application.objects.papers_by_source(sources)
    return [Record(source, _brings(source, now), _read(source), used.get(source.pk, 0)) for source in sources]


def _brings(source: Source, now: datetime) -> str:
    recent: int = source.recent  # type: ignore[attr-defined]  # annotated by with_recent
    if now - source.created_at < YOUNG and recent < RECENT_AT_MOST:
        return f"{recent:,} so far" if recent else "nothing yet"
    if recent >= RECENT_AT_MOST:
        return f"over {RECENT_AT_MOST // MONTH} a day"
    return pace(recent)


def pace(count: int, days: float = MONTH) -> str:
    """The rate of papers per day, week or month, whichever is the shortest with at least one.

    >>> pace(120), pace(13), pace(1), pace(0)
    ('4 a day', '3 a week', '1 a month', 'none in 30 days')
    """
    for name, length in (("day", 1), ("week", 7), ("month", MONTH)):
        if number := int(count * length / days + 0.5):
            return f"{number:,} a {name}"
    return f"none in {days:g} days"


def _read(source: Source) -> str:
    if source.yield_read is None or source.yield_skimmed < ENOUGH_SKIMMED:
        return ""
    return f"{one_in(source.yield_read)} read"
