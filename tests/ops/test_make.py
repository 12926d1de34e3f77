"""The Makefile and tests.chromium on machines that lack something: one sentence that says what to do."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import chromium

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "make", "cmp", "cp", "rm", "sed", "expand")


@pytest.fixture
def bare(tmp_path):
    """A clone on a machine with make, a shell and little else."""
    clone, tools = tmp_path / "a clone", tmp_path / "bin"
    clone.mkdir()
    tools.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, clone)
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name))

    def make(*arguments):
        return subprocess.run(
            ["make", *arguments], cwd=clone, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=60
        )

    make.tools = tools
    make.clone = clone
    return make


def script(path, text):
    path.write_text(f"#!{shutil.which('sh')}\n{text}\n")
    path.chmod(0o755)


def test_without_python_it_says_what_to_install(bare):
    result = bare("run")
    assert result.returncode == 2
    assert result.stdout.startswith("Tenth needs Python 3.11 or newer")
    assert not (bare.clone / ".venv").exists()


def test_an_old_python_is_skipped_for_a_newer_one(bare):
    script(bare.tools / "python3", 'case "$2" in *version_info*) exit 1;; esac; echo the old one; exit 3')
    script(bare.tools / "python3.12", 'case "$1 $2" in -c*) exit 0;; --version*) echo the new one;; *) exit 3;; esac')
    result = bare("run")
    assert "Making .venv with the new one" in result.stdout
    assert "the old one" not in result.stdout


def test_a_python_without_venv_is_named(bare):
    script(bare.tools / "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    result = bare("run")
    assert "This Python comes without venv" in result.stdout
    assert not (bare.clone / ".venv").exists()


def test_nothing_is_installed_when_the_lock_is_unchanged(bare):
    (bare.clone / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "requirements.lock", bare.clone / ".venv")
    script(bare.clone / ".venv" / "bin" / "python", 'echo "python $*, PORT=$PORT"')
    assert bare("run", "PORT=8123").stdout == "python -m ops.run, PORT=8123\n"


def test_help_lists_the_commands(bare):
    output = bare().stdout
    assert "make run" in output
    assert "make test" in output


def test_the_lock_holds_hashes_and_no_addresses():
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text()
        assert "--hash=sha256:" in lock
        assert "://" not in lock


class TestChromium:
    def test_a_configured_browser_that_does_not_start_is_refused(self, monkeypatch):
        monkeypatch.setenv("CHROMIUM", "/no/such/browser")
        with pytest.raises(SystemExit, match="CHROMIUM='/no/such/browser' does not start"):
            chromium.chromium()

    def test_a_browser_on_the_path_is_found_and_a_broken_one_skipped(self, monkeypatch, tmp_path):
        script(tmp_path / "chromium", "exit 1")
        script(tmp_path / "google-chrome", "exit 0")
        monkeypatch.setenv("CHROMIUM", "")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert chromium.chromium() == str(tmp_path / "google-chrome")

    def test_no_browser_and_no_way_to_install_one_ends_with_a_sentence(self, monkeypatch):
        monkeypatch.setattr(chromium, "find", lambda: "")
        monkeypatch.setattr(chromium, "install", lambda: None)
        with pytest.raises(SystemExit, match="Install chromium"):
            chromium.chromium()

    def test_an_installed_browser_is_used(self, monkeypatch, tmp_path):
        answers = iter(["", "/usr/bin/browser"])
        monkeypatch.setattr(chromium, "find", lambda: next(answers))
        monkeypatch.setattr(chromium, "install", lambda: None)
        assert chromium.chromium() == "/usr/bin/browser"
