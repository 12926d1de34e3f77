"""config.proxy: whose address a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address: what a trusted proxy wrote last into X-Forwarded-For, else whoever connected.

    A request over https came through a proxy that is trusted, by TRUSTED_PROXY_HEADER or because it runs on this
    machine (gunicorn's own rule): we speak no TLS ourselves. What a visitor writes into the header stands before
    what the proxy adds, so it is never believed.
    """
    connected = request.META.get("REMOTE_ADDR")
    if not (settings.TRUSTED_PROXY_HEADER or request.is_secure()):
        return connected
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return connected
