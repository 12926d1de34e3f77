"""views.settings: a person's own profile, time zone, keys, colours and password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from .. import throttle
from ..forms.settings import ChangePasswordForm, ProfileForm
from ..models import Person
from . import page


@page.read_or_send
def settings(request: HttpRequest) -> HttpResponse:
    person = _myself(request)
    form = ProfileForm(page.sent(request), instance=person)
    if form.is_valid():
        try:
            form.save()
        except IntegrityError:  # the address was taken between the check and the write
            form.add_error("email", "Someone with this email address is already here.")
        else:
            messages.success(request, "Saved.")
            return page.SeeOther(reverse("settings"))
    return _draw(request, form, ChangePasswordForm(person=person, request=request))


@sensitive_post_parameters()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    person = _myself(request)
    form = ChangePasswordForm(request.POST, person=person, request=request)
    if not form.is_valid():
        return _draw(request, ProfileForm(instance=person), form)
    person.set_password(form.cleaned_data["password"])
    person.save(update_fields=["password"])
    update_session_auth_hash(request, person)
    messages.success(request, "Your password has been changed. You have been signed out everywhere else.")
    answer = page.SeeOther(reverse("settings"))
    throttle.remember(answer, person)
    return answer


def _myself(request: HttpRequest) -> Person:
    """A copy for the form to change: refused input must not show in the page's head."""
    return Person.objects.get(pk=request.user.pk)


def _draw(request: HttpRequest, profile: ProfileForm, password: ChangePasswordForm) -> HttpResponse:
    return render(request, "settings/settings.html", {"profile": profile, "password": password})
