"""views.signin: sign in and out, and the one-time links for first sign-in and password reset."""

import math
from datetime import datetime

from axes.utils import reset as forgive
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from .. import throttle
from ..forms.settings import JoinForm
from ..forms.signin import NewPasswordForm, SignInForm
from ..models import OneTimeLink, Person, Source
from ..refused import NotYours
from . import page

WRONG = "Wrong email or password. Check both, or ask an admin for a reset link."
USED = "This link has already been used: each works once. Sign in with your password, or ask an admin for a new link."
_MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@page.read_or_send
@sensitive_post_parameters("password")
def signin(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return page.SeeOther(page.safe_next(request, "today"))
    form = SignInForm(page.sent(request))
    if form.is_valid():
        person = authenticate(
            request, email=form.cleaned_data["email"], password=form.cleaned_data["password"]
        )  # axes counts failures here, and calls locked_out after too many
        if person:
            login(request, person)
            answer = page.SeeOther(page.safe_next(request, "today"))
            throttle.remember(answer, person)
            return answer
        form.add_error(None, WRONG)
    return _signin_page(request, form)


def _signin_page(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "next": page.safe_next(request, "today"),
        "nobody_yet": not Person.objects.exists(),
    }
    return render(request, "signin/signin.html", context, status=status)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str]) -> HttpResponse:
    """Answer for django-axes after too many wrong passwords, from either sign-in form."""
    seconds = max(60, math.ceil(throttle.wait(request, credentials.get("email", "")).total_seconds()))
    minutes = math.ceil(seconds / 60)
    sentence = f"Too many wrong passwords. Try again in {minutes} minute{'s' if minutes > 1 else ''}"
    if request.user.is_authenticated:  # the person who changed a password
        answer = page.refuse(request, f"{sentence}.", 429)
    else:
        form = SignInForm(request.POST)
        form.full_clean()
        form.add_error(None, f"{sentence}, or ask an admin for a reset link.")
        answer = _signin_page(request, form, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


@login_not_required
@never_cache
@page.read_or_send
def signout(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # so that no link or preview can sign anybody out
        return page.SeeOther(reverse("today"))
    logout(request)
    return page.SeeOther(reverse("signin"))


@login_not_required
@never_cache
@page.read_or_send
def staff_door(request: HttpRequest) -> HttpResponse:
    """Send the admin site's sign-in to ours, which is throttled."""
    if request.user.is_authenticated:
        raise NotYours("This page is for admins.")
    return page.SeeOther(f"{reverse('signin')}?{request.GET.urlencode()}")


# ── one-time links ───────────────────────────────────────────────────────────────────────────


@login_not_required
@never_cache
@page.read_or_send
@sensitive_post_parameters("password", "again")
def onetime(request: HttpRequest, token: str) -> HttpResponse:
    """GET only shows the form, so that a chat's link preview does not use up the link."""
    now = timezone.now()
    link = OneTimeLink.objects.for_token(token).select_related("person").first()
    if link is None:
        answer = _no_entry(
            request, "There is no such link. Check that you copied all of it, or ask an admin for a new one."
        )
    elif why_not := _why_not(link, now):
        answer = _no_entry(request, why_not)
    else:
        answer = _reset(request, link, link.person) if link.person else _join(request, link)
    # Keeps the token from other pages. Not no-referrer: that sends `Origin: null`, which the CSRF check refuses.
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def _no_entry(request: HttpRequest, why: str) -> HttpResponse:
    return page.refuse(request, why, 404, "This link lets nobody in")


def _why_not(link: OneTimeLink, now: datetime) -> str:
    if link.used_at:
        return USED
    if link.expires_at <= now or link.is_outdated or (link.person and not link.person.is_active):
        return "This link has expired or was withdrawn. Ask an admin for a new one."
    if link.kind == OneTimeLink.Kind.FIRST_ADMIN and Person.objects.admins().exists():
        return "This install already has an admin. Ask them for an invitation."
    return ""


def _join(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    """Create the account of the first admin, or of somebody invited."""
    role = Person.Role.ADMIN if link.kind == OneTimeLink.Kind.FIRST_ADMIN else link.role
    form = JoinForm(page.sent(request), instance=Person(role=role), initial={"email": link.email})
    password = NewPasswordForm(page.sent(request), person=form.instance)
    if form.is_valid() & password.is_valid():
        form.instance.set_password(password.cleaned_data["password"])
        try:
            with transaction.atomic():
                if not link.use(timezone.now()):
                    return _no_entry(request, USED)
                person = form.save()
        except IntegrityError:  # the address was taken between the check and the write
            form.add_error("email", "Someone with this email address is already here.")
        else:
            return _let_in(request, person)
    return render(request, "signin/join.html", {"form": form, "password": password, "link": link})


def _reset(request: HttpRequest, link: OneTimeLink, person: Person) -> HttpResponse:
    password = NewPasswordForm(page.sent(request), person=person)
    if password.is_valid():
        with transaction.atomic():
            if not link.use(timezone.now()):
                return _no_entry(request, USED)
            person.set_password(password.cleaned_data["password"])
            person.save(update_fields=["password"])
        forgive(username=person.email)
        return _let_in(request, person)
    return render(request, "signin/reset.html", {"password": password, "link": link})


def _let_in(request: HttpRequest, person: Person) -> HttpResponse:
    login(request, person, backend=_MODEL_BACKEND)
    first_run = person.is_admin and not Source.objects.exclude(kind=Source.Kind.PERSON).exists()
    answer = page.SeeOther(reverse("source_start" if first_run else "today"))
    throttle.remember(answer, person)
    return answer
