"""identity: turn any address of a paper into names that identify it. Plain Python.

A name is a kind and a value: an arXiv id without version, a DOI in lower case, or a canonical link.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

import idna

from .wrappers import unwrap

BYLINE_SEPARATOR = "; "  # between the authors of a paper, in one text
LONGEST = 2000  # characters of a name; the end of a longer one is replaced by a hash

# Control characters except tab and newline, marks that change the direction of text, and lone surrogates.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def strip_controls(text: str) -> str:
    """Remove characters that nobody can see. PostgreSQL rejects some of them.

    >>> strip_controls("A\\x00 title\\x1f\\n")
    'A title\\n'
    """
    return text if text.isprintable() else _CONTROLS.sub("", text)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name of a paper. `kind` is a models.Name.Kind."""

    kind: str
    value: str


def names_in(address: str) -> tuple[Name, ...]:
    """The names that an address stands for; () if it is not the address of a paper.

    >>> names_in("https://arxiv.org/pdf/2401.12345v2"), names_in("doi:10.1000/XYZ")
    ((Name(kind='arxiv', value='2401.12345'),), (Name(kind='doi', value='10.1000/xyz'),))
    """
    address = unwrap(_strip(address))
    if names := _paper_names(address):
        return names
    link = canonical_link(address if "://" in address else f"https://{address}" if _BARE.match(address) else "")
    if not link:
        return ()
    return _paper_names(link) or (Name("link", link),)  # AMP or tracking may have hidden an arXiv id or DOI


def _paper_names(address: str) -> tuple[Name, ...]:
    if paper := arxiv_id(address):
        return (Name("arxiv", paper[0]),)
    if paper_doi := doi(address):
        return (Name("doi", paper_doi),)
    return ()


def _strip(address: str) -> str:
    address = strip_controls(address).translate(_LINE_BREAKS).strip()
    return address[1:-1].strip() if address[:1] == "<" and address[-1:] == ">" else address


_LINE_BREAKS = dict.fromkeys(map(ord, "\t\r\n"))  # browsers remove these from an address

# An address without a scheme: a host with a dot, then a slash, so that an arXiv category such as cs.LG is none.
_BARE = re.compile(r"^(?:www\.\S+\.\S+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/\S*)$")


# ── arXiv ────────────────────────────────────────────────────────────────────────────────────

_ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga "
    "funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph "
    "q-alg q-bio quant-ph solv-int stat supr-con"
)
_NEW_ID = (
    r"(?:(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}"  # 0704.0001 to 1412.9999
    r"|(?:1[5-9]|[2-8]\d)(?:0[1-9]|1[0-2])\.\d{5,6})"  # since 1501.00001
)
_OLD_ID = rf"(?:{'|'.join(_ARCHIVES.split())})(?:\.[a-z-]{{2,}})?/(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])\d{{3}}"
_ID = rf"(?P<id>{_NEW_ID}|{_OLD_ID})(?:v(?P<version>[1-9]\d{{0,3}}))?"
_BARE_ID = re.compile(rf"^(?:(?:oai:)?arxiv(?:\.org)?:\s*)?/?{_ID}(?:\.pdf)?$", re.A | re.I)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv[.:]{_ID}$", re.A | re.I)
_ARXIV_PATH = re.compile(
    rf"^/+(?:(?:abs|pdf|html|src|e-print|format|ps|tb|bibtex|dvi|cits)/+)?(?:arxiv:)?{_ID}(?:\.pdf)?/*$", re.A | re.I
)
_ANYWHERE = re.compile(rf"(?<![\w.]){_ID}(?![\w.]*\d)", re.A | re.I)
_DBLP = re.compile(r"/rec/(?:journals/corr/)abs-(\d{4})-(\d{4,6})", re.A | re.I)
# Other sites' pages about one arXiv paper, with its id in their address.
_MIRRORS = re.compile(
    r"^(?:[\w-]+\.)*(?:alphaxiv\.org|(?:huggingface|hf)\.co(?=/papers/)|ar5iv\.(?:labs\.arxiv\.)?org|scirate\.com"
    r"|semanticscholar\.org|openreview\.net|emergentmind\.com|inspirehep\.net|adsabs\.harvard\.edu)(?:/|$)",
    re.I,
)


def arxiv_id(text: str) -> tuple[str, int] | None:
    """The base id and version (0 if not given) of any text or link that names an arXiv paper; else None.

    >>> arxiv_id("https://arxiv.org/abs/math.GT/0309136v2"), arxiv_id("cs.LG")
    (('math/0309136', 2), None)
    """
    text = _strip(text)
    if match := _BARE_ID.match(text):
        return _id(match)
    if "/" not in text and ":" not in text:
        return None
    if match := _ARXIV_DOI.search(unquote(text).rstrip("/.,;)")):
        return _id(match)
    parts = _split(text if "://" in text else f"https://{text}")
    if not parts:
        return None
    host, path = (parts.hostname or "").rstrip("."), unquote(parts.path)
    if host == "arxiv.org" or (host.endswith(".arxiv.org") and "ar5iv" not in host):
        return _id(match) if (match := _ARXIV_PATH.match(path)) else None
    if host.endswith("dblp.org") and (match := _DBLP.search(path)):
        return arxiv_id(f"{match[1]}.{match[2]}")
    if _MIRRORS.match(host + path) and (match := _ANYWHERE.search(f"{path} {unquote(parts.query)}")):
        return _id(match)
    return None


def _id(match: re.Match[str]) -> tuple[str, int]:
    archive, slash, number = match["id"].lower().rpartition("/")
    return archive.partition(".")[0] + slash + number, int(match["version"] or 0)


# ── DOIs ─────────────────────────────────────────────────────────────────────────────────────

_DOI = re.compile(r"^(?:(?:doi|info:doi/)\s*:?\s*)?(10\.\d{4,9}(?:\.\d+)*/\S+)$", re.I)
# Publishers' pages with the DOI in their address: /doi/full/10.…, /article/10.…, /content/10.….
_DOI_PATH = re.compile(
    r"^/(?:\w+/)?(?:doi(?:/(?:abs|full|pdf|epdf|pdfdirect|epub|book|reader|ref))?|article|articles|chapter|book"
    r"|content|content/pdf)/(10\.\d{4,9}(?:\.\d+)*/\S+)$",
    re.I,
)
_DOI_TAIL = re.compile(r"(?:v\d+)?(?:\.full|/full|/abstract|/html|/pdf|/meta|\.full-text|/fulltext)?(?:\.pdf)?$", re.I)


def doi(text: str) -> str | None:
    """The DOI, in lower case, in a text or link; None if there is none or if it is arXiv's DOI for a paper.

    >>> doi("https://doi.org/10.1145/3292500.3330701"), doi("10.48550/arXiv.2401.12345")
    ('10.1145/3292500.3330701', None)
    """
    text = _strip(text)
    match = _DOI.match(text)
    if not match and "/10." in text:
        parts = _split(text if "://" in text else f"https://{text}")
        host, path = ((parts.hostname or ""), unquote(parts.path)) if parts else ("", "")
        if host in {"doi.org", "dx.doi.org", "www.doi.org"}:
            match = _DOI.match(path.lstrip("/"))
        elif match := _DOI_PATH.match(path):
            return _tidy_doi(_DOI_TAIL.sub("", match[1].rstrip("/"), count=1))
    return _tidy_doi(unquote(match[1])) if match else None


def _tidy_doi(text: str) -> str | None:
    text = text.rstrip(".,;/\"'>]}")
    if text.count(")") > text.count("("):
        text = text.rstrip(")")
    if not text.partition("/")[2] or _ARXIV_DOI.match(text):
        return None
    return _capped(quote(text.lower(), safe="/:;()<>.,-_~!$&'*+=@[]#%"))


# ── links ────────────────────────────────────────────────────────────────────────────────────

_TRACKING = re.compile(
    r"^(?:utm_.*|fbclid|[gd]clid|[gw]braid|msclkid|mc_[ce]id|igshid|yclid|twclid|ttclid|_hs(?:enc|mi|sc)|hs_?ctatracking"
    r"|mkt_tok|ref|ref_(?:src|url)|referrer|s_cid|cmpid|trk|trkinfo|vero_(?:id|conv)|oly_(?:anon|enc)_id|__s|spm|si"
    r"|_ga|_gl|wt_?mc|amp|outputtype)=|^output=amp$|^source=(?:rss|friends_link|twitter|email)",
    re.I,
)
_AMP_CACHE = re.compile(
    r"^(?:www\.google\.[a-z.]+/amp|[\w-]+\.cdn\.ampproject\.org/[cvi])/(?P<s>s/)?(?P<rest>.+)$", re.I
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_link(url: str) -> str:
    """The canonical spelling of an http(s) address; "" if it is not one.

    >>> canonical_link("HTTP://www.Example.com:80/a/?utm_source=x#top")
    'https://example.com/a'
    """
    parts = _split(_strip(url))
    while parts and (cached := _AMP_CACHE.match(f"{parts.hostname}{parts.path}")):  # contains the real page's address
        parts = _split(f"https://{cached['rest']}" + (f"?{parts.query}" if parts.query else ""))
    host = _host(parts) if parts else ""
    if not parts or not host:
        return ""
    query = _query(parts.query)
    return _capped(f"https://{host}{_path(parts.path)}" + (f"?{query}" if query else ""), host)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.replace("\\", "/"))
        parts.port  # noqa: B018  (raises if it is not a number)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            host = quote(host, safe="").lower()
        host = host.rstrip(".")  # idna turns the full stops of other scripts into "."
    host = re.sub(r"^(?:(?:www|amp)\.)+(?=[^.]+\.)", "", host)
    if ":" in host:
        host = f"[{host}]"
    elif not re.fullmatch(r"[a-z0-9%._-]+", host):
        return ""
    return f"{host}:{parts.port}" if parts.port and parts.port not in (80, 443) else host


def _path(path: str) -> str:
    steps: list[str] = []
    for step in _percent(path, "/:@!$&'()*+,;=").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in (".", ""):
            steps.append(step)
    while steps:
        last = re.sub(r"(?<=.)(?<!\.amp)(?:\.amp)+(?=\.html?$|$)", "", steps.pop())
        if last.lower() not in {"amp", "index.html", "index.htm"}:
            steps.append(last)
            break
    return "".join(f"/{step}" for step in steps)


def _query(query: str) -> str:
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, errors="replace")
        if not _TRACKING.match(f"{name}={value}")
    ]
    return urlencode(sorted(kept), quote_via=quote)


def _percent(text: str, safe: str) -> str:
    """Normalize percent-encoding (RFC 3986 §6.2.2)."""
    text = quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=f"{safe}%", errors="replace")
    return _PERCENT.sub(_decoded, text) if "%" in text else text


def _decoded(escape: re.Match[str]) -> str:
    char = chr(int(escape[1], 16))
    return char if char in _UNRESERVED else escape[0].upper()


def _capped(value: str, host: str = "") -> str:
    if len(value) <= LONGEST:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()
    return f"https://{host[:300]}/sha256-{digest}" if host else f"{value[:100]}-sha256-{digest}"


def entry_name(source_id: int, entry_id: str) -> Name:
    """The name of a feed's entry, made from the feed's own id for it.

    >>> entry_name(7, "tag:blog.example,2026:été").value
    '7:tag:blog.example,2026:%C3%A9t%C3%A9'
    """
    return Name("entry", _capped(f"{source_id}:{quote(_strip(entry_id), safe=_PRINTABLE)}"))


# ── names of people ──────────────────────────────────────────────────────────────────────────

# Letters that Unicode does not decompose into a base letter and a mark.
_REPLACED = "øo łl đd ðd þth æae œoe ıi ħh ŧt ŋn ĸk ɓb ɗd ƒf ƙk əe ɛe ɔo ʻ' ’' ‘' ʼ' ′' ‐- ‑- –-"
_LETTERS = str.maketrans({pair[0]: pair[1:] for pair in _REPLACED.split()})


def fold(text: str) -> str:
    """Remove case, accents and ligatures, the same way for the index and for searches.

    >>> fold("Łukasz  KAISER"), fold("Müller-Groß"), fold("Æsop ﬁnds")
    ('lukasz kaiser', 'muller-gross', 'aesop finds')
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    text = "".join(char for char in text if not unicodedata.combining(char))
    # Fold once more: a mark may have separated letters that now form a pair.
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).split())


_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_DEGREES = {"phd", "dphil", "md", "msc", "bsc", "mba", "mph"}


def author_key(name: str) -> str:
    """The same key for every way to print a name: case, accents, dots and "Surname, Forename" do not matter.

    A degree after the name is no part of it.

    >>> author_key("LeCun, Yann"), author_key("J.K.  Müller"), author_key("Bob Ray, Jr."), author_key("Ann Oak, Ph.D.")
    ('yann lecun', 'j k muller', 'bob ray jr', 'ann oak')
    """
    key = fold(name).replace(".", " ")
    parts = [" ".join(part.split()) for part in key.split(",")]
    parts = [part for at, part in enumerate(parts) if not at or part.replace(" ", "") not in _DEGREES]
    if len(parts) == 2 and all(parts) and parts[1] not in _SUFFIXES and "collaboration" not in key:
        parts.reverse()
    key = " ".join(part for part in parts if part)
    return key if len(key) <= 300 else f"{key[:200]} {hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"


_SHORT_TITLE = 12  # letters; many works are called "Introduction" or "Weekly links"


def title_key(title: str) -> str:
    """Hash the words of a title, to recognize two records of one work that share no address.

    "" for a title too short to tell works apart.

    >>> title_key("Attention Is All You Need!") == title_key("attention is all  you need")
    True
    >>> title_key("Introduction")
    ''
    """
    words = re.findall(r"\w+", fold(title))
    if len(words) < 3 or sum(map(len, words)) < _SHORT_TITLE:
        return ""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def without_password(address: str) -> str:
    """Hide the user name and password in a web address, so that it can be shown.

    >>> without_password("https://ann:hush@blog.example/feed"), without_password("search: au:a AND cat:cs.LG")
    ('https://…@blog.example/feed', 'search: au:a AND cat:cs.LG')
    """
    return re.sub(r"^(\w+://)[^/?#]*@", r"\1…@", address)
