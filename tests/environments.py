"""Clean environments with nothing but what people install, and the ways to make and use one."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PATIENCE = 600  # seconds for what runs in a clean environment, on a machine that has other things to do


def pip(*words: str | Path) -> None:
    """Run this environment's own pip."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def bare(command: list[str | Path], **extra: str) -> str:
    """What a command prints, with nothing of this environment reaching it; it must succeed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ran = subprocess.run(command, capture_output=True, text=True, env=kept | extra, timeout=PATIENCE)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def build(project: Path, folder: Path) -> Path:
    """The wheel of a project, built into a folder of its own with the locked back-end."""
    pip("wheel", "--no-build-isolation", "--no-deps", "-w", folder, project)
    (wheel,) = folder.iterdir()
    return wheel


def environment(folder: Path, locked: Path, *wheels: Path | str) -> Path:
    """A clean environment with these wheels and what they require, of what is locked; no pip in it.

    Args:
        folder: where it is made.
        locked: the folder with the wheels of all that is locked.
        wheels: files; behind one may stand an extra, in brackets.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    chosen = dict.fromkeys(wheels)
    pip("--python", folder / "bin/python", "install", "--no-index", "--find-links", locked, *chosen)
    return folder


def run_tests(home: Path, testers: Path, tests: Path) -> str:
    """Run tests in a clean environment, with what runs them lent; all must pass."""
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow"]
    return bare([home / "bin/python", *pytest, tests], PYTHONPATH=str(testers), PYTHONDONTWRITEBYTECODE="1")
