"""`make chaos` in short: a few kills and every promise kept, then promises broken on purpose, which it notices."""

import copy
import shutil

import pytest

from chaos import promises
from chaos.__main__ import table
from chaos.run import Hit, Run
from chaos.targets import SIGNALS, plan
from tests.folders import furnished

# The supervisor goes last: its next start releases the claims of killed workers, so there is nothing to wait for.
SEED, TARGETS = 80, ("worker", "web child", "backend", "postmaster", "supervisor")

PATIENCE = 200  # seconds; other tests run at the same time, so `make chaos` enforces the real limit


@pytest.mark.journey
@pytest.mark.timeout(500)
def test_everything_killed_recovers_and_every_promise_is_kept():
    with Run(SEED, len(TARGETS), TARGETS, drain=240, limit=PATIENCE) as run:
        furnished(run.house.var)
        run.go()
        assert [hit.strike.target for hit in run.hits] == [strike.target for strike in run.strikes]
        evidence, calm = run.house.reader.read(), run.calm()
        assert run.broken(evidence, calm) == []
        notices_broken_promises(run, calm)
        assert run.end() == []
    assert "Tenth is ready" in (run.folder / "output.log").read_text()
    shutil.rmtree(run.folder)


def notices_broken_promises(run, calm):
    """Break one promise after the other in the database, without the product knowing."""
    acts = run.house.book.acts

    def after(change):
        with run.house.reader.connect() as database:
            assert database.execute(change).rowcount, change
        return run.house.reader.read()

    votes = sum(vote != 0 for vote, _ in run.house.reader.read().states.values())
    assert len(promises.acts_are_kept(acts, after("DELETE FROM papers_vote"))) >= votes > 0
    assert promises.papers_are_the_same(calm, after(ONE_SIGHTING_GONE))
    assert promises.nothing_is_doubled(after(ONE_PAPER_DOUBLED))
    assert promises.nothing_is_stuck(after("UPDATE papers_share SET claimed_until = now() + interval '1 hour'"))
    assert promises.nothing_is_stuck(after("UPDATE papers_host SET busy_until = now() + interval '1 hour'"))
    assert after(ONE_PAPER_GONE).unsound

    evidence = run.house.reader.read()
    arrivals = run.arrivals()
    assert arrivals
    assert promises.shares_arrive_once(acts, evidence, arrivals + copy.copy(arrivals), [])


ONE_SIGHTING_GONE = """
DELETE FROM papers_sighting WHERE id =
    (SELECT min(t.id) FROM papers_sighting t JOIN papers_source s ON s.id = source_id WHERE kind = 'arxiv')"""
ONE_PAPER_DOUBLED = """
UPDATE papers_paper p SET arxiv_id = o.arxiv_id, title = o.title
FROM (SELECT * FROM papers_paper WHERE arxiv_id <> '' ORDER BY id DESC LIMIT 1) o
WHERE p.id = (SELECT min(id) FROM papers_paper WHERE arxiv_id <> '')"""
# As a broken disk might: foreign keys are not checked.
ONE_PAPER_GONE = """
WITH quiet AS (SELECT set_config('session_replication_role', 'replica', false))
DELETE FROM papers_paper USING quiet WHERE id = (SELECT min(paper_id) FROM papers_sighting)"""


# ── the plan ─────────────────────────────────────────────────────────────────────────────────


def test_a_plan_is_the_same_for_the_same_seed_and_hits_every_target():
    strikes = plan(7, 200)
    assert strikes == plan(7, 200) != plan(8, 200)
    assert {strike.target for strike in strikes} == set(SIGNALS)
    assert any(strike.hasty for strike in strikes)
    assert not strikes[-1].followed


def test_only_requested_targets_are_killed():
    assert {strike.target for strike in plan(7, 20, ["postmaster", "worker"])} == {"postmaster", "worker"}


def test_the_table_counts_slow_recoveries():
    quick, slow = (Hit(strike, 0, ready=seconds) for strike, seconds in zip(plan(7, 2, ["beat"]), (2, 31), strict=True))
    (row,) = [line.split() for line in table([quick, slow]).splitlines() if line.startswith("beat")]
    assert row == ["beat", "2", "16.5", "31.0", "1", "0"]
