"""insight.price: do √N of the units give half? Plain Python.

Derek J. de Solla Price, Little Science, Big Science (Columbia University Press, 1963), ch. 2: half of the papers come
from the square root of all who write any. How often it holds: P. T. Nicholls, Price's square root law: empirical
validity and relation to Lotka's law, Information Processing & Management 24 (1988) 469-477: mostly it does not, so
the measured share is what a page may claim, and the law only what it is held against.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 20  # papers; fewer give no share worth a number


@dataclass(frozen=True, slots=True)
class Price:
    """How concentrated a count is. `share` is of the top ⌈√N⌉; `half` is how few units hold half of the total."""

    units: int
    total: float
    root: float
    top: int
    share: float
    half: int


def price(counts: Sequence[float]) -> Price:
    """Measure these counts, one a unit; units that gave nothing do not count (Price counts those who wrote any).

    Nine units, of which the top ⌈√9⌉ = 3 gave 10 + 5 + 3 of 24; two of them hold half already:

    >>> price([1, 10, 1, 5, 1, 3, 1, 1, 1, 0])
    Price(units=9, total=24, root=3.0, top=3, share=0.75, half=2)

    The issue's own example: 52 sources, √52 ≈ 7.2, so the top 8.

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
    """⌈√N⌉ in whole numbers, so that 49 gives 7 and never 8.

    >>> [root_of(n) for n in (0, 1, 2, 4, 49, 52, 10**16)]
    [0, 1, 2, 2, 7, 8, 100000000]
    """
    return math.isqrt(units - 1) + 1 if units else 0


def price_share(ranked: Sequence[float], total: float) -> float:
    """What the top ⌈√N⌉ gave, of all. `ranked` is sorted, largest first, without zeros.

    >>> price_share([6, 2, 1, 1], 10), price_share([], 0)
    (0.8, 0.0)
    """
    return sum(ranked[: root_of(len(ranked))]) / total if total else 0.0


def half_count(ranked: Sequence[float], total: float) -> int:
    """The smallest number of units that hold at least half.

    >>> half_count([6, 2, 1, 1], 10), half_count([1, 1, 1, 1, 1], 5), half_count([], 0)
    (1, 3, 0)
    """
    so_far = 0.0
    for number, count in enumerate(ranked, 1):
        so_far += count
        if so_far * 2 >= total - 1e-9 * total:  # thirds do not add up exactly
            return number
    return 0


def cumulative(ranked: Sequence[float], at_most: int = 400) -> list[tuple[int, float]]:
    """(units, share of the total that they hold) from none to all; of many units a readable number of points.

    The points at ⌈√N⌉ and at half are always among them.

    >>> cumulative([3, 1])
    [(0, 0.0), (1, 0.75), (2, 1.0)]
    """
    total = sum(ranked)
    if not total:
        return []
    step = max(1, math.ceil(len(ranked) / at_most))
    marked = {root_of(len(ranked)), half_count(ranked, total), len(ranked)}
    points, so_far = [(0, 0.0)], 0.0
    for number, count in enumerate(ranked, 1):
        so_far += count
        if number % step == 0 or number in marked:
            points.append((number, min(so_far / total, 1.0)))
    return points


# ── in a sentence ────────────────────────────────────────────────────────────────────────────

PLURALS = {"source": "sources", "author": "authors", "category": "categories"}


def sentence(found: Price, papers: int, unit: str, did: str) -> str:
    """The finding, as the page says it; with fewer than 20 papers only that it is too early.

    >>> sentence(price([8] * 8 + [1] * 44), 108, "source", "applied")
    "8 of your 52 sources (√52 ≈ 7.2, so 8) gave 59% of what you applied. Price's law says half."
    >>> sentence(price([1, 1, 1, 1]), 4, "source", "applied")
    'not enough yet: 4 applied, needs 20'
    >>> sentence(price([25]), 25, "category", "read")
    'All of what you read came from one category: there is nothing to compare.'
    """
    if papers < ENOUGH:
        return f"not enough yet: {papers} {did}, needs {ENOUGH}"
    if found.units == 1:
        return f"All of what you {did} came from one {unit}: there is nothing to compare."
    exact = found.top * found.top == found.units
    root = f"√{found.units:,} = {found.top:,}" if exact else f"√{found.units:,} ≈ {found.root:.1f}, so {found.top:,}"
    return (
        f"{found.top:,} of your {found.units:,} {PLURALS[unit]} ({root}) gave {found.share:.0%} of what you {did}. "
        "Price's law says half."
    )
