"""sources.digests: posts that list several papers, and what they say of each. Plain Python; runs in the child process.

A digest gives each paper a place of its own: an item of a list, a heading, a row, or a paragraph. An essay cites papers
within its sentences, and a list of references stands at its end; neither makes a post a digest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ..identity import names_in
from ..wrappers import unwrap
from .item import Item
from .text import line

MOST = 60  # papers of one digest
FEWEST = 2
LONGEST_LINE, LONGEST_TITLE = 400, 300
LONGEST_HTML = 400_000

_PAPERS = re.compile(r"arxiv\.org|doi\.org/10\.|(?:huggingface|hf)\.co/papers/|alphaxiv\.org", re.IGNORECASE)
_REFERENCES = re.compile(
    r"\W*(?:\d+\W*)?(?:references?|bibliography|citations?|works cited|literature|footnotes?|sources|notes)\W*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s*(?:\[\d+\]|\(\d+\))")  # an entry of a list of references
_CITATION = re.compile(r"\bet al\b|\(?(?:19|20)\d\d[a-z]?\)?\s*$|^\W*\d*\W*$", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"\W*(?:(?:the|this|full|read|original|our|new|see|link|to|on)\s+)*(?:papers?|here|pdf|arxiv|abs(?:tract)?|link|"
    r"article|preprint|source|html|doi|report|post|more|hugging ?face|hf|tweet|project|code|github)?\W*",
    re.IGNORECASE,
)
_TRIM = " :–—-|.()[]"
_BLOCKS = frozenset("p li tr dt dd h1 h2 h3 h4 h5 h6 blockquote figcaption td div section article".split())  # noqa: SIM905
_HEADINGS_NAMES = "h1 h2 h3 h4 h5 h6"
_HEADINGS = frozenset(_HEADINGS_NAMES.split())
_PLACES = _HEADINGS | {"li", "tr", "dt", "dd"}


@dataclass(slots=True)
class _Block:
    """The text between two breaks of a page, with the papers that it links to."""

    tag: str
    text: str = ""
    bold: str = ""
    links: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # name → address, link text, place in the text


def mentions(content_html: str, published_at: datetime | None) -> tuple[Item, ...]:
    """The papers that a digest lists, each once, in order; none if the post is no digest."""
    content = content_html[:LONGEST_HTML]
    if len(_PAPERS.findall(content)) < FEWEST:
        return ()
    blocks = list(_before_references(_blocks(content)))
    linked = {name for block in blocks for name in block.links}
    listed: dict[str, Item] = {}
    fewest = FEWEST + 1  # paragraphs of an essay happen to look like a list more often
    for at, block in enumerate(blocks):
        if len(block.links) == 1 and _is_place(block):
            (name,) = block.links
            if block.tag in _PLACES or block.bold or (at and blocks[at - 1].tag in _HEADINGS):
                fewest = FEWEST
            if name not in listed:
                listed[name] = _item(name, blocks, at, published_at)
    if len(listed) < fewest or len(listed) * 2 < len(linked):
        return ()
    return tuple(list(listed.values())[:MOST])


def _is_place(block: _Block) -> bool:
    """A block that is about its one paper: the link is no citation, and stands at one of its ends."""
    ((_, text, place),) = block.links.values()
    if _CITATION.search(text) or _NUMBERED.match(block.text):
        return False
    if block.tag in _PLACES:
        return True
    after = len(block.text) - place - len(text)
    return place <= max(20, len(block.text) // 10) or after <= 12 or bool(block.bold)


def _item(name: str, blocks: list[_Block], at: int, published_at: datetime | None) -> Item:
    block = blocks[at]
    address, text, _ = block.links[name]
    before = blocks[at - 1] if at and not blocks[at - 1].links and blocks[at - 1].tag in _HEADINGS else None
    title = next(
        (each for each in (text, block.bold, before.text if before else "") if _is_title(each)), f"arXiv:{name}"
    )
    title = re.sub(r"^\W*\d{1,2}[.)]\s+", "", title).strip(" :–—-")
    words = block.text.replace(title, "", 1).strip(_TRIM).removeprefix(text).removesuffix(text).strip(_TRIM)
    if len(words) < 25 and at + 1 < len(blocks) and not blocks[at + 1].links and blocks[at + 1].tag not in _HEADINGS:
        words = blocks[at + 1].text
    return Item(
        title=title[:LONGEST_TITLE],
        link=address,
        line=words[:LONGEST_LINE] if len(words) >= 25 else "",
        published_at=published_at,
    )


def _is_title(text: str) -> bool:
    return len(text) > 8 and " " in text and not _NO_TITLE.fullmatch(text) and "://" not in text


def _before_references(blocks: Iterator[_Block]) -> Iterator[_Block]:
    for block in blocks:
        if len(block.text) < 40 and _REFERENCES.fullmatch(block.text) and not block.links:
            return
        yield block


def _blocks(content: str) -> Iterator[_Block]:
    """The page's blocks with text, in order. A list item or a row is one block, whatever is in it."""
    try:
        root = lxml_html.fromstring(f"<div>{content}</div>", parser=lxml_html.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    block, keeps = _Block("div"), 0  # the depth of the item or row that the block stands for
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        is_block = tag in _BLOCKS
        if event == "start":
            depth += 1
            if is_block and not keeps:
                yield from _finished(block)
                block = _Block(tag)
                if tag in _PLACES and not any(child.tag in ("ul", "ol") for child in element.iter()):
                    keeps = depth
            elif is_block or tag == "br":
                block.text += " "
            if tag:
                _link(block, element)
                block.text += element.text or ""
            if tag in ("b", "strong") and not block.bold:
                block.bold = line("".join(element.itertext()))
        else:
            if depth == keeps:
                keeps = 0
            depth -= 1
            if is_block and not keeps:
                yield from _finished(block)
                block = _Block("div")
            block.text += element.tail or ""
    yield from _finished(block)


def _finished(block: _Block) -> Iterator[_Block]:
    block.text = line(block.text)
    if block.text or block.links:
        yield block


def _link(block: _Block, element: Any) -> None:
    """Note the paper that a link leads to. A title beats “here”, where a block links a paper twice."""
    address = unwrap(line(element.get("href"))) if element.tag == "a" else ""
    if not address or not _PAPERS.search(address):
        return
    name = next((each for each in names_in(address) if each.kind in ("arxiv", "doi")), None)
    if not name:
        return
    text = line("".join(element.itertext()))
    known = block.links.get(name.value)
    if not known or (_is_title(text) and not _is_title(known[1])):
        block.links[name.value] = (address, text, len(line(block.text)))
