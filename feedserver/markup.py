"""feedserver.markup: the few strokes with which XML is written by hand, so that bytes can be like the original's."""

from xml.sax.saxutils import escape, quoteattr

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def tag(name: str, text: str, attributes: str = "") -> str:
    """`<name attributes>text</name>`; an empty text gives nothing, as an absent field."""
    return f"<{name}{' ' + attributes if attributes else ''}>{escape(text)}</{name}>" if text else ""


def lines(indent: int, *parts: str) -> str:
    """The parts that are not empty, each on a line of its own."""
    return "".join(f"{' ' * indent}{part}\n" for part in parts if part)


__all__ = ["DECLARATION", "escape", "lines", "quoteattr", "tag"]
