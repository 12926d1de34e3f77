"""intake.store: write all items of one pull in one transaction, with few queries.

Papers, names, authors and sightings are inserted with COPY. Only one transaction writes papers at a time (an advisory
lock, held for milliseconds), so two workers cannot both create the same paper. The slow part, cleaning and rendering
other people's text, happens before the lock is taken, in a child process (sources.sandbox).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from psycopg.types.json import Jsonb

from ..identity import Name, author_key, canonical_link, fold
from ..models import Author, Authorship, Event, Lookup, Paper, Sighting, Source, Version
from ..models import Name as NameRow
from ..sources import sandbox
from ..sources.item import Authority, Item, Signer
from . import arrival, evidence, match, merge, standing
from .decide import FIELDS, Amend, Create, Existing, Leave, decide
from .draft import Draft, plain, prepare, prepare_all, signed
from .match import ARXIV, DOI, ENTRY, Entry, Owner
from .reindex import STALE


@dataclass(slots=True)
class Stored:
    """The outcome of one pull: papers added, existing ones joined, records amended, pairs merged, items skipped."""

    added: int = 0
    joined: int = 0
    amended: int = 0
    merged: int = 0
    skipped: int = 0
    papers: list[int] = field(default_factory=list)  # ids in the items' order; 0 for a skipped replacement


def store(source: Source | None, items: Iterable[Item], now: datetime, first: bool = False) -> Stored:
    """Store a source's items. On its `first` pull, they are filed under their own dates.

    Without a source, the items are arXiv's own records of papers that we have: they correct what sources printed.
    """
    items = list(items)
    items += [each for item in items for each in item.mentions]
    entries, dropped = match.group(items, source.pk if source else 0)
    stored = Stored(skipped=dropped)
    if not entries:
        return stored
    titles = {fold(entry.item.title) for entry in entries}
    entries, drafts = _prepared(entries, source, stored, titles)
    names = [name for entry in entries for name in entry.names]
    with transaction.atomic():
        merge.lock()
        owners = _owners(names)
        groups = [match.existing_papers(entry, owners, titles) for entry in entries]
        stored.merged = sum(merge.merge(keep, lose, now) for keep, *others in filter(None, groups) for lose in others)
        if stored.merged:
            owners = _owners(names)
        existing = _existing({owner.paper for owner in owners.values()}, source)
        new: list[tuple[Entry, Draft]] = []
        joins: dict[int, Item] = {}
        brought: dict[int, Item] = {}  # by this source, before
        amended: set[int] = set()
        again: list[int] = []  # papers whose own record has to be looked up (again)
        for entry, draft in zip(entries, drafts, strict=True):
            draft = _current(entry, draft, _about(entry, owners, existing, titles))
            match draft.decision:
                case Leave():
                    stored.skipped += 1
                    stored.papers.append(0)
                case Create() if source:
                    new.append((entry, draft))
                    stored.papers.append(-len(new))
                case Create():
                    stored.papers.append(0)
                case Amend() as decision:
                    stored.papers.append(decision.id)
                    if decision.joins:
                        joins.setdefault(decision.id, entry.item)
                    else:
                        brought[decision.id] = entry.item
                    if _amend(entry, decision, draft.rendered, existing[decision.id], now):
                        stored.amended += 1
                        amended.add(decision.id)
                        if (decision.version or decision.arxiv_id) and entry.item.authority < Authority.RECORD:
                            again.append(decision.id)
        ids = _create(new, source, now, first) if source else []
        stored.added, stored.joined = len(new), len(joins)
        stored.papers = [ids[-pk - 1] if pk < 0 else pk for pk in stored.papers]
        if source:
            _copy(Sighting, _sightings(source, [(item, pk) for pk, item in joins.items()], now))
            evidence.renew(source, brought)
            _copy(Lookup, _lookups(zip(ids, new, strict=True), now))
            Lookup.objects.want(again, now)
        _copy(NameRow, _unowned_names(entries, stored.papers, ids, owners))
        if changed := amended | {pk for pk, item in (joins | brought).items() if item.evidence}:
            evidence.link(changed)
    return stored


def _prepared(
    entries: list[Entry], source: Source | None, stored: Stored, titles: set[str]
) -> tuple[list[Entry], list[Draft]]:
    """Draft the entries against the current records. Entries that fail are counted as skipped."""
    owners = _owners([name for entry in entries for name in entry.names])
    existing = _existing({owner.paper for owner in owners.values()}, source)
    drafts = sandbox.run(prepare_all, [(entry, _about(entry, owners, existing, titles)) for entry in entries])
    ready = [(entry, draft) for entry, draft in zip(entries, drafts, strict=True) if draft]
    stored.skipped += len(entries) - len(ready)
    return [entry for entry, _ in ready], [draft for _, draft in ready]


def _about(entry: Entry, owners: dict[Name, Owner], existing: dict[int, Existing], titles: set[str]) -> Existing | None:
    """The existing paper that an entry is about."""
    papers = match.existing_papers(entry, owners, titles)
    return existing[papers[0]] if papers else None


def _current(entry: Entry, draft: Draft, existing: Existing | None) -> Draft:
    """The draft, prepared again if another worker has changed the records it was based on."""
    decision = decide(draft.fields, entry.item, existing, entry.arxiv_id)
    return draft if decision == draft.decision else sandbox.run(prepare, entry, existing)


# ── existing records ─────────────────────────────────────────────────────────────────────────


def _owners(names: Sequence[Name]) -> dict[Name, Owner]:
    """The papers that already have these names.

    One index lookup per kind. For a join on all names at once the planner would have to guess their number, and on
    tables that have just grown it chooses a sequential scan.
    """
    by_kind: dict[str, list[str]] = {}
    for name in names:
        by_kind.setdefault(name.kind, []).append(name.value)
    one_kind = (
        f"SELECT n.kind, n.value, p.id, p.arxiv_id, p.title, p.published_at FROM {NameRow._meta.db_table} n "  # noqa: S608 (ours)
        f"JOIN {Paper._meta.db_table} p ON p.id = n.paper_id WHERE n.kind = %s AND n.value = ANY(%s::text[])"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one_kind] * len(by_kind)), [each for pair in by_kind.items() for each in pair]
        )
        return {Name(kind, value): Owner(*owner) for kind, value, *owner in cursor.fetchall()}


def _existing(ids: set[int], source: Source | None) -> dict[int, Existing]:
    sources: dict[int, list[int]] = {pk: [] for pk in ids}  # of each paper, the first one first
    for paper, sighted_by in Sighting.objects.filter(paper__in=ids).order_by("at", "id").values_list("paper", "source"):
        sources[paper].append(sighted_by)
    rows = Paper.objects.filter(pk__in=ids).values("id", "kind", "arxiv_id", "version", "authority", *FIELDS)
    return {
        row["id"]: Existing(
            row["id"],
            row["kind"],
            row["arxiv_id"],
            row["version"],
            fields={name: row[name] for name in FIELDS},
            sighted=source is None or source.pk in sources[row["id"]],
            own=source is not None and sources[row["id"]][:1] == [source.pk],
            authority=Authority(row["authority"]),
        )
        for row in rows
    }


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def _create(new: list[tuple[Entry, Draft]], source: Source, now: datetime, first: bool) -> list[int]:
    """Insert new papers with their authors, sightings and versions; returns their ids, in order."""
    if not new:
        return []
    # A feed lists its newest entry first. It gets the highest id, which breaks ties in newest-first order.
    ids = _next_ids(Paper, len(new))[::-1]
    rows = []
    # Only a source's first pull is about the past. What comes later is new to us today, however old it says it is.
    dates = arrival.spread([entry.item.published_at for entry, _ in new], now) if first else [now] * len(new)
    for pk, (entry, draft), arrived_at in zip(ids, new, dates, strict=True):
        item, names = entry.item, entry.names
        rows.append(
            {
                "id": pk,
                "kind": _kind(item, names),
                "arxiv_id": entry.arxiv_id,
                "link": _link(item, names) or source.site_url or source.address,
                "version": item.version,
                "standing": "",
                "standing_by": "",
                "venue": "",
                "authority": item.authority,
                "arrived_at": arrived_at,
                **draft.fields,
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


def _lookups(new: Iterable[tuple[int, tuple[Entry, Draft]]], now: datetime) -> list[dict[str, Any]]:
    """Lookup rows for the new arXiv papers that did not come from arXiv's API."""
    return [
        {"paper_id": pk, "since": now, "next_attempt": now, "tries": 0, "missing": 0, "why": ""}
        for pk, (entry, _) in new
        if entry.arxiv_id and entry.item.authority < Authority.RECORD
    ]


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


def _amend(entry: Entry, decision: Amend, rendered: dict[str, Any], existing: Existing, now: datetime) -> bool:
    """Change an existing paper's record; False if there was nothing to change."""
    changes, rendered = dict(decision.changes), dict(rendered)
    if not (changes or decision.version or decision.arxiv_id or decision.authority):
        return False
    if decision.authority:
        changes["authority"] = decision.authority
    if decision.arxiv_id:
        changes |= {"kind": "arxiv", "arxiv_id": decision.arxiv_id, "link": _link(entry.item, entry.names)}
    if decision.version:
        changes["version"] = decision.version
        at = entry.item.updated_at or now
        row = {"paper_id": existing.id, "number": decision.version}
        Version.objects.get_or_create(**row, defaults={"at": at, "seen_at": now})
    if decision.version and existing.version:  # without one, this is the first time we see the paper on arXiv
        data = {"from": existing.version, "to": decision.version, "changed": sorted(decision.changes)}
        if "title" in changes:
            data["title"] = existing.fields["title"]
        standing.tell(Event.objects.create(kind=Event.Kind.REPLACED, paper_id=existing.id, at=now, data=data))
    elif "title" in changes and not existing.fields["title"].startswith("arXiv:"):  # that was no title yet
        data = {"title": existing.fields["title"]}
        Event.objects.create(kind=Event.Kind.AMENDED, paper_id=existing.id, at=now, data=data)
    claims = {name: rendered.pop(name) for name in ("standing", "venue") if name in rendered}
    if "abstract" in changes and existing.kind == Paper.Kind.POST:
        changes["words_form"] = STALE  # a post's page is read with it
    Paper.objects.filter(pk=existing.id).update(**changes, **rendered)
    if claims:
        why = plain(changes.get("comment") or changes.get("abstract", ""), 300) if claims["standing"] else ""
        standing.note(existing.id, **claims, now=now, why=why, version=decision.version)
    if "byline" in changes:
        Authorship.objects.filter(paper=existing.id).delete()
        _copy(Authorship, _authorships([(existing.id, entry.item.authors)]))
    return True


def _sightings(source: Source, items: Iterable[tuple[Item, int]], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "source_id": source.pk,
            "paper_id": pk,
            "at": now,
            "announce_type": plain(item.announce_type, 16),
            "link": plain(item.link, 4000),
            "line": plain(item.line, 500),
            "evidence": Jsonb(item.evidence),
        }
        for item, pk in items
    ]


def _unowned_names(
    entries: list[Entry], papers: list[int], made: list[int], owners: dict[Name, Owner]
) -> list[dict[str, Any]]:
    """New name rows. An existing paper gets no further entry ids, because some feeds invent new ones at each fetch."""
    new = set(made)
    return [
        {"kind": name.kind, "value": name.value, "paper_id": pk}
        for entry, pk in zip(entries, papers, strict=True)
        if pk
        for name in entry.names
        if name not in owners and (name.kind != ENTRY or pk in new)
    ]


def _authorships(papers: list[tuple[int, tuple[Signer, ...]]]) -> list[dict[str, Any]]:
    """Authorship rows for these papers; new authors are inserted first."""
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
        ids = dict(cursor.fetchall())
    missing = [key for key in wanted if key not in ids]
    if missing:
        new = dict(zip(missing, _next_ids(Author, len(missing)), strict=True))
        _copy(Author, [{"id": pk, "name": plain(wanted[key], 300), "key": key} for key, pk in new.items()])
        ids |= new
    return ids


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
