"""feedserver.hooks: webhooks that refuse whatever the real ones would refuse."""

import base64
import hashlib
import hmac
import json
import time

import pytest
import requests

from feedserver import FeedServer, hooks

KEY = "whsec_" + base64.b64encode(b"twenty-four bytes or more").decode()


@pytest.fixture
def server():
    with FeedServer() as server:
        server.hooks.keys["lab"] = KEY
        yield server


def post(server, **content):
    answer = requests.post(server.hook("papers"), json=content, timeout=5)
    return answer.status_code, answer.text


def block(*elements):
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]


def test_the_chat_accepts_a_message(server):
    blocks = block({"type": "text", "text": "Look: "}, {"type": "link", "url": "https://t.example", "text": "this"})
    assert post(server, text="Look", blocks=blocks) == (200, "ok")
    assert server.hooks.received[0].text == "Look: this"
    assert "Look: this" in requests.get(f"{server.url}/hooks/", timeout=5).text


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"text": " "}, "no_text"),
        ({"text": "x", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": block()}, "invalid_blocks"),
        ({"text": "x", "blocks": block({"type": "text", "text": ""})}, "invalid_blocks"),
        ({"text": "x", "blocks": block({"type": "link", "url": "javascript:alert(1)"})}, "invalid_blocks"),
        ({"text": "x", "blocks": block({"type": "text", "text": "y" * 13_201})}, "msg_blocks_too_long"),
    ],
)
def test_the_chat_refuses_what_slack_refuses(server, content, word):
    assert post(server, **content) == (400, word)
    assert not server.hooks.received


def test_the_chat_accepts_only_json(server):
    assert requests.post(server.hook("papers"), data={"payload": "x"}, timeout=5).text == "invalid_payload"
    assert requests.post(server.hook("papers"), json=["x"], timeout=5).text == "invalid_payload"


def test_mentions_and_formatting_are_shown():
    assert hooks.mrkdwn("<!here> _so_ ~not~ `code`") == "[calls !here] [italic so] [struck not] [code code]"
    assert hooks.mrkdwn("snake_case_name 2*3*4 &lt;!here&gt;") == "snake_case_name 2*3*4 <!here>"


def signed(server, name="lab", at=None, body=None, key=KEY):
    body = body or json.dumps({"type": "paper.shared", "data": {"paper": {"title": "T"}}}).encode()
    stamp = str(int(time.time()) if at is None else at)
    signature = hmac.new(base64.b64decode(key[6:]), f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
    return requests.post(server.hook(name, "signed"), data=body, headers=headers, timeout=5).status_code


def test_the_signed_webhook_accepts_messages_signed_with_its_key(server):
    assert signed(server) == 204
    assert signed(server) == 204
    assert [message.again for message in server.hooks.received] == [False, True]  # it recognises the second by its id


def test_the_signed_webhook_accepts_nothing_else(server):
    assert signed(server, key="whsec_" + base64.b64encode(b"another key of some length").decode()) == 401
    assert signed(server, at=int(time.time()) - 600) == 401
    assert signed(server, name="nobody") == 404
    assert not server.hooks.received


def test_webhooks_misbehave_on_request(server):
    server.misbehave("/hooks/chat/*", "status", code=429, retry_after=120, times=1)
    assert post(server, text="x")[0] == 429
    assert post(server, text="x") == (200, "ok")
