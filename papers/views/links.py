"""views.links: a paper's public link, and Tenth as an app on a phone."""

import hashlib
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import access
from ..insight import draw
from ..models import Paper
from ..reading import one
from ..sharing import card, links
from . import page

AUTHORS_SHOWN = 20


@login_not_required
@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Send a member on to the paper; show anybody else its public record, and nothing of the team's."""
    link = links.find(token)
    if link and request.user.is_authenticated:  # a member can follow a revoked link too
        return page.SeeOther(link.paper.get_absolute_url())
    if link is None or link.revoked_at:
        raise Http404
    signers = _authors(link.paper)
    context = {
        "paper": link.paper,
        "authors": signers[:AUTHORS_SHOWN],
        "more": max(0, len(signers) - AUTHORS_SHOWN),
        "address": settings.PUBLIC_URL + link.get_absolute_url(),
        "picture": settings.PUBLIC_URL + reverse("shared_card", args=[token]),
    }
    answer = render(request, "links/opened.html", context)
    answer["Referrer-Policy"] = "no-referrer"  # the paper's own site is not told the token
    return answer


@login_not_required
@require_safe
@cache_control(public=True, no_cache=True)  # revalidated by ETag each time: a revoked link has none
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """The preview image that a chat shows beside the link."""
    link = links.find(token)
    if link is None or link.revoked_at:
        raise Http404
    svg = card.draw(link.paper.plain_title or "Without a title", _authors(link.paper))
    answer = get_conditional_response(request, etag := quote_etag(hashlib.sha256(svg.encode()).hexdigest()))
    answer = answer or HttpResponse(_png(svg), content_type="image/png")
    answer["ETag"] = etag
    return answer


@lru_cache(maxsize=32)
def _png(svg: str) -> bytes:
    return draw.png(svg)


def _authors(paper: Paper) -> list[str]:
    return [signer.name for signer in one.signers_of(paper)]


@require_POST
@access.member_required
def mint(request: HttpRequest, paper_id: int) -> HttpResponse:
    """This person's public link to the paper. Asking twice gives the same link."""
    person = access.person(request)
    paper = access.paper_for(person, paper_id)
    made = links.link_for(person, paper, timezone.now())
    context = _listed(paper) | {"mine": made, "address": settings.PUBLIC_URL + made.get_absolute_url()}
    if page.htmx(request):
        return render(request, "links/_links.html", context)
    return render(request, "links/link.html", context)


@require_POST
@access.member_required
def revoke(request: HttpRequest, sharelink_id: int) -> HttpResponse:
    link = access.link_for(access.person(request), sharelink_id)
    links.revoke(link, timezone.now())
    return page.fragment_or_redirect(
        request, "links/_links.html", _listed(link.paper), f"{link.paper.get_absolute_url()}#links"
    )


def _listed(paper: Paper) -> dict[str, object]:
    return {"paper": paper, "links": links.of_paper(paper)}


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: it lets a phone install Tenth and share links to /add."""

    def icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
        return {"src": static(f"img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    about = {
        "id": "/",
        "name": "Tenth",
        "short_name": "Tenth",
        "description": "The team’s reading queue of papers",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf9f6",
        "theme_color": "#faf9f6",
        "icons": [icon("icon-192", 192), icon("icon-512", 512), icon("icon-maskable-512", 512, "maskable")],
        "shortcuts": [{"name": "Today", "url": "/"}, {"name": "Add a paper", "url": "/add"}],
        "share_target": {
            "action": "/add",
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(about, content_type="application/manifest+json")
