"""wrappers: open links that lead through another site, when the target stands in the address itself. Plain Python.

Alerts, mail filters, newsletters and chats wrap links, differently for each reader, so that one page has many
addresses. Shorteners such as t.co do not name their target, so they stay as they are.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

DEEPEST = 5  # wrappers within wrappers
_URL_SAFE = str.maketrans("-_", "+/")
_TARGET = re.compile(r"https?://[^\s\x00-\x1f\x7f\\\"<>/?#]+\S*", re.IGNORECASE)


def unwrap(address: str) -> str:
    """The address that a wrapped link leads to; any other address unchanged.

    >>> unwrap("https://www.google.com/url?sa=t&url=https%3A%2F%2Fblog.example%2Fa%3Fb%3D1&usg=x")
    'https://blog.example/a?b=1'
    """
    for _ in range(DEEPEST):
        target = _target(address) if _MAYBE.match(address) else ""
        if not target:
            break
        address = target
    return address


def _target(address: str) -> str:
    """The http(s) address inside this one; "" if there is none."""
    try:
        parts = urlsplit(address)
        place = f"{(parts.hostname or '').removeprefix('www.')}{parts.path}"
        for pattern, read in _WRAPPERS:
            if pattern.match(place):
                target = read(parts).strip()
                return target if _TARGET.fullmatch(target) and urlsplit(target).hostname else ""
    except ValueError:  # of urlsplit, base64 (binascii.Error), JSON and Unicode
        pass
    return ""


def _parameter(*names: str) -> Callable[[SplitResult], str]:
    """Read the first of these parameters that holds an address."""

    def read(parts: SplitResult) -> str:
        query = parse_qs(parts.query)
        return next((value for name in names for value in query.get(name, []) if _TARGET.match(value)), "")

    return read


def _in_path(parts: SplitResult) -> str:
    """Read an address that is part of the path, either whole or as one encoded step."""
    encoded = re.search(r"/(https?:?%[^/]*|https?:%2F[^/]*)", parts.path, re.IGNORECASE)
    if encoded:
        return unquote(encoded[1])
    plain = re.search(r"/(https?)://?([^/].*)", parts.path, re.IGNORECASE)  # some servers join two slashes
    return f"{plain[1]}://{plain[2]}" + (f"?{parts.query}" if parts.query else "") if plain else ""


def _base64(text: str) -> bytes:
    text = text.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _substack(parts: SplitResult) -> str:
    data = json.loads(_base64(parts.path.split("/redirect/2/")[1].partition(".")[0]))
    return str(data.get("e", "")) if isinstance(data, dict) else ""


def _bing(parts: SplitResult) -> str:
    text = parse_qs(parts.query).get("u", [""])[0]
    return _base64(text[2:]).decode() if text.startswith("a1") else ""


def _disqus(parts: SplitResult) -> str:
    return re.sub(r":[\w-]{20,}$", "", _parameter("url")(parts))  # a signature follows the address


def _proofpoint_2(parts: SplitResult) -> str:
    text = parse_qs(parts.query).get("u", [""])[0]
    return unquote(text.replace("-", "%").replace("_", "/"))


_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # A stands for two characters, B for three


def _proofpoint_3(parts: SplitResult) -> str:
    """Read version 3: the address, in which `*` stands for a character of the base64 text that follows it."""
    whole = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    match = re.fullmatch(r"/v3/__(.+?)__;([^!]*)!.*", whole)
    if not match:
        return ""
    characters = iter(_base64(match[2]).decode())

    def put_back(star: re.Match[str]) -> str:
        count = _RUNS.index(star[1]) + 2 if star[1] else 1
        return "".join(next(characters, "") for _ in range(count))

    address = re.sub(r"^(https?):/(?=[^/])", r"\1://", match[1], flags=re.IGNORECASE)
    return re.sub(r"\*(?:\*([\w-]))?", put_back, address, flags=re.ASCII)


# Host (without "www.") and path of a wrapped link, and where its target stands.
_WRAPPERS: list[tuple[re.Pattern[str], Callable[[SplitResult], str]]] = [
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"google\.(?:[a-z]{2,3}|com?\.[a-z]{2})/url$", _parameter("url", "q")),
        (r"scholar\.google\.(?:[a-z]{2,3}|com?\.[a-z]{2})/scholar_url$", _parameter("url")),
        (r"(?:feedproxy\.google\.com|feeds\.feedburner\.com)/~r/", _in_path),
        (r"(?:[\w-]+\.)*safelinks\.protection\.(?:outlook|office365)\.(?:com|us)/", _parameter("url")),
        (r"statics\.teams\.cdn\.office\.net/evergreen-assets/safelinks/", _parameter("url")),
        (r"lm?\.(?:facebook|messenger)\.com/l\.php$", _parameter("u")),
        (r"facebook\.com/(?:l|flx/warn)(?:\.php|/)$", _parameter("u")),
        (r"l\.(?:instagram\.com|threads\.(?:net|com))/$", _parameter("u")),
        (r"(?:[\w-]+\.)*substack\.com/redirect/2/.", _substack),
        (r"(?:m\.)?youtube\.com/redirect$", _parameter("q")),
        (r"slack-redir\.net/link$", _parameter("url")),
        (r"linkedin\.com/(?:redir/redirect|safety/go|redirect)/?$", _parameter("url")),
        (r"out\.reddit\.com/", _parameter("url")),
        (r"vk\.com/away\.php$", _parameter("to")),
        (r"disq\.us/(?:url|p)?$", _disqus),
        (r"duckduckgo\.com/l/?$", _parameter("uddg")),
        (r"bing\.com/ck/a$", _bing),
        (r"t\.umblr\.com/redirect$", _parameter("z")),
        (r"getpocket\.com/redirect$", _parameter("url")),
        (r"medium\.com/(?:r|m/global-identity(?:-2)?)/?$", _parameter("url", "redirectUrl")),
        (r"urldefense(?:\.proofpoint)?\.com/v2/url$", _proofpoint_2),
        (r"urldefense(?:\.proofpoint)?\.com/v1/url$", _parameter("u")),
        (r"urldefense(?:\.proofpoint)?\.(?:com|us)/v3/", _proofpoint_3),
        (r"linkprotect\.cudasvc\.com/url$", _parameter("a")),
        (r"secure-web\.cisco\.com/", _in_path),
        (r"tracking\.tldrnewsletter\.com/CL0/", _in_path),
        (r"(?:[\w-]+\.)+awstrack\.me/L0/", _in_path),
    )
]
# Nearly all links are none of these, so most are told apart by this alone.
_MAYBE = re.compile(
    r"https?://(?:[\w-]+\.)*(?:google|feedburner|outlook|office365|office|facebook|messenger|instagram|threads|substack"
    r"|youtube|slack-redir|linkedin|reddit|vk|disq|duckduckgo|bing|umblr|getpocket|medium|urldefense|proofpoint|cudasvc"
    r"|cisco|tldrnewsletter|awstrack)\.",
    re.IGNORECASE,
)
