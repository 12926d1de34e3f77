"""Folders for databases of tests: where we are root, the account that runs PostgreSQL has to pass through."""

import os
from pathlib import Path


def let_through(folder: Path) -> Path:
    """Open the folders that lead here, as far as they are ours, to be passed and not listed."""
    for each in [folder, *folder.parents]:
        if each.stat().st_uid == os.geteuid() and each not in {Path("/tmp"), Path("/")}:
            each.chmod(each.stat().st_mode | 0o011)
    return folder
