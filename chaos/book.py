"""chaos.book: a record of what people did and the answers they got, written by the people themselves."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

State = tuple[int, str]  # a person's vote on a paper (0: none) and their stage ("": none)
UNTOUCHED: State = (0, "")
STAGES = {"keep": "kept", "pass": "passed", "read": "read", "reopen": "skimmed"}


@dataclass(frozen=True)
class Act:
    """One request that changes something. Unless it was acknowledged, it may or may not have happened.

    `paper` is its id. `value` is the vote, a comment's text, what was taken, a share's id or an added link. `back` is
    the state that an undo restores.
    """

    person: str
    verb: str
    paper: int
    value: str
    acknowledged: bool
    at: float  # time.time() when the answer came
    back: State = UNTOUCHED


@dataclass(frozen=True)
class Answer:
    """An answer that nobody should get: a 500, the refusal of a valid request, or a 503 without Retry-After."""

    request: str
    status: int
    why: str


@dataclass
class Book:
    acts: list[Act] = field(default_factory=list)
    odd: list[Answer] = field(default_factory=list)
    requests: int = 0
    broken_off: int = 0  # no answer at all
    unavailable: int = 0  # 503, which is right while the database restarts
    lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, act: Act) -> None:
        with self.lock:
            self.acts.append(act)

    def count(self, status: int | None) -> None:
        with self.lock:
            self.requests += 1
            self.broken_off += status is None
            self.unavailable += status == 503


def after(act: Act, before: State) -> State:
    """Return the vote and stage after this action, provided that it happens."""
    vote, stage = before
    match act.verb:
        case "vote":
            return int(act.value), stage or ("skimmed" if int(act.value) else "")
        case "undo":
            return act.back
        case "pass" if stage == "read":
            return vote, "read"  # "read" outranks "passed"
        case "keep" | "pass" | "read" | "reopen":
            return vote, STAGES[act.verb]
        case "comment" if not stage:
            return vote, "skimmed"
    return before


def states(acts: Iterable[Act]) -> dict[tuple[str, int], set[State]]:
    """Return the possible final states per person and paper: a single one if every action was acknowledged."""
    possible: dict[tuple[str, int], set[State]] = {}
    for act in acts:
        key = (act.person, act.paper)
        earlier = possible.get(key, {UNTOUCHED})
        later = {after(act, state) for state in earlier}
        possible[key] = later if act.acknowledged else earlier | later
    return possible
