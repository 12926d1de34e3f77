"""urls: every address, in flow order: the table of contents."""

from django.urls import URLPattern, path

from .views import add, browse, kept, paper, people, settings, signin, sources, subscribe, today

urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("papers/<int:paper_id>/vote", today.vote, name="vote"),
    path("papers/<int:paper_id>/keep", today.keep, name="keep"),
    path("papers/<int:paper_id>/pass", today.pass_, name="pass"),
    path("papers/<int:paper_id>/read", today.read, name="read"),
    path("papers/<int:paper_id>/reopen", today.reopen, name="reopen"),
    path("papers/<int:paper_id>/skim", today.skim, name="skim"),
    path("undo", today.undo, name="undo"),
    path("browse", browse.browse, name="browse"),
    path("p/<path:slug>", paper.paper, name="paper"),
    path("papers/<int:paper_id>/comment", paper.comment, name="comment"),
    path("comments/<int:comment_id>/edit", paper.comment_edit, name="comment_edit"),
    path("comments/<int:comment_id>/delete", paper.comment_delete, name="comment_delete"),
    path("kept", kept.kept, name="kept"),
    path("add", add.add, name="add"),
    path("sources", sources.sources, name="sources"),
    path("sources/new", subscribe.new, name="source_new"),
    path("sources/start", subscribe.start, name="source_start"),
    path("sources/progress", sources.progress, name="source_progress"),
    path("sources/<int:source_id>", sources.source, name="source"),
    path("sources/<int:source_id>/row", sources.row, name="source_row"),
    path("sources/<int:source_id>/refresh", sources.refresh, name="source_refresh"),
    path("sources/<int:source_id>/state", sources.state, name="source_state"),
    path("sources/<int:source_id>/horizon", sources.horizon, name="source_horizon"),
    path("sources/<int:source_id>/name", sources.rename, name="source_rename"),
    path("sources/<int:source_id>/remove", sources.remove, name="source_remove"),
    path("signin", signin.signin, name="signin"),
    path("signout", signin.signout, name="signout"),
    path("link/<str:token>", signin.onetime, name="onetime"),
    path("settings", settings.settings, name="settings"),
    path("settings/password", settings.password, name="settings_password"),
    path("settings/people", people.people, name="people"),
    path("settings/people/<int:person_id>/role", people.role, name="person_role"),
    path("settings/people/<int:person_id>/reset", people.reset, name="person_reset"),
    path("settings/people/<int:person_id>/active", people.active, name="person_active"),
    path("settings/people/invitations/<int:link_id>/revoke", people.revoke, name="invitation_revoke"),
]
