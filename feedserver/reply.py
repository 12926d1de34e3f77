"""feedserver.reply: a reply, and the manner in which it is sent."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    # or drip (a few bytes a second), hang (nothing), stall (headers, then nothing), close (half of the body, then
    # disconnect), unframed (no length, one byte every `seconds`)
    manner: str = "plain"
    seconds: float = 0  # how long to drip, hang or stall
    version: str = "1.1"  # of HTTP, when unframed
