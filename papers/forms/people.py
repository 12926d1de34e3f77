"""forms.people: invite people, change their role, remove them."""

from typing import Any

from django import forms

from ..models import Person


class InvitationForm(forms.Form):
    email = forms.EmailField(label="Email (optional)", required=False)
    role = forms.ChoiceField(choices=Person.Role.choices, initial=Person.Role.MEMBER)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if email and Person.objects.filter(email=email).exists():
            raise forms.ValidationError("Someone with this email address is already here.")
        return email


class RemovalForm(forms.Form):
    """The email address of the person to remove for good, typed by hand."""

    email = forms.EmailField(
        label="Type their email address to confirm",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type their email address."},
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        if self.cleaned_data["email"].lower() != self.person.email:
            raise forms.ValidationError(f"This is not the address of {self.person.name}. Nothing was changed.")
        return self.person.email


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Person.Role.choices)
