"""insight.cost: the team's time that each source takes, and the applications that it leads to."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ..models import Person, Source
from ..ranking.yields import posterior_mean
from . import steps

PRIOR_MEAN = 0.02  # one in fifty papers looked at gets applied, until the team has its own record
PRIOR_STRENGTH = 20.0
SKIM_MINUTES = 1  # per skimmed card; reading takes the paper's own minutes, or its source's median
RANGE = 0.9
MUCH = 30  # papers looked at without reading any, after which muting is proposed


@dataclass(frozen=True, slots=True)
class Spent:
    """A source's papers in the window: how many the team looked at, read and applied, and by how many people."""

    source_id: int
    kind: str
    looked: int
    read: int
    used: int  # of those looked at
    applied: int
    minutes: float
    people: int
    others: int  # people other than the one who asks
    readers: int  # people who read a paper of it
    other_readers: int


@dataclass(frozen=True, slots=True)
class Cost:
    source: Source
    spent: Spent
    chance: float  # that a paper from it gets applied once looked at; the posterior's mean
    low: float
    high: float

    @property
    def is_visible(self) -> bool:
        """Figures are hidden when fewer than three people looked at a source, except from its only reader."""
        return self.spent.people >= steps.TEAM or not self.spent.others

    @property
    def is_reading_visible(self) -> bool:
        """The same rule for reads, and for minutes, which are mostly reading."""
        return self.is_visible and (self.spent.readers >= steps.TEAM or not self.spent.other_readers)

    @property
    def suggests_muting(self) -> bool:
        """The team looked at many of its papers and used none. It is only suggested, never muted automatically."""
        spent, pulled = self.spent, self.source.kind != Source.Kind.PERSON
        useless = spent.looked >= MUCH and not (spent.read or spent.applied)
        return pulled and useless and self.is_visible and self.source.state == Source.State.ACTIVE

    @property
    def looked_per_applied(self) -> float | None:
        return self.spent.looked / self.spent.applied if self.spent.applied else None

    @property
    def minutes_per_applied(self) -> float | None:
        return self.spent.minutes / self.spent.applied if self.spent.applied else None


def costs(person: Person, window: steps.Window) -> list[Cost]:
    """All sources with papers that were looked at or applied, the most expensive first."""
    spent = _spent(person, window)
    sources = Source.objects.in_bulk([row.source_id for row in spent])
    chances = by_source(spent)
    rows = [Cost(sources[row.source_id], row, *chances[row.source_id]) for row in spent]
    return sorted(rows, key=lambda cost: (-cost.spent.looked, cost.source.name.casefold()))


def by_source(spent: Iterable[Spent]) -> dict[int, tuple[float, float, float]]:
    """Mean and 90% range of each source's chance: a Beta-Binomial posterior shrunk toward the mean of its kind.

    The kind's mean is itself shrunk toward one in fifty (Gelman et al., Bayesian Data Analysis, 3rd ed., §2.4, §5.3).

    >>> quiet = Spent(1, "feed", looked=0, read=0, used=0, applied=0, minutes=0,
    ...     people=0, others=0, readers=0, other_readers=0)
    >>> busy = Spent(2, "feed", looked=180, read=60, used=18, applied=18, minutes=900,
    ...     people=4, others=3, readers=4, other_readers=3)
    >>> chances = by_source([quiet, busy])
    >>> [round(number, 3) for number in chances[2]]  # (18 + 20 × 0.092) / 200: near its own record, 0.1
    [0.099, 0.067, 0.136]
    >>> round(chances[1][0], 3)  # without data, the mean of its kind
    0.092
    """
    spent = list(spent)
    kinds: dict[str, tuple[int, int]] = {}
    for row in spent:
        used, looked = kinds.get(row.kind, (0, 0))
        kinds[row.kind] = (used + row.used, looked + row.looked)
    means = {kind: posterior_mean(used, looked, PRIOR_MEAN, PRIOR_STRENGTH) for kind, (used, looked) in kinds.items()}
    chances = {}
    for row in spent:
        prior = means[row.kind]
        a, b = row.used + PRIOR_STRENGTH * prior, row.looked - row.used + PRIOR_STRENGTH * (1 - prior)
        tail = (1 - RANGE) / 2
        chances[row.source_id] = (a / (a + b), beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b))
    return chances


def _spent(person: Person, window: steps.Window) -> list[Spent]:
    skimmed, skimmed_values = window.sql("skimmed_at")
    read, read_values = window.sql("read_at")
    applied, applied_values = window.sql("used.at")
    sql = f"""
        WITH act AS MATERIALIZED (
            SELECT paper_id, person_id, ({skimmed}) IS TRUE AS skimmed, ({read}) IS TRUE AS read
            FROM papers_stage WHERE ({skimmed}) OR ({read})
        ), paper AS (
            SELECT paper_id, bool_or(act.read) AS read,
                sum(act.skimmed::int * %s) AS skimming, sum(act.read::int) AS readings,
                min(papers_paper.minutes) AS minutes
            FROM act JOIN papers_paper ON papers_paper.id = paper_id GROUP BY paper_id
        ), used AS (
            SELECT paper_id, min(at) AS at FROM papers_application GROUP BY paper_id
        ), looked AS (
            SELECT source_id, count(*) AS looked, count(*) FILTER (WHERE read) AS read, count(used.at) AS used,
                sum(skimming + readings * coalesce(nullif(minutes, 0), source.typical_minutes)) AS minutes
            FROM paper JOIN papers_sighting USING (paper_id) JOIN papers_source source ON source.id = source_id
            LEFT JOIN used USING (paper_id) GROUP BY source_id
        ), took AS (
            SELECT source_id, count(*) AS people, count(*) FILTER (WHERE person_id <> %s) AS others,
                count(*) FILTER (WHERE read) AS readers,
                count(*) FILTER (WHERE read AND person_id <> %s) AS other_readers
            FROM (
                SELECT source_id, person_id, bool_or(read) AS read FROM act JOIN papers_sighting USING (paper_id)
                GROUP BY source_id, person_id
            ) part GROUP BY source_id
        ), gave AS (
            SELECT source_id, count(*) AS applied FROM used JOIN papers_sighting USING (paper_id)
            WHERE {applied} GROUP BY source_id
        )
        SELECT source.id, source.kind, coalesce(looked.looked, 0), coalesce(looked.read, 0), coalesce(looked.used, 0),
            coalesce(gave.applied, 0), coalesce(looked.minutes, 0)::float8, coalesce(took.people, 0),
            coalesce(took.others, 0), coalesce(took.readers, 0), coalesce(took.other_readers, 0)
        FROM papers_source source
        LEFT JOIN looked ON looked.source_id = source.id
        LEFT JOIN took ON took.source_id = source.id
        LEFT JOIN gave ON gave.source_id = source.id
        WHERE looked.looked IS NOT NULL OR gave.applied IS NOT NULL
    """
    values = [*skimmed_values, *read_values] * 2 + [SKIM_MINUTES, person.pk, person.pk, *applied_values]
    return [Spent(*row) for row in steps.rows(sql, values)]


# ── the Beta distribution ────────────────────────────────────────────────────────────────────


def beta_quantile(chance: float, a: float, b: float) -> float:
    """The quantile of a Beta(a, b) distribution, by bisection.

    >>> round(beta_quantile(0.5, 1, 1), 4), round(beta_quantile(0.05, 2, 8), 4), round(beta_quantile(0.95, 2, 8), 4)
    (0.5, 0.041, 0.4291)
    """
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_below(middle, a, b) < chance else (low, middle)
    return (low + high) / 2


def beta_below(x: float, a: float, b: float) -> float:
    """The distribution function P(Beta(a, b) ≤ x), by Lentz's continued fraction.

    Press et al., Numerical Recipes, 3rd ed., §6.4.

    >>> round(beta_below(0.3, 2, 3), 4)  # 6·(x²/2 − 2x³/3 + x⁴/4)
    0.3483
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # it converges quickly below the mean
        return 1 - beta_below(1 - x, b, a)
    scale = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 300):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / (1 + step * d), 1 + step / c
            fraction *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return scale * fraction
