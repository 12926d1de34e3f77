"""urls: every address, in flow order: the table of contents."""

from django.urls import URLPattern, path

from .views import insight, people, projects, settings, signin

urlpatterns: list[URLPattern] = [
    path("papers/<int:paper_id>/apply", projects.apply, name="apply"),
    path("projects", projects.projects, name="projects"),
    path("projects/new", projects.new, name="project_new"),
    path("projects/<slug:project>", projects.project, name="project"),
    path("projects/<slug:project>/edit", projects.edit, name="project_edit"),
    path("projects/<slug:project>/close", projects.close, name="project_close"),
    path("projects/<slug:project>/reopen", projects.reopen, name="project_reopen"),
    path("applications/<int:application_id>", projects.application, name="application"),
    path("applications/<int:application_id>/result", projects.record, name="application_result"),
    path("applications/<int:application_id>/advance", projects.advance, name="application_advance"),
    path("applications/<int:application_id>/back", projects.back, name="application_back"),
    path("applications/<int:application_id>/drop", projects.drop, name="application_drop"),
    path("applications/<int:application_id>/outcome", projects.outcome, name="application_outcome"),
    path("applications/<int:application_id>/over", projects.over, name="application_over"),
    path("applications/<int:application_id>/review", projects.review, name="application_review"),
    path("results/<int:result_id>/check", projects.check, name="result_check"),
    path("insight", insight.insight, name="insight"),
    path("insight/table.csv", insight.table, name="insight_table"),
    path("insight/<slug:which>.svg", insight.chart, name="insight_chart"),
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
