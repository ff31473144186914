"""A question is asked where somebody can answer it, in one place, and nowhere else."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from dss import launcher
from dss.launcher.asking import confirmed

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

ASKING = {"confirm", "prompt", "input", "getpass", "getchar", "pause", "edit"}
"""What waits for a key."""


def test_only_one_module_waits_for_a_key() -> None:
    """So that no command can be written that waits where nobody is."""
    found = set()
    for path in Path(str(launcher.__file__)).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", None))
                if name in ASKING:
                    found.add(path.name)
        assert "/dev/tty" not in path.read_text(encoding="utf-8"), path

    assert found == {"asking.py"}


def test_yes_needs_no_terminal() -> None:
    """Whoever has answered on the command line is not asked."""
    assert confirmed("Change shop?", True)


def test_without_a_terminal_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way out."""
    monkeypatch.setattr(sys, "stdin", None)

    with pytest.raises(click.UsageError, match="--yes"):
        confirmed("Change shop?", False)


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.skipif(not hasattr(os, "setsid"), reason="needs sessions")
def test_no_terminal_is_looked_for_elsewhere(play: Play) -> None:
    """Neither with nor without an answer does it open the terminal of whoever started it."""
    log = play.folder / "calls.txt"
    for arguments in (["apply"], ["apply", "--yes"]):
        subprocess.run(
            ["strace", "-f", "-e", "trace=openat,open", "-o", log, play.program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
        calls = log.read_text("utf-8", "replace") if log.exists() else ""
        if "dss.toml" not in calls:
            pytest.skip("strace cannot be used here")
        assert "/dev/tty" not in calls
        assert "/dev/pts" not in calls


@pytest.mark.skipif(not hasattr(os, "tcgetpgrp"), reason="needs job control")
def test_a_job_in_the_background_refuses_at_once(play: Play) -> None:
    """The system would halt it at its question, with the lock in its hand."""
    pty = pytest.importorskip("pty")
    command = f"set -m; {play.program} apply 2>err.txt & wait $!; echo ended with $? > code.txt"
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover  the child
        os.chdir(play.folder)
        os.execv("/bin/bash" if Path("/bin/bash").exists() else "/bin/sh", ["sh", "-c", command])
    end = time.monotonic() + 30
    while not (play.folder / "code.txt").exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(pid, signal.SIGHUP)
    os.close(terminal)
    os.waitpid(pid, 0)

    assert (play.folder / "code.txt").read_text("utf-8") == "ended with 1\n"
    assert "there is no terminal to ask on" in (play.folder / "err.txt").read_text("utf-8")
