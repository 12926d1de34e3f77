"""templatetags.events: an event in a sentence (papers.history)."""

from django import template

from .. import history
from ..models import Event

register = template.Library()


@register.filter
def sentence(event: Event, on: str) -> str:
    """`on` is the page's subject: a project is not named on its own pages."""
    return history.sentence(event, in_project=on not in {"project", "application"})
