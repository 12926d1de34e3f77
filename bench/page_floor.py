"""bench.page_floor: the least that a page of papers costs with Django and PostgreSQL.

A bare view without middleware, session or user: 25 papers with abstracts, from one keyset query on an index, through
the ORM and a template. Product pages are compared with it.
"""

from collections.abc import Callable
from typing import Any

import django
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine

django.setup()  # for a web server that starts here

from papers.models import Paper  # noqa: E402

PAGE = Engine().from_string("""<!doctype html>
<title>Papers</title>
{% for paper in papers %}<article id="paper-{{ paper.pk }}">
<h2><a href="{{ paper.link }}">{{ paper.title }}</a></h2>
<p>{{ paper.byline }} · {{ paper.arrived_at }}</p>
<p>{{ paper.abstract }}</p>
</article>
{% endfor %}""")


def newest(request: HttpRequest) -> HttpResponse:
    papers = Paper.objects.only("title", "byline", "abstract", "link", "arrived_at").order_by("-arrived_at", "-id")[:25]
    return HttpResponse(PAGE.render(Context({"papers": papers})))


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Serve the same page as a WSGI application."""
    response = newest(WSGIRequest(environ))
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(response.content)))])
    return [response.content]
