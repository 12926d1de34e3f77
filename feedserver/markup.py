"""feedserver.markup: the little XML we write by hand, so that the bytes can match the original's."""

from xml.sax.saxutils import escape, quoteattr

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


def tag(name: str, text: str, attributes: str = "") -> str:
    """Return `<name attributes>text</name>`, or nothing if the text is empty, like an absent field."""
    return f"<{name}{' ' + attributes if attributes else ''}>{escape(text)}</{name}>" if text else ""


def lines(indent: int, *parts: str) -> str:
    """Join the parts that are not empty, one per line."""
    return "".join(f"{' ' * indent}{part}\n" for part in parts if part)


__all__ = ["DECLARATION", "escape", "lines", "quoteattr", "tag"]
