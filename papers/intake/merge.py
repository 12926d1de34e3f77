"""intake.merge: merge two records of one paper. Everything people did is kept, and the old address still works."""

from datetime import datetime

from django.db import connection, transaction

from ..models import (
    Application,
    Article,
    Authorship,
    Comment,
    Event,
    Fact,
    Inquiry,
    Name,
    Paper,
    Share,
    ShareLink,
    Sighting,
    Stage,
    Version,
    Vote,
)
from .match import SHORT
from .reindex import STALE, columns_of

WRITERS_LOCK = 0x7E47  # held while papers are created or merged

FILLED = (
    *("arxiv_id", "title", "title_html", "abstract", "abstract_html", "byline", "categories"),
    *("comment", "journal_ref", "license", "code_links", "weight_links", "version", "published_at", "venue"),
)


def lock() -> None:
    """Wait until no other transaction creates or merges papers; held until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])


@transaction.atomic
def merge(keep_id: int, lose_id: int, now: datetime) -> bool:
    """Merge two papers; False when one is already gone, or when both are arXiv papers, which are never the same."""
    lock()
    papers = Paper.objects.select_for_update().in_bulk([keep_id, lose_id])
    keep, lose = papers.get(keep_id), papers.get(lose_id)
    if not keep or not lose or keep_id == lose_id or (keep.arxiv_id and lose.arxiv_id):
        return False
    for move in (_votes, _stages, _sightings, _versions, _authorships, _applications):
        move(keep, lose)
    for model in (Comment, Share, ShareLink):
        model.objects.filter(paper=lose).update(paper=keep)
    Event.objects.filter(paper=lose).update(paper=keep)
    Name.objects.filter(paper=lose).update(paper=keep)
    Name.objects.create(kind=SHORT, value=lose.short, paper=keep)
    _article(keep, lose)
    _facts(keep, lose)
    _fill(keep, lose)
    Event.objects.create(kind=Event.Kind.MERGED, paper=keep, at=now, data={"title": lose.title, "slug": lose.slug})
    lose.delete()
    return True


def _votes(keep: Paper, lose: Paper) -> None:
    """Keep each person's latest vote."""
    ours = {vote.person_id: vote for vote in Vote.objects.filter(paper=keep)}
    for vote in Vote.objects.filter(paper=lose):
        mine = ours.get(vote.person_id)
        if mine and mine.at >= vote.at:
            continue  # it is deleted with the losing record
        if mine:
            mine.delete()
        Vote.objects.filter(pk=vote.pk).update(paper=keep)


def _stages(keep: Paper, lose: Paper) -> None:
    """Combine each person's two stages: the earliest time of each step, and never both kept and passed."""
    ours = {stage.person_id: stage for stage in Stage.objects.filter(paper=keep)}
    for stage in Stage.objects.filter(paper=lose):
        mine = ours.get(stage.person_id)
        if not mine:
            Stage.objects.filter(pk=stage.pk).update(paper=keep)
            continue
        for step in ("skimmed_at", "kept_at", "passed_at", "read_at"):
            times = [time for time in (getattr(mine, step), getattr(stage, step)) if time]
            setattr(mine, step, min(times, default=None))
        if mine.kept_at:
            mine.passed_at = None
        mine.save()


def _sightings(keep: Paper, lose: Paper) -> None:
    """Keep one sighting per source, with the earlier time and all that it says."""
    ours = {sighting.source_id: sighting for sighting in keep.sightings.all()}
    for sighting in lose.sightings.all():
        mine = ours.get(sighting.source_id)
        if mine is None:
            Sighting.objects.filter(pk=sighting.pk).update(paper=keep)
        else:
            line, facts = mine.line or sighting.line, {**sighting.evidence, **mine.evidence}
            at = min(mine.at, sighting.at)
            Sighting.objects.filter(pk=mine.pk).update(at=at, line=line, evidence=facts)


def _versions(keep: Paper, lose: Paper) -> None:
    numbers = Version.objects.filter(paper=keep).values("number")
    Version.objects.filter(paper=lose).exclude(number__in=numbers).update(paper=keep)


def _authorships(keep: Paper, lose: Paper) -> None:
    """Keep the authors of the record that gives the byline."""
    if keep.byline and not _wins(lose, keep):
        return
    if lose.byline:
        Authorship.objects.filter(paper=keep).delete()
        Authorship.objects.filter(paper=lose).update(paper=keep)


def _applications(keep: Paper, lose: Paper) -> None:
    """Move all applications; mark one as merged if its text equals another's in the same project."""
    ours = set(Application.objects.filter(paper=keep).values_list("project_id", "taken"))
    for used in Application.objects.filter(paper=lose):
        used.taken = Application.unique_text(
            used.taken, {taken for at, taken in ours if at == used.project_id}, "merged"
        )
        ours.add((used.project_id, used.taken))
        used.paper = keep
        used.save(update_fields=["paper", "taken"])
    Application.objects.filter(superseded_by=lose).update(superseded_by=keep)


def _article(keep: Paper, lose: Paper) -> None:
    """Keep a text of the post's page, if one of the records has it."""
    if not Article.objects.filter(paper=keep, outcome=Article.Outcome.TAKEN).exists():
        theirs = Article.objects.filter(paper=lose, outcome=Article.Outcome.TAKEN)
        if theirs.exists():
            Article.objects.filter(paper=keep).delete()
            theirs.update(paper=keep)


def _facts(keep: Paper, lose: Paper) -> None:
    """Keep a catalogue's facts about either record."""
    for model, kind in ((Fact, "kind"), (Inquiry, "catalogue")):
        ours = set(model.objects.filter(paper=keep).values_list("catalogue", kind))
        for theirs in model.objects.filter(paper=lose):
            if (theirs.catalogue, getattr(theirs, kind)) not in ours:
                model.objects.filter(pk=theirs.pk).update(paper=keep)


def _fill(keep: Paper, lose: Paper) -> None:
    """Fill empty fields from the losing record; if that one has more authority, its values win."""
    wins = _wins(lose, keep)
    for name in FILLED:
        value = getattr(lose, name)
        if value and (wins or not getattr(keep, name)):
            setattr(keep, name, value)
    if lose.arxiv_id:
        keep.kind, keep.link, keep.minutes = lose.kind, lose.link, lose.minutes  # not those of a post about it
    elif keep.kind == Paper.Kind.POST and lose.kind != Paper.Kind.POST:
        keep.kind = lose.kind
    keep.minutes = keep.minutes or lose.minutes
    if lose.is_taken_back or not keep.standing:
        keep.standing, keep.standing_by = lose.standing, lose.standing_by
    keep.arrived_at = min(keep.arrived_at, lose.arrived_at)
    keep.authority = max(keep.authority, lose.authority)
    searched = columns_of(keep.title, keep.abstract, keep.byline) | {"words_form": STALE}
    for name, value in searched.items():
        setattr(keep, name, value)
    others = ("kind", "link", "minutes", "arrived_at", "standing", "standing_by", "authority")
    keep.save(update_fields=[*FILLED, *searched, *others])


def _wins(lose: Paper, keep: Paper) -> bool:
    """Tell whether the losing record says more surely what the paper is called and who wrote it."""
    if lose.authority != keep.authority:
        return lose.authority > keep.authority
    return bool(lose.arxiv_id)
