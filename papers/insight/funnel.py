"""insight.funnel: count papers from pulled to skimmed, read, voted up and applied, with the ratios between."""

from dataclasses import dataclass

from ..models import Person
from ..ranking.score import one_in
from . import steps


@dataclass(frozen=True, slots=True)
class Step:
    """Distinct papers that first reached this step in the window. `papers` is None if the figure is hidden."""

    name: str
    words: str
    papers: int | None
    of_pulled: str = ""  # "1 in 12"
    of_before: str = ""
    hidden: str = ""  # the reason, as a sentence


def funnel(person: Person, window: steps.Window) -> list[Step]:
    """All steps in order, as this person may see them."""
    funnel_steps: list[Step] = []
    pulled = before = 0
    for name, words in steps.WORDS.items():
        if hidden := steps.why_hidden(person, name, window):
            funnel_steps.append(Step(name, words, None, hidden=hidden))
            continue
        papers = steps.reached(name, window)
        if name == "pulled":
            pulled = papers
            funnel_steps.append(Step(name, words, papers))
        else:
            funnel_steps.append(Step(name, words, papers, ratio(papers, pulled), ratio(papers, before)))
        before = papers
    return funnel_steps


def ratio(part: int, whole: int) -> str:
    """The ratio of two counts in words.

    >>> ratio(10, 100), ratio(3, 100), ratio(2, 3), ratio(0, 50), ratio(5, 5), ratio(0, 0)
    ('1 in 10', '1 in 33', '2 in 3', 'none of 50', 'all', '')
    >>> ratio(7, 5)
    'more than came in'
    """
    if not whole:
        return ""
    if not part:
        return f"none of {whole:,}"
    if part > whole:  # papers read in a window may have arrived before it
        return "more than came in"
    return "all" if part == whole else one_in(part / whole)
