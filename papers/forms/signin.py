"""forms.signin: sign in, and choose a password."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation

from ..models import Person


def password_field(label: str, autocomplete: str, hint: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget, help_text=hint)


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="Email", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = password_field("Password", "current-password")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class NewPasswordForm(forms.Form):
    """A new password, typed twice. `person` is its owner: a password like their name is refused."""

    password = password_field("New password", "new-password", "At least 10 characters. Three or four words do well.")
    again = password_field("The same again", "new-password")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", "The two passwords are not the same.")
        elif password:
            try:
                password_validation.validate_password(password, self.person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
