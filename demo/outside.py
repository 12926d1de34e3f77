"""demo.outside: the feed server, from where the demo steers it: its clock, its blogs, and what goes wrong there."""

import json
import urllib.request
from typing import Any

BUSY, STRICT = "/hooks/chat/reading-club", "/hooks/chat/retired-room"  # one lets every message wait, one refuses it
FAILING_BLOG = "uncertain"


def order(site: str, **orders: Any) -> dict[str, Any]:
    """Send orders (FeedServer.control has them) and return how things stand. Raises OSError when nobody answers."""
    with urllib.request.urlopen(f"{site}/control", json.dumps(orders).encode(), timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def trouble_shares(site: str) -> None:
    order(site, misbehave={"pattern": BUSY, "kind": "status", "code": 503})
    order(site, misbehave={"pattern": STRICT, "kind": "status", "code": 400})


def fail_a_blog(site: str) -> None:
    order(site, misbehave={"pattern": f"/blogs/{FAILING_BLOG}/*", "kind": "status", "code": 503})
