"""insight.funnel: pulled → skimmed → read → voted up → applied, and how few of many that is."""

from dataclasses import dataclass

from ..models import Person
from . import steps


@dataclass(frozen=True, slots=True)
class Step:
    """Distinct papers that first got to this step in the window. `papers` is None where it may not be told."""

    name: str
    words: str
    papers: int | None
    of_pulled: str = ""  # "1 in 12"
    of_before: str = ""
    hidden: str = ""  # why not


def funnel(person: Person, window: steps.Window) -> list[Step]:
    told: list[Step] = []
    pulled = before = 0
    for name, words in steps.WORDS.items():
        if hidden := steps.may_tell(person, name, window):
            told.append(Step(name, words, None, hidden=hidden))
            continue
        papers = steps.reached(name, window)
        first = name == "pulled"
        told.append(
            Step(name, words, papers, "" if first else one_in(papers, pulled), "" if first else one_in(papers, before))
        )
        pulled, before = (papers, papers) if first else (pulled, papers)
    return told


def one_in(some: int, of: int) -> str:
    """How few of many, as people say it.

    >>> one_in(10, 100), one_in(3, 100), one_in(2, 3), one_in(0, 50), one_in(5, 5), one_in(0, 0)
    ('1 in 10', '1 in 33', '1 in 1.5', 'none of 50', 'all', '')
    >>> one_in(7, 5)
    'more than came in'
    """
    if not of:
        return ""
    if not some:
        return f"none of {of:,}"
    if some > of:  # a window may see papers read that had come before it
        return "more than came in"
    if some == of:
        return "all"
    ratio = of / some
    return f"1 in {ratio:.1f}".removesuffix(".0") if ratio < 9.95 else f"1 in {ratio:,.0f}"
