"""reading.comments: a flat thread of plain text on a paper, with links and @mentions."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from ..models import Comment, Event, Paper, Person
from . import acts, stages

LONGEST = 10_000


def add(person: Person, paper: Paper, text: str, now: datetime) -> acts.Changes:
    with transaction.atomic():
        comment = Comment.objects.create(paper=paper, person=person, text=text, at=now)
        return _change(comment, None) + stages.skim(person, paper, now)


def edit(person: Person, comment: Comment, text: str, now: datetime) -> acts.Changes:
    """Change the text; who may is access.comment_for's business."""
    if text == comment.text:
        return ()
    before = acts.row_of("comment", comment)
    comment.text, comment.edited_at = text, now
    comment.save(update_fields=["text", "edited_at"])
    return _change(comment, before)


def delete(person: Person, comment: Comment, now: datetime) -> acts.Changes:
    """Delete the text. That it happened stays in the paper's history."""
    gone = acts.Change("comment", comment.pk, acts.row_of("comment", comment), None)
    with transaction.atomic():
        event = Event.objects.create(
            kind=Event.Kind.COMMENT_DELETED,
            at=now,
            person=person,
            paper_id=comment.paper_id,
            data={"by": comment.person.name},
        )
        comment.delete()
    return (gone, acts.Change("event", event.pk, None, acts.row_of("event", event)))


def as_html(text: str, names: Iterable[str]) -> SafeString:
    """Plain text made safe: links are links, a @mention of one of `names` is marked, lines stay lines."""
    safe = str(urlize(text.replace("\r\n", "\n"), nofollow=True, autoescape=True))
    known = sorted((escape(name) for name in names if name), key=len, reverse=True)
    if known and "@" in safe:
        mention = re.compile(rf"(?<![\w.@/])@({'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE)
        # Never inside a tag: an address may hold a @name.
        parts = re.split(r"(<a .*?</a>)", safe, flags=re.DOTALL)
        parts[::2] = [mention.sub(r'<span class="mention">@\1</span>', part) for part in parts[::2]]
        safe = "".join(parts)
    return mark_safe(safe)  # noqa: S308 (urlize escaped the text; the names are escaped)


def _change(comment: Comment, before: acts.Row | None) -> acts.Changes:
    return (acts.Change("comment", comment.pk, before, acts.row_of("comment", comment)),)
