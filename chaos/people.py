"""chaos.people: members at work, who send real HTTP requests and record every answer."""

import random
import re
import threading
import time
import uuid
from collections.abc import Sequence

import requests

from .book import STAGES, UNTOUCHED, Act, Answer, Book, State, states

PATIENCE = 60.0  # seconds for one answer; longer than any outage may last, so giving up means it is over
RETRY = 0.5  # seconds until somebody presses a failed button again
TRIES = 120
PASSWORD = "a-kettle-of-gradients-7"  # noqa: S105 (an invented person's)
VERBS = {"vote": 30, "keep": 10, "pass": 10, "read": 10, "reopen": 3, "undo": 8}
VERBS |= {"comment": 10, "share": 8, "apply": 5, "add": 3, "look": 15}
AGAIN = {"vote", "keep", "pass", "read", "reopen", "share", "add"}  # actions that may safely be repeated
PAGES = ("/", "/browse", "/kept", "/sources", "/projects", "/insight", "/settings")


class Person:
    """A member with a session of their own, who does one thing at a time."""

    def __init__(self, base: str, email: str, book: Book, seed: object):
        self.base, self.email, self.book = base, email, book
        self.random = random.Random(f"{seed} {email}")
        self.session = requests.Session()
        self.session.headers["Connection"] = "close"  # so that a dropped connection is never a stale one of ours
        self.papers: list[int] = []
        self.links: Sequence[str] = ()
        self.channel = self.project = 0

    # ── requests ─────────────────────────────────────────────────────────────────────────────

    def get(self, path: str, patience: float = PATIENCE) -> requests.Response | None:
        return self._ask("GET", path, patience)

    def post(self, path: str, patience: float = PATIENCE, **fields: object) -> requests.Response | None:
        """Send a form. Returns None when no answer came; it may or may not have been carried out."""
        fields["csrfmiddlewaretoken"] = self.session.cookies.get("tenth_csrf", "")
        return self._ask("POST", path, patience, fields)

    def _ask(
        self, method: str, path: str, patience: float, fields: dict[str, object] | None = None
    ) -> requests.Response | None:
        headers = {"Referer": self.base + "/"}
        try:
            answer = self.session.request(
                method, self.base + path, data=fields, headers=headers, timeout=patience, allow_redirects=False
            )
        except requests.RequestException:
            self.book.count(None)
            return None
        self.book.count(answer.status_code)
        if why := _odd(answer):
            self.book.odd.append(Answer(f"{method} {path}", answer.status_code, why))
        return answer

    # ── acts ─────────────────────────────────────────────────────────────────────────────────

    def live(self, over: threading.Event) -> None:
        """Act until `over` is set."""
        while not over.is_set():
            self.act(over)
            over.wait(self.random.uniform(0, 0.4))

    def act(self, over: threading.Event) -> None:
        verb = self.random.choices(list(VERBS), list(VERBS.values()))[0]
        paper = self.random.choice(self.papers)
        if verb == "look":
            self._look()
        elif verb == "undo":
            self._act_and_undo(paper)
        else:
            self.do(verb, paper, self._value(verb), over)

    def _value(self, verb: str) -> str:
        match verb:
            case "vote":
                return self.random.choice(["1", "-1", "0"])
            case "share":
                return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            case "add":
                return self.random.choice(self.links)
            case "comment" | "apply":
                return f"{self.email} {verb} {self.random.getrandbits(64):x}"
        return ""

    def do(self, verb: str, paper: int, value: str, over: threading.Event) -> None:
        """Do one thing. Repeatable actions are retried until they are acknowledged."""
        for _ in range(TRIES if verb in AGAIN else 1):
            if self.once(verb, paper, value) or over.wait(RETRY):
                return

    def once(self, verb: str, paper: int, value: str, patience: float = PATIENCE) -> bool:
        """Do one thing once, and tell whether it was acknowledged."""
        answer = self._send(verb, paper, value, patience)
        return _is_success(answer)

    def _send(self, verb: str, paper: int, value: str, patience: float) -> requests.Response | None:
        path = f"/papers/{paper}/{verb}"
        match verb:
            case "vote":
                answer = self.post(path, patience, value=value)
            case "comment":
                answer = self.post(path, patience, text=value)
            case "share":
                answer = self.post(path, patience, channel=self.channel, note=f"By {self.email}", act=value)
            case "apply":
                answer = self.post(path, patience, project=self.project, taken=value)
            case "add":
                answer = self.post("/add", patience, url=value)
            case _:
                answer = self.post(path, patience)
        acknowledged = _is_success(answer)
        if answer is None or acknowledged or answer.status_code >= 500:
            self.book.record(Act(self.email, verb, paper, value, acknowledged, time.time()))
        return answer

    def _act_and_undo(self, paper: int) -> None:
        """Do something that certainly changes something, and undo it."""
        possible = states([act for act in self.book.acts if act.person == self.email])
        before = possible.get((self.email, paper), {UNTOUCHED})
        if len(before) != 1:
            return
        state: State = next(iter(before))
        verb = self.random.choice([verb for verb, stage in STAGES.items() if stage != state[1] and verb != "pass"])
        answer = self._send(verb, paper, "", PATIENCE)
        if not _is_success(answer):
            return
        answer = self.post("/undo")
        acknowledged = _is_success(answer)
        self.book.record(Act(self.email, "undo", paper, "", acknowledged, time.time(), back=state))

    def _look(self) -> None:
        path = self.random.choice(PAGES)
        page = self.get(path)
        if page is not None and page.ok and path in {"/", "/browse"}:
            self.papers = sorted({*self.papers, *papers_on(page.text)})


def _is_success(answer: requests.Response | None) -> bool:
    return answer is not None and answer.status_code < 400


def papers_on(page: str) -> list[int]:
    """Return the papers whose cards are on a page."""
    return sorted({int(pk) for pk in re.findall(r"/papers/(\d+)/vote", page)})


def _odd(answer: requests.Response) -> str:
    """Describe the problem with this answer, or return an empty string."""
    status, path = answer.status_code, answer.request.path_url
    if status == 503:
        return "" if "Retry-After" in answer.headers or path == "/readyz" else "has no Retry-After"
    if status >= 500:
        return "an internal error"
    if "/signin" in answer.headers.get("Location", ""):
        return "was signed out"
    if (
        status >= 400
        and not (path.startswith("/sources/") and status == 429)
        and not (path == "/add" and status == 422)
    ):
        return f"was refused: {' '.join(re.sub('<[^>]*>', ' ', answer.text).split())[-300:]}"
    return ""


# ── set-up ───────────────────────────────────────────────────────────────────────────────────


def join(person: Person, link: str) -> None:
    """Join through a one-time link."""
    path = link.removeprefix(person.base)
    person.get(path)
    answer = person.post(
        path, name=person.email.split("@")[0], email=person.email, time_zone="UTC", password=PASSWORD, again=PASSWORD
    )
    assert _is_success(answer), f"{person.email} could not join by {link}."


def invite(admin: Person) -> str:
    answer = admin.post("/settings/people", role="member")
    page = admin.get(answer.headers["Location"]) if answer is not None and answer.is_redirect else answer
    assert page is not None
    link = re.search(r"https?://[^\s\"<]+/link/[^\s\"<]+", page.text)
    assert link, "No invitation was created."
    return link[0]


def subscribe(admin: Person, kind: str, address: str) -> None:
    answer = admin.post("/sources/new", save="1", kind=kind, address=address, name=address[-60:], horizon="core")
    assert _is_success(answer), f"{address} was not accepted."


def open_channel(admin: Person, address: str) -> str:
    """Open a signed webhook and return its key."""
    answer = admin.post("/settings/channels", kind="webhook", name="counter", address=address)
    key = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.text if answer is not None else "")
    assert key, "The channel was not created."
    return key[0]


def open_project(admin: Person) -> None:
    answer = admin.post("/projects/new", name="Atlas", horizon="core", warning_days="3")
    assert _is_success(answer), "The project was not created."
