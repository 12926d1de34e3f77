"""ops.logs: what is written to the log, without the secrets that stand in addresses."""

import logging
import re

# Routes whose next part is a secret: one-time links, papers' public links, the demo's door. Also inside of another
# address (%2F), with doubled slashes, and however somebody typed it.
_AFTER_ROUTE = re.compile(r"((?:/|%2F)(?:link|s|demo)(?:/|%2F|%20|\\)+)[^\s\"'<>/?#&]+", re.IGNORECASE)
# A one-time token by its looks, wherever it got to: 43 characters for 256 bits, in both cases and with a digit.
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w-]{43}(?![\w-])", re.ASCII)
# Addresses of others: a name and a password before the host, and the path of a webhook in what urllib3 reports.
_PASSWORD = re.compile(r"(://)[^\s/@:]*:[^\s/@]+@")
_URLLIB3 = re.compile(r"(with url: )\S+")


def redact(text: str) -> str:
    text = _URLLIB3.sub(r"\1…", _PASSWORD.sub(r"\1…@", text))
    return _TOKEN.sub("…", _AFTER_ROUTE.sub(r"\1…", text))


class Formatter(logging.Formatter):
    """Redacts all that is written: message, traceback and stack."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
