"""forms.applications: record results, stages, checks and reviews of an application."""

from typing import Any

from django import forms

from ..identity import names_in
from ..models import Application, Paper


def text_field(label: str, hint: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=5000, widget=widget)


class EvidenceForm(forms.Form):
    """The result of a step. It needs a link or a note (ledger.results checks)."""

    link = forms.URLField(
        label="Link to the evidence",
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text="A commit, run or notebook.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    note = text_field("Or a note")
    claimed = forms.CharField(label="Claimed", max_length=120, required=False)
    ours = forms.CharField(label="Ours", max_length=120, required=False)


class AdvanceForm(EvidenceForm):
    """The same, with the stage to move to, named by the button."""

    to = forms.ChoiceField(choices=[("pilot", "Pilot"), ("production", "Production")])


class StepBackForm(forms.Form):
    """Move back to an earlier stage; the nearest is offered first."""

    to = forms.ChoiceField(label="Back to", choices=[("toy", "Toy"), ("pilot", "Pilot")])
    why = text_field("Why?")

    def __init__(self, *args: Any, earlier: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if earlier:
            self.fields["to"].choices = [(step, Application.Stage(step).label) for step in reversed(earlier)]  # type: ignore[attr-defined]
        if earlier and len(earlier) == 1:  # nothing to choose
            self.fields["to"].widget = forms.HiddenInput()
            self.initial["to"] = earlier[0]


class DropForm(forms.Form):
    outcome = forms.ChoiceField(
        label="How did it end?",
        choices=[choice for choice in Application.Outcome.choices if choice[0] != "running"],
        initial="no_effect",
    )
    why = text_field("What was learned?")


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(choices=Application.Outcome.choices)
    note = text_field("Why?", "What helped or did not, and what you learned.")


class ChosenOverForm(forms.Form):
    text = text_field("Alternatives considered", "What else was tried, and why this was chosen.")


class CheckForm(forms.Form):
    holds = forms.TypedChoiceField(
        label="Does it hold?",
        choices=[("yes", "Yes, it holds"), ("no", "No, it does not hold")],
        coerce=lambda value: value == "yes",
        initial="yes",
        error_messages={"required": "Say whether it holds."},
    )
    note = text_field("What did you look at?")


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=[("kept", "Keep it"), ("superseded", "Superseded by"), ("retired", "Retire it")], initial="kept"
    )
    by = forms.CharField(
        label="Superseded by",
        max_length=2000,
        required=False,
        help_text="A paper in Tenth: its arXiv id or any link to it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = text_field("Why?")

    def clean_by(self) -> Paper | None:
        if not self.cleaned_data["by"]:
            return None
        paper = Paper.objects.addressed(names_in(self.cleaned_data["by"]))
        if paper is None:
            raise forms.ValidationError(
                "This paper is not in Tenth. Add it first, or say in the note what superseded this."
            )
        return paper
