"""bench.house: a house full of papers, and a team that has worked through them. Invented, the same every time.

Papers arrive over two years from a dozen sources, one of them muted and one paused. Five people have voted.
- ada skips nearly everything, reads some papers, and has triaged all but the newest three hundred
- ben joined last week and has triaged a few dozen
- cleo has triaged every paper: the hard case of somebody who is done
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, models, transaction

from feedserver import invent
from papers.intake.reindex import columns_of
from papers.models import (
    Author,
    Authorship,
    Channel,
    Comment,
    Name,
    Paper,
    Person,
    Project,
    Sighting,
    Source,
    Stage,
    Version,
    Vote,
)

NOW = datetime.now(UTC).replace(microsecond=0)
YEARS = timedelta(days=730)
TEXTS = 4_000  # distinct texts; a paper's title includes its number
LEFT_OVER = 300  # the newest papers, which ada has not seen
SOURCES = (
    "cs.LG",
    "cs.CL",
    "cs.CV",
    "cs.AI",
    "stat.ML",
    "cs.RO",
    "cs.IR",
    "Kettle",
    "Fjord",
    "Petit Lot",
    "Muted",
    "Paused",
)
PEOPLE = ("ada", "ben", "cleo", "dev", "eve")


def furnish(count: int, prose: Callable[[int], tuple[str, str]] | None = None) -> None:
    """Fill an empty, migrated database with this many papers and everything around them.

    `prose` returns title and abstract of a paper by its number; otherwise they come from a stock of TEXTS.
    """
    rng = Random(f"house of {count}")
    with transaction.atomic():
        people = {name: Person.objects.create_user(f"{name}@team.example", name=name.title()) for name in PEOPLE}
        sources = [_source(name) for name in SOURCES]
        with _index_built_afterwards("paper_search"):
            _papers(rng, count, sources, prose)
        _histories(rng, count, people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def channel_and_project() -> tuple[Channel, Project]:
    """Create the channel that ben shares to and the project he works on."""
    ben = Person.objects.get(email="ben@team.example")
    channel = Channel.objects.create(
        name="papers", kind="slack", address="https://chat.invented.example/hooks/1", created_by=ben
    )
    project = Project.objects.create(name="Atlas", slug="atlas", channel=channel, created_by=ben)
    project.members.set([ben])
    return channel, project


def arrival(number: int, count: int) -> datetime:
    """Return the time when the paper with this id arrived; the highest id is the newest."""
    return NOW - YEARS * ((count - number) / count)


def _source(name: str) -> Source:
    return Source.objects.create(
        kind="arxiv" if "." in name else "feed",
        address=name if "." in name else f"https://{name.replace(' ', '')}.invented.example/feed",
        name=name,
        state={"Muted": "muted", "Paused": "paused"}.get(name, "active"),
        yield_read=0.1,
        yield_skimmed=400,
        last_success=NOW,
        last_fetch=NOW,
    )


def _copy(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    columns = ", ".join(f'"{model._meta.get_field(field).get_attname_column()[1]}"' for field in fields)  # type: ignore[union-attr]
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
    if "id" in fields:
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


@contextmanager
def _index_built_afterwards(name: str) -> Iterator[None]:
    """Build a full-text index in one go, which takes a tenth of the time of updating it paper by paper."""
    (index,) = (index for index in Paper._meta.indexes if index.name == name)
    with connection.schema_editor() as editor:
        editor.remove_index(Paper, index)
        yield
        editor.add_index(Paper, index)


def _papers(rng: Random, count: int, sources: Sequence[Source], prose: Callable[[int], tuple[str, str]] | None) -> None:
    texts = [invent.text(1, f"house {number}") for number in range(min(TEXTS, count))]
    authors = {author.name: 0 for text in texts for author in text.authors}
    authors = {name: number for number, name in enumerate(authors, 1)}
    _copy(Author, ("id", "name", "key"), ((number, name, name.lower()) for name, number in authors.items()))

    def paper(number: int) -> tuple[Any, ...]:
        text, at = texts[number % len(texts)], arrival(number, count)
        byline = "; ".join(author.name for author in text.authors)
        title, abstract = prose(number) if prose else (f"{text.title} ({number})", text.abstract)
        return (
            *(number, "arxiv", arxiv_id(number), title, "", abstract, "", byline),
            *columns_of(title, abstract, byline).values(),
            *(list(text.categories), text.comment, text.journal_ref, text.licence),
            *(f"https://arxiv.org/abs/{arxiv_id(number)}", [], 10 + number % 30, 1, at, at),
        )

    numbers = range(1, count + 1)
    _copy(
        Paper,
        (
            *("id", "kind", "arxiv_id", "title", "title_html", "abstract", "abstract_html", "byline"),
            *("title_words", "abstract_words", "byline_folded", "words_form"),
            *("categories", "comment", "journal_ref", "license"),
            *("link", "code_links", "minutes", "version", "published_at", "arrived_at"),
        ),
        map(paper, numbers),
    )
    _copy(Name, ("kind", "value", "paper"), (("arxiv", arxiv_id(number), number) for number in numbers))
    _copy(
        Version, ("paper", "number", "at", "seen_at"), ((n, 1, arrival(n, count), arrival(n, count)) for n in numbers)
    )
    _copy(
        Authorship,
        ("paper", "position", "author", "affiliation"),
        (
            (number, position, authors[author.name], author.affiliation)
            for number in numbers
            for position, author in enumerate(texts[number % len(texts)].authors)
        ),
    )
    _copy(
        Sighting,
        ("source", "paper", "at", "announce_type", "link"),
        (
            (source.pk, number, arrival(number, count), "new", "")
            for number in numbers
            for source in rng.sample(sources, 1 + (number % 4 == 0))
        ),
    )


def arxiv_id(number: int) -> str:
    return f"{1501 + number // 100_000}.{number % 100_000:05d}"


def _histories(rng: Random, count: int, people: dict[str, Person]) -> None:
    def stages() -> Iterable[tuple[Any, ...]]:
        for number in range(1, count + 1):
            at = arrival(number, count) + timedelta(hours=2)
            read, kept = rng.random() < 0.04, rng.random() < 0.003
            triaged = (at, at if kept else None, None if kept or read else at, at if read else None)
            if number <= count - LEFT_OVER:
                yield (people["ada"].pk, number, *triaged)
            yield (people["cleo"].pk, number, *triaged)
        for number in rng.sample(range(1, count + 1), 60):
            yield (people["ben"].pk, number, NOW, None, NOW, None)

    _copy(Stage, ("person", "paper", "skimmed_at", "kept_at", "passed_at", "read_at"), stages())
    votes = (
        (person.pk, number, 1 if rng.random() < 0.8 else -1, arrival(number, count))
        for person in people.values()
        for number in range(1, count + 1)
        if rng.random() < 0.05
    )
    _copy(Vote, ("person", "paper", "value", "at"), votes)
    comments = (
        (number, people["dev"].pk, "Worth a try on our data.", arrival(number, count))
        for number in range(1, count + 1)
        if rng.random() < 0.03
    )
    _copy(Comment, ("paper", "person", "text", "at"), comments)
