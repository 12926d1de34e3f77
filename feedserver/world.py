"""feedserver.world: papers and posts submitted, announced, revised and published by a given time. No HTTP, no dialect.

Everything follows from the seed: a paper is the n-th of its announcement day and is the same in every run.
It keeps arXiv's calendar: submissions close at 14:00 in New York, a batch appears at the next midnight, and nothing is
announced on Saturdays, on Sundays or after holidays.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from . import invent
from .blogs import BLOGS, Blog

EASTERN = ZoneInfo("America/New_York")
HOLIDAYS = {  # evenings without a mailing, as arXiv published them for 2026
    (1, 1), (1, 19), (6, 19), (7, 3), (9, 7), (11, 26), (12, 25), (12, 29), (12, 31),
}  # fmt: skip
# Real ids end near 32,000 each month. Invented ones start above that, so that none belongs to a real paper.
FIRST_NUMBER, NUMBERS_A_DAY = 60_000, 1_290
LONGEST_AUTHOR_LIST = 2_900
LAST_REVISION = 30  # batches after the first version
FEED_LIMIT = 2_000
VERSIONS_ANNOUNCED = 5  # later ones are never listed

ARCHIVES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO SC "
    "SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "gr-qc": "", "hep-ex": "", "hep-lat": "", "hep-ph": "", "hep-th": "",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "", "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph "
    "geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}  # fmt: skip
CATEGORIES = {
    f"{archive}.{name}".lower(): f"{archive}.{name}" for archive, names in ARCHIVES.items() for name in names.split()
} | {archive: archive for archive in ARCHIVES}


@dataclass(frozen=True)
class Version:
    number: int
    submitted: datetime
    announced: date


@dataclass(frozen=True)
class Paper:
    seed: int
    id: str
    versions: tuple[Version, ...]  # all there will ever be; `until` hides future ones
    author_count: int = 0

    @property
    def announced(self) -> date:
        return self.versions[0].announced

    @cached_property
    def text(self) -> invent.Text:
        return invent.text(self.seed, self.id, self.author_count)

    def until(self, day: date) -> tuple[Version, ...]:
        return tuple(version for version in self.versions if version.announced <= day)

    def abstract_of(self, version: int) -> str:
        notes = invent.words.REVISIONS[: version - 1]
        return " ".join([self.text.abstract, *notes[-1:]])


@dataclass(frozen=True)
class Announcement:
    paper: Paper
    version: int
    type: str  # new, cross, replace or replace-cross


@dataclass(frozen=True)
class Post:
    """One entry of a blog. `link` is absolute when it leads away from the blog."""

    blog: Blog
    slug: str
    at: datetime
    author: str
    text: invent.PostText
    link: str = ""
    paper: Paper | None = None


def has_batch(day: date) -> bool:
    """Tell whether the feed of this day contains papers: there was a mailing the evening before."""
    eve = day - timedelta(days=1)
    return day.weekday() < 5 and (eve.month, eve.day) not in HOLIDAYS


def batch_before(day: date, steps: int = 1) -> date:
    while steps:
        day -= timedelta(days=1)
        steps -= has_batch(day)
    return day


def batch_after(day: date, steps: int = 1) -> date:
    while steps:
        day += timedelta(days=1)
        steps -= has_batch(day)
    return day


def deadline(day: date) -> datetime:
    """Return the time when submissions for this day's batch closed."""
    back = 3 if day.weekday() == 0 else 1
    return datetime.combine(day - timedelta(days=back), time(14), EASTERN)


class World:
    """Everything there is to serve, at any moment."""

    def __init__(self, seed: int = 1, *, since: date, a_day: int = 40, blogs: Iterable[Blog] = BLOGS):
        if not 1 <= a_day <= NUMBERS_A_DAY // 2:
            raise ValueError(f"From 1 to {NUMBERS_A_DAY // 2} papers a day are possible, not {a_day}.")
        self.seed, self.since, self.a_day = seed, since, a_day
        self.blogs = {blog.slug: blog for blog in blogs}
        self._batches: dict[date, tuple[Paper, ...]] = {}

    # arXiv

    def today(self, now: datetime) -> date:
        return now.astimezone(EASTERN).date()

    def batch(self, day: date) -> tuple[Paper, ...]:
        """Return the papers first announced on this day."""
        if day < self.since or not has_batch(day):
            return ()
        if day not in self._batches:
            self._batches[day] = tuple(self._invent_batch(day))
        return self._batches[day]

    def _invent_batch(self, day: date) -> Iterator[Paper]:
        rng = Random(f"{self.seed} batch {day}")
        opened, closed = deadline(batch_before(day)), deadline(day)
        count = max(1, round(self.a_day * rng.uniform(0.8, 1.1) * (1.5 if day.weekday() == 1 else 1)))
        times = sorted(opened + (closed - opened) * rng.random() for _ in range(count))
        longest = day == batch_after(self.since, 5)
        for number, submitted in enumerate(times):
            yield Paper(
                seed=self.seed,
                id=f"{day:%y%m}.{FIRST_NUMBER + (day.day - 1) * NUMBERS_A_DAY + number}",
                versions=tuple(self._versions(rng, day, submitted)),
                author_count=LONGEST_AUTHOR_LIST if longest and number == 0 else 0,
            )

    def _versions(self, rng: Random, day: date, submitted: datetime) -> Iterator[Version]:
        """Yield versions: one paper in five is revised, some of them repeatedly."""
        yield Version(1, submitted.astimezone(UTC).replace(microsecond=0), day)
        number, later = 2, 0
        while rng.random() < (0.2 if number == 2 else 0.5):
            later += rng.randint(1, 8)
            if later > LAST_REVISION:
                return
            announced = batch_after(day, later)
            at = deadline(announced) - timedelta(minutes=rng.randint(5, 1200))
            yield Version(number, at.astimezone(UTC), announced)
            number += 1

    def papers(self, day: date) -> list[Paper]:
        """Return all papers announced up to this day, oldest first."""
        days = (self.since + timedelta(days=number) for number in range((day - self.since).days + 1))
        return [paper for day in days for paper in self.batch(day)]

    def announcements(self, day: date, names: Iterable[str]) -> list[Announcement]:
        """Return the entries of one day in the feed of these archives and categories, in the feed's order."""
        if not has_batch(day):
            return []
        requested = set(names)
        groups: dict[str, list[Announcement]] = {"new": [], "cross": [], "replace": [], "replace-cross": []}
        for paper in self.batch(day):
            self._announce(groups, paper, 1, "new", "cross", requested)
        for steps in range(1, LAST_REVISION + 1):
            for paper in self.batch(batch_before(day, steps)):
                for version in paper.versions[1:VERSIONS_ANNOUNCED]:
                    if version.announced == day:
                        self._announce(groups, paper, version.number, "replace", "replace-cross", requested)
        # Over the limit, arXiv's own program cuts the new papers.
        kept = [entry for kind in ("replace-cross", "replace", "cross", "new") for entry in groups[kind]][:FEED_LIMIT]
        return sorted(kept, key=lambda entry: list(groups).index(entry.type))

    @staticmethod
    def _announce(
        groups: dict[str, list[Announcement]], paper: Paper, version: int, own: str, other: str, requested: set[str]
    ) -> None:
        categories = [{category, category.split(".")[0]} for category in paper.text.categories]
        if categories[0] & requested:
            groups[own].append(Announcement(paper, version, own))
        elif any(name & requested for name in categories[1:]):
            groups[other].append(Announcement(paper, version, other))

    # Blogs

    def posts(self, blog: Blog, now: datetime) -> list[Post]:
        """Return all posts of a blog up to now, newest first."""
        days = (now.date() - self.since).days
        dates = (self.since + timedelta(days=number) for number in range(days + 1))
        posts = [post for day in dates for post in self._posts_of(blog, day) if post.at <= now]
        return sorted(posts, key=lambda post: post.at, reverse=True)

    def _posts_of(self, blog: Blog, day: date) -> Iterator[Post]:
        rng = Random(f"{self.seed} blog {blog.slug} {day}")
        at = datetime.combine(day, time(rng.randint(6, 17), rng.randint(0, 59)), UTC)
        if blog.kind == "digest":
            papers = rng.sample(self.batch(day), min(3, len(self.batch(day))))
            chosen = [(paper, f"https://arxiv.org/abs/{paper.id}") for paper in papers]
        elif blog.kind == "journal":
            batch = self.batch(batch_before(day, 3))
            chosen = [(p, f"https://doi.org/{p.text.doi}") for p in batch if p.text.journal == blog.slug]
        else:
            if rng.random() < 1 / blog.every_days:
                key = f"{blog.slug} {day}"
                yield Post(blog, f"{day}", at, blog.author, invent.post(self.seed, key, blog.about))
            return
        for number, (paper, link) in enumerate(chosen):
            text = invent.PostText(
                paper.text.title, paper.text.abstract.split(". ")[0] + ".", "", (paper.text.categories[0],)
            )
            signed = ", ".join(author.name for author in paper.text.authors[:40])
            yield Post(blog, f"{day}-{number + 1}", at + timedelta(minutes=number), signed, text, link, paper)
