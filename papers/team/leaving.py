"""team.leaving: a person is removed for good: what they did stays, who they were goes.

The row stays and is made anonymous in place, so that votes, readings, comments, the ledger and its checks still count
and still stand in their order. Reading state is personal, but it feeds what the team learns of its sources: its rows
stay, and lead to nobody any more. What the team wrote stays as it was written; only what names the person in the
product's own way goes from it: @mentions, the e-mail address, and names that an event noted. Backups made before
still hold it all.
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
    OneTimeLink,
    Person,
    Result,
    Share,
    ShareLink,
    Source,
)

FORMER = "Former member"
NOWHERE = "removed.invalid"  # a domain that never exists (RFC 2606)

# Where people write freely.
WORDS: dict[type[models.Model], tuple[str, ...]] = {
    Comment: ("text",),
    Share: ("note",),
    Application: ("taken", "outcome_note", "chosen_over", "review_note"),
    Result: ("link", "note", "claimed", "ours"),
    Check: ("note",),
}
# Events that speak of papers and sources, in their words and not in people's.
IMPERSONAL = (
    Event.Kind.REPLACED,
    Event.Kind.AMENDED,
    Event.Kind.MERGED,
    Event.Kind.SOURCE_MOVED,
    Event.Kind.SOURCE_DIED,
)

# Under these keys an event notes who somebody was; elsewhere the same word may be a channel's or a thing's.
NAMED = {"by", "members"}

Cleaner = Callable[[Any], Any]


@transaction.atomic
def remove(person: Person, now: datetime) -> None:
    """Make this person nobody. Raises Gone when no admin would be left."""
    person.deactivate(now)  # locks the admins before any other row: two who remove each other take turns
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.removed_at:
        return
    _close_their_doors(person, now)
    clean = _cleaner(person)
    hints = [part for part in (person.name, person.email) if part]
    _clean_words(hints, clean)
    _clean_events(hints, clean)
    _clean_sessions(person, hints, clean)
    Source.objects.filter(person=person).update(name=FORMER)
    person.projects.clear()
    person.name, person.email = FORMER, f"{secrets.token_hex(8)}@{NOWHERE}"
    person.role, person.time_zone, person.keys_on = Person.Role.MEMBER, "UTC", True
    person.scheme = Person.Scheme.SYSTEM
    person.last_login, person.removed_at = None, now
    person.set_unusable_password()
    person.save()


def _close_their_doors(person: Person, now: datetime) -> None:
    """Links that let them in, papers' links of theirs, messages that wait, wrong passwords under their address."""
    OneTimeLink.objects.filter(Q(person=person) | Q(email__iexact=person.email)).delete()
    Job.objects.filter(person=person).delete()  # it holds what they typed
    ShareLink.objects.filter(person=person, revoked_at=None).update(revoked_at=now)
    waiting = Share.objects.unclaimed(now).filter(person=person)
    waiting.update(state=Share.State.CANCELLED, next_attempt=None, claimed_until=None)
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        log.objects.filter(username__iexact=person.email).delete()


# ── words ────────────────────────────────────────────────────────────────────────────────────


def _cleaner(person: Person) -> Cleaner:
    """What takes the person out of a text, or out of the texts in lists and dictionaries.

    A name that somebody else has too names that one as well, so it stays.
    """
    others = list(Person.objects.not_removed().exclude(pk=person.pk).values_list("name", flat=True))
    shared = person.name.casefold() in {name.casefold() for name in others}
    longest_first = sorted({*others, person.name}, key=len, reverse=True)  # @Ada Example is not @Ada
    mention = re.compile(rf"(?<![\w.@/])@({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    email = re.compile(rf"(?<![\w.+-]){re.escape(person.email)}(?![\w-])", re.IGNORECASE)

    def theirs(name: str) -> bool:
        return not shared and name.casefold() == person.name.casefold()

    def clean(value: Any, named: bool = False) -> Any:
        if isinstance(value, dict):
            return {key: clean(each, named or key in NAMED) for key, each in value.items()}
        if isinstance(value, list):
            return [clean(each, named) for each in value]
        if not isinstance(value, str):
            return value
        if named and theirs(value):
            return FORMER
        text = mention.sub(lambda found: f"@{FORMER}" if theirs(found[1]) else found[0], value)
        return email.sub("(e-mail removed)", text)

    return clean


def _clean_words(hints: list[str], clean: Cleaner) -> None:
    for model, fields in WORDS.items():
        anywhere = Q(*((f"{field}__icontains", hint) for field in fields for hint in hints), _connector=Q.OR)
        for row in model._default_manager.filter(anywhere).iterator():
            before = [getattr(row, field) for field in fields]
            after = [clean(text) for text in before]
            if after != before:
                for field, text in zip(fields, after, strict=True):
                    longest = getattr(model._meta.get_field(field), "max_length", None)
                    setattr(row, field, text[:longest])  # what stands there now may be longer than the name was
                if isinstance(row, Application):  # two ideas may have differed in nothing but a name
                    alike = Application.objects.filter(project=row.project_id, paper=row.paper_id).exclude(pk=row.pk)
                    others = set(alike.values_list("taken", flat=True))
                    row.taken = Application.unique_text(row.taken, others, "name removed")
                row.save(update_fields=fields)


def _clean_events(hints: list[str], clean: Cleaner) -> None:
    written = [json.dumps(hint, ensure_ascii=False)[1:-1] for hint in hints]
    anywhere = Q(*(("told__icontains", hint) for hint in written), _connector=Q.OR)
    events = Event.objects.exclude(kind__in=IMPERSONAL).alias(told=Cast("data", models.TextField()))
    for event in events.filter(anywhere).iterator():
        after = clean(event.data)
        if after != event.data:
            event.data = after
            event.save(update_fields=["data"])


def _clean_sessions(person: Person, hints: list[str], clean: Cleaner) -> None:
    """Theirs end. Others' remember what can be taken back, texts included: as the rows are now, so it still can."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for session in Session.objects.iterator():
        data = session.get_decoded()
        if data.get(SESSION_KEY) == str(person.pk):
            session.delete()
            continue
        told = json.dumps(data, ensure_ascii=False).casefold()
        if any(hint.casefold() in told for hint in hints):
            data.pop("_messages", None)
            session.session_data = store.encode(clean(data))
            session.save(update_fields=["session_data"])
