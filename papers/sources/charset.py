"""sources.charset: decode bytes from outside, whatever encoding they claim to be in.

Declarations are often wrong, so we look at the bytes first. We use only Python's codecs for writing systems, because a
stranger can also declare `unicode_escape`, `rot13` or `zlib`.
"""

import codecs
import re

_MARKS = (  # byte order marks, UTF-32 first: its little-endian mark starts like UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF8, "utf-8"),
)
_WIDE = (  # without a mark: zeros around a first character in ASCII
    (re.compile(rb"\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0[^\0]"), "utf-16-be"),
    (re.compile(rb"[^\0]\0"), "utf-16-le"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94"  # <?xm
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,60})|<meta[^>]{1,300}?charset\s*=\s*[\"']?([^\"'\s;>/]{1,60})",
    re.I,
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([^\"';]{1,60})", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9][a-z0-9._:()-]*", re.IGNORECASE)
_NAMES = {  # labels that Python does not know or reads more narrowly than browsers
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "latin1", "latin-1", "l1", "x-cp1252", "ansi"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean"), "cp949"),
    **dict.fromkeys(("windows-874", "tis-620"), "cp874"),
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac-roman",
}
_SCRIPTS = {
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850"),
    *("cp852", "cp866", "cp874", "cp932", "cp949", "big5", "big5hkscs", "euc_jp", "euc_kr", "gb18030", "hz", "johab"),
    *("iso2022_jp", "iso2022_kr", "koi8-r", "koi8-u", "koi8-t", "mac-cyrillic", "mac-roman", "iso8859-2", "iso8859-3"),
    *("iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-10", "iso8859-11"),
    *("iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16"),
}
_SHIFTING = {"hz", "iso2022_jp", "iso2022_kr"}  # all their bytes are ASCII, with other meanings
_MOST_STRAY = 10_000  # bytes that are decoded one by one

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML
# References that may stand for one of those, or for no character. Calling _referred for every reference is too slow.
_REFERENCE = re.compile(
    r"&#(x(?:0?d[89a-f][0-9a-f]{2}|0{0,4}[01]?[0-9a-f]|0?fff[ef]|[0-9a-f]{6,})"
    r"|(?:0?5[5-7][0-9]{3}|0{0,5}(?:[12]?[0-9]|3[01])|0?6553[45]|[0-9]{7,}));",
    re.IGNORECASE | re.ASCII,
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>\s*")


def text(body: bytes, content_type: str = "") -> str:
    """Decode bytes into text that is valid in XML.

    >>> text("<a>né</a>".encode("utf-16-le")), text(b"caf\\xe9 \\xc3\\xa9"), text(b"&#xD83D;&#xDE00; &#xD800;")
    ('<a>né</a>', 'café é', '😀 \ufffd')
    """
    return valid_in_xml(_decoded(body, content_type)).lstrip("\ufeff \t\r\n")


def xml(body: bytes, content_type: str = "") -> bytes:
    """Convert to UTF-8, without a declaration that could contradict it."""
    return _DECLARATION.sub("", text(body, content_type)).encode()


def valid_in_xml(letters: str) -> str:
    """Remove characters that XML forbids, literal or as references; join the surrogate halves of an emoji."""
    if "&#" in letters:
        letters = _REFERENCE.sub(_referred, letters)
    if not _FORBIDDEN.search(letters):
        return letters
    joined = letters.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _FORBIDDEN.sub("", joined)


def _referred(reference: re.Match[str]) -> str:
    digits = reference[1].lstrip("xX0") or "0"
    number = int(digits, 16 if reference[1][0] in "xX" else 10) if len(digits) < 8 else 0
    if 0xD800 <= number < 0xE000:
        return chr(number)  # half of a pair, to be joined with the other half
    if number > 0x10FFFF or _FORBIDDEN.match(chr(number)):
        return "\ufffd"
    return reference[0]


def _decoded(body: bytes, content_type: str) -> str:
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for zeros, name in _WIDE:
        if zeros.match(body):
            return body.decode(name, "replace")
    if body.startswith(_EBCDIC):
        return body.decode("cp037", "replace")
    names = _declared_codecs(body, content_type)
    if not _SHIFTING.intersection(names):
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    for name in names:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    others = [name for name in names if name != "cp1252"]
    return body.decode(others[0], "replace") if others else _mixed(body)


def _declared_codecs(body: bytes, content_type: str) -> list[str]:
    """The usable encodings that the header and the document declare."""
    labels = []
    if header := _HEADER.search(content_type):
        labels.append(header[1])
    if declared := _DECLARED.search(body[:4096]):
        labels.append((declared[1] or declared[2]).decode("latin-1"))
    return list(dict.fromkeys(name for label in labels if (name := _codec(label))))


def _codec(label: str) -> str:
    """Python's name for a writing system's encoding; "" for UTF-8, which was already tried, and for anything else."""
    label = label.strip().lower()
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(_NAMES.get(label, label)).name
    except LookupError:
        return ""
    return name if name in _SCRIPTS else ""


def _mixed(body: bytes) -> str:
    """Decode valid UTF-8 as such and the rest as Windows-1252: feeds are assembled from many sources."""
    if body.decode("utf-8", "replace").count("\ufffd") > _MOST_STRAY:
        return body.decode("cp1252", "replace")
    return body.decode("utf-8", "tenth.stray")


def _stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    cut_off = error.end == len(error.object) and error.reason == "unexpected end of data"
    return "" if cut_off and error.start else error.object[error.start : error.end].decode(
        "cp1252", "replace"
    ), error.end


codecs.register_error("tenth.stray", _stray)
