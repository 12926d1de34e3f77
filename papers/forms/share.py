"""forms.share: send a paper to a channel."""

from typing import Any

from django import forms

from ..models import Channel
from ..sharing import messages


class ShareForm(forms.Form):
    """A channel and a note. The hidden `act` makes a form sent twice one message."""

    channel = forms.ModelChoiceField(
        queryset=Channel.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Choose a channel.",
            "invalid_choice": "This channel no longer accepts messages. Choose another.",
        },
    )
    note = forms.CharField(
        label="Why does it matter?",
        max_length=messages.LONGEST_NOTE,
        required=False,
        help_text="A sentence for the team. Optional.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": f"A note has at most {messages.LONGEST_NOTE:,} characters."},
    )
    act = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.open()  # type: ignore[attr-defined]
