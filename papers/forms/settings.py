"""forms.settings: a person's own profile and password."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from ..models import Person
from .signin import NewPasswordForm, password_field


def time_zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Choices for a select, by region, with the old spellings that some browsers still report."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place and region not in {"Etc", "SystemV", "posix", "right"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]


class ChangePasswordForm(NewPasswordForm):
    current = password_field("Current password", "current-password")
    field_order = ["current", "password", "again"]

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_current(self) -> str:
        """Guessing is throttled as at sign-in, so that an unattended session does not give the password away."""
        if not authenticate(self.request, email=self.person.email, password=self.cleaned_data["current"]):
            raise forms.ValidationError("This is not your current password.")
        return self.cleaned_data["current"]


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["name", "email", "time_zone", "scheme", "keys_on"]
        labels = {"email": "Email", "keys_on": "Keyboard shortcuts"}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "username"}),
            "time_zone": forms.Select(attrs={"data-zone": ""}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget.choices = time_zones()

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class JoinForm(ProfileForm):
    """The profile of a new member, shown above a NewPasswordForm."""

    class Meta(ProfileForm.Meta):
        fields = ["name", "email", "time_zone"]
