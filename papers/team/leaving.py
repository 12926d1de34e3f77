"""team.leaving: remove a person for good: their work stays, their identity goes.

The person's row stays and is made anonymous, so that votes, comments, the ledger and its checks still count, in their
order. Reading state is personal, but the figures about sources are based on it, so its rows stay too and no longer lead
to anybody. Texts stay as they were written, except for @mentions, the email address, and names recorded in events.
Older backups still contain everything.
"""

import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from ..models import (
    Application,
    Check,
    Comment,
    Event,
    Job,
    News,
    OneTimeLink,
    Person,
    Result,
    Share,
    ShareLink,
    Source,
)

FORMER = "Former member"
NOWHERE = "removed.invalid"  # a domain that never exists (RFC 2606)

# Columns with free text.
TEXTS: dict[type[models.Model], tuple[str, ...]] = {
    Comment: ("text",),
    Share: ("note",),
    Application: ("taken", "outcome_note", "chosen_over", "review_note"),
    Result: ("link", "note", "claimed", "ours"),
    Check: ("note",),
}
# Kinds of events whose data comes from papers and sources, never from people.
IMPERSONAL = (
    Event.Kind.REPLACED,
    Event.Kind.PUBLISHED,
    Event.Kind.WITHDRAWN,
    Event.Kind.RETRACTED,
    Event.Kind.REINSTATED,
    Event.Kind.AMENDED,
    Event.Kind.MERGED,
    Event.Kind.SOURCE_MOVED,
    Event.Kind.SOURCE_DIED,
)

# Keys of event data that hold people's names. Elsewhere, an equal text may name a channel or anything else.
NAME_KEYS = {"by", "members"}

Redactor = Callable[[Any], Any]


@transaction.atomic
def remove(person: Person, now: datetime) -> None:
    """Remove this person for good. Raises Gone if no admin would be left."""
    person.deactivate(now)  # locks the admins first, so that two admins who remove each other take turns
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.removed_at:
        return
    _end_access(person, now)
    redact = _redactor(person)
    hints = [part for part in (person.name, person.email) if part]
    _redact_texts(hints, redact)
    _redact_events(hints, redact)
    _redact_sessions(person, hints, redact)
    Source.objects.filter(person=person).update(name=FORMER)
    person.projects.clear()
    person.name, person.email = FORMER, f"{secrets.token_hex(8)}@{NOWHERE}"
    person.role, person.time_zone, person.keys_on = Person.Role.MEMBER, "UTC", True
    person.scheme = Person.Scheme.SYSTEM
    person.last_login, person.removed_at = None, now
    person.set_unusable_password()
    person.save()


def _end_access(person: Person, now: datetime) -> None:
    """Delete their invitations, jobs and sign-in logs, revoke their public links, and cancel their waiting messages."""
    OneTimeLink.objects.filter(Q(person=person) | Q(email__iexact=person.email)).delete()
    Job.objects.filter(person=person).delete()  # jobs contain what they typed
    News.objects.filter(person=person).delete()
    ShareLink.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    waiting = Share.objects.unclaimed(now).filter(person=person)
    waiting.update(state=Share.State.CANCELLED, next_attempt=None, claimed_until=None)
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        log.objects.filter(username__iexact=person.email).delete()


# ── redaction ────────────────────────────────────────────────────────────────────────────────


def _redactor(person: Person) -> Redactor:
    """Make a function that removes the person from a text, or from all texts in lists and dictionaries.

    A name that another person also has is kept.
    """
    others = list(Person.objects.not_removed().exclude(pk=person.pk).values_list("name", flat=True))
    shared = person.name.casefold() in {name.casefold() for name in others}
    longest_first = sorted({*others, person.name}, key=len, reverse=True)  # @Ada Example is not @Ada
    mention = re.compile(rf"(?<![\w.@/])@({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    email = re.compile(rf"(?<![\w.+-]){re.escape(person.email)}(?![\w-])", re.IGNORECASE)

    def is_theirs(name: str) -> bool:
        return not shared and name.casefold() == person.name.casefold()

    def redact(value: Any, is_name: bool = False) -> Any:
        if isinstance(value, dict):
            return {key: redact(each, is_name or key in NAME_KEYS) for key, each in value.items()}
        if isinstance(value, list):
            return [redact(each, is_name) for each in value]
        if not isinstance(value, str):
            return value
        if is_name and is_theirs(value):
            return FORMER
        text = mention.sub(lambda match: f"@{FORMER}" if is_theirs(match[1]) else match[0], value)
        return email.sub("(email removed)", text)

    return redact


def _redact_texts(hints: list[str], redact: Redactor) -> None:
    for model, fields in TEXTS.items():
        contains_hint = Q(*((f"{field}__icontains", hint) for field in fields for hint in hints), _connector=Q.OR)
        for row in model._default_manager.filter(contains_hint).iterator():
            before = [getattr(row, field) for field in fields]
            after = [redact(text) for text in before]
            if after != before:
                for field, text in zip(fields, after, strict=True):
                    longest = getattr(model._meta.get_field(field), "max_length", None)
                    setattr(row, field, text[:longest])  # the replacement may be longer than the name
                if isinstance(row, Application):  # two applications may have differed only in a name
                    siblings = Application.objects.filter(project=row.project_id, paper=row.paper_id)
                    others = set(siblings.exclude(pk=row.pk).values_list("taken", flat=True))
                    row.taken = Application.unique_text(row.taken, others, "name removed")
                row.save(update_fields=fields)


def _redact_events(hints: list[str], redact: Redactor) -> None:
    escaped = [json.dumps(hint, ensure_ascii=False)[1:-1] for hint in hints]
    contains_hint = Q(*(("json__icontains", hint) for hint in escaped), _connector=Q.OR)
    events = Event.objects.exclude(kind__in=IMPERSONAL).alias(json=Cast("data", models.TextField()))
    for event in events.filter(contains_hint).iterator():
        after = redact(event.data)
        if after != event.data:
            event.data = after
            event.save(update_fields=["data"])


def _redact_sessions(person: Person, hints: list[str], redact: Redactor) -> None:
    """Delete their sessions; redact their name from others' undo history, so that undo still matches the rows."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for session in Session.objects.iterator():
        data = session.get_decoded()
        if data.get(SESSION_KEY) == str(person.pk):
            session.delete()
            continue
        text = json.dumps(data, ensure_ascii=False).casefold()
        if any(hint.casefold() in text for hint in hints):
            data.pop("_messages", None)
            session.session_data = store.encode(redact(data))
            session.save(update_fields=["session_data"])
