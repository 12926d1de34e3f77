"""refused: the one way to say no: a sentence for the person, raised wherever something cannot be done.

views.page turns it into a page, a fragment, JSON, or an error beside a form's field. A worker stores the sentence.
"""

from typing import ClassVar


class Refused(Exception):  # noqa: N818 (it is an answer, not a failure)
    """Refuse a request. `field` names the form field at fault, if any."""

    status: ClassVar[int] = 400

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotYours(Refused):
    """Somebody else's, or for other roles."""

    status = 403


class Gone(Refused):
    """No longer possible, or not in the current state."""

    status = 409


class TooMany(Refused):
    """Too many of these are already under way."""

    status = 429


class TooMuch(Refused):
    """It would take too long."""

    status = 503
