"""admin: staff pages to look things up and fix single rows. History can be read here but not rewritten.

No form here lists all papers or people, and no list counts a big table.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from . import models

admin.site.site_header = admin.site.site_title = "Tenth: database"
admin.site.index_title = "Look things up"
admin.site.site_url = "/"
admin.site.unregister(Group)  # roles are on the person


class Few(Paginator):
    """Stop counting at ten thousand: tables may have millions of rows."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:10_000].count()  # type: ignore[attr-defined]


class Shown(admin.ModelAdmin):
    """Read only, and without a count of the whole table."""

    actions = None
    show_full_result_count = False
    list_per_page = 50
    paginator = Few

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(models.Person)
class PersonAdmin(Shown):
    """Roles, invitations and passwords are changed on the People page, which keeps the last admin."""

    list_display = ["name", "email", "role", "is_active", "joined_at", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["name", "email"]
    exclude = ["password"]


@admin.register(models.Source)
class SourceAdmin(Shown):
    list_display = ["name", "kind", "horizon", "state", "failures", "last_success", "next_fetch"]
    list_filter = ["kind", "state", "horizon"]
    search_fields = ["name"]
    exclude = ["address", "moved_to"]  # they may hold a password; the source's own page shows them without


@admin.register(models.FetchLog)
class FetchLogAdmin(Shown):
    list_display = ["at", "source", "outcome", "status", "seen", "added", "note"]
    list_select_related = ["source"]
    list_filter = ["outcome"]
    ordering = ["-pk"]


@admin.register(models.Paper)
class PaperAdmin(Shown):
    list_display = ["title", "kind", "arxiv_id", "arrived_at"]
    search_fields = ["names__value"]
    search_help_text = "An arXiv id, a DOI or a link, whole. To search for words, use Browse."
    ordering = ["-arrived_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Paper]:
        return super().get_queryset(request).defer("search")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[models.Paper], search_term: str
    ) -> tuple[QuerySet[models.Paper], bool]:
        """Search by a whole name, which is indexed; the default would read every name."""
        name = search_term.strip().replace("\0", "")
        return (queryset.filter(names__value=name) if name else queryset), True


@admin.register(models.Event)
class EventAdmin(Shown):
    list_display = ["at", "kind", "person", "source", "paper"]
    list_select_related = ["person", "source", "paper"]
    list_filter = ["kind"]
    ordering = ["-pk"]


@admin.register(models.OneTimeLink)
class OneTimeLinkAdmin(Shown):
    list_display = ["kind", "email", "role", "created_by", "created_at", "expires_at", "used_at"]
    list_select_related = ["created_by", "person"]
    list_filter = ["kind"]
    exclude = ["token_hash"]
    ordering = ["-pk"]


@admin.register(models.Project)
class ProjectAdmin(Shown):
    list_display = ["name", "horizon", "deadline", "created_by", "created_at", "closed_at"]
    list_select_related = ["created_by"]
    search_fields = ["name"]


@admin.register(models.Application)
class ApplicationAdmin(Shown):
    list_display = ["taken", "project", "paper", "stage", "outcome", "person", "at"]
    list_select_related = ["project", "paper", "person"]
    list_filter = ["stage", "outcome", "review"]
    ordering = ["-pk"]
