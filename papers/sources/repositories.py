"""sources.repositories: links to code and to weights, in a paper's text and in the hrefs of a post. Plain Python."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

MOST = 5  # links of each sort
_LONGEST = 400_000  # characters that are searched

# Addresses at the hosts that we know, also without a scheme, as authors write them in comments.
_ADDRESS = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?P<host>(?:www\.)?(?:gist\.)?github\.com|raw\.githubusercontent\.com"
    r"|(?:www\.)?gitlab\.com|gitlab(?:\.[a-z\d-]{1,40}){1,4}|(?:www\.)?bitbucket\.org|codeberg\.org|gitee\.com"
    r"|[a-z\d][a-z\d-]{0,60}\.(?:github|gitlab)\.io|anonymous\.4open\.science|(?:www\.)?zenodo\.org"
    r"|(?:www\.)?(?:huggingface|hf)\.co|(?:dx\.)?doi\.org)(?::443)?(?P<path>(?:/[\w.~%+@-]{1,200}){0,8})/?",
    re.IGNORECASE,
)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})'|([^\s"'<>]{1,2000}))""", re.IGNORECASE)
_NEXT_SENTENCE = re.compile(r"\.(?:The|Our|We|This|These|All|In|It|Code|Data|Project|Models?)$")
_ZENODO = re.compile(r"10\.5281/zenodo\.(\d+)", re.IGNORECASE)

# First parts of a path that belong to the host and not to a person or a group.
_GITHUB_OWN_NAMES = (
    "about account apps blog codespaces collections contact customer-stories dashboard discussions "
    "enterprise events explore features issues join login logout marketplace mobile new notifications "
    "organizations orgs pricing pulls readme search security sessions settings signup site solutions "
    "sponsors stars team topics trending users watching"
)
_GITHUB_OWN = frozenset(_GITHUB_OWN_NAMES.split())
_HUGGING_FACE_OWN_NAMES = (
    "api blog chat collections docs enterprise inference join learn login models new organizations "
    "papers posts pricing settings support tasks tos terms-of-service privacy welcome"
)
_HUGGING_FACE_OWN = frozenset(_HUGGING_FACE_OWN_NAMES.split())
_GITLAB_OWN = frozenset("explore users groups help dashboard search -".split())  # noqa: SIM905 (readable)
# Paths of people's own sites at github.io, which are no project's page.
_SITE = frozenset("post posts blog blogs about cv publications tags categories archive index assets".split())  # noqa: SIM905


class Links(NamedTuple):
    """Links to repositories, data and project pages, and links to weights; each once, in order."""

    code: list[str]
    weights: list[str]


def find(*texts: str, content_html: str = "", own: str = "") -> Links:
    """Find repositories in texts and in the hrefs of a post at the address `own`, whose own site does not count.

    >>> find("Code: https://github.com/a/b.git, weights at huggingface.co/org/kite-7b.")
    Links(code=['https://github.com/a/b'], weights=['https://huggingface.co/org/kite-7b'])
    >>> find("", content_html='<a href="https://gitlab.com/g/sub/kite/-/issues/3">a bug</a>').code
    ['https://gitlab.com/g/sub/kite']
    """
    is_post = bool(content_html)
    addresses = [*_in_texts(texts), *_in_hrefs(content_html)]
    code: dict[str, str] = {}
    weights: dict[str, str] = {}
    for host, path in addresses:
        if is_post and host.endswith((".github.io", ".gitlab.io")) and (host in own.lower() or len(path) != 1):
            continue  # a person's site, more often than a project's page
        link, is_weights = _repository(host, path)
        if link:
            (weights if is_weights else code).setdefault(link.lower(), link)
    return Links(list(code.values())[:MOST], list(weights.values())[:MOST])


def addresses(evidence: Mapping[str, Any]) -> str:
    """All values of a sighting's evidence that may be addresses, as one text."""
    values = (each for value in evidence.values() for each in (value if isinstance(value, list) else [value]))
    return " ".join(value for value in values if isinstance(value, str))


def _in_texts(texts: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    for text in texts:
        plain = text[:_LONGEST].replace("\\_", "_").replace("\\%", "%").replace("\\~", "~")
        yield from map(_parts, _ADDRESS.finditer(plain))


def _in_hrefs(content_html: str) -> Iterator[tuple[str, list[str]]]:
    for match in _HREF.finditer(content_html[:_LONGEST]):
        if address := _ADDRESS.match(html.unescape(match[match.lastindex or 1]).strip()):
            yield _parts(address)


def _parts(match: re.Match[str]) -> tuple[str, list[str]]:
    path = _NEXT_SENTENCE.sub("", match["path"].rstrip(".,;:-"))
    return match["host"].lower().removeprefix("www."), [part for part in path.split("/") if part.strip(".")]


def _repository(host: str, path: list[str]) -> tuple[str, bool]:
    """The address of the repository that a path leads into, "" if none; and whether it holds weights."""
    first = path[0].lower() if path else ""
    if host.endswith((".github.io", ".gitlab.io")):
        if first in _SITE:
            return "", False
        return f"https://{host}" + (f"/{path[0]}" if first and not first.endswith((".html", ".pdf")) else ""), False
    if host in {"huggingface.co", "hf.co"}:
        return _hugging_face(first, path)
    if host == "anonymous.4open.science":
        kept = path[:2] if first in {"r", "repository"} else []
        return _joined(host, kept, 2), False
    if host in {"zenodo.org", "doi.org", "dx.doi.org"}:
        return _zenodo(first, path), False
    if host.startswith("gitlab."):
        if first in _GITLAB_OWN:
            return "", False
        end = next((n for n, part in enumerate(path) if part in {"-", "blob", "tree", "issues", "raw", "wikis"}), None)
        return _joined(host, path[:end], 2, 6), False
    if host == "gist.github.com":
        return _joined(host, path, 2), False
    if host == "raw.githubusercontent.com":
        host = "github.com"
    return ("" if first in _GITHUB_OWN else _joined(host, path, 2)), False


def _hugging_face(first: str, path: list[str]) -> tuple[str, bool]:
    if first in {"datasets", "spaces"}:
        return _joined("huggingface.co", path, 3), False
    return ("" if first in _HUGGING_FACE_OWN else _joined("huggingface.co", path, 2)), True


def _zenodo(first: str, path: list[str]) -> str:
    if match := _ZENODO.match("/".join(path)) or _ZENODO.match("/".join(path[1:])):
        return f"https://zenodo.org/records/{match[1]}"
    number = path[1] if first in {"record", "records"} and len(path) > 1 else ""
    return f"https://zenodo.org/records/{number}" if number.isdecimal() else ""


def _joined(host: str, path: list[str], least: int, most: int = 0) -> str:
    """The first parts of a path at this host; "" if there are fewer than needed."""
    kept = path[: most or least]
    return f"https://{host}/{'/'.join(kept).removesuffix('.git').rstrip('.')}" if len(kept) >= least else ""
