"""models.cursor: a place in a list that is sorted by time, newest first, as an address writes it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(r"(\d{1,18})-(\d{1,19})", re.ASCII)
LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was shown: its time, and its id where two have the same time."""

    at: datetime
    id: int = LAST_ID

    def __str__(self) -> str:
        """
        >>> str(Cursor(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), 7))
        '1000000-7'
        """
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Read what `str` wrote; None for anything else."""
        if not (written := _WRITTEN.fullmatch(text)):
            return None
        try:
            return cls(_EPOCH + timedelta(microseconds=int(written[1])), min(int(written[2]), LAST_ID))
        except OverflowError:
            return None

    def after(self, at: str, id: str) -> Q:
        """The rows that follow, by the names of the two columns."""
        # The first condition is implied; with it the index alone finds where to begin.
        return Q(**{f"{at}__lte": self.at}) & (Q(**{f"{at}__lt": self.at}) | Q(**{f"{id}__lt": self.id}))
