"""The examples in docstrings are correct."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("papers", "config", "feedserver")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if ">>> " in path.read_text()
]


# The example of feedserver.server would start a server.
@pytest.mark.parametrize("module", [name for name in MODULES if name != "feedserver.server"])
def test_examples_are_correct(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
