"""sharing.links: /s/<token>, the address of a paper that everyone can open, until it is revoked."""

from datetime import datetime

from django.db import transaction

from ..models import Paper, Person, ShareLink
from ..models.share import new_token
from ..refused import Gone

# One round trip: the page that shares waits for it.
LIVE_OR_NEW = """
WITH live AS (
  SELECT * FROM papers_sharelink WHERE paper_id = %(paper)s AND person_id = %(person)s AND revoked_at IS NULL
  ORDER BY created_at DESC, id DESC LIMIT 1
), made AS (
  INSERT INTO papers_sharelink (token, paper_id, person_id, created_at)
  SELECT %(token)s, %(paper)s, %(person)s, %(now)s WHERE NOT EXISTS (SELECT FROM live) RETURNING *
)
SELECT * FROM live UNION ALL SELECT * FROM made"""


MERGED = "This paper was just found to be the same as another, and is one with it now. Look for it and open it anew."


@transaction.atomic(savepoint=False)
def link_for(person: Person, paper: Paper, now: datetime) -> ShareLink:
    """Return this person's live link to the paper, or make one. Raises Gone for a paper that was merged away."""
    if not Paper.objects.hold(paper.pk):  # of two clicks one mints
        raise Gone(MERGED)
    asked = {"paper": paper.pk, "person": person.pk, "token": new_token(), "now": now}
    return ShareLink.objects.raw(LIVE_OR_NEW, asked)[0]


def revoke(link: ShareLink, now: datetime) -> None:
    """From now on the address shows nothing to strangers."""
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def find(token: str) -> ShareLink | None:
    """The link of this token, be it revoked."""
    return None if "\0" in token else ShareLink.objects.filter(token=token).select_related("paper").first()


def of_paper(paper: Paper) -> list[ShareLink]:
    """The live links to this paper, the newest first."""
    live = ShareLink.objects.filter(paper=paper, revoked_at=None)
    return list(live.select_related("person").order_by("-created_at", "-pk"))
