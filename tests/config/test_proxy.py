"""config.proxy: the throttle counts visitors rather than the proxy, and trusts no visitor's headers."""

from django.test import RequestFactory

from config.proxy import client_ip

PROXY = "10.0.0.1"


def request(forwarded="", secure=False):
    return RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded, secure=secure)


def test_without_a_proxy_the_header_is_ignored(settings):
    settings.TRUSTED_PROXY_HEADER = ""
    assert client_ip(request("203.0.113.9")) == PROXY


def test_behind_a_trusted_proxy_its_own_entry_counts(settings):
    settings.TRUSTED_PROXY_HEADER = "X-Forwarded-Proto"
    assert client_ip(request("203.0.113.9")) == "203.0.113.9"
    assert client_ip(request("1.1.1.1, made-up, 198.51.100.7")) == "198.51.100.7"


def test_https_alone_does_not_make_a_trusted_proxy(settings):
    settings.TRUSTED_PROXY_HEADER = ""
    assert client_ip(request("203.0.113.9", secure=True)) == PROXY


def test_nonsense_in_the_header_falls_back_to_the_connection(settings):
    settings.TRUSTED_PROXY_HEADER = "X-Forwarded-Proto"
    assert client_ip(request("not an address")) == PROXY
    assert client_ip(request()) == PROXY


def test_all_addresses_of_one_ipv6_network_are_one_visitor(settings):
    settings.TRUSTED_PROXY_HEADER = "X-Forwarded-Proto"
    addresses = {client_ip(request(f"2001:db8:1:2:{host:x}::{host:x}")) for host in range(1, 50)}
    assert addresses == {"2001:db8:1:2::"}
    assert client_ip(request("2001:db8:1:3::1")) == "2001:db8:1:3::"
    assert client_ip(request("::ffff:203.0.113.9")) == "203.0.113.9"


def test_a_connection_without_an_address_has_none(settings):
    settings.TRUSTED_PROXY_HEADER = ""
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR="")) is None
