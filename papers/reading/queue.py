"""reading.queue: what a person has in front of them, newest first: cards with votes, own stage and explained score."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, TypeVar

from ..models import Cursor, Paper, Person, Sighting, Source, Stage, Vote
from ..ranking.score import Score, score
from ..sources.arxiv import NEW_YORK, quiet_day
from . import fetch

Row = TypeVar("Row", Sighting, Vote, Stage)

PAGE = 25
# One walk looks at no more papers than this. Who has judged everything would else have all of them looked at.
REACH = 2_000
FEW_NAMES = 6
HORIZONS = tuple(Source.Horizon.values)  # nearest first
END = Cursor(datetime(9999, 1, 1, tzinfo=UTC))  # before which everything lies


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as a list shows it to one person."""

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
        """That of its nearest source."""
        horizons = {sighting.source.horizon for sighting in self.sightings}
        return next((each for each in HORIZONS if each in horizons), "")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the queue. `next`: the cursor from which it goes on, "" at the end."""

    cards: list[Card]
    next: str = ""

    @property
    def ids(self) -> str:
        return ",".join(str(card.paper.pk) for card in self.cards)

    @property
    def hours(self) -> str:
        """What reading all of it takes, as people say it."""
        minutes = sum(card.paper.minutes for card in self.cards)
        return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.0f} h"


def take(person: Person, now: datetime, after: str = "", limit: int = PAGE, horizon: str = "") -> Page:
    """The newest papers of active sources that this person has not judged, from a cursor on."""
    before = Cursor.parse(after) or END
    found = fetch.waiting(person, before, REACH, limit + 1, horizon)
    if len(found) > limit:
        return Page(cards(person, found[:limit], now, judged=False), str(found[limit - 1].cursor))
    # The next walk begins with the first paper that this one did not reach.
    further = fetch.beyond(before, REACH)
    end = str(Cursor(further)) if further else ""
    return Page(cards(person, found, now, judged=False), end)


def cards(person: Person, papers: Sequence[Paper], now: datetime, judged: bool = True) -> list[Card]:
    """These papers as cards, in three queries however many they are; two where the person has `judged` none."""
    ids = [paper.pk for paper in papers]
    sightings = _by_paper(Sighting.objects.with_source().filter(paper__in=ids).order_by("at"))
    votes = _by_paper(Vote.objects.with_person().filter(paper__in=ids).order_by("at"))
    stages = _by_paper(Stage.objects.filter(person=person, paper__in=ids)) if judged else {}
    drawn = []
    for paper in papers:
        seen, cast = sightings.get(paper.pk, []), votes.get(paper.pk, [])
        stage = stages.get(paper.pk)
        drawn.append(
            Card(
                paper=paper,
                sightings=tuple(seen),
                votes=tuple(cast),
                mine=next((vote.value for vote in cast if vote.person_id == person.pk), 0),
                stage=stage[0].now if stage else "",
                score=_score(paper, seen, cast, now),
            )
        )
    return drawn


def _by_paper(rows: Iterable[Row]) -> dict[int, list[Row]]:
    papers: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        papers[row.paper_id].append(row)
    return papers


def _score(paper: Paper, sightings: Iterable[Sighting], votes: Sequence[Vote], now: datetime) -> Score:
    best = max((each.source for each in sightings), key=lambda source: source.yield_read or 0, default=None)
    up = sum(vote.value > 0 for vote in votes)
    days = (now - paper.arrived_at).total_seconds() / 86400
    return score(best.yield_read if best else None, best.yield_skimmed if best else 0, up, len(votes) - up, days)


def today(person: Person, now: datetime) -> dict[str, Any]:
    """What the person has judged since midnight, by their own clock: how many, read of them, minutes."""
    midnight = datetime.combine(now.astimezone(person.zone).date(), time(), person.zone)
    return Stage.objects.triaged_by(person, midnight).progress(midnight)


@dataclass(frozen=True, slots=True)
class Empty:
    """Why there is nothing in the queue: a heading, sentences, and the sources that do not answer."""

    title: str
    said: list[str]
    failing: list[Source]
    first_run: bool = False


def why_empty(person: Person, now: datetime, further: bool = False, horizon: str = "") -> Empty:
    """`further`: older papers were not looked at; `horizon`: the filter that is on."""
    sources = list(Source.objects.exclude(kind=Source.Kind.PERSON).order_by("name"))
    active = [source for source in sources if source.state == Source.State.ACTIVE]
    failing = [source for source in active if source.failures]
    if not sources:
        return Empty("Welcome to Tenth", ["Tell it where your papers come from, and it fetches them."], [], True)
    if not active:
        return Empty("Nothing is switched on", ["All sources are muted or paused."], [])
    if not any(source.last_success for source in active):
        if failing:
            return Empty("Nothing could be fetched yet", [], failing)
        return Empty("Nothing here yet", ["No source has been asked yet. The first papers come within minutes."], [])
    said = []
    if horizon:
        said.append(f"The filter shows {horizon} only, and nothing new of it is waiting.")
    elif Stage.objects.filter(person=person).exists():
        said.append(
            f"You have triaged the newest {REACH:,} papers." if further else "You have triaged everything that came in."
        )
    else:
        said.append("The sources have brought no papers yet.")
    if any(source.kind == Source.Kind.ARXIV for source in active) and now.astimezone(NEW_YORK).weekday() >= 5:
        said.append(quiet_day(now))
    return Empty(f"Nothing waiting in {horizon}" if horizon else "All done", said, failing)
