"""templatetags.figures: numbers as people write them."""

from django import template

register = template.Library()


@register.filter
def percent(share: float, digits: int = 0) -> str:
    """
    >>> percent(0.614), percent(0.0061, 1), percent(1)
    ('61%', '0.6%', '100%')
    """
    return f"{share * 100:.{digits}f}%"
