"""Folders for tests: accessible to the account that runs PostgreSQL, and prepared with files that all of them share."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def let_through(folder: Path) -> Path:
    """Let other accounts enter, but not list, the folders that lead here, as far as they are ours."""
    for path in [folder, *folder.parents]:
        if path.stat().st_uid == os.geteuid() and path not in {Path("/tmp"), Path("/")}:
            path.chmod(path.stat().st_mode | 0o011)
    return folder


def furnished(var: Path) -> Path:
    """Prepare a data folder with static files, which take five seconds to compress, only once per test run.

    tests/ops/test_run.py and tests/browser/test_first_run.py test a first start, which collects them itself.
    """
    shared = Path(os.environ["TENTH_TEST_RUN"]) / "furnished"
    shared.mkdir(exist_ok=True)
    with open(shared / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "static" / "collected").exists():
            env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TENTH_VAR": str(shared)}
            code = "import django; django.setup(); from ops.prepare import collect_static as c; c()"
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, timeout=60)
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copytree(shared / "static", var / "static", dirs_exist_ok=True)
    return var
