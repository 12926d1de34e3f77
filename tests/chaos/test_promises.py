"""Every broken promise is noticed, by the same code that judges a real run."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chaos import promises
from chaos.book import Act, Answer, states
from chaos.evidence import Evidence, Message, Share, Source
from chaos.promises import Arrival, Outage

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
SITE = "http://127.0.0.1:8200"
ADA = "ada@team.example"


def act(verb, paper=1, value="", acknowledged=True, **more):
    return Act(ADA, verb, paper, value, acknowledged, 0, **more)


ACTS = [
    act("vote", value="1"),
    act("keep", paper=2),
    act("comment", paper=3, value="Worth an hour."),
    act("apply", paper=4, value="The schedule"),
    act("share", paper=5, value="act-1"),
    act("add", value=f"{SITE}/blogs/tea-room/a-post"),
]


def evidence(**more):
    """Return the database's contents when all of ACTS were kept."""
    contents = {
        "now": NOW,
        "states": {(ADA, 1): (1, "skimmed"), (ADA, 2): (0, "kept"), (ADA, 3): (0, "skimmed")},
        "comments": Counter({(ADA, 3, "Worth an hour."): 1}),
        "applications": Counter({(ADA, 4, "The schedule"): 1}),
        "shares": [Share("act-1", "sent", 1, None, "", 0.4)],
        "papers": ["2603.60001 On kettles", "2603.60002 On lots"],
        "by_hand": ["/blogs/tea-room/a-post"],
        "sightings": [("cs.LG", "2603.60001"), ("cs.LG", "2603.60002")],
        "sources": [Source("cs.LG", None, "")],
        "hosts": {},
        "queue": [],
        "unsound": [],
    }
    return Evidence(**contents | more)


def test_kept_promises_are_not_reported():
    good, arrivals = evidence(), [Arrival("act-1", 10)]
    assert promises.acts_are_kept(ACTS, good) == []
    assert promises.links_are_kept(ACTS, SITE, good) == []
    assert promises.nothing_is_doubled(good) == []
    assert promises.shares_arrive_once(ACTS, good, arrivals, []) == []
    assert promises.papers_are_the_same(evidence(), good) == []
    assert promises.nothing_is_stuck(good) == []
    assert promises.nothing_was_late(good, timedelta(seconds=3)) == []


@pytest.mark.parametrize(
    "lost",
    [
        {"states": {(ADA, 2): (0, "kept"), (ADA, 3): (0, "skimmed")}},  # the vote
        {"states": {(ADA, 1): (-1, "skimmed"), (ADA, 2): (0, "kept"), (ADA, 3): (0, "skimmed")}},
        {"states": {(ADA, 1): (1, "skimmed"), (ADA, 2): (0, "passed"), (ADA, 3): (0, "skimmed")}},
        {"comments": Counter()},
        {"comments": Counter({(ADA, 3, "Worth an hour."): 2})},
        {"applications": Counter()},
        {"shares": []},
    ],
)
def test_a_lost_or_repeated_acknowledged_act_is_noticed(lost):
    assert len(promises.acts_are_kept(ACTS, evidence(**lost))) == 1


def test_an_act_that_nobody_did_is_noticed():
    (sentence,) = promises.acts_are_kept(ACTS, evidence(states=evidence().states | {(ADA, 9): (0, "read")}))
    assert "never touched paper 9" in sentence


def test_an_unanswered_act_may_have_happened_or_not():
    acts = [*ACTS, act("vote", value="-1", acknowledged=False), act("comment", 3, "Again.", acknowledged=False)]
    happened = evidence().states | {(ADA, 1): (-1, "skimmed")}
    comments = evidence().comments + Counter({(ADA, 3, "Again."): 1})
    assert promises.acts_are_kept(acts, evidence()) == []
    assert promises.acts_are_kept(acts, evidence(states=happened, comments=comments)) == []
    assert promises.acts_are_kept(acts, evidence(states=evidence().states | {(ADA, 1): (0, "")}))


def test_an_acknowledged_act_settles_an_unanswered_one():
    acts = [act("vote", value="1"), act("vote", value="-1", acknowledged=False), act("vote", value="-1")]
    assert states(acts) == {(ADA, 1): {(-1, "skimmed")}}


def test_an_undone_act_is_expected_to_be_gone():
    acts = [act("keep"), act("read"), act("undo", back=(0, "kept"))]
    assert states(acts) == {(ADA, 1): {(0, "kept")}}


def test_a_lost_paper_and_an_extra_one_are_noticed():
    calm = evidence()
    lost = promises.papers_are_the_same(calm, evidence(papers=calm.papers[:1], sightings=calm.sightings[:1]))
    more = promises.papers_are_the_same(calm, evidence(papers=[*calm.papers, "2603.60003 On tea"]))
    assert (len(lost), len(more)) == (2, 1)


def test_a_duplicate_paper_is_noticed():
    assert promises.nothing_is_doubled(evidence(papers=["2603.60001 On kettles"] * 2))


def test_a_lost_link_is_noticed():
    assert promises.links_are_kept(ACTS, SITE, evidence(by_hand=[]))


# ── shares ───────────────────────────────────────────────────────────────────────────────────


def test_a_share_that_never_arrived_is_noticed():
    assert promises.shares_arrive_once(ACTS, evidence(), [], [])


def test_a_hook_that_counts_twice_is_noticed():
    twice = [Arrival("act-1", 10), Arrival("act-1", 11)]
    assert promises.shares_arrive_once(ACTS, evidence(), twice, [Outage(100, 110)])


def test_a_second_arrival_is_excused_if_a_kill_came_before_the_first_was_recorded():
    twice = [Arrival("act-1", 10), Arrival("act-1", 140)]
    assert promises.shares_arrive_once(ACTS, evidence(), twice, [Outage(10.1, 12)]) == []
    assert promises.excused_doubles(twice) == 1


def test_a_message_that_arrived_but_was_not_recorded_is_noticed():
    waiting = evidence(shares=[Share("act-1", "waiting", 1, None, "", None)])
    assert promises.shares_arrive_once(ACTS, waiting, [Arrival("act-1", 10)], [])


# ── stuck ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "stuck",
    [
        {"shares": [Share("act-1", "waiting", 1, NOW + timedelta(minutes=1), "", None)]},
        {"shares": [Share("act-1", "failed", 10, None, "It was refused.", None)]},
        {"sources": [Source("cs.LG", NOW + timedelta(minutes=9), "")]},
        {"sources": [Source("cs.LG", None, "It did not answer.")]},
        {"hosts": {"127.0.0.1:8200": NOW + timedelta(minutes=2)}},
        {"queue": [Message(7, NOW - timedelta(minutes=9), NOW - timedelta(minutes=9))]},
        {"queue": [Message(7, NOW, NOW + timedelta(days=9))]},
    ],
)
def test_anything_stuck_is_noticed(stuck):
    assert promises.nothing_is_stuck(evidence(**stuck))


def test_a_killed_workers_message_is_delivered_again_in_time():
    hidden = Message(7, NOW - timedelta(minutes=9), NOW + timedelta(minutes=20))
    assert promises.nothing_is_stuck(evidence(queue=[hidden])) == []


def test_anything_late_is_noticed():
    slow = evidence(shares=[evidence().shares[0]._replace(seconds=900.0)])
    assert promises.nothing_was_late(slow, timedelta(0))
    assert promises.nothing_was_late(evidence(), timedelta(minutes=20))


# ── answers and log ──────────────────────────────────────────────────────────────────────────


def test_an_error_answer_is_reported_once_for_each_address():
    odd = Answer("POST /papers/1/vote", 500, "an internal error")
    (sentence,) = promises.answers_are_right([odd, replace(odd), odd])
    assert "500 (3 times)" in sentence


LOG = """
12:00:00 web    | INFO papers: well
12:00:00 web    | Traceback (most recent call last):
12:00:00 worker | INFO papers: a line between
12:00:00 web    |   File "papers/views/today.py", line 1, in today
12:00:00 web    | {}
""".strip().splitlines()


def test_a_traceback_that_no_kill_explains_is_noticed():
    (sentence,) = promises.log_is_clean([line.format("ValueError: no such thing") for line in LOG])
    assert "ValueError: no such thing" in sentence


def test_a_traceback_from_a_database_that_is_down_is_explained():
    assert promises.log_is_clean([line.format("django.db.utils.OperationalError: closed") for line in LOG]) == []
