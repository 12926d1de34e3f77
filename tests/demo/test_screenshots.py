"""README's pictures: there, small, and told in words to who cannot see them."""

import re

from demo.folder import ROOT
from demo.screenshots import INTO, MOST_BYTES, PICTURES


def test_each_is_in_the_readme_with_words_and_is_small():
    shown = {path: words for words, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text())}
    for picture in PICTURES:
        path = INTO / f"{picture.name}.png"
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < MOST_BYTES
        assert len(shown[f"docs/screenshots/{picture.name}.png"]) > 15


def test_no_picture_is_left_that_nobody_takes():
    assert {path.stem for path in INTO.iterdir()} == {picture.name for picture in PICTURES}
