"""demo.urls: the product's addresses, and the link that signs in."""

from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns
from demo.views import chat, dismiss, enter

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *urlpatterns,
    path("demo/chat", chat, name="demo_chat"),
    path("demo/dismiss", dismiss, name="demo_dismiss"),
    path("demo/<str:token>", enter, name="demo"),
]
