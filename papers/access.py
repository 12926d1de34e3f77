"""access: who may see or change what. Every view is for signed-in people unless it says otherwise (settings.py)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from .models import Job, Paper, Person

View = Callable[..., HttpResponse]


def person(request: HttpRequest) -> Person:
    """Who asks: always somebody, because the door lets no stranger in."""
    return cast(Person, request.user)


def member_required(view: View) -> View:
    """Guests read; what changes something is for members and admins."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if person(request).is_guest:
            raise PermissionDenied("Guests can read here. Ask an admin to make you a member.")
        return view(request, *args, **kwargs)

    return guarded


def admin_required(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not person(request).is_admin:
            raise PermissionDenied("This page is for admins.")
        return view(request, *args, **kwargs)

    return guarded


def paper_for(person: Person, paper_id: int) -> Paper:
    """The paper, for someone who may see it: the whole team may. Http404 when there is none."""
    return get_object_or_404(Paper.objects.for_cards(), pk=paper_id)


def job_for(person: Person, job_id: UUID, kind: str) -> Job:
    """A job of this person's own. Http404 when there is none."""
    return get_object_or_404(Job, pk=job_id, person=person, kind=kind)
