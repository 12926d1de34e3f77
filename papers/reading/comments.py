"""reading.comments: a flat thread of plain text on a paper, with links and @mentions."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from ..models import Comment, Event, Paper, Person, Stage
from . import acts

LONGEST = 10_000


def add(person: Person, paper: Paper, text: str, now: datetime) -> list[acts.Change]:
    with acts.recording(person, paper) as done, acts.recording_rows(Comment.objects.filter(paper=paper)) as added:
        Comment.objects.create(paper=paper, person=person, text=text, at=now)
        Stage.objects.take(person, paper, skimmed_at=now)
    return done + added


def edit(comment: Comment, text: str, now: datetime) -> list[acts.Change]:
    """Change the text. Who may do it is decided in access.comment_for."""
    with acts.recording_rows(Comment.objects.filter(pk=comment.pk)) as done:
        if text != comment.text:
            comment.text, comment.edited_at = text, now
            comment.save(update_fields=["text", "edited_at"])
    return done


def delete(person: Person, comment: Comment, now: datetime) -> list[acts.Change]:
    """Delete the text. That it happened stays in the paper's history."""
    deletions = Event.objects.filter(paper=comment.paper_id, kind=Event.Kind.COMMENT_DELETED)
    with acts.recording_rows(Comment.objects.filter(pk=comment.pk), deletions) as done:
        data = {"by": comment.person.name}
        Event.objects.create(kind=Event.Kind.COMMENT_DELETED, at=now, person=person, paper=comment.paper, data=data)
        comment.delete()
    return done


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
