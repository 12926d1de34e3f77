"""config.proxy: whose address a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address: what the configured proxy wrote last into X-Forwarded-For, else whoever connected.

    Without TRUSTED_PROXY_HEADER nobody is believed. What a visitor writes into the header stands before what the
    proxy adds, so it never counts. Of an IPv6 address the first half is told: one visitor has all of the second.
    """
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    connected = request.META.get("REMOTE_ADDR", "")
    for text in (told, connected) if settings.TRUSTED_PROXY_HEADER else (connected,):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)
    return None
