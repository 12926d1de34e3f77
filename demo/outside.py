"""demo.outside: control of the feed server: its clock, its blogs and its faults."""

import json
import urllib.request
from typing import Any

BUSY, STRICT = "/hooks/chat/reading-club", "/hooks/chat/retired-room"  # one keeps every message waiting, one refuses it
FAILING_BLOG = "uncertain"


def order(site: str, **orders: Any) -> dict[str, Any]:
    """Send orders (see FeedServer.control) and return the server's state. Raises OSError when nobody answers."""
    with urllib.request.urlopen(f"{site}/control", json.dumps(orders).encode(), timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def trouble_shares(site: str) -> None:
    order(site, misbehave={"pattern": BUSY, "kind": "status", "code": 503})
    order(site, misbehave={"pattern": STRICT, "kind": "status", "code": 400})


def fail_a_blog(site: str) -> None:
    order(site, misbehave={"pattern": f"/blogs/{FAILING_BLOG}/*", "kind": "status", "code": 503})
