"""identity: one name per paper. Any address of a paper becomes names; plain Python.

Facts about arXiv's identifiers: arXiv's own help pages "Understanding the arXiv identifier" and "DOIs".
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

ARXIV, DOI, LINK = "arxiv", "doi", "link"
LONGEST = 2000  # letters of a name; what is longer is named by its hash


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """An address that belongs to one paper. `kind` is one of models.Name.Kind."""

    kind: str
    value: str


# ── arXiv ids ────────────────────────────────────────────────────────────────────────────────

_NEW = r"(?P<new>\d{2}(?:0[1-9]|1[0-2])\.\d{4,6})"
_OLD = r"(?P<archive>[a-z]+(?:-[a-z]{2,})?)(?:\.[a-z-]{2,})?/(?P<number>\d{7})"
_ID = rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d{{0,3}}))?"
_BARE = re.compile(rf"(?:(?:oai:)?arxiv(?:\.org)?:\s*)?/?{_ID}(?:\.pdf)?", re.IGNORECASE)
_IN_PATH = re.compile(rf"/{_ID}(?=$|[/?#&.\s])", re.IGNORECASE)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.{_ID}", re.IGNORECASE)

# Hosts whose addresses carry an arXiv id in the path.
_ARXIV_HOSTS = {"arxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org", "alphaxiv.org", "huggingface.co", "hf.co"}
_ARXIV_PATHS = {
    "huggingface.co": ("/papers/",),
    "hf.co": ("/papers/",),
    "arxiv.org": ("/abs/", "/pdf/", "/html/", "/src/", "/e-print/", "/format/", "/ps/", "/tb/", "/cits/"),
}


def arxiv_id(text: str) -> tuple[str, int] | None:
    """The base id and the version (0 for "latest") that a text is, in any of arXiv's spellings.

    >>> arxiv_id("2401.12345v2"), arxiv_id("arXiv:math.GT/0309136"), arxiv_id("10.48550/arXiv.2401.12345")
    (('2401.12345', 2), ('math/0309136', 0), ('2401.12345', 0))
    >>> arxiv_id("2413.12345") is None
    True
    """
    text = text.strip()
    return _id_of(_BARE.fullmatch(text) or _ARXIV_DOI.fullmatch(text))


def _id_of(found: re.Match[str] | None) -> tuple[str, int] | None:
    if not found:
        return None
    base = found["new"] or f"{found['archive'].lower()}/{found['number']}"
    return base, int(found["version"] or 0)


# ── DOIs ─────────────────────────────────────────────────────────────────────────────────────

_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}(?:\.\d+)*/\S+)", re.IGNORECASE)


def doi(text: str) -> str | None:
    """The DOI that a text is, in lower case (DOIs know no case); None when it is none.

    >>> doi("doi:10.1000/XYZ.5"), doi("10.1/no") is None
    ('10.1000/xyz.5', True)
    """
    found = _DOI.fullmatch(text.strip())
    return found[1].lower().rstrip(".,;)") if found else None


# ── links ────────────────────────────────────────────────────────────────────────────────────

_TRACKING = re.compile(
    r"utm_.*|fbclid|gclid|gclsrc|dclid|msclkid|yclid|twclid|mc_[ce]id|igshid|_hsenc|_hsmi|mkt_tok|ref_src|ref_url|"
    r"spm|vero_id|wt_mc|_ga|_gl|amp|triedredirect",
    re.IGNORECASE,
)
_AMP_PATH = re.compile(r"/amp/?$|(?<=/)amp/(?=.)|\.amp(?=\.html$|$)", re.IGNORECASE)
_SAFE = "/:@!$&'()*+,;=-._~"  # what RFC 3986 lets stand in a path


def canonical_link(url: str) -> str:
    """The one spelling of a web address that all its spellings share; "" when it is none. It is a name, not a link
    to follow: http and https, with and without www., count as one.

    >>> canonical_link("HTTP://www.Blog.example:80/Post/?utm_source=x&b=2&a=1#top")
    'https://blog.example/Post?b=2&a=1'
    >>> canonical_link("https://blog.example/a%7Eb/amp/") == canonical_link("https://blog.example/a~b")
    True
    >>> canonical_link("javascript:alert(1)")
    ''
    """
    url = re.sub(r"[\x00-\x20\x7f]+", "", url.strip()) if "\n" in url or "\t" in url else url.strip()
    if "://" not in url and re.match(r"[\w-]+(\.[\w-]+)+(/|$)", url):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"\s", host):
        return ""
    host = _ascii_host(host).removeprefix("www.").removeprefix("amp.")
    if not host:
        return ""
    where = f"[{host}]" if ":" in host else host
    if port and port not in (80, 443):
        where += f":{port}"
    path = _AMP_PATH.sub("", quote(unquote(parts.path, errors="surrogateescape"), safe=_SAFE, errors="surrogateescape"))
    path = re.sub(r"/(?:index\.html?)?$", "", path)
    kept = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if not _TRACKING.fullmatch(key)
    ]
    query = urlencode(kept, errors="surrogateescape")
    link = f"https://{where}{path}" + (f"?{query}" if query else "")
    if len(link) > LONGEST:
        return f"https://{where}/#sha256-{hashlib.sha256(link.encode('ascii', 'surrogateescape')).hexdigest()}"
    return link


def _ascii_host(host: str) -> str:
    try:
        return host.lower().encode("idna").decode("ascii") if not host.isascii() else host.lower()
    except UnicodeError:
        return ""


# ── names ────────────────────────────────────────────────────────────────────────────────────


def names_in(address: str) -> tuple[Name, ...]:
    """The names that an address stands for: () when it is none, else mostly one.

    An address that carries an arXiv id is that arXiv paper, one that carries a DOI that DOI; any other web address
    is a canonical link.

    >>> names_in("https://www.alphaxiv.org/abs/2401.12345v2"), names_in("https://doi.org/10.48550/arXiv.2401.12345")
    ((Name(kind='arxiv', value='2401.12345'),), (Name(kind='arxiv', value='2401.12345'),))
    >>> names_in("https://doi.org/10.1000/ABC")
    (Name(kind='doi', value='10.1000/abc'),)
    >>> names_in("not an address")
    ()
    """
    address = address.strip()
    if not address or len(address) > 20_000 or "\0" in address:
        return ()
    if found := arxiv_id(address):
        return (Name(ARXIV, found[0]),)
    if found_doi := doi(address):
        return _doi_name(found_doi)
    if re.match(r"(https?:)?//|[\w-]+(\.[\w-]+)+/", address, re.IGNORECASE):
        return _names_of_link(f"https:{address}" if address.startswith("//") else address)
    return ()


def _doi_name(value: str) -> tuple[Name, ...]:
    if found := _id_of(_ARXIV_DOI.match(value)):
        return (Name(ARXIV, found[0]),)
    return (Name(DOI, value),) if value.isascii() and len(value) <= LONGEST else ()


def _names_of_link(url: str) -> tuple[Name, ...]:
    link = canonical_link(url)
    if not link:
        return ()
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("export.").removeprefix("browse.").removeprefix("dx.")
    if host in _ARXIV_HOSTS and any(parts.path.startswith(p) for p in _ARXIV_PATHS.get(host, ("/",))):
        if found := _id_of(_IN_PATH.search(re.sub(r"\.(pdf|ps|gz)$", "", parts.path))):
            return (Name(ARXIV, found[0]),)
    elif host == "doi.org":
        if value := doi(unquote(parts.path.lstrip("/"))):
            return _doi_name(value)
    elif host in ("semanticscholar.org", "api.semanticscholar.org", "openreview.net", "scholar.archive.org"):
        # Their pages carry an arXiv id as `arXiv:…` in the path or the query, when they carry one.
        if found := _id_of(re.search(rf"arxiv[:/]{_ID}", unquote(link), re.IGNORECASE)):
            return (Name(ARXIV, found[0]),)
    elif (at := re.search(r"/(?:doi/(?:abs/|full/|pdf/|epdf/)?)(10\.\d{4,9}/[^?#]+)$", unquote(parts.path))) and (
        value := doi(at[1])
    ):
        return _doi_name(value)  # publishers' own pages: dl.acm.org/doi/10.…
    return (Name(LINK, link),)


# ── people and titles ────────────────────────────────────────────────────────────────────────

_FLAT = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
)


def fold(text: str) -> str:
    """Without case, accents and ligatures: what is stored beside a byline and what a search is folded with.

    >>> fold("Łukasz Müller-Ångström"), fold("Nguyễn Văn Đức"), fold("Strauß")
    ('lukasz muller-angstrom', 'nguyen van duc', 'strauss')
    """
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFKD", text.casefold().translate(_FLAT)).translate(_FLAT)
    return "".join(char for char in flat if not unicodedata.combining(char))


def author_key(name: str) -> str:
    """What two spellings of one printed name share: folded, dots and doubled blanks gone.

    >>> author_key("J. R.  Müller"), author_key("j r muller")
    ('j r muller', 'j r muller')
    """
    return " ".join(re.sub(r"[.,’'`´\"]+", " ", fold(name)).split())[:300]


_SHORT_TITLE = 12  # letters: "Introduction" and "Weekly links" are titles of many things


def title_key(title: str) -> str:
    """What two records of one work have in common when they share no address: their title's words, hashed.

    "" for a title too short to say anything.

    >>> title_key("Attention Is All You Need!") == title_key("attention is all  you need")
    True
    >>> title_key("Introduction")
    ''
    """
    words = re.findall(r"\w+", fold(title))
    if len(words) < 3 or sum(map(len, words)) < _SHORT_TITLE:
        return ""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()
