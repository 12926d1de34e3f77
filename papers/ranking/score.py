"""ranking.score: estimate the chance that the team reads a paper, with the reasons. Plain Python."""

import math
from dataclasses import dataclass

VOTE_WEIGHT = 0.8  # one vote up multiplies the odds by e^0.8, about 2.2
MOST_VOTES = 4  # any further votes make no difference
FADE_PER_DAY = 0.05  # log-odds lost for each day that a paper has waited
ENOUGH_SKIMMED = 10  # skimmed papers of a source before the card mentions its yield
UNKNOWN_YIELD = 0.1  # "1 in 10 papers get read", until a source has its own record


@dataclass(frozen=True, slots=True)
class Score:
    """`value`: a chance between 0 and 1. `words`: the reasons for it, shown on the card; may be empty."""

    value: float
    words: str


def score(yield_read: float | None, skimmed: int, votes_up: int, votes_down: int, age_days: float) -> Score:
    """The chance that the team reads a paper.

    `yield_read` is the chance that a paper of its best source gets read (ranking.yields), None while unknown. It is
    based on `skimmed` papers. Votes are counts, and `age_days` counts from the first sighting. The terms add up as
    log-odds, so the chance always stays between 0 and 1.

    >>> score(1 / 6, 60, 2, 0, 0).words
    '1 in 6 from this source gets read · 2 votes up'
    >>> round(score(0.5, 60, 0, 0, 0).value, 2), round(score(0.5, 60, 1, 0, 0).value, 2)
    (0.5, 0.69)
    """
    chance = min(max(UNKNOWN_YIELD if yield_read is None else yield_read, 0.001), 0.999)
    net = max(-MOST_VOTES, min(MOST_VOTES, votes_up - votes_down))
    log_odds = math.log(chance / (1 - chance)) + VOTE_WEIGHT * net - FADE_PER_DAY * max(age_days, 0)
    return Score(_chance(log_odds), " · ".join(_words(yield_read, skimmed, votes_up, votes_down)))


def _chance(log_odds: float) -> float:
    """The logistic function, without overflow at either end: a paper of 1970 has log-odds below -1,000.

    >>> _chance(0), _chance(-5000), _chance(5000)
    (0.5, 0.0, 1.0)
    """
    if log_odds < 0:
        odds = math.exp(log_odds)
        return odds / (1 + odds)
    return 1 / (1 + math.exp(-log_odds))


def _words(yield_read: float | None, skimmed: int, votes_up: int, votes_down: int) -> list[str]:
    words = []
    if yield_read and skimmed >= ENOUGH_SKIMMED:
        words.append(f"{_share(yield_read)} from this source gets read")
    if votes_up:
        words.append(f"{votes_up} vote{'s' * (votes_up > 1)} up")
    if votes_down:
        words.append(f"{votes_down} vote{'s' * (votes_down > 1)} down")
    return words


def _share(chance: float) -> str:
    if chance < 0.01:
        return "fewer than 1 in 100"
    return "nearly every paper" if chance >= 0.95 else one_in(chance)


def one_in(chance: float) -> str:
    """Round a chance to small numbers.

    >>> one_in(0.17), one_in(0.4), one_in(0.5), one_in(0.9), one_in(0.0004), one_in(0.97)
    ('1 in 6', '2 in 5', '1 in 2', '9 in 10', '1 in 2,500', 'nearly all')
    """
    if chance < 0.3:
        return f"1 in {1 / chance:,.0f}"
    if chance >= 0.95:
        return "nearly all"
    of = next((of for of in (2, 3, 4, 5) if abs(chance * of - round(chance * of)) < 0.1), 10)
    return f"{round(chance * of)} in {of}"
