"""forms.applications: what can be recorded about an application."""

from django import forms

from ..identity import names_in
from ..models import Application, Paper


def text_field(label: str, hint: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=5000, widget=widget)


class EvidenceForm(forms.Form):
    """What a stage gave. A link or a note is needed where something is recorded (ledger.projects says so)."""

    link = forms.URLField(
        label="Evidence: a link",
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text="A commit, run or notebook.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    note = text_field("or a note")
    claimed = forms.CharField(label="The paper claims", max_length=120, required=False)
    ours = forms.CharField(label="We got", max_length=120, required=False)


class AdvanceForm(EvidenceForm):
    to = forms.ChoiceField(choices=[("pilot", "Pilot"), ("production", "Production")])
    field_order = ["to"]


class StepBackForm(forms.Form):
    to = forms.ChoiceField(choices=[("toy", "Toy"), ("pilot", "Pilot")])
    why = text_field("Why?")


class DropForm(forms.Form):
    outcome = forms.ChoiceField(
        label="How did it end?",
        choices=[choice for choice in Application.Outcome.choices if choice[0] != "running"],
        initial="no_effect",
    )
    why = text_field("What was learned?")


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(choices=Application.Outcome.choices)
    note = text_field("In what way?")


class ChosenOverForm(forms.Form):
    text = text_field("Chosen over", "What was tried instead, and why this was chosen.")


class CheckForm(forms.Form):
    holds = forms.TypedChoiceField(
        label="I looked, and",
        choices=[("yes", "it holds"), ("no", "it does not hold")],
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
        help_text="A paper that we have: its arXiv id or any link to it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = text_field("Why?")

    def clean_by(self) -> Paper | None:
        if not self.cleaned_data["by"]:
            return None
        paper = Paper.objects.addressed(names_in(self.cleaned_data["by"]))
        if paper is None:
            raise forms.ValidationError("We have no such paper. Add it first, or say in the note what superseded this.")
        return paper
