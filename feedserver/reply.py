"""feedserver.reply: what goes back over the wire, and how."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "plain"  # or drip (a few bytes a second), hang (nothing), close (half of the body, then gone)
    seconds: float = 0  # for how long to drip or hang
