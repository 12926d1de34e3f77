"""sources.wire.post: one message to a webhook, over a real wire."""

import pytest

from feedserver import FeedServer
from papers.sources.wire.fetch import open_gate
from papers.sources.wire.post import post
from papers.sources.wire.sentences import FetchError


@pytest.fixture(scope="module")
def server():
    with FeedServer() as server:
        yield server


@pytest.fixture(autouse=True)
def behaves(server):
    yield
    server.behave()


def send(url, allow_private=True):
    headers = {"Content-Type": "application/json"}
    return post(url, b'{"text": "x"}', headers, open_gate, allow_private=allow_private, user_agent="Tenth test")


def test_an_answer_comes_back_whatever_it_is(server):
    answer = send(server.hook("papers"))
    assert (answer.status, answer.text, answer.content_type) == (200, "ok", "text/plain")
    server.misbehave("/hooks/*", "status", code=500)
    assert send(server.hook("papers")).status == 500


def test_the_time_we_are_asked_to_wait_comes_along(server):
    server.misbehave("/hooks/*", "status", code=429, retry_after=90)
    assert send(server.hook("papers")).retry_after == 90


def test_a_redirect_is_not_followed(server):
    server.misbehave("/hooks/*", "redirect", to=f"{server.url}/hooks/chat/elsewhere")
    assert send(server.hook("papers")).status == 302
    assert not any(one.path.endswith("elsewhere") for one in server.requests)


def test_a_private_address_is_refused(server):
    with pytest.raises(FetchError, match="private or local network"):
        send(server.hook("papers"), allow_private=False)


def test_who_takes_the_message_and_says_nothing_is_not_waited_for_long(server, monkeypatch):
    monkeypatch.setattr("papers.sources.wire.post.SECONDS", 0.3)
    server.misbehave("/hooks/*", "hang", seconds=30)
    with pytest.raises(FetchError, match="in time"):
        send(server.hook("papers"))


def test_a_closed_port_is_a_sentence_without_the_address():
    with pytest.raises(FetchError) as caught:
        send("http://127.0.0.1:9/hooks/chat/secret")
    assert str(caught.value) == "127.0.0.1 refused the connection."


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://chat.example/x", "nonsense", "http://[::1", ""])
def test_what_is_no_web_address_is_refused(address):
    with pytest.raises(FetchError):
        send(address)
