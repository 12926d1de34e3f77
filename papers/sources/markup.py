"""sources.markup: make the HTML of a post whole outside its page: links lead to the blog, formulas are TeX or MathML.

Blogs draw formulas with images and scripts, which we do not keep. Their TeX is put in place of them, between \\(…\\)
or \\[…\\]; intake renders it.
"""

import html
import json
import re
from html.entities import name2codepoint
from typing import Any
from urllib.parse import unquote, unquote_plus, urljoin

from lxml import etree
from lxml import html as lxml_html

from .bounds import shallow

LONGEST = 400_000  # characters
_NO_TEX = "[formula]"  # a sentence never loses a formula silently

# Most posts need no change, and parsing takes longer than all else.
_SIGNS_OF_FORMULAS = [
    "<math",
    ":math",
    "math/tex",
    "latex",
    "katex",
    "mathjax",
    "mjx-",
    "mwe-math",
    "d-math",
    "data-tex",
    "math-style",
    "render-math",
    "ql-formula",
    "formula",
    "equation",
    "?tex=",
    "&tex=",
    "math=",
    "chl=",
    'alt="$',
    "alt='$",
    'alt="\\',
    "alt='\\",
]
_RELATIVE = re.compile(r"""href\s*=\s*["']?\s*(?!["'\s]|https?:|mailto:)""")
_FORMULA_IMAGE = re.compile(r"<img\b[^<>]{0,500}\b(?:tex|math)\b")
_PREFIX = re.compile(r"<(/?)(?:m|mml|mathml|math):(?=[a-z])", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")


def whole(content: str, base: str = "", page: str = "") -> str:
    """The HTML with absolute links, and with formulas as TeX or MathML.

    `base`: the address that relative links are relative to. `page`: the post's own address, for links within it.

    >>> whole('<a href="/about">us</a> <a href="#n1">1</a>', "https://blog.example/a/b", "https://blog.example/p")
    '<a href="https://blog.example/about">us</a> <a href="https://blog.example/p#n1">1</a>'
    >>> whole('Let <img class="latex" alt="x^2" src="/l.png"> be')
    'Let \\\\(x^2\\\\) be'
    """
    if not _is_needed(content.lower()) or (root := _parsed(content)) is None:
        return content
    _make_absolute(root, base, page)
    for draw in (_scripts, _drawn, _marked, _images, _mathml):
        draw(root)
    return _serialized(root)


def _is_needed(lower: str) -> bool:
    # Plain searches, because one pattern with all the signs takes as long as parsing.
    return (
        any(sign in lower for sign in _SIGNS_OF_FORMULAS)
        or _RELATIVE.search(lower) is not None
        or _FORMULA_IMAGE.search(lower) is not None
    )


def spell_out(page: Any) -> None:
    """Turn the formulas of a parsed page into TeX or plain text, for tools that drop MathML, images and scripts."""
    for draw in (_scripts, _drawn, _marked, _images):
        draw(page)
    for math in [each for each in page.iter("math") if not any(up.tag == "math" for up in each.iterancestors())]:
        notes = (note for note in math.iter("annotation") if "tex" in (note.get("encoding") or "").lower())
        tex = math.get("alttext") or next((note.text_content() for note in notes), "")
        text = _tex(tex, math.get("display") == "block") or " ".join(_linear(math).split())
        _replace(math, text or _NO_TEX)


def without_math(content: str) -> str:
    """The HTML with its MathML as plain text.

    >>> without_math("<p>so <math><msup><mi>e</mi><mrow><mi>k</mi><mi>t</mi></mrow></msup></math></p>")
    '<p>so e^(kt)</p>'
    """
    if "<math" not in content or (root := _parsed(content)) is None:
        return content
    for element in list(root.iter("math")):
        text = " ".join(_linear(element).split())
        _replace(element, text or _tex(element.get("alttext") or "", False))
    return _serialized(root)


def _parsed(content: str) -> Any:
    content = _ENTITY.sub(_html4, _PREFIX.sub(r"<\1", shallow(content[:LONGEST])))
    try:
        return lxml_html.fragment_fromstring(content, create_parent="div", parser=lxml_html.HTMLParser(huge_tree=False))
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _html4(entity: re.Match[str]) -> str:
    """Decode the entities that libxml2 does not know, such as &InvisibleTimes;."""
    return entity[0] if entity[1] in name2codepoint else html.escape(html.unescape(entity[0]))


def _serialized(root: Any) -> str:
    made = lxml_html.tostring(root, encoding="unicode", with_tail=False)
    return str(made[made.index(">") + 1 : made.rindex("<")])


def _replace(element: Any, text: str) -> None:
    if element.getparent() is not None:
        element.tail = text + (element.tail or "")
        element.drop_tree()


def _classes(element: Any) -> str:
    return (element.get("class") or "").lower()


# ── links ────────────────────────────────────────────────────────────────────────────────────


def _make_absolute(root: Any, base: str, page: str) -> None:
    for link in root.iter("a"):
        href = (link.get("href") or "").strip()
        if not href or re.match(r"(?:https?|mailto):", href, re.IGNORECASE):
            continue
        from_base = page.partition("#")[0] if href.startswith("#") else base
        if not href.startswith("#"):
            bases = [each.get("xml:base") for each in link.iterancestors() if each.get("xml:base")]
            for nearer in [*reversed(bases), link.get("xml:base")]:
                from_base = _joined(from_base, nearer or "")
        if from_base and (url := _joined(from_base, href)):
            link.set("href", url)
        else:
            del link.attrib["href"]  # it would lead into our own pages


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


# ── formulas ─────────────────────────────────────────────────────────────────────────────────

_DELIMITED = re.compile(r"\s*(?:\$\$(.+)\$\$|\\\[(.+)\\\]|\$(?:latex\s)?(.+)\$|\\\((.+)\\\))\s*", re.DOTALL)


def _tex(tex: str, display: bool) -> str:
    """A formula between the signs that mark it as TeX."""
    if match := _DELIMITED.fullmatch(tex):
        tex, display = match[match.lastindex or 0], display or match.lastindex in {1, 2}
    tex = " ".join(tex.replace("\\(", "(").replace("\\)", ")").split())
    return (f"\\[{tex}\\]" if display else f"\\({tex}\\)") if tex else ""


def _scripts(root: Any) -> None:
    """Take the TeX from MathJax's scripts, and drop what MathJax drew of them."""
    scripts = [each for each in root.iter("script") if (each.get("type") or "").lower().startswith("math/tex")]
    for script in scripts:
        text = re.sub(r"%\s*<!\[CDATA\[|%?\s*\]\]>", "", script.text or "")
        _replace(script, _tex(text, "display" in script.get("type").lower()))
    for drawn in list(root.iter("span", "div")) if scripts else ():
        if re.search(r"\bmathjax(?:_\w+)?\b", _classes(drawn)):
            _replace(drawn, "")


def _drawn(root: Any) -> None:
    """Replace the drawings of KaTeX, MathJax 3 and Wikipedia by the MathML that stands in each of them."""
    for drawn in [each for each in root.iter("span", "mjx-container") if _is_drawing(each)]:
        math = drawn.find(".//math")
        if math is None or drawn.getparent() is None:
            continue
        if "katex-display" in _classes(drawn.getparent()) or drawn.get("display") == "true":
            math.set("display", "block")
        math.tail = None
        drawn.addprevious(math)
        drawn.drop_tree()


def _is_drawing(element: Any) -> bool:
    return element.tag == "mjx-container" or bool({"katex", "mwe-math-element"} & set(_classes(element).split()))


def _marked(root: Any) -> None:
    """Take the TeX from the elements of Substack, Distill, Zhihu, Quill and GitLab that hold it in so many words."""
    for element in list(root.iter("div", "span", "d-math", "code", "pre")):
        classes, tex = _classes(element), element.get("data-tex") or element.get("data-latex") or ""
        display = element.tag in {"div", "pre"} or element.get("block") is not None
        if "latex-rendered" in classes:
            try:
                held = json.loads(element.get("data-attrs") or "{}")
            except (ValueError, RecursionError):
                held = {}
            tex = str(held.get("persistentExpression") or "") if isinstance(held, dict) else ""
        elif "ql-formula" in classes:
            tex = element.get("data-value") or ""
        elif element.tag == "d-math" or "js-render-math" in classes or element.get("data-math-style"):
            display = display or element.get("data-math-style") == "display"
            tex = element.text_content()
        if tex:
            _replace(element, _tex(tex, display))


# Services that draw the TeX in an image's address.
_SERVICE = re.compile(
    r"(?:/latex(?:render)?\.php\?(?:[^#]*&)?latex=|chart\?(?:[^#]*&)?chl=|/equation\?(?:[^#]*&)?tex="
    r"|/math\?(?:[^#]*&)?math=)(?P<part>[^&#]*)|codecogs\.com/\w+\.\w+\?(?P<rest>[^#]+)|math\.vercel\.app/?\?(?:[^#]*&)?from="
    r"(?P<from>[^&#]*)",
    re.IGNORECASE,
)
_CLASS = re.compile(r"(?:^|[\s_-])(?:latex|tex|math|formula|equation)(?:$|[\s_-])")


def _images(root: Any) -> None:
    for image in list(root.iter("img")):
        service, classes = _SERVICE.search(image.get("src") or ""), _classes(image)
        alt = (image.get("alt") or image.get("title") or "").strip()
        is_formula = bool(service or _CLASS.search(classes))
        if not is_formula and not _DELIMITED.fullmatch(alt):
            continue
        if not alt and service:
            alt = (
                unquote(service["rest"]) if service["rest"] else unquote_plus(service["part"] or service["from"] or "")
            )
        if not service and not re.search(r"[\\^_$=]|^\S{1,12}$", alt):  # a description in words
            _replace(image, alt or _NO_TEX)
        else:
            display = bool(re.search(r"display|block", classes))
            _replace(image, _tex(re.sub(r"\\(?:inline|dpi\{\d+\})", "", alt), display) or _NO_TEX)


def _mathml(root: Any) -> None:
    """Leave the presentation in MathML alone, or the TeX where there is none."""
    for math in [each for each in root.iter("math") if not any(up.tag == "math" for up in each.iterancestors())]:
        tex = math.get("alttext") or ""
        for note in [each for each in math.iter("annotation", "annotation-xml") if each.getparent() is not None]:
            if "tex" in (note.get("encoding") or "").lower():
                tex = tex or note.text_content()
            note.drop_tree()
        if not any((token.text or "").strip() for token in math.iter("mi", "mn", "mo", "mtext", "ms")):
            text = " ".join(math.text_content().split())
            _replace(math, _tex(tex, math.get("display") == "block") or text or _NO_TEX)


_SIGNS = {"msup": "^", "msub": "_", "mfrac": "/", "msubsup": "_^", "munderover": "_^", "munder": "_"}


def _linear(element: Any) -> str:
    """MathML on one line of plain text."""
    if not isinstance(element.tag, str) or element.tag.startswith("annotation"):
        return ""
    children = [_linear(child) for child in element]
    if element.tag in _SIGNS and len(children) == len(_SIGNS[element.tag]) + 1:
        if element.tag == "mfrac":
            return "/".join(map(_grouped, children))
        scripts = zip(_SIGNS[element.tag], children[1:], strict=True)
        return children[0] + "".join(f"{sign}{_grouped(script)}" for sign, script in scripts)
    if element.tag == "msqrt":
        return f"√{_grouped(''.join(children))}"
    between = " " if element.tag in {"mtr", "mtable"} else ""
    text = (element.text or "").strip("\n\t ")
    if element.tag == "mo" and len(text) == 1 and text in "=<>≤≥≈∈→+−∼×":
        text = f" {text} "
    return text + between.join(children)


def _grouped(text: str) -> str:
    text = text.strip()
    return text if len(text) == 1 or (text.isalnum() and text.isdigit()) else f"({text})" if text else ""
