"""views.news: events of the papers that a person kept or applied, until they have seen them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from .. import access
from ..models import News, Person
from . import page

SHOWN = 8


def context(person: Person) -> dict[str, Any]:
    """The latest news for this person; `more`: how many others are waiting."""
    news = list(News.objects.waiting_for(person)[: SHOWN + 1])
    return {"news": news[:SHOWN], "more_news": len(news) > SHOWN}


@access.member_required
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put away the news that were on the page, not those that came since."""
    ids = request.POST.getlist("news")
    if not ids or len(ids) > SHOWN or not all(pk.isdecimal() and len(pk) < 19 for pk in ids):
        return page.refuse(request, "The page did not say which news to put away. Reload it and try again.")
    News.objects.filter(person=access.person(request), pk__in=ids).delete()
    return page.SeeOther(page.safe_next(request, "today"))
