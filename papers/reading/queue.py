"""reading.queue: what a person has in front of them, newest first: cards with votes, own stage and explained score."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Min

from ..models import Paper, Person, Sighting, Source, Stage, Vote
from ..ranking.score import Score, score

PAGE = 25
# One walk looks at no more papers than this. Who has judged everything would else have all of them looked at.
REACH = 2_000
FEW_NAMES = 6


@dataclass(frozen=True, slots=True)
class Card:
    """A paper as a list shows it to one person."""

    paper: Paper
    sources: tuple[Source, ...]
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
    def act(self) -> str:
        """Where its acts live. Not reverse(): a list draws five for every card."""
        return f"/papers/{self.paper.pk}"

    @property
    def first_authors(self) -> list[str]:
        return self.paper.authors_shown[:FEW_NAMES]

    @property
    def more_authors(self) -> int:
        return max(0, len(self.paper.authors_shown) - FEW_NAMES)

    @property
    def horizon(self) -> str:
        """That of its nearest source."""
        horizons = {source.horizon for source in self.sources}
        return next((each for each in Source.Horizon.values if each in horizons), "")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the queue. `next`: the cursor from which it goes on, "" at the end; `walked`: it may be far."""

    cards: list[Card]
    next: str = ""
    walked: bool = False


def take(person: Person, now: datetime, after: str = "", limit: int = PAGE) -> Page:
    """The newest papers of active sources that this person has not judged, from a cursor on."""
    papers = Paper.objects.newest_first().older_than(after)
    reached = papers.order_by("-arrived_at", "-id").values("arrived_at")[:REACH].aggregate(least=Min("arrived_at"))
    if reached["least"] is None:
        return Page([])
    papers = papers.untriaged_by(person).of_active_sources().filter(arrived_at__gte=reached["least"])
    found = list(papers.for_cards()[: limit + 1])
    if len(found) > limit:
        return Page(cards(person, found[:limit], now), found[limit - 1].cursor)
    # The next walk begins with the first paper that this one did not reach.
    further = Paper.objects.filter(arrived_at__lt=reached["least"]).newest_first().only("arrived_at").first()
    end = Paper(pk=2**63 - 1, arrived_at=further.arrived_at).cursor if further else ""
    return Page(cards(person, found, now), end, walked=True)


def cards(person: Person, papers: Sequence[Paper], now: datetime) -> list[Card]:
    """These papers as cards, in three queries however many they are."""
    ids = [paper.pk for paper in papers]
    sources: dict[int, list[Source]] = defaultdict(list)
    for sighting in Sighting.objects.filter(paper__in=ids).with_source().order_by("at"):
        sources[sighting.paper_id].append(sighting.source)
    votes: dict[int, list[Vote]] = defaultdict(list)
    for vote in Vote.objects.filter(paper__in=ids).with_person().order_by("at"):
        votes[vote.paper_id].append(vote)
    stages = {stage.paper_id: stage.now for stage in Stage.objects.filter(person=person, paper__in=ids)}
    return [
        Card(
            paper=paper,
            sources=tuple(sources[paper.pk]),
            votes=tuple(votes[paper.pk]),
            mine=next((vote.value for vote in votes[paper.pk] if vote.person_id == person.pk), 0),
            stage=stages.get(paper.pk, ""),
            score=_score(paper, sources[paper.pk], votes[paper.pk], now),
        )
        for paper in papers
    ]


def _score(paper: Paper, sources: Iterable[Source], votes: Sequence[Vote], now: datetime) -> Score:
    best = max(sources, key=lambda source: source.yield_read or 0, default=None)
    up = sum(vote.value > 0 for vote in votes)
    days = (now - paper.arrived_at).total_seconds() / 86400
    return score(best.yield_read if best else None, best.yield_skimmed if best else 0, up, len(votes) - up, days)


def today(person: Person, now: datetime) -> dict[str, Any]:
    """What the person has judged since midnight, by their own clock: how many, read of them, minutes."""
    midnight = datetime.combine(now.astimezone(person.zone).date(), time(), person.zone)
    return Stage.objects.judged_by(person, midnight).progress(midnight)


def why_empty(person: Person, now: datetime) -> list[str]:
    """Why there is nothing in the queue, in sentences."""
    sources = list(Source.objects.exclude(kind=Source.Kind.PERSON).order_by("name"))
    active = [source for source in sources if source.state == Source.State.ACTIVE]
    if not sources:
        return ["There are no sources yet."]
    if not active:
        return ["All sources are muted or paused."]
    said = []
    if not Stage.objects.filter(person=person).exists() and not any(source.last_success for source in active):
        said.append("No source has been pulled yet. The first papers come within minutes.")
    else:
        said.append("You have judged everything that came in. Well done.")
    if now.astimezone(person.zone).weekday() >= 5 and any(source.kind == Source.Kind.ARXIV for source in active):
        said.append("arXiv announces nothing at weekends; its next papers come on Monday.")
    failing = [source for source in active if source.failures]
    said += [f"{source.name} does not answer: {source.last_error}" for source in failing[:3]]
    if len(failing) > 3:
        said.append(f"So it is with {len(failing) - 3} more sources.")
    return said
