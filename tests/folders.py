"""Folders of tests: passed by the account that runs PostgreSQL, and furnished with what is the same in each."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def let_through(folder: Path) -> Path:
    """Open the folders that lead here, as far as they are ours, to be passed and not listed."""
    for each in [folder, *folder.parents]:
        if each.stat().st_uid == os.geteuid() and each not in {Path("/tmp"), Path("/")}:
            each.chmod(each.stat().st_mode | 0o011)
    return folder


def furnished(var: Path) -> Path:
    """A data folder with the static files in it, which take five seconds to compress: once in a run of the suite.

    A first start, which collects them itself, is in tests/ops/test_run.py and tests/browser/test_first_run.py.
    """
    once = Path(os.environ["TENTH_TEST_RUN"]) / "furnished"
    once.mkdir(exist_ok=True)
    with open(once / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (once / "static" / "collected").exists():
            env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TENTH_VAR": str(once)}
            code = "import django; django.setup(); from ops.prepare import collect_static as c; c()"
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, timeout=60)
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copytree(once / "static", var / "static", dirs_exist_ok=True)
    return var
