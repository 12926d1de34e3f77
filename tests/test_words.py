"""The words of the code: docstrings open with a verb or a noun, and nothing cites documents that are not here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("papers", "ops", "config", "feedserver", "demo", "bench", "chaos", "tests")
HEADLESS = re.compile(r"(What|Who|Whoever|Whatever|Where|Wherever|Whichever|Of|Those who|One who)\b")
ELSEWHERE = re.compile(rf"\b(?:{'|'.join(['FORMATS', 'STYLE', 'DESIGN', 'LOOK'])})\.md\b|\bthe{' '}issue\b")
SUFFIXES = {".py", ".html", ".css", ".js", ".svg", ".txt", ".md", ".toml", ".sh", ""}
SKIPPED = {"vendor", "__pycache__"}  # other people's texts, and no texts


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each docstring; a module's own name is left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = (ast.get_docstring(node) or "").partition("\n")[0]
            if isinstance(node, ast.Module):
                text = re.sub(r"^[\w. -]+: ", "", text)
                text = text[:1].upper() + text[1:]
            yield getattr(node, "lineno", 1), text


def texts() -> Iterator[Path]:
    """Yield the files of the project that people write."""
    top = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in SUFFIXES and path.name != ".env"]
    folders = [ROOT / name for name in (*ROOMS, "templates", "static", "docs", ".ci")]
    yield from top
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and path.suffix in SUFFIXES and not SKIPPED & set(path.parts):
            yield path


@pytest.mark.parametrize("room", ROOMS)
def test_no_docstring_opens_with_a_headless_relative(room):
    headless = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, text in docstrings(path.read_text())
        if HEADLESS.match(text)
    ]
    assert headless == []


def test_no_file_cites_a_document_that_is_not_here():
    citing = [str(path.relative_to(ROOT)) for path in texts() if ELSEWHERE.search(path.read_text())]
    assert citing == []
