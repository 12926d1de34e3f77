"""bench.child: a process with a PostgreSQL of its own, which contains one size of house and takes orders."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


class Child:
    """A process for one size, which answers each order with JSON."""

    def __init__(self, module: str, size: int):
        self.size = size
        self.var = Path(tempfile.mkdtemp(prefix=f"tenth-bench-{size}-"))
        self.var.chmod(0o711)  # lets in the account that runs PostgreSQL when we are root
        environ = {**os.environ, "TENTH_VAR": str(self.var), "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, str(size)],
            env=environ | {"DATABASE_URL": "", "PUBLIC_URL": "", "DEBUG": "", "LOG_LEVEL": "ERROR", "BENCH_CHILD": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, order: str) -> Any:
        assert self.process.stdin
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout
        if not (line := self.process.stdout.readline()):
            raise SystemExit(f"The process with {self.size} papers stopped; see its error above.")
        return json.loads(line)

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)
        shutil.rmtree(self.var, ignore_errors=True)
