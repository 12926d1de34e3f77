"""urls: every address, in flow order: the table of contents."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
