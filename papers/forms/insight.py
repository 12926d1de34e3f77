"""forms.insight: what /insight is asked for."""

from typing import Any

from django import forms

from ..insight import steps


class InsightForm(forms.Form):
    """What /insight is asked for. What is left out has its default."""

    UNITS = [("source", "Sources"), ("author", "Authors"), ("category", "Categories")]
    MEASURES = list(steps.WORDS.items())
    WINDOWS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("all", "all")]
    COUNTING = [("whole", "whole"), ("fractional", "fractional")]
    DEFAULTS = {"unit": "source", "measure": "applied", "window": "all", "counting": "whole"}

    unit = forms.ChoiceField(choices=UNITS)
    measure = forms.ChoiceField(choices=MEASURES)
    window = forms.ChoiceField(choices=WINDOWS)
    counting = forms.ChoiceField(choices=COUNTING)

    def __init__(self, given: Any) -> None:
        super().__init__({name: given.get(name) or default for name, default in self.DEFAULTS.items()})
