"""insight.price: measure Price's square root law: do √N of the units give half? Plain Python.

Derek J. de Solla Price, Little Science, Big Science (Columbia University Press, 1963), ch. 2: half of all papers are
written by the square root of the number of authors. P. T. Nicholls, Price's square root law: empirical validity and
relation to Lotka's law, Information Processing & Management 24 (1988) 469-477, found that this mostly does not hold.
So the page states the measured share and mentions the law only for comparison.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 20  # papers; a share of fewer means nothing


@dataclass(frozen=True, slots=True)
class Price:
    """The concentration of counts. `share`: the share of the top ⌈√N⌉ units. `half`: the units that make up half."""

    units: int
    total: float
    root: float
    top: int
    share: float
    half: int


def price(counts: Sequence[float]) -> Price:
    """Measure these counts, one per unit. Zeros are ignored, because Price counts only authors who wrote a paper.

    Nine units, of which the top ⌈√9⌉ = 3 gave 10 + 5 + 3 of 24, and two of them already half:

    >>> price([1, 10, 1, 5, 1, 3, 1, 1, 1, 0])
    Price(units=9, total=24, root=3.0, top=3, share=0.75, half=2)

    52 sources, √52 ≈ 7.2, so the top 8:

    >>> p = price([8] * 8 + [1] * 41 + [0.0] * 5 + [1] * 3)
    >>> p.units, round(p.root, 1), p.top, round(p.share, 2)
    (52, 7.2, 8, 0.59)
    """
    ranked = sorted((count for count in counts if count > 0), reverse=True)
    total = sum(ranked)
    top = root_of(len(ranked))
    share = price_share(ranked, total)
    return Price(len(ranked), total, math.sqrt(len(ranked)), top, share, half_count(ranked, total))


def root_of(units: int) -> int:
    """⌈√N⌉ in integer arithmetic, so that 49 never gives 8.

    >>> [root_of(n) for n in (0, 1, 2, 4, 49, 52, 10**16)]
    [0, 1, 2, 2, 7, 8, 100000000]
    """
    return math.isqrt(units - 1) + 1 if units else 0


def price_share(ranked: Sequence[float], total: float) -> float:
    """The share of the top ⌈√N⌉ in the total. `ranked` is sorted, largest first, without zeros.

    >>> price_share([6, 2, 1, 1], 10), price_share([], 0)
    (0.8, 0.0)
    """
    return sum(ranked[: root_of(len(ranked))]) / total if total else 0.0


def half_count(ranked: Sequence[float], total: float) -> int:
    """The smallest number of units that make up at least half.

    >>> half_count([6, 2, 1, 1], 10), half_count([1, 1, 1, 1, 1], 5), half_count([], 0)
    (1, 3, 0)
    """
    running = 0.0
    for number, count in enumerate(ranked, 1):
        running += count
        if running * 2 >= total - 1e-9 * total:  # thirds do not add up exactly
            return number
    return 0


def cumulative(ranked: Sequence[float], at_most: int = 400) -> list[tuple[int, float]]:
    """Points (number of units, their share of the total), thinned out when there are many units.

    The points at ⌈√N⌉ and at half are always included.

    >>> cumulative([3, 1])
    [(0, 0.0), (1, 0.75), (2, 1.0)]
    """
    total = sum(ranked)
    if not total:
        return []
    step = max(1, math.ceil(len(ranked) / at_most))
    marked = {root_of(len(ranked)), half_count(ranked, total), len(ranked)}
    points, running = [(0, 0.0)], 0.0
    for number, count in enumerate(ranked, 1):
        running += count
        if number % step == 0 or number in marked:
            points.append((number, min(running / total, 1.0)))
    return points


# ── in a sentence ────────────────────────────────────────────────────────────────────────────

PLURALS = {"source": "sources", "author": "authors", "category": "categories"}


def sentence(result: Price, papers: int, unit: str, verb: str) -> str:
    """State the result in a sentence; with fewer than 20 papers, only that it is too early.

    >>> sentence(price([8] * 8 + [1] * 44), 108, "source", "applied")
    "8 of your 52 sources (√52 ≈ 7.2, so 8) gave 59% of what you applied. Price's law says half."
    >>> sentence(price([1, 1, 1, 1]), 4, "source", "applied")
    'not enough yet: 4 applied, needs 20'
    >>> sentence(price([25]), 25, "category", "read")
    'Everything you read came from one category, so there is nothing to compare.'
    """
    if papers < ENOUGH:
        return f"not enough yet: {papers} {verb}, needs {ENOUGH}"
    if result.units == 1:
        return f"Everything you {verb} came from one {unit}, so there is nothing to compare."
    units, top = f"{result.units:,}", f"{result.top:,}"
    root = f"√{units} = {top}" if result.top**2 == result.units else f"√{units} ≈ {result.root:.1f}, so {top}"
    return (
        f"{top} of your {units} {PLURALS[unit]} ({root}) gave {result.share:.0%} of what you {verb}. "
        "Price's law says half."
    )
