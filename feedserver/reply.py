"""feedserver.reply: what goes back over the wire, and how."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    # or drip (a few bytes a second), hang (nothing), stall (the head, then nothing), close (half of the body, then
    # gone), unframed (without a length, a byte each `seconds`)
    manner: str = "plain"
    seconds: float = 0  # for how long to drip, hang or stall
    version: str = "1.1"  # of HTTP, where it is unframed
