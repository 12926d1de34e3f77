"""templatetags.banner: the operator's message on every page."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def banner() -> str:
    return settings.BANNER
