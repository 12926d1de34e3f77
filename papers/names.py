"""names: the parts of an author's name, for citations, and which authors are organizations. Plain Python."""

import re
from dataclasses import dataclass

_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
# MD and the like stand for other names without a comma before them.
_DEGREES = {"phd", "dphil", "msc", "bsc", "mba", "mphil", "dsc", "scd", "drphil"}
_DEGREES_AFTER_COMMA = _DEGREES | {"md", "ma", "ms", "ba", "bs", "mph", "esq", "frs", "rn", "pe", "cfa", "dr", "prof"}
_TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "sir"}
_PARTICLE_NAMES = (
    "af al auf bin da dal das de del della delle den der des di dos du el het ibn la las le los op 't ten ter van "
    "vander vom von zu zum zur"
)
_PARTICLES = frozenset(_PARTICLE_NAMES.split())
_KIND_NAMES = (
    "academy agency alliance analytics association authors blog centre center collaboration college committee "
    "community company consortium contributors corporation council department editorial editors engineering faculty "
    "foundation gmbh group inc initiative institut institute institution lab laboratories laboratory labs llc llp "
    "ltd magazine media ministry network news newsletter newsroom organisation organization podcast project research "
    "robotics sciences society solutions studio studios systems team teams technologies technology university "
    "université universität weekly workshop"
)
_KINDS = frozenset(_KIND_NAMES.split())
_COMPANY_NAMES = (
    "alibaba anthropic baidu bigscience bytedance cerebras deepmind deepseek eleutherai google huawei ibm microsoft "
    "nvidia openai qualcomm salesforce samsung tencent"
)
_COMPANIES = frozenset(_COMPANY_NAMES.split())
_JOINED = frozenset({"of", "for", "the", "and", "at", "on", "&", "@", "+"})


def is_organization(name: str) -> bool:
    """Whether a name is a company's, a collaboration's or a team's rather than a person's.

    >>> is_organization("Google DeepMind"), is_organization("The LIGO Collaboration"), is_organization("Mistral AI")
    (True, True, True)
    >>> is_organization("Jan van der Berg"), is_organization("The Anh Han"), is_organization("Xin Ai")
    (False, False, False)
    """
    words = re.findall(r"[^\s,;:()]+", name)
    lower = {word.lower().strip(".") for word in words}
    if lower & _KINDS or lower & _COMPANIES or lower & {company + "'s" for company in _COMPANIES}:
        return True
    if any(sign in name for sign in "@&/+") or any(word[0].isdigit() for word in words):
        return True
    if set(words[1:]) & _JOINED:
        return True
    # "Otter AI", "Zalando ML", "DeepSeek-AI"; an author in capitals, "XIN AI", is a person.
    return len(words) > 0 and bool(re.search(r"(?:^|-|[a-z])(?:AI|ML|NLP|HQ)$", words[-1])) and not name.isupper()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a name. An organization, and a person with one name, has a family name alone."""

    family: str
    given: str = ""
    suffix: str = ""
    is_organization: bool = False


def parts(name: str) -> Parts:
    """Split a printed name into its parts. Degrees and titles are no part of it.

    >>> parts("Prof. Jan van der Berg, PhD")
    Parts(family='van der Berg', given='Jan', suffix='', is_organization=False)
    >>> parts("King, Martin, Jr.").suffix, parts("IBM Granite Team").family
    ('Jr.', 'IBM Granite Team')
    """
    name = " ".join(name.split())
    pieces = [piece for each in name.split(",") if (piece := each.strip())]
    while len(pieces) > 1 and _key(pieces[-1]) in _DEGREES_AFTER_COMMA:
        pieces.pop()
    if not pieces or is_organization(name):
        return Parts(name, is_organization=bool(pieces))
    suffix = next((piece for piece in pieces[1:] if _key(piece) in _SUFFIXES), "")
    pieces = [piece for piece in pieces if piece != suffix]
    if len(pieces) > 1:
        return Parts(pieces[0], ", ".join(pieces[1:]), suffix)
    words = pieces[0].split()
    while len(words) > 2 and _key(words[-1]) in _DEGREES:
        words.pop()
    while len(words) > 2 and _key(words[0]) in _TITLES and (words[0].endswith(".") or len(words[0]) > 4):
        del words[0]
    if len(words) > 2 and not suffix and _key(words[-1]) in _SUFFIXES:
        suffix = words.pop()
    if len(words) < 2:
        return Parts(" ".join(words), "", suffix)
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES:
        at -= 1
    return Parts(" ".join(words[at:]), " ".join(words[:at]), suffix)


def surname_first(name: str) -> str:
    """Put the surname first, as reference managers expect. Organizations and single words are unchanged.

    >>> surname_first("Ada M. Example"), surname_first("Jan van der Berg"), surname_first("Martin King Jr.")
    ('Example, Ada M.', 'van der Berg, Jan', 'King, Martin, Jr.')
    >>> surname_first("The ATLAS Collaboration"), surname_first("Example, Ada")
    ('The ATLAS Collaboration', 'Example, Ada')
    """
    split = parts(name)
    return ", ".join(part for part in (split.family, split.given, split.suffix) if part)


def _key(word: str) -> str:
    return word.replace(".", "").lower()
