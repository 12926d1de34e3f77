"""sources.opml: the list of feeds that other readers export. Most real files are not well-formed XML."""

import re
from dataclasses import dataclass

from lxml import etree

DEEPEST = 40
_BARE = re.compile(rb"&(?!(?:#\d+|#x[0-9a-f]+|[a-z][\w.]*);)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list; `folder` is where it stood, "/" between levels."""

    title: str
    url: str
    site_url: str = ""
    folder: str = ""


def read(data: bytes) -> list[Outline]:
    """The feeds in an OPML file of any version, each once. Raises ValueError, with a sentence, when it is none."""
    # recover: bare & and < are the rule. No entities, no network: the file is a stranger's.
    if b"\0" not in data[:200]:  # not UTF-16; libxml2 would drop a bare & together with the word after it
        data = _BARE.sub(b"&amp;", data)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("it is no XML.") from error
    if root is None or _tag(root) not in ("opml", "outline", "body"):
        raise ValueError("it is no OPML file: look for “Export” in your feed reader.")
    found: dict[str, Outline] = {}
    _walk(root, (), found)
    return list(found.values())


def _walk(node: etree._Element, folders: tuple[str, ...], found: dict[str, Outline]) -> None:
    for child in node:
        if not isinstance(child.tag, str):
            continue  # a comment
        if _tag(child) != "outline":
            _walk(child, folders, found)
            continue
        said = {name.lower(): " ".join(value.split()) for name, value in child.attrib.items()}
        title = said.get("title") or said.get("text", "")
        url = said.get("xmlurl") or (said.get("url", "") if said.get("type", "").lower() in ("rss", "atom") else "")
        if url.lower().startswith("feed:"):
            url = "https:" + url[5:] if url.lower().startswith("feed://") else url[5:]
        if url.lower().startswith(("http://", "https://")) and len(url) <= 2000:
            site = said.get("htmlurl", "")
            site = site if site.lower().startswith(("http://", "https://")) and len(site) <= 2000 else ""
            found.setdefault(url, Outline(title[:200] or url[:200], url, site, "/".join(folders)))
        if len(folders) < DEEPEST:
            _walk(child, folders if url else (*folders, title), found)


def _tag(node: etree._Element) -> str:
    return etree.QName(node).localname.lower()
