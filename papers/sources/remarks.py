"""sources.remarks: read from a paper's own remarks whether it was published, withdrawn or retracted. Plain Python."""

import re
from typing import NamedTuple

PUBLISHED, WITHDRAWN, RETRACTED = "published", "withdrawn", "retracted"  # models.Paper.Standing
LONGEST_VENUE = 120
_LONGEST = 2_000  # characters of a remark that are read


class Standing(NamedTuple):
    """A paper's standing: published, withdrawn, retracted or "", and the venue if it was published."""

    standing: str = ""
    venue: str = ""


_THING = r"(?:paper|article|submission|manuscript|preprint|work|report|note|e-?print|version)"
_BEEN = r"(?:has|have|had|is|was|will)(?:\s+(?:now|been|being|be|since))*"
# At the start of a sentence; elsewhere the words are about another paper or about the topic.
_START = r"(?:\A|[.;!?:(\[]\s*|\n)\W{0,3}"
_TAKEN_BACK = re.compile(
    rf"{_START}(?:(?:this|the|our|present|arxiv|entire|whole|latest)\s+)*"
    rf"(?:{_THING}\s+)?(?:{_BEEN}\s+)?(?:temporarily\s+|voluntarily\s+)?"
    r"(?P<act>withdrawn|retracted|removed by (?:the )?arxiv)\b"
    r"(?!\s+(?:from (?:a|the|an)\b|drug|product|paper|article|apolog|money|state|people|student|deep))",
    re.IGNORECASE,
)
_THE_AUTHORS = re.compile(
    rf"{_START}(?:the\s+)?(?:authors?|we|i)\s+(?:have|has|had|would like to|want to|wish(?:es)? to|decided to)?\s*"
    rf"(?:decided to\s+)?(?P<act>withdrawn?|withdrew|retract(?:ed)?)\s+(?:this|the|our)\s+{_THING}\b",
    re.IGNORECASE,
)
# A sentence that names this very paper may stand anywhere; the spellings are authors' own.
_THIS_PAPER = re.compile(
    rf"\b(?:(?:this|the)\s+(?:[\w-]+\s+)?(?:paper|article|submission|manuscript|preprint|report|document|work)|it)\s+"
    rf"{_BEEN}\s+(?:[a-z]+ly\s+)?(?P<act>withdr[aw]{{2,3}}n?|withdrwan|retracted)\b(?!\s+from\b)",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\A\W*(?P<act>withdrawn|retracted)(?:\s+(?:article|paper|chapter))?\s*[:\]]", re.IGNORECASE)


def standing_of(title: str, abstract: str, comment: str, journal_ref: str) -> Standing:
    """Read a paper's standing from its record.

    >>> standing_of("Grounded kites", "We fly.", "This paper has been withdrawn by the author", "").standing
    'withdrawn'
    >>> standing_of("Kites", "We fly.", "9 pages. Accepted at ICML 2026. Supersedes withdrawn arXiv:2601.00001", "")
    Standing(standing='published', venue='ICML 2026')
    """
    venue = venue_of(comment, journal_ref)
    match = _TITLE.search(title[:100]) or _taken_back(comment) or _taken_back(abstract)
    if match:
        act = match["act"].lower()
        return Standing(RETRACTED if act.startswith("retract") else WITHDRAWN, venue)
    return Standing(PUBLISHED, venue) if venue else Standing()


def _taken_back(text: str) -> re.Match[str] | None:
    text = text[:_LONGEST]
    return _TAKEN_BACK.search(text) or _THIS_PAPER.search(text) or _THE_AUTHORS.search(text)


# ── venues ───────────────────────────────────────────────────────────────────────────────────

# The end of a remark: a semicolon, a comma, or a full stop that ends no abbreviation ("Proc.", "J.").
_PIECES = re.compile(
    r"\s*[;,|]\s*|(?<!\bProc)(?<!\bConf)(?<!\bInt)(?<!\bTrans)(?<!\bSymp)(?<!\bRev)(?<!\bLett)(?<!\bPhys)(?<!\b\w)\.(?:\s+|\Z)"
)
_ACCEPTED = re.compile(
    r"\b(?:accepted|appear(?:s|ed|ing)?|published|presented|forthcoming|in press|camera[- ]ready)\b"
    r"(?:\s+(?-i:for|as|to|by|at|in|into|with|version|of|on|a|an|the|be|published|publication|presentation|presented|"
    r"inclusion|appear|appears|oral|poster|spotlight|highlight|full|short|long|regular|main|conference|journal|"
    r"workshop|findings|paper|papers|article|talk|proceedings\s+of)\b)*[\s:]+(?P<venue>\S.*)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:submitted|under review|in review|submission|rejected|preparation|not accepted|withdrawn from|"
    r"supersede[sd]?|previous version|earlier version|extended version of|preliminary)\b",
    re.IGNORECASE,
)
_MEETINGS = (
    "ICML|NeurIPS|NIPS|ICLR|AAAI|IJCAI|UAI|AISTATS|COLT|ALT|CoRL|RSS|ICRA|IROS|ACL|EMNLP|NAACL|EACL|AACL|COLING|CoNLL|"
    "COLM|TMLR|JMLR|CVPR|ICCV|ECCV|WACV|BMVC|ACCV|MICCAI|MIDL|KDD|SIGIR|WWW|WSDM|RecSys|CIKM|ECIR|VLDB|SIGMOD|ICDE|"
    "ICSE|FSE|ASE|ISSTA|PLDI|POPL|OOPSLA|OSDI|SOSP|NSDI|MLSys|ASPLOS|ISCA|HPCA|SC|CCS|CHI|UIST|CSCW|FAccT|AIES|"
    "INTERSPEECH|Interspeech|ICASSP|ISMIR|SIGGRAPH|GECCO|ECAI|AAMAS|ICAPS|KR|LREC|STOC|FOCS|SODA|ITCS|ISIT|ICLP|CAV"
)
_MEETING = re.compile(
    rf"\A\W*(?P<venue>(?:Findings of (?:the )?)?(?:{_MEETINGS})(?:[-/](?:{_MEETINGS}))?[ '’-]*(?:20|19)?\d\d\b.*)"
)
_DAY = re.compile(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_KEYWORDS = re.compile(r"\b(?:pages?|figures?|tables?|code|https?)\b", re.IGNORECASE)


def venue_of(comment: str, journal_ref: str) -> str:
    """Find the place of publication, "" if none is named.

    >>> venue_of("12 pages, to appear in Proc. of the 9th Kite Workshop", ""), venue_of("Submitted to ICML 2026", "")
    ('Proc. of the 9th Kite Workshop', '')
    >>> venue_of("NeurIPS 2025 (oral)", ""), venue_of("", "J. Kites 4 (2026) 17-29")
    ('NeurIPS 2025 (oral)', 'J. Kites 4 (2026) 17-29')
    """
    if journal_ref:
        return _cut(journal_ref)
    pieces = [piece for piece in _PIECES.split(comment[:_LONGEST]) if piece]
    for piece in pieces:
        if _NOT_YET.search(piece):
            continue
        match = _ACCEPTED.search(piece) or _MEETING.match(piece)
        venue = match["venue"].strip(" .:()\"'“”") if match else ""
        if "(" in venue and ")" not in venue:
            venue += ")"
        if _is_venue(venue):
            return _cut(venue)
    return ""


def _is_venue(text: str) -> bool:
    """A name with a capital letter, and neither a date nor a count of pages."""
    bare = _DAY.sub("", text)
    return bool(re.search(r"[A-Z]", bare)) and not _KEYWORDS.search(text)


def _cut(text: str) -> str:
    """
    >>> _cut("A " * 100)[-3:]
    'A …'
    """
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VENUE else f"{text[: LONGEST_VENUE - 2].rstrip()} …"
