"""forms.add: add a paper by its link."""

from typing import Any

from django import forms

from ..reading import adding, comments


class AddForm(forms.Form):
    """A link, arXiv id or DOI, with an optional first comment."""

    LONGEST = 2000
    LONG = f"This is too long for an address ({LONGEST} characters)."

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

    def clean_url(self) -> str:
        return adding.the_one_in(self.cleaned_data["url"])

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("by_hand") and not cleaned.get("title"):
            self.add_error("title", "Give it a title, so that your team knows what it is.")
        return cleaned
