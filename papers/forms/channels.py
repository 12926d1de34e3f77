"""forms.channels: create or change a channel."""

import re
from typing import Any

from django import forms
from django.conf import settings

from ..models import Channel
from ..sources.wire.addresses import check_address
from ..sources.wire.sentences import FetchError

# Addresses that people paste but that are not webhooks we can post to: a pattern, and what to do.
_NO_WEBHOOKS = [
    (
        r"//(app\.slack\.com|[^/]*\.slack\.com/(archives|messages|client))",
        "This is a page in Slack. Create an incoming webhook for the channel and paste its address: it "
        "begins with https://hooks.slack.com/services/.",
    ),
    (
        r"//(\w+\.)?discord(app)?\.com/api/webhooks/[^/]+/[^/]+/?$",
        "For Discord, add /slack to the end of the webhook’s address.",
    ),
    (
        r"//[^/]*(logic\.azure\.com|api\.powerplatform\.com|webhook\.office\.com)",
        "Tenth cannot post to Microsoft Teams yet.",
    ),
]


class ChannelForm(forms.Form):
    """Create or change a channel. A saved address is never shown again."""

    kind = forms.ChoiceField(choices=Channel.Kind.choices, initial=Channel.Kind.SLACK)
    name = forms.CharField(max_length=80, help_text="The name your team uses, such as #papers.")
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
            raise forms.ValidationError("This is not a web address: it contains spaces or unprintable characters.")
        private = settings.ALLOW_PRIVATE_ADDRESSES
        if not private and not address.lower().startswith("https://"):
            raise forms.ValidationError(
                "Use an address that begins with https://, so that messages stay private on the way."
            )
        try:
            check_address(address, private)
        except FetchError as error:
            raise forms.ValidationError(str(error)) from error
        return address
