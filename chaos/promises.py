"""chaos.promises: what Tenth promises, held against what people wrote down and what the database says.

Plain functions: each returns a sentence for every promise that was broken.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .book import UNTOUCHED, Act, Answer, states
from .evidence import Evidence

MARGIN = timedelta(minutes=2)  # for a tick, and what stands before it in line
SOURCE_CLAIM = timedelta(minutes=15) + MARGIN  # models.Source.claim: how long a crashed one may keep a source
SHARE_CLAIM = timedelta(minutes=2) + MARGIN  # models.share.CLAIM
HOST_HELD = timedelta(minutes=3)  # intake.gate.HELD_AT_MOST
VISIBILITY = timedelta(minutes=30)  # ops.broker: then a message that a killed worker took is handed out anew


@dataclass(frozen=True)
class Arrival:
    """A message that the webhook took. `at` in seconds, by the clock that also dates the kills."""

    act: str
    at: float


@dataclass(frozen=True)
class Outage:
    """From a kill until all was well again."""

    began: float
    ended: float


# ── nothing that was acknowledged is lost ────────────────────────────────────────────────────


def acts_are_kept(acts: Sequence[Act], evidence: Evidence) -> list[str]:
    """Votes, stages, comments, applications and shares are there as they were acknowledged last."""
    broken = []
    possible = states(acts)
    for key, allowed in possible.items():
        actual = evidence.states.get(key, UNTOUCHED)
        if actual not in allowed:
            broken.append(f"{key[0]} left paper {key[1]} as {_either(allowed)}, and the database says {actual}.")
    for key in evidence.states.keys() - possible.keys():
        broken.append(f"{key[0]} never touched paper {key[1]}, and the database says {evidence.states[key]}.")
    broken += _once_each("comment", acts, evidence.comments)
    broken += _once_each("apply", acts, evidence.applications)
    shares = {share.act for share in evidence.shares}
    for act in {act.value for act in acts if act.verb == "share" and act.acknowledged} - shares:
        broken.append(f"The share {act} was acknowledged, and it is not in the database.")
    return broken


def _once_each(verb: str, acts: Iterable[Act], actual: Counter[tuple[str, int, str]]) -> list[str]:
    tried = {(act.person, act.paper, act.value): act.acknowledged for act in acts if act.verb == verb}
    broken = []
    for key in tried.keys() | actual.keys():
        least = tried.get(key, False)
        if actual[key] > (key in tried) or actual[key] < least:
            broken.append(f"The {verb} {key} is in the database {actual[key]} times.")
    return broken


def _either(allowed: Collection[object]) -> str:
    return " or ".join(sorted(map(str, allowed)))


def links_are_kept(acts: Sequence[Act], site: str, evidence: Evidence) -> list[str]:
    """Each link that was added is a paper, and no other is."""
    links = {act.value.replace(site, ""): False for act in acts if act.verb == "add"}
    links |= {act.value.replace(site, ""): True for act in acts if act.verb == "add" and act.acknowledged}
    there = set(evidence.by_hand)
    lost = {link for link, acknowledged in links.items() if acknowledged} - there
    return [f"{link} was added, and it is no paper." for link in sorted(lost)] + [
        f"{link} is a paper that nobody added." for link in sorted(there - links.keys())
    ]


# ── nothing is doubled ───────────────────────────────────────────────────────────────────────


def nothing_is_doubled(evidence: Evidence) -> list[str]:
    doubled = [name for name, count in Counter(evidence.papers).items() if count > 1]
    twice = [pair for pair, count in Counter(evidence.sightings).items() if count > 1]
    return [f"There are two papers {name}." for name in doubled] + [
        f"There are two sightings {pair}." for pair in twice
    ]


def shares_arrive_once(
    acts: Iterable[Act], evidence: Evidence, arrivals: Iterable[Arrival], outages: Sequence[Outage]
) -> list[str]:
    """Each acknowledged share arrived, and once, but where a kill came between the answer and the note of it."""
    came: dict[str, list[float]] = defaultdict(list)
    for arrival in sorted(arrivals, key=lambda each: each.at):
        came[arrival.act].append(arrival.at)
    stored = {share.act: share for share in evidence.shares}
    broken = []
    for act in {act.value for act in acts if act.verb == "share" and act.acknowledged} - came.keys():
        broken.append(f"The share {act} was acknowledged, and never arrived.")
    for act, times in came.items():
        share = stored.get(act)
        if share is None:
            broken.append(f"The message {act} arrived, and the database knows no such share.")
        elif share.state != "sent":
            broken.append(f"The message {act} arrived, and the database says that it is {share.state}.")
        for at in times[:-1]:
            if not _is_excused(at, outages):
                broken.append(f"The message {act} arrived {len(times)} times, and nothing was killed meanwhile.")
    return broken


def _is_excused(at: float, outages: Iterable[Outage]) -> bool:
    """Whether something was killed before the worker can have noted what arrived then."""
    return any(outage.began - 2 <= at <= outage.ended for outage in outages)


def excused_doubles(arrivals: Iterable[Arrival]) -> int:
    """Messages that arrived more than once; the webhook's id tells the receiver."""
    return sum(count - 1 for count in Counter(arrival.act for arrival in arrivals).values())


# ── the papers are those of a calm run ───────────────────────────────────────────────────────


def papers_are_the_same(calm: Evidence, evidence: Evidence) -> list[str]:
    broken = []
    for what, theirs, ours in (
        ("paper", set(calm.papers), set(evidence.papers)),
        ("sighting", set(map(str, calm.sightings)), set(map(str, evidence.sightings))),
    ):
        broken += [f"The calm run has the {what} {name}, this one has not." for name in sorted(theirs - ours)]
        broken += [f"The calm run has no {what} {name}." for name in sorted(ours - theirs)]
    return broken


# ── nothing is stuck ─────────────────────────────────────────────────────────────────────────


def nothing_is_stuck(evidence: Evidence) -> list[str]:
    """To be asked when all has come to rest: nothing is claimed, held, waiting or in the queue."""
    now = evidence.now
    broken = [
        f"The share {each.act} is {each.state}: {each.last_error}" for each in evidence.shares if each.state != "sent"
    ]
    broken += [f"The share {each.act} is claimed still." for each in evidence.shares if each.claimed_until]
    broken += [f"{each.address} is claimed still." for each in evidence.sources if each.claimed_until]
    broken += [f"{each.address} has failed: {each.last_error}" for each in evidence.sources if each.last_error]
    broken += [f"The host {name} is held until {until}." for name, until in evidence.hosts.items()]
    for message in evidence.queue:
        if message.hidden_until <= now - MARGIN:
            broken.append(f"Nobody takes the message {message.number}, there since {message.enqueued_at}.")
        elif message.hidden_until > now + VISIBILITY:
            broken.append(f"The message {message.number} is hidden until {message.hidden_until}.")
    return broken


def nothing_was_late(shares: Evidence, longest_pull: timedelta) -> list[str]:
    """A killed worker’s work may wait until its claim expires, and no longer."""
    late = [each for each in shares.shares if each.seconds and each.seconds > SHARE_CLAIM.total_seconds()]
    broken = [f"The share {each.act} was on its way for {each.seconds:.0f} s." for each in late]
    if longest_pull > SOURCE_CLAIM:
        broken.append(f"A source that was due waited for {longest_pull.total_seconds():.0f} s.")
    return broken


# ── what people and operators saw ────────────────────────────────────────────────────────────


def answers_are_right(odd: Iterable[Answer]) -> list[str]:
    counted = Counter((each.request.split("?")[0], each.status, each.why) for each in odd)
    return [
        f"{request} was answered {status} ({count} times): {why}" for (request, status, why), count in counted.items()
    ]


# The last line of a traceback that a kill explains, and why.
EXPLAINED = {
    r"(psycopg|django\.db\.utils)[\w.]*\.(OperationalError|InterfaceError|AdminShutdown|CannotConnectNow|"
    r"CrashShutdown|IdleInTransactionSessionTimeout)|psycopg_pool\.PoolTimeout": "the database was away",
    r"kombu\.exceptions\.OperationalError": "the queue in the database was away",
    r"billiard\.exceptions\.(WorkerLostError|TimeLimitExceeded)": "a worker's child was killed",
    r"BrokenPipeError|ConnectionResetError|EOFError|BrokenProcessPool": "the process at the other end was killed",
    # A worker acknowledges what it has done over a line that was cut. The message comes again, and may run twice.
    r"AttributeError: 'NoneType' object has no attribute '_get_pgmq_client'": "the queue in the database was away",
    r"SystemExit|KeyboardInterrupt": "the process was asked to end",
}


def tracebacks(lines: Iterable[str]) -> list[str]:
    """The last line of each traceback, in order. Each line may begin with its service's name, as honcho prints it."""
    ends: list[str] = []
    inside = ""
    for line in lines:
        text = line.partition("| ")[2] if "| " in line else line
        if text.startswith("Traceback (most recent call last)"):
            inside = line[: len(line) - len(text)] or " "
        elif inside and line.startswith(inside.rstrip()) and text and not text[0].isspace():
            ends.append(text)
            inside = ""
    return ends


def log_is_clean(lines: Iterable[str]) -> list[str]:
    """No traceback but those that a kill explains."""
    counted = Counter(end[:300] for end in tracebacks(lines) if not any(re.match(known, end) for known in EXPLAINED))
    return [f"The log has a traceback ({count} times) that ends: {end}" for end, count in counted.items()]
