"""demo.outside: the feed server, from where the demo steers it: its clock, its blogs, and what goes wrong there."""

import json
import urllib.request
from typing import Any

BUSY_CHANNEL = "/hooks/chat/lab-room"  # lets every message wait
FAILING_BLOG = "uncertain"


def order(site: str, **orders: Any) -> dict[str, Any]:
    """Send orders (FeedServer.control has them) and return how things stand. Raises OSError when nobody answers."""
    with urllib.request.urlopen(f"{site}/control", json.dumps(orders).encode(), timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def be_busy(site: str) -> None:
    order(site, misbehave={"pattern": BUSY_CHANNEL, "kind": "status", "code": 503})


def fail(site: str) -> None:
    order(site, misbehave={"pattern": f"/blogs/{FAILING_BLOG}/*", "kind": "status", "code": 503})
