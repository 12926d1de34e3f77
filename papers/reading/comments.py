"""reading.comments: comments on a paper: a flat thread of plain text with links and @mentions."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe

from ..models import Comment, Event, Paper, Person, Stage
from . import acts

LONGEST = 10_000


def add(person: Person, paper: Paper, text: str, now: datetime) -> list[acts.Change]:
    with acts.recording(person, paper) as changes, acts.recording_rows(Comment.objects.filter(paper=paper)) as added:
        Comment.objects.create(paper=paper, person=person, text=text, at=now)
        Stage.objects.take(person, paper, skimmed_at=now)
    return changes + added


def edit(comment: Comment, text: str, now: datetime) -> list[acts.Change]:
    """Change the text. Permission is checked in access.comment_for."""
    with acts.recording_rows(Comment.objects.filter(pk=comment.pk)) as changes:
        if text != comment.text:
            comment.text, comment.edited_at = text, now
            comment.save(update_fields=["text", "edited_at"])
    return changes


def delete(person: Person, comment: Comment, now: datetime) -> list[acts.Change]:
    """Delete a comment. The paper's history records the deletion, but not the text."""
    deletions = Event.objects.filter(paper=comment.paper_id, kind=Event.Kind.COMMENT_DELETED)
    with acts.recording_rows(Comment.objects.filter(pk=comment.pk), deletions) as changes:
        data = {"by": comment.person.name}
        Event.objects.create(kind=Event.Kind.COMMENT_DELETED, at=now, person=person, paper=comment.paper, data=data)
        comment.delete()
    return changes


def as_html(text: str, names: Iterable[str]) -> SafeString:
    """Render plain text as safe HTML: link addresses and highlight @mentions of `names`."""
    safe = str(urlize(text.replace("\r\n", "\n"), nofollow=True, autoescape=True))
    escaped = sorted((escape(name) for name in names if name), key=len, reverse=True)
    if escaped and "@" in safe:
        mention = re.compile(rf"(?<![\w.@/])@({'|'.join(map(re.escape, escaped))})(?!\w)", re.IGNORECASE)
        # Never inside a link, because an address may contain an @name.
        parts = re.split(r"(<a .*?</a>)", safe, flags=re.DOTALL)
        parts[::2] = [mention.sub(r'<span class="mention">@\1</span>', part) for part in parts[::2]]
        safe = "".join(parts)
    return mark_safe(safe)  # noqa: S308 (urlize escaped the text; the names are escaped)
