"""models.person: members of the team, and the one-time links with which they join or reset a password."""

import hashlib
import secrets
import zoneinfo
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from ..refused import Gone

if TYPE_CHECKING:
    from .project import Project


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Pick one such as Europe/Paris.")


class PersonQuerySet(models.QuerySet["Person"]):
    def active(self) -> "PersonQuerySet":
        return self.filter(is_active=True)

    def not_removed(self) -> "PersonQuerySet":
        """Active and deactivated people."""
        return self.filter(removed_at=None)

    def who_can_join(self, project: "Project | None") -> "PersonQuerySet":
        """Active members and admins, and everybody already in the project."""
        can = models.Q(is_active=True) & ~models.Q(role=Person.Role.GUEST)
        if project:
            can |= models.Q(projects=project)
        return self.filter(can).distinct().order_by("name", "pk")

    def admins(self) -> "PersonQuerySet":
        return self.active().filter(role=Person.Role.ADMIN)


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, role=Person.Role.ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """A member of the team. Reading state, minutes and drafts are personal; all else is the team's."""

    class Role(models.TextChoices):
        MEMBER = "member", "Member"
        ADMIN = "admin", "Admin"
        GUEST = "guest", "Guest (reads only)"

    class Scheme(models.TextChoices):
        SYSTEM = "system", "System"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField(max_length=254)  # always lower case
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    keys_on = models.BooleanField("keyboard shortcuts", default=True)
    scheme = models.CharField("appearance", max_length=6, choices=Scheme, default=Scheme.SYSTEM)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)  # for good; the anonymous row stays for what they did
    session_key = models.CharField(max_length=22, blank=True, default="", editable=False)  # a new one ends all sessions

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="one_person_per_email",
                violation_error_message="Someone with this email address is already here.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=["member", "admin", "guest"]), name="role_is_known"),
            models.CheckConstraint(condition=models.Q(scheme__in=["system", "light", "dark"]), name="scheme_is_known"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(removed_at=None) | models.Q(is_active=False), name="removed_person_stays_out"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_admin(self) -> bool:
        return self.role == self.Role.ADMIN

    @property
    def is_guest(self) -> bool:
        return self.role == self.Role.GUEST

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and end invitations for this email address, which are no longer needed."""
        names = kwargs.get("update_fields")
        with transaction.atomic():
            super().save(*args, **kwargs)
            if names is None or "email" in names:
                OneTimeLink.objects.end_invitations(self.email, timezone.now())

    def get_session_auth_hash(self) -> str:
        """Django's hash of the password, plus our key. Sessions end when it changes."""
        return super().get_session_auth_hash() + self.session_key

    @property
    def door(self) -> str:
        """A digest of email address, password and session key. A reset link is valid only while it is unchanged."""
        return OneTimeLink.hash(f"{self.email} {self.get_session_auth_hash()}")

    def change_role(self, role: str, now: datetime) -> None:
        """Change the role. Raises Gone if no admin would be left."""
        with transaction.atomic():
            if role != self.Role.ADMIN:
                self._leave_an_admin()
                OneTimeLink.objects.filter(created_by=self).end(now)
            self.role = role
            self.save(update_fields=["role"])

    def deactivate(self, now: datetime) -> None:
        """Sign the person out and keep them out; what they wrote stays. Raises Gone if no admin would be left.

        Links that they created end too, or they could let themselves in again.
        """
        with transaction.atomic():
            self._leave_an_admin()
            self._set_active(False)
            OneTimeLink.objects.filter(models.Q(person=self) | models.Q(created_by=self)).end(now)

    def reactivate(self) -> None:
        """Let the person sign in again. Their old sessions stay ended."""
        self._set_active(True)

    def _set_active(self, active: bool) -> None:
        self.is_active = active
        self.session_key = secrets.token_urlsafe(16)
        self.save(update_fields=["is_active", "session_key"])

    def _leave_an_admin(self) -> None:
        """Check that another admin is left. Locks all admins, so that two cannot remove each other at once."""
        admins = set(Person.objects.admins().order_by("pk").select_for_update().values_list("pk", flat=True))
        if admins == {self.pk}:
            raise Gone(f"{self.name} is the only admin. Make somebody else an admin first.")

    # Required by Django's admin.
    @property
    def is_staff(self) -> bool:
        return self.is_admin

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_admin

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_admin


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    def usable(self, now: datetime) -> "OneTimeLinkQuerySet":
        return self.filter(used_at=None, expires_at__gt=now)

    def open_invitations(self, now: datetime) -> "OneTimeLinkQuerySet":
        return self.usable(now).filter(kind=OneTimeLink.Kind.INVITATION).select_related("created_by")

    def for_token(self, token: str) -> "OneTimeLinkQuerySet":
        return self.filter(token_hash=OneTimeLink.hash(token))

    def end(self, now: datetime) -> None:
        self.usable(now).update(expires_at=now)

    def end_invitations(self, email: str, now: datetime) -> None:
        self.filter(kind=OneTimeLink.Kind.INVITATION, email__iexact=email).end(now)

    @transaction.atomic
    def mint(self, kind: str, now: datetime, valid_for: timedelta, **fields: Any) -> "tuple[OneTimeLink, str]":
        """Create a link and its token. An older link for the same person, address or first admin ends.

        Only the token's hash is stored, so the token can be shown only once. Its 256 random bits cannot be guessed.
        """
        if person := fields.get("person"):
            fields["door"] = person.door
            self.filter(person=person).end(now)
        elif email := fields.get("email"):
            self.end_invitations(email, now)
        elif kind == OneTimeLink.Kind.FIRST_ADMIN:
            self.filter(kind=kind).end(now)
        token = secrets.token_urlsafe(32)
        link = self.create(
            kind=kind, token_hash=OneTimeLink.hash(token), created_at=now, expires_at=now + valid_for, **fields
        )
        return link, token


class OneTimeLink(models.Model):
    """A link that can be used once: for the first admin, an invitation, or a password reset."""

    class Kind(models.TextChoices):
        FIRST_ADMIN = "first_admin", "first admin"
        INVITATION = "invitation", "invitation"
        RESET = "reset", "password reset"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    token_hash = models.CharField(max_length=64)
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    door = models.CharField(max_length=64, blank=True, default="", editable=False)  # Person.door at the time
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=8, choices=Person.Role.choices, default=Person.Role.MEMBER)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="one_link_per_token")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.email or 'anyone who has it'}"

    @staticmethod
    def hash(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_outdated(self) -> bool:
        """For a reset link, whether the person's password, email address or status has changed since."""
        return self.person is not None and self.door != self.person.door

    def use(self, now: datetime) -> bool:
        """Mark the link as used; False if it is already used, expired or outdated."""
        with transaction.atomic():
            if self.person_id:
                self.person = Person.objects.select_for_update().get(pk=self.person_id)  # wait for changes to it
            if self.is_outdated:
                return False
            return bool(OneTimeLink.objects.usable(now).filter(pk=self.pk).update(used_at=now))
