"""ranking.yields: what a source gives: the chance that a paper from it gets read."""

from collections.abc import Iterable
from dataclasses import dataclass

PRIOR_MEAN = 0.1  # "1 in 10 papers get read"
PRIOR_STRENGTH = 20.0  # as if this many papers had been judged before the first


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one source: distinct papers that somebody skimmed in the window, and how many of those somebody read."""

    source_id: int
    kind: str
    skimmed: int
    read: int


def posterior_mean(read: int, skimmed: int, prior_mean: float, strength: float = PRIOR_STRENGTH) -> float:
    """The mean of a Beta posterior after `read` of `skimmed` (Gelman et al., Bayesian Data Analysis, 3rd ed., §2.4).

    A source of which little is known stays near the prior; one with a record speaks for itself.

    >>> round(posterior_mean(0, 0, 0.1), 3), round(posterior_mean(1, 1, 0.1), 3), round(posterior_mean(50, 100, 0.1), 3)
    (0.1, 0.143, 0.433)
    """
    return (read + strength * prior_mean) / (skimmed + strength)


def by_source(counts: Iterable[Counted]) -> dict[int, float]:
    """Each source's yield, shrunk to the mean of its kind, which is itself shrunk to one in ten."""
    counts = list(counts)
    kinds: dict[str, list[int]] = {}
    for counted in counts:
        total = kinds.setdefault(counted.kind, [0, 0])
        total[0] += counted.read
        total[1] += counted.skimmed
    means = {kind: posterior_mean(read, skimmed, PRIOR_MEAN) for kind, (read, skimmed) in kinds.items()}
    return {c.source_id: posterior_mean(c.read, c.skimmed, means[c.kind]) for c in counts}
