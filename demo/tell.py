"""demo.tell: two months of a team's work, day by day, through the product's own pipeline and functions."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from demo import cast, outside, tales
from feedserver.world import has_batch
from papers.intake import pipeline, subscriptions
from papers.ledger import applications, checks, projects, results
from papers.models import Application, Channel, Paper, Person, Project, Source, Stage, Vote
from papers.ranking import refresh
from papers.reading import adding, comments, queue, stages, votes
from papers.sharing import channels, outbox, shares

DAYS = 60
NEW_YORK = ZoneInfo("America/New_York")
CARDS_A_MORNING = 40
RUNS = "https://git.invented.example/{project}/runs/{number}"

Action = Callable[[datetime], None]


class Timeline:
    """Planned actions, carried out in order of time, in whatever order they were planned."""

    def __init__(self) -> None:
        self._planned: list[tuple[datetime, int, Action]] = []
        self._number = itertools.count()

    def at(self, when: datetime, action: Action) -> None:
        heapq.heappush(self._planned, (when, next(self._number), action))

    def run(self, until: datetime) -> None:
        while self._planned and self._planned[0][0] < until:
            when, _, action = heapq.heappop(self._planned)
            action(when)


def working_day(when: datetime) -> datetime:
    """Move a time at the weekend to Monday."""
    return when + timedelta(days=max(0, 7 - when.weekday()) if when.weekday() >= 5 else 0)


def update_statistics(when: datetime) -> None:
    """Update PostgreSQL's planner statistics: two months pass here before it would do that by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Team:
    """The invented members, who use the product."""

    def __init__(self, site: str, now: datetime, days: int = DAYS):
        self.site, self.now, self.rng = site, now, Random("two months")
        # Midnight in New York, when arXiv's current day began; most of what that day brings is left to the worker.
        self.end = now.astimezone(NEW_YORK).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        self.days = days
        self.start = self.end - timedelta(days=days)
        self.timeline = Timeline()
        self.people: dict[str, Person] = {}
        self.projects: dict[str, Project] = {}
        self.channels: dict[str, Channel] = {}
        self.sources: dict[str, Source] = {}  # by address in the cast
        self.worth: dict[int, float] = {}  # by source id

    def tell(self) -> None:
        self.gather()
        self.plan()
        for day in range(2, self.days, 4):
            self.timeline.at(self.start + timedelta(days=day), update_statistics)
        self.timeline.run(self.now)
        refresh.refresh_yields(self.now)
        Source.objects.due(self.now).update(next_fetch=self.now)  # the worker has missed none of the two months
        outside.order(self.site, now=None)

    # ── before the two months ────────────────────────────────────────────────────────────────

    def gather(self) -> None:
        long_ago = self.now - timedelta(days=420)
        for member in cast.MEMBERS:
            self.people[member.key] = Person.objects.create_user(
                member.email, name=member.name, role=member.role, time_zone=member.time_zone, joined_at=long_ago
            )
        name, email, role, zone = cast.GUEST
        Person.objects.create_user(email, name=name, role=role, time_zone=zone, joined_at=self.start)
        for name in ("papers", "reading club", "retired room"):
            self.channels[name] = channels.create(
                self.people["priya"], self.start, kind="slack", name=name, address=self.hook(name)
            )
        for name, horizon, founder, members, days_left in cast.PROJECTS:
            self.projects[name] = projects.create(
                self.people[founder],
                long_ago + timedelta(days=10),
                name,
                horizon=horizon,
                deadline=(self.now + timedelta(days=days_left)).date() if days_left else None,
                members=[self.people[key] for key in members],
                channel=self.channels["papers"] if horizon == "core" else None,
            )
        blogs = outside.order(self.site)["blogs"]
        wishes = [
            subscriptions.Wish("arxiv", origin.address, origin.name, origin.horizon)
            if origin.name
            else subscriptions.Wish(
                "feed", blogs[origin.address]["feed"], blogs[origin.address]["name"], origin.horizon
            )
            for origin in cast.ORIGINS
        ]
        added = {source.address: source for source in subscriptions.add(self.people["priya"], wishes, self.start)}
        for origin, wish in zip(cast.ORIGINS, wishes, strict=True):
            self.sources[origin.address] = added[wish.address]
            self.worth[self.sources[origin.address].pk] = origin.worth
        for title, project, taken, days in tales.OLD:
            self.timeline.at(self.now - timedelta(days=days), self.old(title, project, taken))

    def hook(self, channel: str) -> str:
        return f"{self.site}/hooks/chat/{channel.replace(' ', '-')}"

    def plan(self) -> None:
        for day in range(self.days + 1):
            morning = self.start + timedelta(days=day)
            self.timeline.at(morning + timedelta(minutes=45), self.pull)  # arXiv's feeds are due by then
            for member in cast.MEMBERS:
                zone = ZoneInfo(member.time_zone)
                local = (morning + timedelta(hours=12)).astimezone(zone)
                nine = local.replace(hour=9, minute=self.rng.randint(0, 40), second=0)
                is_away = member.email == cast.YOU and self.is_late(morning)
                if local.weekday() < 5 and self.rng.random() < member.comes and not is_away:
                    self.timeline.at(nine.astimezone(UTC), self.morning(member))
            if day % 7 == 6:
                self.timeline.at(morning + timedelta(hours=1), self.refresh)
        for tale in tales.TALES:
            if tale.day < self.days:
                self.timeline.at(working_day(self.start + timedelta(days=tale.day, hours=8)), self.begin(tale))
        self.plan_shares()
        self.timeline.at(self.end - timedelta(days=6), lambda now: outside.fail_a_blog(self.site))
        self.timeline.at(self.end - timedelta(days=15, hours=8), self.mute)

    def mute(self, now: datetime) -> None:
        subscriptions.change(self.people["tomas"], self.sources[cast.MUTED], now, state=Source.State.MUTED)

    def is_late(self, day: datetime) -> bool:
        """Tell whether this is one of the last days, when the demo's user was away, so that their queue is full."""
        later = (day + timedelta(days=number) for number in range(1, (self.end - day).days + 1))
        return sum(has_batch(day_after.astimezone(NEW_YORK).date()) for day_after in later) < 3

    # ── sources ──────────────────────────────────────────────────────────────────────────────

    def pull(self, now: datetime) -> None:
        """Do once a day what the beat does every minute."""
        outside.order(self.site, now=now.isoformat())
        due = Source.objects.due(now).order_by("next_fetch", "id")
        if now > self.end:
            due = due.exclude(address__in=cast.LATE)
        for source in due:
            if self.is_pulled_today(source, now):
                for claimed in Source.objects.claim([source.pk], now):
                    pipeline.refresh(claimed, now)

    def is_pulled_today(self, source: Source, now: datetime) -> bool:
        """Tell whether to pull today: categories every working day, others once a week, more often towards the end.

        Most of the time goes into pulls, and a blog posts only once or twice a week.
        """
        weekday = now.astimezone(NEW_YORK).weekday()
        if source.kind == Source.Kind.ARXIV and not source.address.startswith("search:"):
            return weekday < 5
        return weekday in {0, 2, 4} if self.end - now < timedelta(days=7) else weekday == source.pk % 5

    def refresh(self, now: datetime) -> None:
        refresh.refresh_yields(now)

    # ── a morning ────────────────────────────────────────────────────────────────────────────

    def morning(self, member: cast.Member) -> Action:
        def act(now: datetime) -> None:
            person, rng = self.people[member.key], self.rng
            shown = queue.take(person, now, limit=CARDS_A_MORNING).cards
            liked = sorted(((self.interest(member, card), card.paper.pk, card) for card in shown), reverse=True)
            clock = now
            for place, (interest, _, card) in enumerate(liked):
                clock += timedelta(seconds=rng.randint(20, 200))
                if clock > self.now:  # still at it when the demo starts
                    return
                if interest > 1.1 and place < 4:
                    self.like(member, person, card.paper, interest, clock)
                    clock += timedelta(minutes=card.paper.minutes / 3)
                elif place < 7:
                    stages.skip(person, card.paper, clock)
            stages.clear(person, [card.paper for card in shown], min(clock, self.now))
            self.read_kept(person, clock)

        return act

    def interest(self, member: cast.Member, card: queue.Card) -> float:
        taste = max((member.likes.get(name, 0) for name in card.paper.categories), default=0.15)
        return taste + self.worth_of(card) + 0.1 * (card.up - card.down) + self.rng.uniform(0, 0.8)

    def worth_of(self, card: queue.Card) -> float:
        return max((self.worth.get(sighting.source.pk, 0) for sighting in card.sightings), default=0)

    def like(self, member: cast.Member, person: Person, paper: Paper, interest: float, now: datetime) -> None:
        rng = self.rng
        # A deadline is near, so the last days are busy.
        chances = (5, 2, 3) if now > self.end - timedelta(days=4) else (3, 3, 8)
        choice = rng.choices(("read", "keep", "pass"), chances)[0]
        {"read": stages.read, "keep": stages.keep, "pass": stages.skip}[choice](person, paper, now)
        if choice != "read":
            return
        if rng.random() < 0.85:
            votes.cast(person, paper, 1 if rng.random() < 0.5 + interest / 4 else -1, now)
        if rng.random() < 0.3:
            other = rng.choice([other for other in cast.MEMBERS if other is not member])
            self.comment(person, other, paper, rng.choice(cast.PROJECTS)[0], now)

    def comment(self, person: Person, other: cast.Member, paper: Paper, project: str, now: datetime) -> None:
        text = self.rng.choice(cast.COMMENTS).format(project=project, other=other.name)
        comments.add(person, paper, text, now)

    def read_kept(self, person: Person, now: datetime) -> None:
        """Now and then read a paper that had been kept."""
        kept = Stage.objects.kept_by(person).filter(kept_at__lt=now - timedelta(days=2)).select_related("paper")
        for row in kept.order_by("kept_at")[: self.rng.choice((0, 0, 1, 1, 2))]:
            now += timedelta(minutes=row.paper.minutes)
            if now > self.now:
                return
            if self.rng.random() < 0.7:  # it no longer seems urgent
                stages.skip(person, row.paper, now)
                continue
            stages.read(person, row.paper, now)
            votes.cast(person, row.paper, 1, now)

    # ── the ledger ───────────────────────────────────────────────────────────────────────────

    def begin(self, tale: tales.Tale) -> Action:
        def act(now: datetime) -> None:
            patient = now < self.start + timedelta(days=tale.day + 6)
            paper = self.find_paper(tale, now, strictly=patient)
            if not paper:
                self.timeline.at(now + timedelta(days=1), act)  # nothing fits yet
                return
            application = applications.apply(self.people[tale.by], paper, self.projects[tale.project], tale.taken, now)
            when = now
            if self.rng.random() < 0.7:
                by, other = self.rng.sample([member for member in cast.MEMBERS if member.key != tale.by], 2)
                self.timeline.at(
                    now + timedelta(hours=self.rng.randint(2, 30)),
                    lambda later: self.comment(self.people[by.key], other, paper, tale.project, later),
                )
            for step in tale.steps:
                when = working_day(when + timedelta(days=step.after, minutes=self.rng.randint(-120, 120)))
                self.timeline.at(when, self.step(tale, step, application))

        return act

    def find_paper(self, tale: tales.Tale, now: datetime, strictly: bool = True) -> Paper | None:
        """Find a recently read or upvoted paper that is not applied yet, from the right field and a good source."""
        recent = now - timedelta(days=21)
        voted = Vote.objects.filter(value=1, at__range=(recent, now)).values("paper")
        read = Stage.objects.filter(read_at__range=(recent, now)).values("paper")
        papers = Paper.objects.filter(pk__in=voted.union(read), applications=None).for_cards()
        cards = queue.cards(self.people[tale.by], list(papers.order_by("pk")), now)
        source = self.sources.get(tale.fits)
        fits = [
            card
            for card in cards
            if tale.fits in card.paper.categories[:1]
            or any(source and sighting.source.pk == source.pk for sighting in card.sightings)
        ]
        best = max(
            fits if strictly else cards,
            key=lambda card: (self.worth_of(card) + 0.3 * (card.up - card.down), -card.paper.pk),
            default=None,
        )
        return best.paper if best else None

    def step(self, tale: tales.Tale, step: tales.Step, application: Application) -> Action:
        def act(now: datetime) -> None:
            person, values = self.people[step.by or tale.by], dict(step.values)
            match step.do:
                case "record":
                    number = self.rng.randint(100, 999)
                    link = RUNS.format(project=self.projects[tale.project].slug, number=number)
                    results.record(person, application, now, link=link, **values)
                case "advance":
                    applications.advance(person, application, values["to"], now)
                case "check":
                    result = application.results.order_by("-at").first()
                    assert result, tale
                    checks.check(person, result, values["holds"], values["note"], now)
                case "outcome":
                    applications.set_outcome(person, application, values["outcome"], values["note"], now)
                case "over":
                    applications.set_alternatives(person, application, values["text"], now)
                case "drop":
                    applications.drop(person, application, values["outcome"], values["why"], now)

        return act

    def old(self, title: str, project: str, taken: str) -> Action:
        def act(now: datetime) -> None:
            person = self.people["priya"]
            link = f"https://papers.invented.example/{'-'.join(title.lower().split()[:3])}"
            paper = adding.add(person, link, now, title=title, up=True).paper
            stages.read(person, paper, now)
            application = applications.apply(person, paper, self.projects[project], taken, now)
            later = now + timedelta(days=20)
            results.record(person, application, later, note="Better than before on every slice.", ours="+5 points")
            other = self.people["tomas"]
            result = application.results.get()
            checks.check(other, result, True, "Holds.", later + timedelta(days=1))
            applications.advance(person, application, "pilot", later + timedelta(days=2))
            applications.advance(person, application, "production", later + timedelta(days=30))
            applications.set_outcome(
                person, application, "helped", "It carried us through the year.", later + timedelta(days=90)
            )

        return act

    # ── shares ───────────────────────────────────────────────────────────────────────────────

    def plan_shares(self) -> None:
        for number, day in enumerate(range(4, self.days - 1, 4)):
            member = cast.MEMBERS[number % len(cast.MEMBERS)]
            self.timeline.at(working_day(self.start + timedelta(days=day, hours=9)), self.share(member, "papers"))
        self.timeline.at(self.start + timedelta(days=self.days * 2 // 3), self.share(cast.MEMBERS[3], "retired room"))
        # The feed server keeps this one waiting at every attempt.
        self.timeline.at(self.now - timedelta(minutes=3), self.share(cast.MEMBERS[1], "reading club", deliver=False))

    def share(self, member: cast.Member, channel: str, deliver: bool = True) -> Action:
        def act(now: datetime) -> None:
            liked = Vote.objects.filter(value=1, at__gt=now - timedelta(days=9), at__lte=now, paper__shares=None)
            vote = liked.order_by("-at").select_related("paper").first()
            if vote is None:
                return
            note = self.rng.choice(cast.NOTES).format(project=self.rng.choice(cast.PROJECTS)[0])
            act = UUID(int=self.rng.getrandbits(128), version=4)
            share = shares.share(self.people[member.key], vote.paper, self.channels[channel], note, act, now)
            if deliver and share.claim(now):
                outbox.deliver(share, now)

        return act
