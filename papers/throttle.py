"""throttle: limit password guesses.

Three counts, each over a quarter of an hour: for one name from one address, for one name from anywhere (guessing from
many addresses), and for one address under any name (one guess at each of many names). A stranger could use the last
two to lock somebody out, so a browser in which the person has signed in before is subject to the first alone.
"""

from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from .models import Person

PAIR, NAME, ADDRESS = 5, 20, 30
COOKIE = "tenth_known"
COOKIE_AGE = timedelta(days=365)


class Handler(AxesDatabaseHandler):
    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return 1 while the visitor has to wait: axes knows one limit, which is set to 1."""
        return int(wait(request, (credentials or {}).get("email") or "") > timedelta())


def wait(request: HttpRequest, email: str) -> timedelta:
    """Return how long this visitor has to wait before another password for this email address is checked."""
    now, address = timezone.now(), get_client_ip_address(request)
    window = timedelta(hours=settings.AXES_COOLOFF_TIME)
    failures = (
        AccessAttempt.objects.filter(Q(username=email) | Q(ip_address=address), attempt_time__gt=now - window)
        .order_by("-attempt_time")
        .values_list("username", "ip_address", "failures_since_start", "attempt_time")
    )
    same_name = [row for row in failures if row[0] == email]
    same_address = [row for row in failures if row[1] == address]
    counts = [(PAIR, [row for row in same_name if row[1] == address])]
    if not _knows(request, email):
        counts += [(NAME, same_name), (ADDRESS, same_address)]
    until = now
    for limit, rows in counts:
        total = 0
        for *_, number, at in rows:
            total += number
            if total >= limit:  # once this row is too old to count, fewer than the limit remain
                until = max(until, at + window)
                break
    return until - now


def remember(response: HttpResponse, person: Person) -> None:
    """Remember this browser as one in which the person has signed in, until their password changes."""
    response.set_cookie(
        COOKIE,
        _mark(person),
        max_age=COOKIE_AGE,
        path=reverse("signin"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _mark(person: Person) -> str:
    return salted_hmac(__name__, person.door, algorithm="sha256").hexdigest()


def _knows(request: HttpRequest, email: str) -> bool:
    if request.user.is_authenticated:
        return True
    mark = request.COOKIES.get(COOKIE, "")
    person = Person.objects.active().filter(email=email).first() if mark else None
    return person is not None and constant_time_compare(mark, _mark(person))
