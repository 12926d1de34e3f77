"""intake.store: carry out what was decided: everything of one pull in one transaction, set by set.

Papers, names, authors and sightings go in by COPY. One transaction writes papers at a time (an advisory lock, held
for milliseconds), so that two workers which meet the same paper cannot both create it. What is slow, reading and
rendering other people's text, is done before the lock is taken, in a child process (sources.sandbox).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from ..identity import Name, author_key, canonical_link
from ..models import Author, Authorship, Event, Paper, Sighting, Source, Version
from ..models import Name as NameRow
from ..sources import sandbox
from ..sources.item import Item, Signer
from . import match, merge
from .decide import FIELDS, Amend, Create, Known, Leave, decide
from .draft import Draft, plain, prepare, prepare_all, signed
from .match import ARXIV, DOI, ENTRY, Entry, Owner

STALE = timedelta(days=3)  # an entry published longer ago did not arrive today, whenever we first see it


@dataclass(slots=True)
class Stored:
    """What one pull came to: papers added, known ones joined, records amended, pairs merged, items skipped."""

    added: int = 0
    joined: int = 0
    amended: int = 0
    merged: int = 0
    skipped: int = 0
    papers: list[int] = field(default_factory=list)  # their ids, in the items' order; 0 for a paper left alone


def store(source: Source, items: Iterable[Item], now: datetime, first: bool = False) -> Stored:
    """Store what a source gave. `first`: its first pull, which brings old entries under their own dates."""
    entries, dropped = match.group(items, source.pk)
    done = Stored(skipped=dropped)
    if not entries:
        return done
    entries, drafts = _prepared(entries, source, done)
    names = [name for entry in entries for name in entry.names]
    with transaction.atomic():
        merge.lock()
        owners = _owners(names)
        pairs = [match.known_papers(entry, owners) for entry in entries]
        done.merged = sum(merge.merge(keep, lose, now) for keep, *others in filter(None, pairs) for lose in others)
        if done.merged:
            owners = _owners(names)
        known = _known({owner.paper for owner in owners.values()}, source)
        new: list[tuple[Entry, Draft]] = []
        joins: dict[int, Item] = {}
        for entry, draft in zip(entries, drafts, strict=True):
            draft = _current(entry, draft, _about(entry, owners, known))
            match draft.decision:
                case Leave():
                    done.skipped += 1
                    done.papers.append(0)
                case Create():
                    new.append((entry, draft))
                    done.papers.append(-len(new))
                case Amend() as decision:
                    done.papers.append(decision.id)
                    if decision.joins:
                        joins.setdefault(decision.id, entry.item)
                    if _amend(entry, decision, draft.rendered, known[decision.id], now):
                        done.amended += 1
        ids = _create(new, source, now, first)
        done.added, done.joined = len(new), len(joins)
        done.papers = [ids[-pk - 1] if pk < 0 else pk for pk in done.papers]
        _copy(Sighting, _sightings(source, [(item, pk) for pk, item in joins.items()], now))
        _copy(NameRow, _unowned_names(entries, done.papers, ids, owners))
    return done


def _prepared(entries: list[Entry], source: Source, done: Stored) -> tuple[list[Entry], list[Draft]]:
    """The entries that can be worked out, each with its draft, from what is known now; the others are counted."""
    owners = _owners([name for entry in entries for name in entry.names])
    known = _known({owner.paper for owner in owners.values()}, source)
    drafts = sandbox.run(prepare_all, [(entry, _about(entry, owners, known)) for entry in entries])
    ready = [(entry, draft) for entry, draft in zip(entries, drafts, strict=True) if draft]
    done.skipped += len(entries) - len(ready)
    return [entry for entry, _ in ready], [draft for _, draft in ready]


def _about(entry: Entry, owners: dict[Name, Owner], known: dict[int, Known]) -> Known | None:
    """The paper that an entry is about."""
    papers = match.known_papers(entry, owners)
    return known[papers[0]] if papers else None


def _current(entry: Entry, draft: Draft, known: Known | None) -> Draft:
    """The draft, made again where another worker changed meanwhile what it rests on."""
    decision = decide(draft.said, entry.item.version, entry.item.announce_type, known, entry.arxiv_id)
    return draft if decision == draft.decision else sandbox.run(prepare, entry, known)


# ── what is known ────────────────────────────────────────────────────────────────────────────


def _owners(names: Sequence[Name]) -> dict[Name, Owner]:
    """Which paper each of these names belongs to, for those that belong to one.

    One look into the index for each kind: a join with all the names together would leave the planner to guess how
    many there are, and on tables that have just grown it guesses a walk over everything.
    """
    by_kind: dict[str, list[str]] = {}
    for name in names:
        by_kind.setdefault(name.kind, []).append(name.value)
    one_kind = (
        f"SELECT n.kind, n.value, p.id, p.arxiv_id, p.title FROM {NameRow._meta.db_table} n "  # noqa: S608 (ours)
        f"JOIN {Paper._meta.db_table} p ON p.id = n.paper_id WHERE n.kind = %s AND n.value = ANY(%s::text[])"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one_kind] * len(by_kind)), [each for pair in by_kind.items() for each in pair]
        )
        return {Name(kind, value): Owner(*owner) for kind, value, *owner in cursor.fetchall()}


def _known(ids: set[int], source: Source) -> dict[int, Known]:
    brought: dict[int, list[int]] = {pk: [] for pk in ids}  # by which sources, the first of them first
    for paper, by in Sighting.objects.filter(paper__in=ids).order_by("at", "id").values_list("paper", "source"):
        brought[paper].append(by)
    rows = Paper.objects.filter(pk__in=ids).values("id", "kind", "arxiv_id", "version", *FIELDS)
    return {
        row["id"]: Known(
            row["id"],
            row["kind"],
            row["arxiv_id"],
            row["version"],
            fields={name: row[name] for name in FIELDS},
            sighted=source.pk in brought[row["id"]],
            own=brought[row["id"]][:1] == [source.pk],
        )
        for row in rows
    }


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def _create(new: list[tuple[Entry, Draft]], source: Source, now: datetime, first: bool) -> list[int]:
    """New papers with all that hangs on them; returns their ids, in order."""
    if not new:
        return []
    # The first entry of a feed is its newest: it gets the highest id, which breaks ties in newest-first.
    ids = _next_ids(Paper, len(new))[::-1]
    rows = []
    for pk, (entry, draft) in zip(ids, new, strict=True):
        item, names = entry.item, entry.names
        rows.append(
            {
                "id": pk,
                "kind": _kind(item, names),
                "arxiv_id": entry.arxiv_id,
                "link": _link(item, names) or source.site_url or source.address,
                "version": item.version,
                "published_at": item.published_at,
                "arrived_at": now if source.kind == Source.Kind.PERSON else _arrived(item, now, first),
                **draft.said,
                **draft.rendered,
            }
        )
    _copy(Paper, rows)
    pairs = [(pk, entry.item) for pk, (entry, _) in zip(ids, new, strict=True)]
    _copy(Authorship, _authorships([(pk, item.authors) for pk, item in pairs]))
    _copy(Sighting, _sightings(source, ((item, pk) for pk, item in pairs), now))
    _copy(
        Version,
        [
            {"paper_id": pk, "number": item.version, "at": item.updated_at or item.published_at or now, "seen_at": now}
            for pk, item in pairs
            if item.version
        ],
    )
    return ids


def _kind(item: Item, names: tuple[Name, ...]) -> str:
    kinds = {name.kind for name in names}
    return "arxiv" if ARXIV in kinds else "journal" if DOI in kinds or item.journal_ref else "post"


def _link(item: Item, names: tuple[Name, ...]) -> str:
    strongest = names[0]
    if strongest.kind == ARXIV:
        return f"https://arxiv.org/abs/{strongest.value}"
    if canonical_link(item.link):
        return plain(item.link, 4000)
    return f"https://doi.org/{strongest.value}" if strongest.kind == DOI else ""


def _arrived(item: Item, now: datetime, first: bool) -> datetime:
    published = item.published_at
    if published and published < now and (first or published < now - STALE):
        return published
    return now


def _amend(entry: Entry, decision: Amend, rendered: dict[str, Any], known: Known, now: datetime) -> bool:
    """Change a known paper's record; False when there was nothing to change."""
    changes = dict(decision.changes)
    if not (changes or decision.version or decision.arxiv_id):
        return False
    if decision.arxiv_id:
        changes |= {"kind": "arxiv", "arxiv_id": decision.arxiv_id, "link": _link(entry.item, entry.names)}
    if decision.version:
        changes["version"] = decision.version
        at = entry.item.updated_at or now
        Version.objects.get_or_create(paper_id=known.id, number=decision.version, defaults={"at": at, "seen_at": now})
    if decision.version and known.version:  # else arXiv's own word on what others had brought
        data = {"from": known.version, "to": decision.version}
        Event.objects.create(kind=Event.Kind.REPLACED, paper_id=known.id, at=now, data=data)
    elif "title" in changes:
        data = {"title": known.fields["title"]}
        Event.objects.create(kind=Event.Kind.AMENDED, paper_id=known.id, at=now, data=data)
    Paper.objects.filter(pk=known.id).update(**changes, **rendered)
    if "byline" in changes:
        Authorship.objects.filter(paper=known.id).delete()
        _copy(Authorship, _authorships([(known.id, entry.item.authors)]))
    return True


def _sightings(source: Source, items: Iterable[tuple[Item, int]], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "source_id": source.pk,
            "paper_id": pk,
            "at": now,
            "announce_type": plain(item.announce_type, 16),
            "link": plain(item.link, 4000),
        }
        for item, pk in items
    ]


def _unowned_names(
    entries: list[Entry], papers: list[int], made: list[int], owners: dict[Name, Owner]
) -> list[dict[str, Any]]:
    """Names that are new. A known paper gets no further entry ids: feeds exist that invent them at each fetch."""
    new = set(made)
    return [
        {"kind": name.kind, "value": name.value, "paper_id": pk}
        for entry, pk in zip(entries, papers, strict=True)
        if pk
        for name in entry.names
        if name not in owners and (name.kind != ENTRY or pk in new)
    ]


def _authorships(papers: list[tuple[int, tuple[Signer, ...]]]) -> list[dict[str, Any]]:
    """Rows that say who signed what; authors who are new are made."""
    keys: dict[str, str] = {}  # printed name → key
    for _, signers in papers:
        for signer in signers:
            if signer.name not in keys:
                name = signed(signer)
                keys[signer.name] = author_key(name) or name.lower()
    ids = _author_ids(keys)
    rows = []
    for pk, signers in papers:
        position = 0
        for signer in signers:
            if author := ids.get(keys[signer.name]):
                affiliation = plain(signer.affiliation, 1000)
                rows.append({"paper_id": pk, "position": position, "author_id": author, "affiliation": affiliation})
                position += 1
    return rows


def _author_ids(keys: dict[str, str]) -> dict[str, int]:
    wanted = {key: name for name, key in keys.items() if key}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, id FROM {Author._meta.db_table} WHERE key = ANY(%s)", [list(wanted)])  # noqa: S608
        found = dict(cursor.fetchall())
    missing = [key for key in wanted if key not in found]
    if missing:
        made = dict(zip(missing, _next_ids(Author, len(missing)), strict=True))
        _copy(Author, [{"id": pk, "name": plain(wanted[key], 300), "key": key} for key, pk in made.items()])
        found |= made
    return found


def _next_ids(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _copy(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = list(rows[0])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([row[column] for column in columns])
