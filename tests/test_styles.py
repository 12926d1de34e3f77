"""The stylesheet: its parts are joined into one, and no rule is for a class that nothing has."""

import re
import shutil
from pathlib import Path

from django.conf import settings

from config import bundle
from papers.models import Source

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "static/css"
PARTS = sorted(path for path in STYLES.glob("*.css") if path.name != "tenth.css")

# Classes whose names are values: a template or a module writes the value, and not the word.
VALUES = {
    *Source.Horizon.values,
    *("kept", "passed", "read", "skimmed"),  # how far a person is with a paper
    *settings.MESSAGE_TAGS.values(),
    *(f"tint-{number}" for number in range(6)),
    *("htmx-request", "key", "visible"),  # htmx's own, and the charts'
}


def classes_of(styles: str) -> set[str]:
    """The classes in the selectors of a stylesheet, comments and declarations left out."""
    styles = re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", styles)))


def words_in_use() -> set[str]:
    """The classes of templates and modules, and every word of the scripts that could be one."""
    texts = [path.read_text() for path in [*ROOT.glob("templates/**/*.html"), *ROOT.glob("papers/**/*.py")]]
    written = [match for text in texts for match in re.findall(r'class="([^"\n]*)', text)]
    written += [match for text in texts for match in re.findall(r"\{% block main_class %\}([^{]*)", text)]
    written += [match for text in texts for match in re.findall(r'"class": "([^"]*)"', text)]
    scripts = [path.read_text() for path in ROOT.glob("static/js/*.js")]
    written += [match for text in scripts for match in re.findall(r"""["']([^"'\n]*)["']""", text)]
    return set(re.findall(r"[a-z][\w-]*", " ".join(written)))


def test_the_parts_are_joined_into_one_stylesheet_in_order(tmp_path):
    shutil.copytree(STYLES, tmp_path / "css")
    storage = bundle.Storage(location=tmp_path, base_url="/static/")
    paths = {f"css/{path.name}": (storage, f"css/{path.name}") for path in STYLES.iterdir()}

    list(storage.post_process(paths))

    served = sorted(path.name for path in (tmp_path / "css").glob("*.css"))
    assert len(served) == 1, "one file, named by its hash"
    assert storage.stored_name("css/tenth.css") == f"css/{served[0]}"
    text = (tmp_path / "css" / served[0]).read_text()
    assert "@import" not in text
    assert [text.count(part.read_text()) for part in PARTS] == [1] * len(PARTS)
    order = bundle.parts_of((STYLES / "tenth.css").read_text())
    places = [text.index((ROOT / "static" / name).read_text()) for name in order]
    assert places == sorted(places)


def test_every_part_is_imported_once():
    imported = bundle.parts_of((STYLES / "tenth.css").read_text())
    assert sorted(imported) == [f"css/{part.name}" for part in PARTS]


def test_every_class_is_used():
    in_use = words_in_use() | VALUES
    unused = {part.name: classes_of(part.read_text()) - in_use for part in PARTS}
    assert {name: classes for name, classes in unused.items() if classes} == {}


def test_there_are_four_sizes_two_weights_and_colours_in_one_place():
    for part in PARTS:
        text = re.sub(r"/\*.*?\*/", "", part.read_text(), flags=re.DOTALL)
        sizes = set(re.findall(r"font-size: ([^;]+);", text))
        relative = {"0.9em", "1.05em"}  # code and formulas, beside the words around them
        fields = {"1rem !important"}  # of a phone
        assert sizes <= {"var(--small)", "var(--text)", "var(--title)", "var(--head)"} | relative | fields, part.name
        assert set(re.findall(r"font-weight: ([^;]+);", text)) <= {"400", "600", "inherit"}, part.name
        if part.name != "colours.css":
            assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[^{]*;)", text), part.name
