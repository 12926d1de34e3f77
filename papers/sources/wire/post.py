"""sources.wire.post: one message to a webhook: bounded in time, never redirected, never into a private network."""

from dataclasses import dataclass
from datetime import UTC, datetime

from .addresses import gate_name, must_read
from .fetch import Gate
from .line import Deadline, in_sentences, session
from .sentences import FetchError, retry_after

SECONDS = 20.0  # for the whole of one request
READ = 2_000  # bytes of an answer that are looked at


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver's answer. `retry_after`: seconds it asked us to wait, when it did."""

    status: int
    text: str
    content_type: str = ""
    retry_after: float | None = None


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    gate: Gate,
    *,
    allow_private: bool,
    user_agent: str,
    most: int = READ,
) -> Answer:
    """Send `body` to this address and hear what is answered, whatever the status: the start, or up to `most` bytes.

    Raises FetchError, whose sentence names the host and never the address, when nothing was answered.
    """
    where = must_read(url)
    url, host = where.url, where.host
    with (
        session(allow_private) as (opened, adapter),
        gate(gate_name(url)),
        Deadline(adapter, SECONDS) as deadline,
        in_sentences(host, deadline),
    ):
        answer = opened.post(
            url,
            data=body,
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity", **headers},
            timeout=(10, SECONDS),
            allow_redirects=False,
            stream=True,
        )
        try:
            start = next(answer.raw.stream(READ, decode_content=False), b"")
            if most > READ:
                for more in answer.raw.stream(64 * 1024, decode_content=False):
                    start += more
                    if len(start) > most:
                        raise FetchError(f"{host} sent more than {most // 2**20} MB.", code=answer.status_code)
            if deadline.passed:
                raise TimeoutError
        finally:
            answer.close()
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    wait = retry_after(answer.headers.get("Retry-After", ""), datetime.now(UTC))
    return Answer(answer.status_code, start.decode("utf-8", "replace"), kind, wait)
