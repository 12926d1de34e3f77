"""views.paper: one paper at its stable address, with everything known about it and the team's comments."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import access
from ..forms.paper import CommentForm
from ..ledger import applications
from ..models import Paper
from ..reading import acts, comments, facts, one
from ..sharing import links, shares
from . import page, undo


@require_safe
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    paper = one.find(f"{slug}?{query}" if query and "://" in slug else slug)  # a pasted link may have a query
    if paper is None:
        raise Http404
    if slug != paper.slug:
        return redirect(paper)
    return _page(request, paper)


def _page(request: HttpRequest, paper: Paper, form: CommentForm | None = None, **more: Any) -> HttpResponse:
    dossier = one.dossier(access.person(request), paper, timezone.now())
    context = {
        "paper": paper,
        "dossier": dossier,
        "card": dossier.card,
        "list": "paper",
        "license": one.license_words(paper.license),
        "metas": dossier.metas(request.build_absolute_uri(paper.get_absolute_url())),
        "form": form or CommentForm(),
        "used": applications.used_in(paper),
        "shares": (sent := shares.of_paper(paper)),
        "watching": any(share.on_its_way for share in sent),
        "links": links.of_paper(paper),
        "facts": facts.of_paper(paper),
        **more,
    }
    return render(request, "paper/paper.html", context, status=400 if form and form.errors else 200)


# ── the team's talk ──────────────────────────────────────────────────────────────────────────


@access.member_required
@require_POST
def comment(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = access.paper_for(access.person(request), paper_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, paper, form)
    changes = comments.add(access.person(request), paper, form.cleaned_data["text"], timezone.now())
    return _answer(request, paper, changes, "Comment added")


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def comment_edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    mine = access.comment_for(access.person(request), comment_id, edit=True)
    form = CommentForm(page.sent(request), initial={"text": mine.text})
    if form.is_valid():
        changes = comments.edit(mine, form.cleaned_data["text"], timezone.now())
        return _answer(request, mine.paper, changes, "Comment changed")
    context = {"form": form, "comment": mine}
    return render(request, "paper/comment.html", context, status=400 if form.errors else 200)


@access.member_required
@require_POST
def comment_delete(request: HttpRequest, comment_id: int) -> HttpResponse:
    gone = access.comment_for(access.person(request), comment_id)
    changes = comments.delete(access.person(request), gone, timezone.now())
    return _answer(request, gone.paper, changes, "Comment deleted")


def _answer(request: HttpRequest, paper: Paper, changes: list[acts.Change], label: str) -> HttpResponse:
    if changes:
        undo.remember(request, changes, label)
        messages.success(request, label, extra_tags="undo")
    return page.SeeOther(f"{paper.get_absolute_url()}#comments")
