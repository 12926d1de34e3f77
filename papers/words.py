"""words: one normal form of all text that is searched, and of what people type. Plain Python.

Its output is words of ASCII letters and digits, so every PostgreSQL reads them alike, whatever its locale. Raise FORM
with every change of the output, and make a migration (an index names it): the worker then reads all texts again
(intake.reindex).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .identity import fold
from .tex import plain

FORM = 1

# ── characters ───────────────────────────────────────────────────────────────────────────────

# Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese; Korean, whose words end in particles.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon "
    "phi chi psi omega"
)
_GREEK_NAME = dict(zip(_GREEK, _GREEK_NAMES.split(), strict=True))
_GREEK_SIGN = re.compile(f"(?<![{_GREEK}])[{_GREEK}]{{1,2}}(?![{_GREEK}])")
_WORDS_OF_SIGNS = {"×": "x", "∞": "-infinity", "™": " ", "℠": " ", "ℓ": "l", "№": "no "}
_SIGNS = str.maketrans(_WORDS_OF_SIGNS)
_JOINTS = (
    dict.fromkeys("‐‑‒–−⁃", "-") | dict.fromkeys("‘’ʼ′ʹʻ＇", "'") | dict.fromkeys("∕⁄", "/") | {"_": "-", "∗": "*"}
)
_SPACED = str.maketrans('_,;:!?"()[]{}<>|=%~`@$\\', "-" + 22 * " ")  # so that most words stand alone
_SPELLING_MARKS = {7, 8, 9}  # classes of marks that make another letter: nukta, voiced kana, virama


class _Letters(dict[str, str]):
    """Read any character beyond ASCII as small letters without accents, a joint or a space. Filled as they occur."""

    def __missing__(self, char: str) -> str:
        self[char] = made = self._read(char)
        return made

    def _read(self, char: str) -> str:
        if char in _JOINTS:
            return _JOINTS[char]
        kind = unicodedata.category(char)
        if kind == "Cf" or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or char == "\u034f":
            return ""  # soft hyphens, zero-width and direction signs, variation selectors
        if kind[0] == "M":
            mark = unicodedata.combining(char)
            return "" if mark and mark not in _SPELLING_MARKS else char
        if kind == "Nd":
            return str(unicodedata.decimal(char))
        if kind[0] not in "LN":
            return " "
        if unicodedata.combining(unicodedata.normalize("NFD", char)[-1]) in _SPELLING_MARKS:
            return char
        return "".join(each for each in fold(char) if each.isalnum())


class _Ascii(dict[int, str]):
    """Write each letter beyond ASCII as its code. The digits in it keep the stemmer away."""

    def __missing__(self, code: int) -> str:
        self[code] = made = chr(code) if code < 0x80 else f"u{code:04x}" if code < 0x10000 else f"v{code:05x}"
        return made


_LETTERS, _ASCII = _Letters(), _Ascii()


_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


def _normal(text: str) -> str:
    """Small letters without accents or TeX, joints and spaces."""
    if "\\" in text or "$" in text:
        text = plain.__wrapped__(text)  # without its cache: abstracts are long, and come once
    text = text.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS))
        text = _BEYOND_ASCII.sub(lambda match: _LETTERS[match[0]], text)
        if not text.isascii():
            text = _GREEK_SIGN.sub(_named, text)
    return f"{text.translate(_SPACED)} ".replace(". ", " ")


def _named(match: re.Match[str]) -> str:
    """The names of one or two Greek letters, joined to what they touch: μP is mu-P."""
    before = match.string[match.start() - 1 : match.start()].isalnum()
    after = match.string[match.end() : match.end() + 1].isalnum()
    return "-" * before + "-".join(_GREEK_NAME[letter] for letter in match[0]) + "-" * after


# ── words ────────────────────────────────────────────────────────────────────────────────────

_LETTER = "a-z0-9\x80-\U0010ffff"
_SIGN = r"(?:\+\+|#|\*)"
# A word with all that is joined to it: client/server, k-nn, gpt-4, c++, .net, arxiv.org.
_WORD = re.compile(rf"\.?[{_LETTER}]+(?:{_SIGN}?[-/'.&^][{_LETTER}]+)*{_SIGN}?")
_PIECE = re.compile(rf"[{_LETTER}]+")
_PART = re.compile(rf"[0-9]{{1,100}}|[{_UNSPACED}]+|[^\x00-`{{-\x7f{_UNSPACED}]{{1,100}}")
_SIGNED = re.compile(r"(?<![^-/])(?:([a-z])(\+\+|#)|([a-z]{1,3})(\*))(?![^-/])")
_SIGN_NAMES = {"++": "plusplus", "#": "sharp", "*": "star"}
_MOST_PARTS, _LONGEST = 5, 40  # of a word that is also kept whole; the parts of codes with more are no words


@dataclass(frozen=True, slots=True)
class Query:
    """A typed text, ready to search: any of these phrases, and each of the required words.

    The last word of a phrase may end with ":*", and then stands for all words that begin with it.
    """

    phrases: list[list[str]]
    required: list[str]


def index(text: str) -> str:
    """The words of a text, in order; after them, those of joined words in one: GPT-4 is also gpt4, C++ is cplusplus.

    >>> index("Erdős–Rényi graphs in C++, GPT-4")
    'erdos renyi graphs in c gpt 4 erdosrenyi cplusplus gpt4'
    """
    words: list[str] = []
    more: list[str] = []
    for word in _normal(text).split():
        if word.isalpha() and word.isascii():
            words.append(word)
        else:
            for split in map(_split, _WORD.findall(word)):
                words += split.parts
                more += split.signs
                more += split.last
                if split.whole:
                    more.append(split.whole)
    made = " ".join(words + more)
    return made if made.isascii() else made.translate(_ASCII)


def query(text: str) -> Query:
    """The words to look for.

    >>> query("ResNet50").phrases, query("C++")
    ([['resnet', '50'], ['resnet50']], Query(phrases=[['c']], required=['cplusplus']))
    """
    splits = [_split(word) for word in _WORD.findall(_normal(text))]
    phrase = [part for split in splits for part in split.parts]
    phrases = [phrase] if phrase else []
    if len(splits) == 1 and splits[0].whole:
        phrases.append([splits[0].whole])
    return Query(
        [[_typed(word) for word in words] for words in phrases], [sign for split in splits for sign in split.signs]
    )


def _typed(word: str) -> str:
    return word.translate(_ASCII) + ":*" * (len(word) == 1 and bool(_RUN.match(word)))


class _Split(NamedTuple):
    parts: list[str]
    whole: str  # all parts in one; "" if that is no word
    signs: list[str]  # the names of the signs at its letters
    last: list[str]  # the last letter of each run without spaces, which begins no pair


@lru_cache(20_000)  # joined words recur
def _split(word: str) -> _Split:
    parts: list[str] = []
    for piece in _PIECE.findall(word):
        found = _PART.findall(piece)
        parts += found if len(found) <= _MOST_PARTS else [piece[:100]]
    signs = [(a or b) + _SIGN_NAMES[sign or star] for a, sign, b, star in _SIGNED.findall(word)]
    signs += ["dotnet"] * (word == ".net")
    if not word.isascii() and (runs := _RUN.findall(word)):
        last = [run[-1] for run in runs if len(run) > 1]
        return _Split([pair for part in parts for pair in _pairs(part)], "", signs, last)
    whole = "".join(parts) if 2 <= len(parts) <= _MOST_PARTS else ""
    return _Split(parts, "" if len(whole) > _LONGEST or whole.isdigit() else whole, signs, [])


def _pairs(part: str) -> list[str]:
    """Each sign with the next one, for scripts without spaces: any two that are typed are found."""
    if not _RUN.match(part) or len(part) == 1:
        return [part]
    return [part[at : at + 2] for at in range(len(part) - 1)]
