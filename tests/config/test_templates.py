"""Every template compiles, and none contains anything the Content-Security-Policy would refuse."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
REFUSED = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:|hx-on", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_no_inline_script_or_style(name):
    assert not REFUSED.search((TEMPLATES / name).read_text())
