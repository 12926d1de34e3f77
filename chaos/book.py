"""chaos.book: what people did and what they were answered, written down by those who did it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

State = tuple[int, str]  # somebody's vote on a paper (0: none) and their stage ("": none)
UNTOUCHED: State = (0, "")
STAGES = {"keep": "kept", "pass": "passed", "read": "read", "reopen": "skimmed"}


@dataclass(frozen=True)
class Act:
    """One request that changes something. Unless it was acknowledged, it may have happened or not.

    `paper`: its id. `value`: the vote, the text of a comment, what was taken, the id of a share, the link that was
    added. `back`: for an undo, what the act before it changed.
    """

    person: str
    verb: str
    paper: int
    value: str
    acknowledged: bool
    at: float  # time.time() when it was answered
    back: State = UNTOUCHED


@dataclass(frozen=True)
class Answer:
    """One answer that nobody should get: a 500, a refusal of what was right, a 503 that does not say when to come."""

    request: str
    status: int
    why: str


@dataclass
class Book:
    acts: list[Act] = field(default_factory=list)
    odd: list[Answer] = field(default_factory=list)
    requests: int = 0
    broken_off: int = 0  # no answer at all
    unavailable: int = 0  # 503, as is right while the database restarts
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, act: Act) -> None:
        with self.lock:
            self.acts.append(act)

    def count(self, status: int | None) -> None:
        with self.lock:
            self.requests += 1
            self.broken_off += status is None
            self.unavailable += status == 503


def after(act: Act, before: State) -> State:
    """The vote and the stage that this act leaves, if it happens."""
    vote, stage = before
    match act.verb:
        case "vote":
            return int(act.value), stage or ("skimmed" if int(act.value) else "")
        case "undo":
            return act.back
        case "pass" if stage == "read":
            return vote, "read"  # read stands above passed
        case "keep" | "pass" | "read" | "reopen":
            return vote, STAGES[act.verb]
        case "comment" if not stage:
            return vote, "skimmed"
    return before


def states(acts: Iterable[Act]) -> dict[tuple[str, int], set[State]]:
    """For each person and paper, what the database may say in the end: one thing where every act was acknowledged."""
    possible: dict[tuple[str, int], set[State]] = {}
    for act in acts:
        key = (act.person, act.paper)
        known = possible.get(key, {UNTOUCHED})
        done = {after(act, state) for state in known}
        possible[key] = done if act.acknowledged else known | done
    return possible
