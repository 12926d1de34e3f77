"""config.proxy: the throttle counts visitors, not the proxy, and believes no visitor."""

from django.test import RequestFactory

from config.proxy import client_ip

PROXY = "10.0.0.1"


def request(forwarded="", secure=False):
    return RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded, secure=secure)


def test_without_a_proxy_the_header_is_not_believed(settings):
    settings.TRUSTED_PROXY_HEADER = ""
    assert client_ip(request("203.0.113.9")) == PROXY


def test_behind_a_trusted_proxy_its_own_word_counts(settings):
    settings.TRUSTED_PROXY_HEADER = "X-Forwarded-Proto"
    assert client_ip(request("203.0.113.9")) == "203.0.113.9"
    assert client_ip(request("1.1.1.1, made-up, 2001:db8::7")) == "2001:db8::7"


def test_a_request_over_https_came_through_a_proxy(settings):
    settings.TRUSTED_PROXY_HEADER = ""
    assert client_ip(request("203.0.113.9", secure=True)) == "203.0.113.9"


def test_nonsense_in_the_header_falls_back_to_who_connected(settings):
    settings.TRUSTED_PROXY_HEADER = "X-Forwarded-Proto"
    assert client_ip(request("not an address")) == PROXY
    assert client_ip(request()) == PROXY
