"""config.bundle: join the parts that css/tenth.css imports into one stylesheet."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLE = "css/tenth.css"
_IMPORT = re.compile(r'^@import url\("([\w.-]+)"\);$', re.MULTILINE)


def parts_of(text: str) -> list[str]:
    """Return the files that a stylesheet imports, in order.

    >>> parts_of('@import url("base.css");\\n@import url("list.css");\\n')
    ['css/base.css', 'css/list.css']
    """
    return [f"css/{name}" for name in _IMPORT.findall(text)]


class Storage(CompressedManifestStaticFilesStorage):
    """Replaces each @import with the file it names, before files are hashed and compressed."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if BUNDLE in paths and not dry_run:
            paths = self._joined(paths)
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, paths: dict[str, Any]) -> dict[str, Any]:
        with self.open(BUNDLE) as file:
            text = file.read().decode()
        parts = parts_of(text)
        for name in parts:
            with self.open(name) as file:
                part = file.read().decode()
            text = text.replace(f'@import url("{name.removeprefix("css/")}");\n', part)
            self.delete(name)
        self.delete(BUNDLE)
        self.save(BUNDLE, ContentFile(text))
        rest = {name: place for name, place in paths.items() if name not in parts}
        return rest | {BUNDLE: (self, BUNDLE)}
