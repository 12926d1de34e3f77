"""ops.archive.read: an archive that is opened is whole, of plausible size, and nothing but what Tenth writes.

Checksums only tell of damage: whoever makes an archive by hand makes them fit. So every part is looked at.
"""

import contextlib
import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from ops import keys
from ops.archive import dump
from ops.archive.contents import CHUNK, COUNTED, FORMAT, KEY, MANIFEST, SQL, ArchiveError, Contents
from ops.embedded import Cluster

MOST = {MANIFEST: 1 << 16, KEY: 1 << 12}  # bytes of the small parts, unpacked
RATIO, SMALL = 200, 64 << 20  # rows shrink to a tenth; a bomb to a thousandth. Not asked of what is small anyway
TABLE_OF_CONTENTS = 4 << 20


class _Narrow(io.FileIO):
    """A file that is never read in one long go, as a forged table of contents would have it."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > TABLE_OF_CONTENTS:
            raise zipfile.BadZipFile("its table of contents is too long")
        return super().read(TABLE_OF_CONTENTS if size is None or size < 0 else size) or b""


@dataclass(frozen=True, slots=True)
class Archive:
    path: Path
    contents: Contents
    key: str
    packed: zipfile.ZipFile

    def statements(self) -> Iterator[tuple[bytes, dump.Copy | dump.Setval | dump.Line]]:
        """database.sql, line by line, each known for what it is. Raises at its end when it is not what was written."""
        digest = hashlib.sha256()
        unknown = None
        with _in_words(self.path), self.packed.open(SQL) as member:
            file: Any = member  # as good as raw, and the buffer finds lines ten times as fast
            lines = _summed(dump.lines(io.BufferedReader(file, CHUNK)), digest)
            try:
                yield from dump.parse(lines)
            except dump.UnknownError as error:
                unknown = error
                for _ in lines:
                    pass  # to the end, since damage is the likelier reason
            _compare(self.path, SQL, digest.hexdigest(), self.contents)
        if unknown:
            raise ArchiveError(f"{self.path} is not a backup made by Tenth: in {SQL}, {unknown}.")


def check(path: Path) -> Contents:
    """Read all of it, and see that it is whole and that this Tenth understands it."""
    with opened(path) as archive:
        return archive.contents


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive, once all of it has been read and is as it should be."""
    with contextlib.ExitStack() as held:
        with _in_words(path):
            if path.exists() and not path.is_file():
                raise ArchiveError(f"{path} is no file.")
            packed = held.enter_context(zipfile.ZipFile(held.enter_context(_Narrow(path))))
            told, contents = _manifest(path, packed)
            key = packed.read(KEY)
            _compare(path, KEY, hashlib.sha256(key).hexdigest(), contents)
        _refuse_the_future(path, contents, told["tenth"])
        archive = Archive(path, contents, _key(path, key), packed)
        _refuse_odd_tables(archive)
        yield archive


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ArchiveError(f"{path} is damaged, cut short or no backup at all ({error}). Take another.") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ArchiveError(f"{path} is not a backup made by Tenth.") from error


def _summed(lines: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for line in lines:
        digest.update(line)
        yield line


def _compare(path: Path, name: str, digest: str, contents: Contents) -> None:
    if digest != contents.sums[name]:
        raise ArchiveError(f"{path} is damaged: {name} is not what was written. Take another backup.")


def _manifest(path: Path, packed: zipfile.ZipFile) -> tuple[dict[str, Any], Contents]:
    entries = packed.infolist()
    for entry in entries:
        _refuse_a_bomb(path, entry)
    told = json.loads(packed.read(MANIFEST))
    if told["format"] > FORMAT:
        version = str(told["tenth"])[:40]
        raise ArchiveError(f"{path} was made by Tenth {version!r}, which is newer than this one. Update first.")
    if sorted(entry.filename for entry in entries) != sorted([SQL, KEY, MANIFEST]):
        raise ArchiveError(
            f"{path} is not a backup made by Tenth: that holds {SQL}, {KEY} and {MANIFEST}, each once, and no more."
        )
    migrations = [(app, name) for app, name in told["migrations"]]
    names = [told["schema"], told["tenth"], *(part for pair in migrations for part in pair)]
    if not migrations or not all(isinstance(name, str) and name.isprintable() and len(name) < 256 for name in names):
        raise ValueError("a name that is none")
    if not told["counts"].keys() <= set(COUNTED.values()) or not all(type(n) is int for n in told["counts"].values()):
        raise ValueError("counts of something else")
    made_at = datetime.fromisoformat(told["made_at"])
    return told, Contents(made_at, told["schema"], migrations, told["counts"], told["sha256"])


def _refuse_a_bomb(path: Path, entry: zipfile.ZipInfo) -> None:
    """No part unpacks to more than is plausible; zipfile itself never unpacks more than the entry announces."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"{path} is not a backup made by Tenth: a part of it is packed in another way.")
    size = entry.file_size
    most = MOST.get(entry.filename, max(SMALL, RATIO * entry.compress_size))
    free = _free() if settings.EMBEDDED else size
    if size > most:
        raise ArchiveError(f"{path} is not a backup made by Tenth: a part of it would unpack to {size:,} bytes.")
    if size > free:
        raise ArchiveError(f"{path} unpacks to {size:,} bytes, and the disk of the database has {free:,} free.")


def _free() -> int:
    """Bytes left where the embedded database is, or will be."""
    home = Cluster(settings.VAR_DIR).home
    return shutil.disk_usage(next(folder for folder in [home, *home.parents] if folder.exists())).free


def _key(path: Path, content: bytes) -> str:
    """As settings wants it. A line end is left where an editor made one: it is part of the key that was used."""
    key = content.decode(errors="replace")
    if not keys.is_plausible(key.removesuffix("\n")):
        raise ArchiveError(
            f"{path} holds no usable key: {KEY} has to be 50 or more random characters, in one line. Take another."
        )
    return key


def _refuse_the_future(path: Path, contents: Contents, version: str) -> None:
    """Every migration is known here, and none comes without those that it builds on."""
    graph = MigrationLoader(None).graph
    named = set(contents.migrations)
    if unknown := [f"{app}.{name}" for app, name in contents.migrations if (app, name) not in graph.nodes]:
        raise ArchiveError(
            f"{path} was made by a newer Tenth ({version}): this one does not know the migration "
            f"{unknown[-1]}. Update this Tenth first, then restore."
        )
    for migration in contents.migrations:
        if lacking := {parent.key for parent in graph.node_map[migration].parents} - named:
            (app, name) = min(lacking)
            raise ArchiveError(f"{path} is not a backup made by Tenth: the migration {app}.{name} is missing in it.")


def _refuse_odd_tables(archive: Archive) -> None:
    """Each table and each sequence comes once, and all are of one schema."""
    seen = set()
    for _, what in archive.statements():
        if isinstance(what, dump.Line):
            continue
        name = what.table if isinstance(what, dump.Copy) else what.sequence
        if name in seen or what.schema != archive.contents.schema:
            raise ArchiveError(f"{archive.path} is not a backup made by Tenth: {name!r} is in it twice, or misplaced.")
        seen.add(name)
