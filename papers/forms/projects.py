"""forms.projects: a project, and a paper applied in it."""

from typing import Any

from django import forms

from ..ledger import table
from ..models import Application, Channel, Person, Project, Source


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=80)
    horizon = forms.ChoiceField(choices=Source.Horizon.choices, initial=Source.Horizon.CORE)
    deadline = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    warning_days = forms.IntegerField(
        label="Days of warning",
        min_value=0,
        max_value=365,
        initial=3,
        help_text="How many days before the deadline it counts as near.",
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        required=False,
        empty_label="None",
        help_text="Where papers for this project are shared.",
    )
    members = forms.ModelMultipleChoiceField(
        queryset=Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["channel"].queryset = Channel.objects.not_removed()  # type: ignore[attr-defined]
        self.fields["members"].queryset = Person.objects.who_can_join(project)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Project.objects.exclude(pk=self.project.pk) if self.project else Project.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is already a project with this name.")
        return name


class ApplyForm(forms.Form):
    """A project, or a new project's name, and what was taken from the paper."""

    project = forms.ModelChoiceField(queryset=Project.objects.none(), required=False, empty_label="Choose …")
    new_project = forms.CharField(label="Or a new project", max_length=80, required=False)
    taken = forms.CharField(
        label="What did you take from it?",
        max_length=500,
        help_text="An idea, a trick, a data set, a number, in one sentence. It starts as a toy.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say in a sentence what you took from it."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = Project.objects.open().order_by("name")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        if not self.is_bound:  # opened by a key, it is focused for the keyboard
            self.fields["project" if projects.exists() else "new_project"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["new_project"] = " ".join(cleaned.get("new_project", "").split())
        if "project" in self.errors or "new_project" in self.errors:
            return cleaned
        if bool(cleaned.get("project")) == bool(cleaned["new_project"]):
            both = "Choose a project or name a new one, not both."
            self.add_error("project", both if cleaned["new_project"] else "Choose a project, or name a new one.")
        return cleaned


class LedgerForm(forms.Form):
    """A ledger's search, filters, order and page, from the query string. Unknown values are ignored."""

    q = forms.CharField(required=False, max_length=200)
    show = forms.ChoiceField(required=False, choices=[(name, label) for name, (label, _) in table.SHOWS.items()])
    project = forms.ModelChoiceField(Project.objects.order_by("name"), required=False, to_field_name="slug")
    by = forms.ModelChoiceField(Person.objects.none(), required=False)
    sort = forms.ChoiceField(required=False, choices=[(way + name, name) for name in table.SORTS for way in ("", "-")])
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(pk__in=Application.objects.values("person")).order_by("name")
        self.fields["by"].queryset = people  # type: ignore[attr-defined]

    def filters(self) -> table.Filters:
        self.is_valid()
        wanted = self.cleaned_data
        return table.Filters(
            q=wanted.get("q", ""),
            show=wanted.get("show", ""),
            project=wanted["project"].slug if wanted.get("project") else "",
            by=wanted["by"].pk if wanted.get("by") else None,
            sort=wanted.get("sort") or table.NEWEST,
            page=wanted.get("page") or 1,
        )
