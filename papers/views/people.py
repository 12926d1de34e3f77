"""views.people: for admins: the team's people, and the one-time links that let them in."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from .. import access
from ..forms.people import InvitationForm, RemovalForm, RoleForm
from ..models import OneTimeLink, Person
from ..team import leaving
from . import page

INVITATION_DAYS = 7
RESET_DAYS = 1


@access.admin_required
@never_cache
@page.read_or_send
def people(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(page.sent(request))
    if form.is_valid():
        _, token = OneTimeLink.objects.mint(
            OneTimeLink.Kind.INVITATION,
            timezone.now(),
            timedelta(days=INVITATION_DAYS),
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            created_by=access.person(request),
        )
        what = f"An invitation for {form.cleaned_data['email'] or 'one person'}, valid for {INVITATION_DAYS} days."
        return _draw(request, InvitationForm(), {"what": what, "address": _address(request, token)})
    return _draw(request, form)


@access.admin_required
@never_cache
@require_POST
def reset(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.active(), pk=person_id)
    _, token = OneTimeLink.objects.mint(
        OneTimeLink.Kind.RESET,
        timezone.now(),
        timedelta(days=RESET_DAYS),
        person=person,
        created_by=access.person(request),
    )
    what = f"A new password for {person.name}, valid for one day."
    return _draw(request, InvitationForm(), {"what": what, "address": _address(request, token)})


@access.admin_required
@require_POST
def role(request: HttpRequest, person_id: int) -> HttpResponse:
    person = access.person_for(access.person(request), person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return page.refuse(request, "A role is member, admin or guest.")
    person.change_role(form.cleaned_data["role"], timezone.now())
    label = person.get_role_display().split(" (")[0].lower()
    if person == request.user and not person.is_admin:
        messages.success(request, f"You are no longer an admin but a {label} now.")
        return page.SeeOther(reverse("settings"))
    messages.success(request, f"{person.name} is now {'an' if label == 'admin' else 'a'} {label}.")
    return page.SeeOther(reverse("people"))


@access.admin_required
@require_POST
def active(request: HttpRequest, person_id: int) -> HttpResponse:
    person = access.person_for(access.person(request), person_id)
    if request.POST.get("active") == "1":
        person.reactivate()
        messages.success(request, f"{person.name} can sign in again.")
        return page.SeeOther(reverse("people"))
    if person == request.user:
        return page.refuse(request, "You cannot deactivate yourself. Ask another admin to do it.", 409)
    person.deactivate(timezone.now())
    messages.success(
        request, f"Deactivated {person.name}. They are signed out and cannot sign in; everything they did stays."
    )
    return page.SeeOther(reverse("people"))


@access.admin_required
@never_cache
@page.read_or_send
def remove(request: HttpRequest, person_id: int) -> HttpResponse:
    """Ask for the email address to be typed first, since this cannot be undone."""
    person = access.person_for(access.person(request), person_id)
    form = RemovalForm(page.sent(request), person=person)
    if not form.is_valid():
        return render(request, "people/remove.html", {"person": person, "form": form})
    leaving.remove(person, timezone.now())
    if person == request.user:
        logout(request)
        return page.SeeOther(reverse("signin"))
    messages.success(request, "Removed for good. Their work stays, under “Former member”.")
    return page.SeeOther(reverse("people"))


@access.admin_required
@require_POST
def revoke(request: HttpRequest, link_id: int) -> HttpResponse:
    now = timezone.now()
    OneTimeLink.objects.open_invitations(now).filter(pk=link_id).update(expires_at=now)
    messages.success(request, "Invitation withdrawn.")
    return page.SeeOther(reverse("people"))


def _address(request: HttpRequest, token: str) -> str:
    """Use the host this admin came by: it is allowed, and reachable even if PUBLIC_URL is still localhost."""
    return request.build_absolute_uri(reverse("onetime", args=[token]))


def _draw(request: HttpRequest, form: InvitationForm, minted: dict[str, str] | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "people": Person.objects.not_removed().order_by("-is_active", "name", "pk"),
        "removed": Person.objects.exclude(removed_at=None).count(),
        "invitations": OneTimeLink.objects.open_invitations(now).order_by("expires_at"),
        "roles": Person.Role.choices,
        "form": form,
        "minted": minted,
        "now": now,
    }
    return render(request, "people/people.html", context)
