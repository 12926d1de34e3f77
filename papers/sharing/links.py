"""sharing.links: /s/<token>, a paper's public link, which works until it is revoked."""

from datetime import datetime

from django.db import transaction

from ..models import Paper, Person, ShareLink


@transaction.atomic(savepoint=False)
def link_for(person: Person, paper: Paper, now: datetime) -> ShareLink:
    """Return this person's live link to the paper, or make one. Raises Gone for a paper that was merged away."""
    Paper.objects.hold(paper.pk)  # a double click makes one link
    live = ShareLink.objects.filter(paper=paper, person=person, revoked_at=None).order_by("-created_at", "-pk")
    return live.first() or ShareLink.objects.create(paper=paper, person=person, created_at=now)


def revoke(link: ShareLink, now: datetime) -> None:
    """Stop showing the paper to strangers at this address."""
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def find(token: str) -> ShareLink | None:
    """The link with this token, even if revoked."""
    return None if "\0" in token else ShareLink.objects.filter(token=token).select_related("paper").first()


def of_paper(paper: Paper) -> list[ShareLink]:
    """The live links to this paper, newest first."""
    live = ShareLink.objects.filter(paper=paper, revoked_at=None)
    return list(live.select_related("person").order_by("-created_at", "-pk"))
