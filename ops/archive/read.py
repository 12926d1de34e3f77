"""ops.archive.read: open an archive, and make sure that it is intact, of plausible size, and written by Tenth.

Checksums only reveal damage: whoever crafts an archive by hand makes them match. So every part is checked.
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

MOST = {MANIFEST: 1 << 16, KEY: 1 << 12}  # size limits of the small parts, uncompressed, in bytes
RATIO, SMALL = 200, 64 << 20  # rows compress tenfold, a zip bomb a thousandfold; parts up to SMALL are exempt
TABLE_OF_CONTENTS = 4 << 20


class _Narrow(io.FileIO):
    """A file that refuses to be read in one huge go, which a forged table of contents would ask for."""

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
        """Yield database.sql line by line, parsed. Raises at the end when the file is damaged or not ours."""
        digest = hashlib.sha256()
        unknown = None
        with _in_words(self.path), self.packed.open(SQL) as member:
            file: Any = member  # as good as a raw file, and the buffer makes finding lines ten times faster
            lines = _summed(dump.lines(io.BufferedReader(file, CHUNK)), digest)
            try:
                yield from dump.parse(lines)
            except dump.UnknownError as error:
                unknown = error
                for _ in lines:
                    pass  # read to the end, since damage is the likelier reason
            _compare(self.path, SQL, digest.hexdigest(), self.contents)
        if unknown:
            raise ArchiveError(f"{self.path} is not a backup made by Tenth: in {SQL}, {unknown}.")


def check(path: Path) -> Contents:
    """Read the whole archive; check that it is intact and that this Tenth understands it."""
    with opened(path) as archive:
        return archive.contents


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive and check all of it before yielding it."""
    with contextlib.ExitStack() as stack:
        with _in_words(path):
            if path.exists() and not path.is_file():
                raise ArchiveError(f"{path} is not a file.")
            packed = stack.enter_context(zipfile.ZipFile(stack.enter_context(_Narrow(path))))
            manifest, contents = _manifest(path, packed)
            key = packed.read(KEY)
            _compare(path, KEY, hashlib.sha256(key).hexdigest(), contents)
        _refuse_the_future(path, contents, manifest["tenth"])
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
        raise ArchiveError(f"{path} is damaged, truncated or not a backup ({error}). Use another one.") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ArchiveError(f"{path} is not a backup made by Tenth.") from error


def _summed(lines: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for line in lines:
        digest.update(line)
        yield line


def _compare(path: Path, name: str, digest: str, contents: Contents) -> None:
    if digest != contents.sums[name]:
        raise ArchiveError(f"{path} is damaged: {name} does not match its checksum. Use another backup.")


def _manifest(path: Path, packed: zipfile.ZipFile) -> tuple[dict[str, Any], Contents]:
    entries = packed.infolist()
    for entry in entries:
        _refuse_a_bomb(path, entry)
    manifest = json.loads(packed.read(MANIFEST))
    if manifest["format"] > FORMAT:
        version = str(manifest["tenth"])[:40]
        raise ArchiveError(f"{path} was made by Tenth {version!r}, which is newer than this Tenth. Update first.")
    if sorted(entry.filename for entry in entries) != sorted([SQL, KEY, MANIFEST]):
        raise ArchiveError(f"{path} is not a backup made by Tenth: it must hold exactly {SQL}, {KEY} and {MANIFEST}.")
    migrations = [(app, name) for app, name in manifest["migrations"]]
    names = [manifest["schema"], manifest["tenth"], *(part for pair in migrations for part in pair)]
    if not migrations or not all(isinstance(name, str) and name.isprintable() and len(name) < 256 for name in names):
        raise ValueError("an impossible name")
    counts = manifest["counts"]
    if not counts.keys() <= set(COUNTED.values()) or not all(type(n) is int for n in counts.values()):
        raise ValueError("counts of unknown things")
    made_at = datetime.fromisoformat(manifest["made_at"])
    return manifest, Contents(made_at, manifest["schema"], migrations, manifest["counts"], manifest["sha256"])


def _refuse_a_bomb(path: Path, entry: zipfile.ZipInfo) -> None:
    """Refuse a part that would unpack to an implausible size; zipfile never unpacks more than the entry announces."""
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"{path} is not a backup made by Tenth: it is encrypted or compressed in another way.")
    size = entry.file_size
    most = MOST.get(entry.filename, max(SMALL, RATIO * entry.compress_size))
    free = _free() if settings.EMBEDDED else size
    if size > most:
        raise ArchiveError(f"{path} is not a backup made by Tenth: part of it would unpack to {size:,} bytes.")
    if size > free:
        raise ArchiveError(f"{path} unpacks to {size:,} bytes, but the database's disk has only {free:,} free.")


def _free() -> int:
    """Return the free bytes on the disk of the embedded database, whether it exists yet or not."""
    home = Cluster(settings.VAR_DIR).home
    return shutil.disk_usage(next(folder for folder in [home, *home.parents] if folder.exists())).free


def _key(path: Path, content: bytes) -> str:
    """Return the key as settings expects it, with any trailing newline, which is part of the key that was used."""
    key = content.decode(errors="replace")
    if not keys.is_plausible(key.removesuffix("\n")):
        raise ArchiveError(
            f"{path} has no usable key: {KEY} must be one line of 50 or more random characters. Use another backup."
        )
    return key


def _refuse_the_future(path: Path, contents: Contents, version: str) -> None:
    """Refuse migrations that we do not know, or that lack one they depend on."""
    graph = MigrationLoader(None).graph
    named = set(contents.migrations)
    if unknown := [f"{app}.{name}" for app, name in contents.migrations if (app, name) not in graph.nodes]:
        raise ArchiveError(
            f"{path} was made by a newer Tenth ({version}): this one does not know the migration "
            f"{unknown[-1]}. Update Tenth first, then restore."
        )
    for migration in contents.migrations:
        if missing := {parent.key for parent in graph.node_map[migration].parents} - named:
            (app, name) = min(missing)
            raise ArchiveError(f"{path} is not a backup made by Tenth: the migration {app}.{name} is missing.")


def _refuse_odd_tables(archive: Archive) -> None:
    """Refuse duplicate tables or sequences, and those of another schema."""
    seen = set()
    for _, item in archive.statements():
        if isinstance(item, dump.Line):
            continue
        name = item.table if isinstance(item, dump.Copy) else item.sequence
        if name in seen or item.schema != archive.contents.schema:
            raise ArchiveError(
                f"{archive.path} is not a backup made by Tenth: {name!r} appears twice or in the wrong schema."
            )
        seen.add(name)
