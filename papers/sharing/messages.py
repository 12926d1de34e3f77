"""sharing.messages: the wire format of a share for each kind of channel. Plain values in and out.

Slack reads `blocks`, whose rich text elements are literal: a title can neither format text nor mention anybody.
Mattermost and phone notifications read `text`, where a title could do both, so markup characters are replaced by
look-alikes there.
"""

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ..identity import strip_controls

AUTHORS = 3  # authors named; the rest are counted
LONGEST_TITLE, LONGEST_NOTE = 300, 1_000  # characters; the whole stays far below Slack's 13,000 per message

_LOOKS = str.maketrans(
    {
        "*": "∗",
        "_": "ˍ",
        "~": "∼",
        "`": "ˋ",
        "|": "∣",
        "[": "⁅",
        "]": "⁆",
        "\\": "∖",
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
    }
)
_CALLS = re.compile(r"(?<!\w)([@#:])(?=\w)")
_STARTS = re.compile(r"^(\s*)([-+#=]|\d+[.)])", re.MULTILINE)
_NOTHING = "\u200b"  # a zero-width space: breaks up a word that would mention somebody


@dataclass(frozen=True, slots=True)
class Message:
    """The text of a share. `url` is the public link, `original` the paper's own address."""

    id: UUID
    sharer: str
    title: str
    authors: tuple[str, ...]
    note: str
    up: int  # down votes stay within the team
    url: str
    paper_url: str
    original: str
    arxiv_id: str
    channel: str
    at: datetime

    @property
    def heading(self) -> str:
        return cut(" ".join(strip_controls(self.title).split()), LONGEST_TITLE) or "A paper without a title"

    @property
    def byline(self) -> str:
        """The first authors, and the number of others.

        >>> # Ada Example, Bo Sample, Cy Specimen and 2 more
        """
        named = ", ".join(" ".join(strip_controls(name).split())[:80] for name in self.authors[:AUTHORS])
        more = len(self.authors) - AUTHORS
        return f"{named} and {more:,} more" if more > 0 else named

    @property
    def shown_note(self) -> str:
        return cut(strip_controls(self.note).replace("\r", "").strip(), LONGEST_NOTE)

    @property
    def votes(self) -> str:
        return f"▲ {self.up}" if self.up else ""


def cut(text: str, length: int) -> str:
    """The text cut to `length` characters, with an ellipsis if it was longer."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


# ── Slack and Mattermost ─────────────────────────────────────────────────────────────────────


def harmless(text: str) -> str:
    """The text without anything that Slack or Mattermost reads as markup.

    >>> harmless("<!channel> *bold* a|b @here")
    '&lt;!channel&gt; ∗bold∗ a∣b @\\u200bhere'
    """
    text = _STARTS.sub(rf"\1{_NOTHING}\2", _CALLS.sub(rf"\1{_NOTHING}", text))
    return text.translate(_LOOKS)


def slack(message: Message) -> dict[str, Any]:
    """The body for an incoming webhook of Slack or a compatible service."""
    lines = [f"{harmless(message.sharer)} shared <{message.url}|{harmless(message.heading)}>"]
    lines += [harmless(message.byline)] if message.byline else []
    lines += [f"> {harmless(line)}" if line.strip() else ">" for line in message.shown_note.splitlines()]
    lines += [message.votes] if message.votes else []
    return {
        "text": "\n".join(lines),
        "blocks": [{"type": "rich_text", "elements": _elements(message)}],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _elements(message: Message) -> list[dict[str, Any]]:
    link = {"type": "link", "url": message.url, "text": message.heading, "style": {"bold": True}}
    top: list[dict[str, Any]] = [{"type": "text", "text": f"{message.sharer} shared "}, link]
    if message.byline:
        top.append({"type": "text", "text": f"\n{message.byline}"})
    elements = [{"type": "rich_text_section", "elements": top}]
    if message.shown_note:
        quoted = [{"type": "text", "text": message.shown_note}]
        elements.append({"type": "rich_text_quote", "elements": quoted})
    if message.votes:
        elements.append({"type": "rich_text_section", "elements": [{"type": "text", "text": message.votes}]})
    return elements


# ── signed webhooks ──────────────────────────────────────────────────────────────────────────


def webhook(message: Message) -> dict[str, Any]:
    """The body for a signed webhook (Standard Webhooks 1.0.0): the type, the time, and the share as data."""
    return {
        "type": "paper.shared",
        "timestamp": message.at.isoformat(),
        "data": {
            "share": {
                "id": str(message.id),
                "channel": message.channel,
                "shared_by": message.sharer,
                "note": message.shown_note,
                "url": message.url,
            },
            "paper": {
                "title": message.heading,
                "authors": [name[:80] for name in message.authors[:AUTHORS]],
                "authors_total": len(message.authors),
                "arxiv_id": message.arxiv_id or None,
                "original": message.original,
                "url": message.paper_url,
            },
            "votes": {"up": message.up},
        },
    }


def new_signing_key(random: bytes) -> str:
    """A key as Standard Webhooks writes it, of 24 to 64 random bytes."""
    return f"whsec_{base64.b64encode(random).decode()}"


def signature(key: str, id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id, timestamp (seconds) and body, with dots between.

    https://www.standardwebhooks.com, "Signature scheme". The key is the base64 after `whsec_`.

    >>> key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    secret = base64.b64decode(key.removeprefix("whsec_"))
    made = hmac.new(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(made.digest()).decode()}"


# ── what goes out ────────────────────────────────────────────────────────────────────────────


def request(
    kind: str, content: dict[str, Any], id: UUID, signing_key: str, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the POST. Every attempt has the same id, so that the receiver can drop repeats."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if kind == "webhook":
        name, seconds = f"msg_{id.hex}", int(now.timestamp())
        headers |= {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(signing_key, name, seconds, body),
        }
    return body, headers
