"""config.proxy: the address that a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """Return the visitor's address: the last one in X-Forwarded-For if a proxy is configured, else the connection's.

    Without TRUSTED_PROXY_HEADER the header is ignored. A visitor's own entries come before the one the proxy adds, so
    they never count. IPv6 addresses are cut to their first half: one visitor owns all of the second.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    connected = request.META.get("REMOTE_ADDR", "")
    for text in (forwarded, connected) if settings.TRUSTED_PROXY_HEADER else (connected,):
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
