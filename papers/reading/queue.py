"""reading.queue: the papers waiting for a person, newest first, as cards with votes, stage and score."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, TypeVar

from ..models import Cursor, FetchLog, Paper, Person, Sighting, Source, Stage, Vote
from ..ranking.score import Score, score
from ..sources.arxiv import NEW_YORK, quiet_day
from . import fetch

Row = TypeVar("Row", Sighting, Vote, Stage)

PAGE = 25
# Papers that one query checks. Without a limit it would check all papers for a person who has triaged everything.
REACH = 2_000
FEW_NAMES = 6
HORIZONS = tuple(Source.Horizon.values)  # nearest first
START = Cursor(datetime(9999, 1, 1, tzinfo=UTC))  # before all papers


@dataclass(frozen=True, slots=True)
class Card:
    """A paper in a list, as one person sees it."""

    paper: Paper
    sightings: tuple[Sighting, ...]
    votes: tuple[Vote, ...]
    mine: int  # own vote: 1, -1 or 0
    stage: str  # own: read, kept, passed, skimmed or ""
    score: Score

    @property
    def up(self) -> int:
        return sum(vote.value > 0 for vote in self.votes)

    @property
    def down(self) -> int:
        return len(self.votes) - self.up

    @property
    def first_authors(self) -> list[str]:
        return self.paper.authors_shown[:FEW_NAMES]

    @property
    def more_authors(self) -> int:
        return max(0, len(self.paper.authors_shown) - FEW_NAMES)

    @property
    def horizon(self) -> str:
        """The horizon of its nearest source."""
        horizons = {sighting.source.horizon for sighting in self.sightings}
        return next((each for each in HORIZONS if each in horizons), "")

    @property
    def minutes(self) -> int:
        """The reading time; for a paper of unknown length, one that is typical of its source."""
        return self.paper.minutes or next((each.source.typical_minutes for each in self.sightings), 0)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue. `next`: the cursor of the next page, "" at the end."""

    cards: list[Card]
    next: str = ""

    @property
    def ids(self) -> str:
        return ",".join(str(card.paper.pk) for card in self.cards)

    @property
    def hours(self) -> str:
        """The time to read all of it, such as "40 min" or "3 h"."""
        minutes = sum(card.minutes for card in self.cards)
        return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.0f} h"


def take(person: Person, now: datetime, after: str = "", limit: int = PAGE, horizon: str = "") -> Page:
    """One page of the newest untriaged papers of active sources, from a cursor on."""
    before = Cursor.parse(after) or START
    papers = fetch.waiting(person, before, REACH, limit + 1, horizon)
    if len(papers) > limit:
        return Page(cards(person, papers[:limit], now, triaged=False), str(papers[limit - 1].cursor))
    # The next page begins with the first paper that this query did not reach.
    unreached = fetch.beyond(before, REACH)
    return Page(cards(person, papers, now, triaged=False), str(Cursor(unreached)) if unreached else "")


def cards(person: Person, papers: Sequence[Paper], now: datetime, triaged: bool = True) -> list[Card]:
    """Make cards of these papers in three queries, or in two if the person has `triaged` none of them."""
    ids = [paper.pk for paper in papers]
    sightings = _by_paper(Sighting.objects.with_source().filter(paper__in=ids).order_by("at"))
    votes = _by_paper(Vote.objects.with_person().filter(paper__in=ids).order_by("at"))
    stages = _by_paper(Stage.objects.filter(person=person, paper__in=ids)) if triaged else {}
    return [
        _card(person, paper, sightings[paper.pk], votes[paper.pk], stages.get(paper.pk, []), now) for paper in papers
    ]


def _card(
    person: Person, paper: Paper, sightings: list[Sighting], votes: list[Vote], stages: list[Stage], now: datetime
) -> Card:
    return Card(
        paper=paper,
        sightings=tuple(sightings),
        votes=tuple(votes),
        mine=next((vote.value for vote in votes if vote.person_id == person.pk), 0),
        stage=stages[0].now if stages else "",
        score=_score(paper, sightings, votes, now),
    )


def _by_paper(rows: Iterable[Row]) -> dict[int, list[Row]]:
    by_paper: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        by_paper[row.paper_id].append(row)
    return by_paper


def _score(paper: Paper, sightings: Iterable[Sighting], votes: Sequence[Vote], now: datetime) -> Score:
    best = max((each.source for each in sightings), key=lambda source: source.yield_read or 0, default=None)
    up = sum(vote.value > 0 for vote in votes)
    days = (now - paper.arrived_at).total_seconds() / 86400
    return score(best.yield_read if best else None, best.yield_skimmed if best else 0, up, len(votes) - up, days)


def today(person: Person, now: datetime) -> dict[str, Any]:
    """Count the papers triaged since the person's own midnight, those read, and the minutes of reading."""
    midnight = datetime.combine(now.astimezone(person.zone).date(), time(), person.zone)
    return Stage.objects.triaged_by(person, midnight).progress(midnight)


OFFLINE = "None of the {count} sources could be reached: is this machine connected to the internet? Tenth keeps trying."


@dataclass(frozen=True, slots=True)
class Empty:
    """An explanation of an empty queue: a heading, sentences, and the failing sources."""

    title: str
    sentences: list[str]
    failing: list[Source]
    first_run: bool = False


def why_empty(person: Person, now: datetime, further: bool = False, horizon: str = "") -> Empty:
    """Explain an empty queue. `further`: older papers were not checked. `horizon`: the active filter."""
    sources = list(Source.objects.exclude(kind=Source.Kind.PERSON).order_by("name"))
    active = [source for source in sources if source.state == Source.State.ACTIVE]
    failing = [source for source in active if source.failures]
    if not sources:
        return Empty("Welcome to Tenth", ["Pick your sources, and Tenth fetches their papers."], [], True)
    if not active:
        return Empty("No active sources", ["All sources are muted or paused."], [])
    if not any(source.last_success for source in active):
        if len(failing) > 1 and not FetchLog.objects.filter(source__in=failing).exclude(status=None).exists():
            return Empty("No papers yet", [OFFLINE.format(count=len(failing))], [])
        if failing:
            return Empty("No papers yet", [], failing)
        sentence = "No source has been fetched yet. The first papers arrive within minutes."
        return Empty("Nothing here yet", [sentence], [])
    if horizon:
        sentences = [f"The filter shows only {horizon} papers, and there are no new ones."]
    elif Stage.objects.filter(person=person).exists():
        triaged = f"the newest {REACH:,} papers" if further else "everything that came in"
        sentences = [f"You have triaged {triaged}."]
    else:
        sentences = ["The sources have brought no papers yet."]
    if any(source.kind == Source.Kind.ARXIV for source in active) and now.astimezone(NEW_YORK).weekday() >= 5:
        sentences.append(quiet_day(now))
    return Empty(f"Nothing waiting in {horizon}" if horizon else "All done", sentences, failing)
