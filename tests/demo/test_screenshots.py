"""README's pictures exist, are small, and are described for people who cannot see them."""

import re

from demo.folder import ROOT
from demo.screenshots import INTO, MOST_BYTES, PICTURES


def test_each_is_in_the_readme_with_alt_text_and_is_small():
    alt_texts = {path: alt for alt, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "README.md").read_text())}
    for picture in PICTURES:
        path = INTO / f"{picture.name}.png"
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < MOST_BYTES
        assert len(alt_texts[f"docs/screenshots/{picture.name}.png"]) > 15


def test_no_outdated_picture_is_left():
    assert {path.stem for path in INTO.iterdir()} == {picture.name for picture in PICTURES}
