"""refused: the one way to say no: a sentence for the person, raised wherever it is known that something cannot be done.

views.page turns it into a page, a fragment, JSON, or an error beside a form's field. A worker stores the sentence.
"""

from typing import ClassVar


class Refused(Exception):  # noqa: N818 (it is an answer, not a failure)
    """Refuse what was asked for. `field` names the form's field that is to blame, if one is."""

    status: ClassVar[int] = 400

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotYours(Refused):
    """It belongs to somebody else, or is for other people to do."""

    status = 403


class Gone(Refused):
    """It cannot be done any more, or not as things are now."""

    status = 409


class TooMany(Refused):
    """So many of these are under way that another has to wait."""

    status = 429


class TooMuch(Refused):
    """It would take longer than somebody can wait for."""

    status = 503
