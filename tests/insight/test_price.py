"""insight.price: Price's law, measured."""

import math
import random

import pytest

from papers.insight import price


@pytest.mark.parametrize("seed", range(30))
def test_agrees_with_the_obvious_computation(seed):
    drawn = random.Random(seed)
    counts = [drawn.choice([0, 1, 1, 2, 5, 40, 1 / 3]) for _ in range(drawn.randint(1, 60))]
    counts.append(1)
    found = price.price(counts)
    kept = sorted([count for count in counts if count], reverse=True)
    assert found.units == len(kept)
    assert found.top == math.ceil(math.sqrt(len(kept)))
    assert found.share == pytest.approx(sum(kept[: found.top]) / sum(kept))
    half = next(k for k in range(1, len(kept) + 1) if sum(kept[:k]) >= sum(kept) / 2 - 1e-6)
    assert found.half == half


def test_no_counts_give_zeros():
    assert price.price([]) == price.Price(0, 0, 0.0, 0, 0.0, 0)
    assert price.cumulative([]) == []


def test_rounding_errors_of_thirds_do_not_change_half():
    assert price.half_count([1 / 3] * 6, sum([1 / 3] * 6)) == 3


def test_long_curve_keeps_its_marked_points_and_ends():
    counts = sorted((1 / (n + 1) for n in range(80_000)), reverse=True)
    points = price.cumulative(counts)
    found = price.price(counts)
    assert len(points) < 410
    assert {0, found.top, found.half, 80_000} <= {n for n, _ in points}
    assert points[-1][1] == pytest.approx(1)
    assert points == sorted(points)


def test_no_share_is_stated_below_twenty_papers():
    assert price.sentence(price.price([4]), 19, "source", "applied") == "not enough yet: 19 applied, needs 20"
    assert "%" in price.sentence(price.price([12, 8]), 20, "source", "applied")


def test_square_number_has_an_exact_root():
    said = price.sentence(price.price([1] * 49), 49, "author", "read")
    assert said == "7 of your 49 authors (√49 = 7) gave 14% of what you read. Price's law says half."
