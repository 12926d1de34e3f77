"""forms.browse: the search and its filters."""

from typing import Any

from django import forms
from django.http import QueryDict

from ..models import Application, Person, Project, Source
from ..reading import search


class BrowseForm(forms.Form):
    """The search and filters of /browse, from the query string. templates/browse draws the fields itself."""

    q = forms.CharField(required=False, max_length=300)
    source = forms.ChoiceField(required=False)
    category = forms.CharField(required=False, max_length=100)
    author = forms.CharField(required=False, max_length=300)
    horizon = forms.ChoiceField(required=False, choices=[("", "Any"), *Source.Horizon.choices])
    stage = forms.ChoiceField(required=False, choices=[("", "Any"), *search.STAGES.items()])
    votes = forms.ChoiceField(required=False)
    project = forms.ChoiceField(label="Applied in", required=False)
    used = forms.ChoiceField(label="Application", required=False, choices=[("", "Any"), *search.USED.items()])
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Application.Outcome.choices])
    has = forms.ChoiceField(label="Code", required=False, choices=[("", "Any"), *search.HAS.items()])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, data: QueryDict, person: Person) -> None:
        super().__init__(data)
        choices = search.choices(person)
        self.known_categories = choices.categories
        by_name = [(pk, f"Voted up by {name}") for pk, name in choices.people]
        self.offered: dict[str, list[tuple[str, str]]] = {
            "source": [("", "Any"), *choices.sources],
            "votes": [("", "Any"), *search.VOTES.items(), *by_name],
            "project": [("", "Any"), *Project.objects.order_by("name").values_list("slug", "name")],
        }
        for name, field in self.fields.items():
            refusal = f"“{data.get(name, '')[:60]}” is not "
            if isinstance(field, forms.ChoiceField):
                field.choices = self.offered.setdefault(name, list(field.choices))  # type: ignore[arg-type]
                thing = {"used": "a stage of use", "outcome": "an outcome", "has": "something"}.get(
                    name, f"a {name.rstrip('s')}"
                )
                field.error_messages["invalid_choice"] = f"{refusal}{thing} we know."
            elif isinstance(field, forms.DateField):
                field.error_messages["invalid"] = f"{refusal}a date. Write it like 2026-03-31."

    def clean_source(self) -> int:
        return int(self.cleaned_data["source"] or 0)

    def clean_category(self) -> str:
        return search.category(self.cleaned_data["category"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "The dates are the wrong way round: the first is after the last.")
        return cleaned

    def filters(self) -> search.Filters:
        return search.Filters(**self.cleaned_data)
