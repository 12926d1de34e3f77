"""reading.links: /s/<token>, the address of a paper that everyone can open, until it is revoked."""

from datetime import datetime

from django.db import transaction

from ..models import Paper, Person, ShareLink


class LinkError(Exception):
    """Refused; the sentence says why."""


@transaction.atomic(savepoint=False)
def link_for(person: Person, paper: Paper, now: datetime) -> ShareLink:
    """This person's link to the paper: the one that is live, else a new one."""
    Paper.objects.select_for_update().only("pk").get(pk=paper.pk)  # of two clicks one mints
    live = ShareLink.objects.filter(paper=paper, person=person, revoked_at=None).order_by("-created_at", "-pk").first()
    return live or ShareLink.objects.create(paper=paper, person=person, created_at=now)


def revoke(person: Person, link: ShareLink, now: datetime) -> None:
    """From now on the address shows nothing to strangers. Raises LinkError when it is another's."""
    if link.person_id != person.pk and not person.is_admin:
        raise LinkError("This is somebody else’s link. They or an admin can revoke it.")
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def find(token: str) -> ShareLink | None:
    """The link of this token, be it revoked."""
    return None if "\0" in token else ShareLink.objects.filter(token=token).select_related("paper").first()


def of_paper(paper: Paper) -> list[ShareLink]:
    """The live links to this paper, the newest first."""
    live = ShareLink.objects.filter(paper=paper, revoked_at=None)
    return list(live.select_related("person").order_by("-created_at", "-pk"))
