"""`dss-run` in a forked process, which has everything imported already, and may come to any end."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import attrs

from dss.launcher.group import COMMANDS
from dss.launcher.group import dss_run as launcher

OUTPUT = "output.txt"
MODULES = "modules.txt"
LONGEST = 120
"""Seconds after which a process that hangs is ended."""

Preparation = Callable[[], object]


@attrs.frozen
class Ended:
    """How a process ended.

    Attributes:
        code: its exit code; None when a signal ended it.
        signal: the signal.
        output: what it wrote.
    """

    code: int | None
    signal: int | None
    output: str

    @property
    def is_killed(self) -> bool:
        """Whether it was killed, as it was to be."""
        return self.signal in (signal.SIGKILL, signal.SIGXFSZ)

    def __str__(self) -> str:
        return (
            f"exit code {self.code}" if self.signal is None else f"signal {signal.Signals(self.signal).name}"
        )


def dss_run(folder: Path, *arguments: str, prepare: Preparation | None = None) -> Ended:
    """Run `dss-run` with these arguments in a folder.

    Args:
        folder: where the configuration lies.
        arguments: of the command line.
        prepare: is called in the new process before anything else.
    """
    return ended(folder, start(folder, *arguments, prepare=prepare))


def start(folder: Path, *arguments: str, prepare: Preparation | None = None) -> int:
    """Begin to; the number of the process."""
    process = os.fork()
    if process == 0:
        _run(folder, arguments, prepare)
    return process


def ended(folder: Path, process: int) -> Ended:
    """Wait for its end."""
    _, status = os.waitpid(process, 0)
    output = (folder / OUTPUT).read_text(encoding="utf-8", errors="replace")
    if os.WIFSIGNALED(status):
        return Ended(None, os.WTERMSIG(status), output)
    return Ended(os.WEXITSTATUS(status), None, output)


def warm_up(folder: Path, *own: str) -> None:
    """Import here what the last process in a folder has, so that none after it has to.

    Args:
        folder: where it ran.
        own: modules that each has to import for itself.
    """
    commands = [f"dss.launcher.{name}" for name in COMMANDS]
    for name in [*commands, *(folder / MODULES).read_text(encoding="utf-8").split("\n")]:
        if name not in own:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def _run(folder: Path, arguments: tuple[str, ...], prepare: Preparation | None) -> None:
    code = 70
    try:
        signal.alarm(LONGEST)
        os.chdir(folder)
        file = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, place in ((nothing, 0), (file, 1), (file, 2)):
            os.dup2(number, place)
        # pytest, when it captures, has put something else there
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        if prepare is not None:
            prepare()
        launcher.main(list(arguments))
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 71
        Path(MODULES).write_text("\n".join(sys.modules), encoding="utf-8")
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
