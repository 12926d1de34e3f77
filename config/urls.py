"""config.urls: the product's own URLs, and the staff entrance."""

from django.contrib import admin
from django.urls import include, path

from papers.views import signin

urlpatterns = [
    path("", include("papers.urls")),
    path("admin/login/", signin.staff_door),
    path("admin/", admin.site.urls),
]
handler400 = "papers.views.page.bad_request"
handler403 = "papers.views.page.forbidden"
handler404 = "papers.views.page.not_found"
handler500 = "papers.views.page.server_error"
