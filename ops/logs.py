"""ops.logs: log records with the secrets in URLs redacted."""

import logging
import re

# Routes whose next part is a secret: one-time links, public links to papers, the demo's sign-in. They may be inside
# another URL (%2F), have doubled slashes, or be in any letter case.
_AFTER_ROUTE = re.compile(r"((?:/|%2F)(?:link|s|demo)(?:/|%2F|%20|\\)+)[^\s\"'<>/?#&]+", re.IGNORECASE)
# Anything that looks like a one-time token: 43 characters for 256 bits, with both cases and a digit.
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w-]{43}(?![\w-])", re.ASCII)
# Other people's URLs: name and password before the host, and a webhook's path in urllib3's messages.
_PASSWORD = re.compile(r"(://)[^\s/@:]*:[^\s/@]+@")
_URLLIB3 = re.compile(r"(with url: )\S+")


def redact(text: str) -> str:
    text = _URLLIB3.sub(r"\1…", _PASSWORD.sub(r"\1…@", text))
    return _TOKEN.sub("…", _AFTER_ROUTE.sub(r"\1…", text))


class Formatter(logging.Formatter):
    """Redacts everything written: message, traceback and stack."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
