"""feedserver.hooks: receiving webhooks: an incoming webhook as strict as Slack's, and one that checks signatures.

/hooks/chat/<name>    accepts and answers like Slack
/hooks/signed/<name>  accepts Standard Webhooks signed with the key in `keys[name]`
/hooks/               shows the messages received
"""

import base64
import hashlib
import hmac
import html
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .reply import Reply

TOLERANCE = 300  # seconds by which a signed message's clock may differ from ours
MOST_BLOCKS, MOST_CHARACTERS = 50, 13_200
_CONTROL = re.compile(r"<([^>]*)>")
_LINK = re.compile(r"https?://[^|\s]+(\|[^|]*)?")


@dataclass(frozen=True)
class Received:
    """An accepted message. `again` means that its id had been received before."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    text: str  # as people see it
    again: bool = False


@dataclass
class Hooks:
    keys: dict[str, str] = field(default_factory=dict)  # whsec_… keys by the name of a signed webhook
    received: list[Received] = field(default_factory=list)

    def receive(self, path: str, headers: dict[str, str], body: bytes, now: datetime) -> Reply:
        kind, name = path.split("/")[2:4]
        if kind == "chat":
            return self._chat(path, headers, body)
        if name not in self.keys:
            return _says(404, "no webhook of this name")
        return self._signed(path, self.keys[name], headers, body, now)

    # Like Slack

    def _chat(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if not headers.get("content-type", "").startswith("application/json"):
            return _says(400, "invalid_payload")
        try:
            sent = json.loads(body)
        except ValueError:
            return _says(400, "invalid_payload")
        if not isinstance(sent, dict):
            return _says(400, "invalid_payload")
        if not str(sent.get("text", "")).strip():
            return _says(400, "no_text")
        blocks = sent.get("blocks", [])
        try:
            seen = "\n".join(_block(block) for block in blocks)
        except (KeyError, TypeError, ValueError):
            return _says(400, "invalid_blocks")
        if len(blocks) > MOST_BLOCKS or len(seen) > MOST_CHARACTERS:
            return _says(400, "msg_blocks_too_long")
        self.received.append(Received(path, sent, headers, seen or sent["text"]))
        return _says(200, "ok")

    # Like a receiver of Standard Webhooks

    def _signed(self, path: str, key: str, headers: dict[str, str], body: bytes, now: datetime) -> Reply:
        name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not at.isdigit() or abs(now.timestamp() - int(at)) > TOLERANCE:
            return _says(401, "timestamp out of tolerance")
        secret = base64.b64decode(key.removeprefix("whsec_"))
        expected = base64.b64encode(
            hmac.new(secret, b".".join([name.encode(), at.encode(), body]), hashlib.sha256).digest()
        )
        signatures = [part.partition(",") for part in headers.get("webhook-signature", "").split()]
        if not any(
            version == "v1" and hmac.compare_digest(value.encode(), expected) for version, _, value in signatures
        ):
            return _says(401, "no signature fits")
        sent = json.loads(body)
        again = any(message.headers.get("webhook-id") == name for message in self.received)
        paper = sent["data"]["paper"]
        self.received.append(Received(path, sent, headers, f"{sent['type']}: {paper['title']}", again))
        return Reply(status=204)

    def page(self) -> str:
        """Return an HTML page of the received messages, newest first."""
        rows = "".join(
            f"<li><b>{html.escape(message.path.rsplit('/', 1)[1])}</b><pre>{html.escape(message.text)}</pre>\n"
            for message in reversed(self.received)
        )
        return (
            '<!doctype html><meta charset="utf-8"><title>An invented chat</title>\n<h1>An invented chat</h1>\n'
            f"<p>Messages shared to these webhooks: {len(self.received)}.\n<ol reversed>\n{rows}</ol>\n"
        )


def _says(status: int, text: str) -> Reply:
    return Reply(status=status, body=text.encode(), content_type="text/plain; charset=utf-8")


def _block(block: dict[str, Any]) -> str:
    """Return a block as people see it. Raises where Slack would refuse it."""
    if block["type"] == "section":
        return mrkdwn(block["text"]["text"])
    if block["type"] != "rich_text":
        raise ValueError(block["type"])
    return "\n".join(_part(part) for part in block["elements"])


def _part(part: dict[str, Any]) -> str:
    if part["type"] not in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"} or not part["elements"]:
        raise ValueError(part["type"])
    return "".join(_element(element) for element in part["elements"])


def _element(element: dict[str, Any]) -> str:
    match element["type"]:
        case "text" if isinstance(element["text"], str) and element["text"]:
            return element["text"]
        case "link" if _LINK.fullmatch(element["url"]):
            return element.get("text") or element["url"]
        case "user" | "usergroup" | "broadcast":
            return f"[calls {element}]"
    raise ValueError(element["type"])


def mrkdwn(text: str) -> str:
    """Return text in Slack's markup as people see it, with mentions and formatting named in brackets.

    >>> mrkdwn("<https://t.example/s/1|A title> &lt;!here&gt;"), mrkdwn("<!channel> *now*")
    ('A title <!here>', '[calls !channel] [bold now]')
    """

    def control(match: re.Match[str]) -> str:
        inner = match[1]
        if _LINK.fullmatch(inner):
            return inner.partition("|")[2] or inner
        return f"[calls {inner}]"

    text = _CONTROL.sub(control, text)
    for mark, word in (("*", "bold"), ("_", "italic"), ("~", "struck"), ("`", "code")):
        text = re.sub(rf"(?<!\w){re.escape(mark)}(\S(?:[^\n]*?\S)?){re.escape(mark)}(?!\w)", rf"[{word} \1]", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
