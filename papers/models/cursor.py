"""models.cursor: a position in a list sorted newest first, as it is written in an address."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT = re.compile(r"(\d{1,18})-(\d{1,19})", re.ASCII)
LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """The time of the last row shown, and its id to break ties."""

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
        """Parse the text form of a cursor; None for any other text."""
        if not (match := _TEXT.fullmatch(text)):
            return None
        try:
            return cls(_EPOCH + timedelta(microseconds=int(match[1])), min(int(match[2]), LAST_ID))
        except OverflowError:
            return None

    def after(self, at: str, id: str) -> Q:
        """The condition for the rows that follow, given the names of the two columns."""
        # The first condition is implied, but lets PostgreSQL find the start by the index alone.
        return Q(**{f"{at}__lte": self.at}) & (Q(**{f"{at}__lt": self.at}) | Q(**{f"{id}__lt": self.id}))
