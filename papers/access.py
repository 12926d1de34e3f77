"""access: hand out each thing to the people who may see or change it.

Every view is for signed-in people unless it says otherwise (DoorMiddleware).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from .models import Application, Channel, Comment, Job, Paper, Person, Project, Result, Share, ShareLink, Source
from .refused import NotYours

View = Callable[..., HttpResponse]


def person(request: HttpRequest) -> Person:
    """The signed-in person: DoorMiddleware lets no stranger in."""
    return cast(Person, request.user)


def member_required(view: View) -> View:
    """Let only members and admins through: guests cannot change anything."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if person(request).is_guest:
            raise NotYours("Guests can only read. Ask an admin to make you a member.")
        return view(request, *args, **kwargs)

    return guarded


def admin_required(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person(request).is_admin:
            raise NotYours("This page is for admins.")
        return view(request, *args, **kwargs)

    return guarded


# ── things, for a person who may see or change them ──────────────────────────────────────────
# These raise Http404 if there is no such thing, and NotYours if it is somebody else's.


def paper_for(person: Person, paper_id: int) -> Paper:
    """A paper, for anybody in the team."""
    return get_object_or_404(Paper.objects.for_cards(), pk=paper_id)


def comment_for(person: Person, comment_id: int, *, edit: bool = False) -> Comment:
    """A comment to delete, or to edit if this person wrote it."""
    comment = get_object_or_404(Comment.objects.select_related("paper", "person"), pk=comment_id)
    _check_owner(person, comment.person_id, "comment", admins=not edit)
    return comment


def share_for(person: Person, share_id: int) -> Share:
    """A message to cancel or to send again."""
    share = get_object_or_404(Share.objects.select_related("channel", "paper"), pk=share_id)
    _check_owner(person, share.person_id, "message")
    return share


def link_for(person: Person, link_id: int) -> ShareLink:
    """A public link to revoke."""
    link = get_object_or_404(ShareLink.objects.select_related("paper"), pk=link_id)
    _check_owner(person, link.person_id, "link")
    return link


def project_for(person: Person, slug: str) -> Project:
    """A project, for anybody in the team."""
    return get_object_or_404(Project.objects.select_related("channel").prefetch_related("members"), slug=slug)


def application_for(person: Person, application_id: int) -> Application:
    """An application, for anybody in the team."""
    return get_object_or_404(Application.objects.for_ledger(), pk=application_id)


def result_for(person: Person, result_id: int) -> Result:
    """A result to check; ledger.checks refuses one's own."""
    return get_object_or_404(Result.objects.select_related("application"), pk=result_id)


def source_for(person: Person, source_id: int) -> Source:
    """A source to change. A person's own links are not such a source."""
    return get_object_or_404(Source.objects.pulled(), pk=source_id)


def channel_for(person: Person, channel_id: int) -> Channel:
    """A channel that has not been removed, to change."""
    return get_object_or_404(Channel.objects.not_removed(), pk=channel_id)


def person_for(person: Person, person_id: int) -> Person:
    """A member, active or deactivated, to change."""
    return get_object_or_404(Person.objects.not_removed(), pk=person_id)


def job_for(person: Person, job_id: UUID, kind: str) -> Job:
    """One of this person's own jobs."""
    return get_object_or_404(Job, pk=job_id, person=person, kind=kind)


def _check_owner(person: Person, owner_id: int, thing: str, *, admins: bool = True) -> None:
    if person.pk != owner_id and not (admins and person.is_admin):
        who = "They or an admin" if admins else "Only they"
        raise NotYours(f"This is somebody else’s {thing}. {who} can do that.")
