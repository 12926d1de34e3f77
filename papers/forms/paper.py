"""forms.paper: vote, and comment."""

from django import forms

from ..reading import comments


class VoteForm(forms.Form):
    value = forms.TypedChoiceField(choices=[(1, "up"), (-1, "down"), (0, "taken back")], coerce=int)


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=comments.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write something first.", "max_length": "A comment has at most 10,000 characters."},
    )
