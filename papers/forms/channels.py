"""forms.channels: a channel as admins make or change it."""

import re
from typing import Any

from django import forms
from django.conf import settings

from ..models import Channel
from ..sources.wire.addresses import check_address
from ..sources.wire.sentences import FetchError

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
