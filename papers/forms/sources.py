"""forms.sources: add a source in two steps, and change one."""

from django import forms

from ..models import Source


class HorizonForm(forms.Form):
    horizon = forms.ChoiceField(choices=Source.Horizon.choices, initial=Source.Horizon.CORE)


class StateForm(forms.Form):
    state = forms.ChoiceField(choices=Source.State.choices)


class PagesForm(forms.Form):
    fetch = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes")


class NameForm(forms.Form):
    name = forms.CharField(max_length=200)


class AddressForm(forms.Form):
    """Step one of adding a source: its address or category."""

    address = forms.CharField(
        label="Site, feed, arXiv category or arXiv search",
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        error_messages={"required": "Enter an address, or a category such as cs.LG."},
    )


class NewSourceForm(HorizonForm, NameForm):
    """Step two, after the preview."""

    kind = forms.ChoiceField(
        choices=[("arxiv", "arXiv"), ("feed", "Feed"), ("hf", "Hugging Face")], widget=forms.HiddenInput
    )
    address = forms.CharField(max_length=2000, widget=forms.HiddenInput)
    site_url = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    field_order = ["name", "horizon"]
