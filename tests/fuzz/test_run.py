"""fuzz: a few hundred inputs go through every reader, and what breaks is told so that it can be replayed."""

from random import Random

import pytest

from fuzz import mutate, run, seeds, targets


@pytest.fixture
def fed(monkeypatch):
    monkeypatch.setattr(run, "TARGETS", targets.build([seeds.RSS.encode(), b"plain text"]))
    return run.TARGETS


def test_a_few_hundred_inputs_break_nothing(fed):
    counts, failures = run.batch(("tests/0", 400, ""))
    assert counts.total() == 400
    assert failures == []


def test_one_seed_makes_the_same_inputs():
    def inputs():
        rng = Random("7/0")
        return [mutate.text(rng, seeds.TEXTS) for _ in range(50)]

    assert inputs() == inputs()
    assert len(set(inputs())) > 40


def test_a_failure_is_told_with_its_input(fed, monkeypatch):
    def fails(value):
        raise KeyError("missing")

    monkeypatch.setitem(fed, "words", targets.Target(1, lambda rng: "an input", fails))
    _, failures = run.batch(("7/0", 1, "words"))
    assert failures == ["FAILED  words with seed 7/0: KeyError: 'missing'\n        'an input'"]
