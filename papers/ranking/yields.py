"""ranking.yields: a source's yield, the chance that a paper from it gets read."""

from collections.abc import Iterable
from dataclasses import dataclass

PRIOR_MEAN = 0.1  # "1 in 10 papers get read"
PRIOR_STRENGTH = 20.0  # the prior counts as much as this many skimmed papers


@dataclass(frozen=True, slots=True)
class Counts:
    """A source's distinct papers that somebody skimmed in the window, and how many of those somebody read."""

    source_id: int
    kind: str
    skimmed: int
    read: int


def posterior_mean(read: int, skimmed: int, prior_mean: float, strength: float = PRIOR_STRENGTH) -> float:
    """The mean of a Beta posterior after `read` of `skimmed` (Gelman et al., Bayesian Data Analysis, 3rd ed., §2.4).

    With little data the result stays near the prior; with much data it approaches the source's own record.

    >>> round(posterior_mean(0, 0, 0.1), 3), round(posterior_mean(1, 1, 0.1), 3), round(posterior_mean(50, 100, 0.1), 3)
    (0.1, 0.143, 0.433)
    """
    return (read + strength * prior_mean) / (skimmed + strength)


def by_source(counts: Iterable[Counts]) -> dict[int, float]:
    """Each source's yield, shrunk toward the mean of its kind, which is itself shrunk toward one in ten."""
    counts = list(counts)
    kinds: dict[str, list[int]] = {}
    for row in counts:
        total = kinds.setdefault(row.kind, [0, 0])
        total[0] += row.read
        total[1] += row.skimmed
    means = {kind: posterior_mean(read, skimmed, PRIOR_MEAN) for kind, (read, skimmed) in kinds.items()}
    return {row.source_id: posterior_mean(row.read, row.skimmed, means[row.kind]) for row in counts}
