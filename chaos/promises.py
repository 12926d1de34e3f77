"""chaos.promises: the promises Tenth makes, checked against people's records and the database.

Plain functions, each of which returns one sentence per broken promise.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .book import UNTOUCHED, Act, Answer, states
from .evidence import Evidence

MARGIN = timedelta(minutes=2)  # for a tick and the work queued before it
SOURCE_CLAIM = timedelta(minutes=15) + MARGIN  # how long a crashed worker may keep a source (models.Source.claim)
SHARE_CLAIM = timedelta(minutes=2) + MARGIN  # models.share.CLAIM
HOST_HELD = timedelta(minutes=3)  # intake.gate.HELD_AT_MOST
VISIBILITY = timedelta(minutes=30)  # at least ops.broker.VISIBILITY, after which a message comes again


@dataclass(frozen=True)
class Arrival:
    """A message that the webhook accepted. `at` is in seconds of the clock that also dates the kills."""

    act: str
    at: float


@dataclass(frozen=True)
class Outage:
    """The time from a kill until everything worked again."""

    began: float
    ended: float


# ── nothing acknowledged is lost ─────────────────────────────────────────────────────────────


def acts_are_kept(acts: Sequence[Act], evidence: Evidence) -> list[str]:
    """Check that votes, stages, comments, applications and shares are as last acknowledged."""
    broken = []
    possible = states(acts)
    for key, allowed in possible.items():
        actual = evidence.states.get(key, UNTOUCHED)
        if actual not in allowed:
            broken.append(f"{key[0]} left paper {key[1]} as {_either(allowed)}, but the database says {actual}.")
    for key in evidence.states.keys() - possible.keys():
        broken.append(f"{key[0]} never touched paper {key[1]}, but the database says {evidence.states[key]}.")
    broken += _once_each("comment", acts, evidence.comments)
    broken += _once_each("apply", acts, evidence.applications)
    shares = {share.act for share in evidence.shares}
    for act in {act.value for act in acts if act.verb == "share" and act.acknowledged} - shares:
        broken.append(f"The share {act} was acknowledged, but is not in the database.")
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
    """Check that each added link is a paper, and that no other link is."""
    links = {act.value.replace(site, ""): False for act in acts if act.verb == "add"}
    links |= {act.value.replace(site, ""): True for act in acts if act.verb == "add" and act.acknowledged}
    stored = set(evidence.by_hand)
    lost = {link for link, acknowledged in links.items() if acknowledged} - stored
    return [f"{link} was added, but is not a paper." for link in sorted(lost)] + [
        f"{link} is a paper that nobody added." for link in sorted(stored - links.keys())
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
    """Check that each acknowledged share arrived once, unless a kill came between delivering and recording it."""
    arrived: dict[str, list[float]] = defaultdict(list)
    for arrival in sorted(arrivals, key=lambda arrival: arrival.at):
        arrived[arrival.act].append(arrival.at)
    stored = {share.act: share for share in evidence.shares}
    broken = []
    for act in {act.value for act in acts if act.verb == "share" and act.acknowledged} - arrived.keys():
        broken.append(f"The share {act} was acknowledged, but never arrived.")
    for act, times in arrived.items():
        share = stored.get(act)
        if share is None:
            broken.append(f"The message {act} arrived, but the database has no such share.")
        elif share.state != "sent":
            broken.append(f"The message {act} arrived, but the database says it is {share.state}.")
        for at in times[:-1]:
            if not _is_excused(at, outages):
                broken.append(f"The message {act} arrived {len(times)} times, although nothing was killed meanwhile.")
    return broken


def _is_excused(at: float, outages: Iterable[Outage]) -> bool:
    """Tell whether something was killed before the worker can have recorded this arrival."""
    return any(outage.began - 2 <= at <= outage.ended for outage in outages)


def excused_doubles(arrivals: Iterable[Arrival]) -> int:
    """Count messages that arrived more than once; receivers recognise them by the webhook's id."""
    return sum(count - 1 for count in Counter(arrival.act for arrival in arrivals).values())


# ── the papers match those of a calm run ─────────────────────────────────────────────────────


def papers_are_the_same(calm: Evidence, evidence: Evidence) -> list[str]:
    broken = []
    for kind, expected, actual in (
        ("paper", set(calm.papers), set(evidence.papers)),
        ("sighting", set(map(str, calm.sightings)), set(map(str, evidence.sightings))),
    ):
        broken += [f"The calm run has the {kind} {name}, this one does not." for name in sorted(expected - actual)]
        broken += [f"The calm run has no {kind} {name}." for name in sorted(actual - expected)]
    return broken


# ── nothing is stuck ─────────────────────────────────────────────────────────────────────────


def nothing_is_stuck(evidence: Evidence) -> list[str]:
    """Check that nothing is claimed, held, waiting or queued, once everything has settled."""
    now = evidence.now
    broken = [
        f"The share {share.act} is {share.state}: {share.last_error}"
        for share in evidence.shares
        if share.state != "sent"
    ]
    broken += [f"The share {share.act} is still claimed." for share in evidence.shares if share.claimed_until]
    broken += [f"{source.address} is still claimed." for source in evidence.sources if source.claimed_until]
    broken += [f"{source.address} has failed: {source.last_error}" for source in evidence.sources if source.last_error]
    broken += [f"The host {name} is held until {until}." for name, until in evidence.hosts.items()]
    for message in evidence.queue:
        if message.hidden_until <= now - MARGIN:
            broken.append(f"Nobody takes message {message.number}, queued at {message.enqueued_at}.")
        elif message.hidden_until > now + VISIBILITY:
            broken.append(f"The message {message.number} is hidden until {message.hidden_until}.")
    return broken


def nothing_was_late(shares: Evidence, longest_pull: timedelta) -> list[str]:
    """Check that a killed worker's work waited no longer than its claim lasted."""
    late = [share for share in shares.shares if share.seconds and share.seconds > SHARE_CLAIM.total_seconds()]
    broken = [f"The share {share.act} took {share.seconds:.0f} s." for share in late]
    if longest_pull > SOURCE_CLAIM:
        broken.append(f"A source that was due waited for {longest_pull.total_seconds():.0f} s.")
    return broken


# ── answers and logs ─────────────────────────────────────────────────────────────────────────


def answers_are_right(odd: Iterable[Answer]) -> list[str]:
    counts = Counter((answer.request.split("?")[0], answer.status, answer.why) for answer in odd)
    return [
        f"{request} was answered {status} ({count} times): {why}" for (request, status, why), count in counts.items()
    ]


# Last lines of tracebacks that a kill explains, and the explanation.
EXPLAINED = {
    r"(psycopg|django\.db\.utils)[\w.]*\.(OperationalError|InterfaceError|AdminShutdown|CannotConnectNow|"
    r"CrashShutdown|IdleInTransactionSessionTimeout)|psycopg_pool\.PoolTimeout": "the database was down",
    r"kombu\.exceptions\.OperationalError": "the queue in the database was down",
    r"billiard\.exceptions\.(WorkerLostError|TimeLimitExceeded)": "a worker's child was killed",
    r"BrokenPipeError|ConnectionResetError|EOFError|BrokenProcessPool": "the process at the other end was killed",
    # A worker acknowledges finished work over a lost connection; the message comes again and may run twice.
    r"AttributeError: 'NoneType' object has no attribute '_get_pgmq_client'": "the queue in the database was down",
    r"SystemExit|KeyboardInterrupt": "the process was told to stop",
}


def tracebacks(lines: Iterable[str]) -> list[str]:
    """Return the last line of each traceback, in order. Lines may start with a service's name."""
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
    """Check that the log has no tracebacks except those that a kill explains."""
    counts = Counter(end[:300] for end in tracebacks(lines) if not any(re.match(pattern, end) for pattern in EXPLAINED))
    return [f"The log has a traceback ({count} times) that ends: {end}" for end, count in counts.items()]
