"""forms: what people may send us."""

import re
import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.http import HttpRequest, QueryDict
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .identity import names_in
from .models import Application, Channel, Paper, Person, Project, Source
from .reading import comments, messages, search
from .sources.http import FetchError, check_address

# ── signing in, and who one is ───────────────────────────────────────────────────────────────


def time_zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Choices for a select, by region. Old spellings are in: browsers still report some."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, place = name.partition("/")
        if place and region not in {"Etc", "SystemV", "posix", "right"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]


def _password(label: str, autocomplete: str, hint: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=1000, widget=widget, help_text=hint)


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = _password("Password", "current-password")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class NewPasswordForm(forms.Form):
    """A new password, twice. `person` is whose: a password like one's own name is refused."""

    password = _password("New password", "new-password", "At least 10 characters. Three or four words do well.")
    again = _password("The same again", "new-password")

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


class ChangePasswordForm(NewPasswordForm):
    current = _password("Current password", "current-password")
    field_order = ["current", "password", "again"]

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_current(self) -> str:
        """Guessing is throttled here as it is at the sign-in: a session that was left open is no key."""
        if not authenticate(self.request, email=self.person.email, password=self.cleaned_data["current"]):
            raise forms.ValidationError("This is not your current password.")
        return self.cleaned_data["current"]


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["name", "email", "time_zone", "keys_on"]
        labels = {"email": "E-mail", "keys_on": "Keyboard shortcuts"}
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
    """What somebody who was let in says about themselves, above a NewPasswordForm."""

    class Meta(ProfileForm.Meta):
        fields = ["name", "email", "time_zone"]


class InvitationForm(forms.Form):
    email = forms.EmailField(label="E-mail (optional)", required=False)
    role = forms.ChoiceField(choices=Person.Role.choices, initial=Person.Role.MEMBER)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if email and Person.objects.filter(email=email).exists():
            raise forms.ValidationError("Somebody with this e-mail address is already here.")
        return email


class RemovalForm(forms.Form):
    """The address of whoever is to be removed for good, typed by hand."""

    email = forms.EmailField(
        label="Type their e-mail address to confirm",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type their e-mail address, so that nobody is removed by a slip."},
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


# ── sources ──────────────────────────────────────────────────────────────────────────────────


class HorizonForm(forms.Form):
    horizon = forms.ChoiceField(choices=Source.Horizon.choices, initial=Source.Horizon.CORE)


class StateForm(forms.Form):
    state = forms.ChoiceField(choices=Source.State.choices)


class NameForm(forms.Form):
    name = forms.CharField(max_length=200)


class AddressForm(forms.Form):
    """Step one of adding a source: what somebody means."""

    address = forms.CharField(
        label="Site, feed, arXiv category or arXiv search",
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        error_messages={"required": "Say which: an address, or a category such as cs.LG."},
    )


class NewSourceForm(HorizonForm, NameForm):
    """Step two, after what would come in was shown."""

    kind = forms.ChoiceField(choices=[("arxiv", "arXiv"), ("feed", "Feed")], widget=forms.HiddenInput)
    address = forms.CharField(max_length=2000, widget=forms.HiddenInput)
    site_url = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    field_order = ["name", "horizon"]


# ── reading ──────────────────────────────────────────────────────────────────────────────────


class VoteForm(forms.Form):
    value = forms.TypedChoiceField(choices=[(1, "up"), (-1, "down"), (0, "taken back")], coerce=int)


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=comments.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write something first.", "max_length": "A comment has at most 10,000 characters."},
    )


# ── browse ───────────────────────────────────────────────────────────────────────────────────


class BrowseForm(forms.Form):
    """The search and filters of /browse, from the query string. templates/browse draws the fields itself."""

    q = forms.CharField(required=False, max_length=300)
    source = forms.ChoiceField(required=False)
    category = forms.CharField(required=False, max_length=100)
    author = forms.CharField(required=False, max_length=300)
    horizon = forms.ChoiceField(required=False, choices=[("", "Any"), *Source.Horizon.choices])
    stage = forms.ChoiceField(required=False, choices=[("", "Any"), *search.STAGES.items()])
    votes = forms.ChoiceField(required=False)
    project = forms.ChoiceField(required=False)
    used = forms.ChoiceField(required=False, choices=[("", "Any"), *search.USED.items()])
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *Application.Outcome.choices])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, data: QueryDict, person: Person) -> None:
        super().__init__(data)
        known = search.choices(person)
        self.known_categories = known.categories
        by_name = [(pk, f"Voted up by {name}") for pk, name in known.people]
        self.offered: dict[str, list[tuple[str, str]]] = {
            "source": [("", "Any"), *known.sources],
            "votes": [("", "Any"), *search.VOTES.items(), *by_name],
            "project": [("", "Any"), *Project.objects.order_by("name").values_list("slug", "name")],
        }
        for name, field in self.fields.items():
            said = f"“{data.get(name, '')[:60]}” is not "
            if isinstance(field, forms.ChoiceField):
                field.choices = self.offered.setdefault(name, list(field.choices))  # type: ignore[arg-type]
                thing = {"used": "a stage of use", "outcome": "an outcome"}.get(name, f"a {name.rstrip('s')}")
                field.error_messages["invalid_choice"] = f"{said}{thing} we know."
            elif isinstance(field, forms.DateField):
                field.error_messages["invalid"] = f"{said}a date. Write it like 2026-03-31."

    def options(self) -> dict[str, SafeString]:
        """The options of each select, the chosen one marked. In Python: a template takes ten times as long."""
        return {
            name: mark_safe(  # noqa: S308 (all is escaped)
                "".join(
                    f'<option value="{value}"{" selected" if value == self.data.get(name, "") else ""}>'
                    f"{escape(label)}</option>"
                    for value, label in offered
                )
            )
            for name, offered in self.offered.items()
        }

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


# ── add ──────────────────────────────────────────────────────────────────────────────────────


class AddForm(forms.Form):
    """A link, or an arXiv id or DOI, with an optional first word on it."""

    LONGEST = 2000
    LONG = f"This is longer than an address can be ({LONGEST} characters)."

    url = forms.CharField(
        max_length=LONGEST,
        error_messages={"required": "Paste a link, an arXiv id or a DOI.", "max_length": LONG},
    )
    title = forms.CharField(required=False, max_length=500)
    note = forms.CharField(
        required=False,
        max_length=comments.LONGEST,
        error_messages={"max_length": f"A note has at most {comments.LONGEST:,} characters."},
    )
    up = forms.BooleanField(required=False)
    by_hand = forms.BooleanField(required=False)

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("by_hand") and not cleaned.get("title"):
            self.add_error("title", "Give it a title, so that the others know what it is.")
        return cleaned


# ── share ────────────────────────────────────────────────────────────────────────────────────


class ShareForm(forms.Form):
    """Which channel, and why it matters. `act` is drawn into the form, so that it sent twice is one message."""

    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Choose a channel.",
            "invalid_choice": "This channel takes no messages any more. Choose another.",
        },
    )
    note = forms.CharField(
        label="Why does it matter?",
        max_length=messages.LONGEST_NOTE,
        required=False,
        help_text="A sentence for the team. It may stay empty.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"A note has at most {messages.LONGEST_NOTE:,} characters."},
    )
    act = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.open()  # type: ignore[attr-defined]


# Addresses that people paste and that are no webhook we can write to: a pattern of it, and what to do.
_NO_WEBHOOKS = [
    (
        r"//(app\.slack\.com|[^/]*\.slack\.com/(archives|messages|client))",
        "This is the address of a page in Slack. Make an incoming webhook for the channel and paste its address: it "
        "begins with https://hooks.slack.com/services/.",
    ),
    (
        r"//(\w+\.)?discord(app)?\.com/api/webhooks/[^/]+/[^/]+/?$",
        "Discord takes Slack’s messages at the same address with /slack behind it: paste it with that.",
    ),
    (
        r"//[^/]*(logic\.azure\.com|api\.powerplatform\.com|webhook\.office\.com)",
        "Microsoft Teams speaks another dialect, which Tenth does not know yet.",
    ),
]


class ChannelForm(forms.Form):
    """A channel as admins make or change it. Saved, its address never comes back to a page."""

    kind = forms.ChoiceField(choices=Channel.Kind.choices, initial=Channel.Kind.SLACK)
    name = forms.CharField(max_length=80, help_text="As the team calls it, such as #papers.")
    address = forms.CharField(
        label="Webhook address",
        max_length=2000,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url", "placeholder": "https://"}
        ),
    )

    def __init__(self, *args: Any, channel: Channel | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel:
            del self.fields["kind"]
            self.fields["address"].required = False
            self.fields["address"].label = "Another webhook address"
            self.fields["address"].help_text = "Empty: it stays as it is."

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip()
        if not address:
            return ""
        for pattern, sentence in _NO_WEBHOOKS:
            if re.search(pattern, address, re.IGNORECASE):
                raise forms.ValidationError(sentence)
        if not address.isprintable() or " " in address:
            raise forms.ValidationError("This is no web address: there are spaces or unprintable characters in it.")
        private = settings.ALLOW_PRIVATE_ADDRESSES
        if not private and not address.lower().startswith("https://"):
            raise forms.ValidationError("An address that begins with https:// is needed: what is sent is not for all.")
        try:
            check_address(address, private)
        except FetchError as error:
            raise forms.ValidationError(str(error)) from error
        return address


# ── projects and the applied ledger ──────────────────────────────────────────────────────────


def _words(label: str, hint: str = "", *, rows: int = 3, required: bool = False, most: int = 5000) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most, widget=widget)


class ProjectForm(forms.Form):
    name = forms.CharField(max_length=80)
    horizon = forms.ChoiceField(choices=Source.Horizon.choices, initial=Source.Horizon.CORE)
    deadline = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    warning_days = forms.IntegerField(
        label="Days of warning",
        min_value=0,
        max_value=365,
        initial=3,
        help_text="So many days before the deadline it counts as near.",
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
        self.fields["channel"].queryset = Channel.objects.here()  # type: ignore[attr-defined]
        self.fields["members"].queryset = Person.objects.who_can_join(project)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Project.objects.exclude(pk=self.project.pk) if self.project else Project.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a project of this name already.")
        return name


class ApplyForm(forms.Form):
    """Which project (or a new one), and what was taken."""

    project = forms.ModelChoiceField(queryset=Project.objects.none(), required=False, empty_label="Choose …")
    new_project = forms.CharField(label="or a new project", max_length=80, required=False)
    taken = forms.CharField(
        label="What did you take from it?",
        max_length=500,
        help_text="An idea, a trick, a data set, a number: in a sentence. It begins as a toy.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say in a sentence what you took from it."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = Project.objects.open().order_by("name")
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        if not self.is_bound:  # who came by the key goes on by the keyboard
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


class EvidenceForm(forms.Form):
    """What a stage gave. A link or a note is needed where something is recorded (reading.projects says so)."""

    link = forms.URLField(
        label="Evidence: a link",
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text="A commit, run or notebook.",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    note = _words("or a note", rows=2)
    claimed = forms.CharField(label="The paper claims", max_length=120, required=False)
    ours = forms.CharField(label="We got", max_length=120, required=False)


class AdvanceForm(EvidenceForm):
    to = forms.ChoiceField(choices=[("pilot", "Pilot"), ("production", "Production")])
    field_order = ["to"]


class StepBackForm(forms.Form):
    to = forms.ChoiceField(choices=[("toy", "Toy"), ("pilot", "Pilot")])
    why = _words("Why?", rows=2)


class DropForm(forms.Form):
    outcome = forms.ChoiceField(
        label="How did it end?",
        choices=[choice for choice in Application.Outcome.choices if choice[0] != "running"],
        initial="no_effect",
    )
    why = _words("What was learned?", rows=2)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(choices=Application.Outcome.choices)
    note = _words("In what way?", rows=2)


class ChosenOverForm(forms.Form):
    text = _words("Chosen over", "What was tried instead, and why this was chosen.", rows=2)


class CheckForm(forms.Form):
    holds = forms.TypedChoiceField(
        label="I looked, and",
        choices=[("yes", "it holds"), ("no", "it does not hold")],
        coerce=lambda value: value == "yes",
        initial="yes",
        error_messages={"required": "Say whether it holds."},
    )
    note = _words("What did you look at?", rows=2)


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
    note = _words("Why?", rows=2)

    def clean_by(self) -> Paper | None:
        if not self.cleaned_data["by"]:
            return None
        paper = Paper.objects.addressed(names_in(self.cleaned_data["by"]))
        if paper is None:
            raise forms.ValidationError("We have no such paper. Add it first, or say in the note what superseded this.")
        return paper


# ── insight ──────────────────────────────────────────────────────────────────────────────────


class InsightForm(forms.Form):
    """What /insight is asked for. What is left out has its default."""

    UNITS = [("source", "Sources"), ("author", "Authors"), ("category", "Categories")]
    MEASURES = [("pulled", "pulled"), ("read", "read"), ("voted", "voted up"), ("applied", "applied")]
    WINDOWS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("all", "all")]
    COUNTING = [("whole", "whole"), ("fractional", "fractional")]
    DEFAULTS = {"unit": "source", "measure": "applied", "window": "all", "counting": "whole"}

    unit = forms.ChoiceField(choices=UNITS)
    measure = forms.ChoiceField(choices=MEASURES)
    window = forms.ChoiceField(choices=WINDOWS)
    counting = forms.ChoiceField(choices=COUNTING)

    def __init__(self, given: Any) -> None:
        super().__init__({name: given.get(name) or default for name, default in self.DEFAULTS.items()})
