"""urls: every address, in flow order: the table of contents."""

from django.urls import URLPattern, path

from .views import people, settings, signin

urlpatterns: list[URLPattern] = [
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
