"""templatetags.addresses: addresses that never change, looked up once, when the template is read."""

from django import template
from django.template.base import Parser, TextNode, Token
from django.urls import reverse

register = template.Library()


@register.tag
def address(parser: Parser, token: Token) -> TextNode:
    """`{% address 'today' %}`: as `{% url %}`, for the frame that every page draws a dozen of (30 µs each there)."""
    _, name = token.split_contents()
    return TextNode(reverse(name.strip("\"'")))
