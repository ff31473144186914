"""A tutorial as a script: what its page shows is written, run and compared. `test_tutorials.py` tells the rules."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import attrs

HOME = "/home/ada"
"""What pages show in the place of the folder in which their commands run."""
ACCOUNT = "ada"
PATIENCE = 600
"""Seconds for all commands of a page."""

FENCE = re.compile(r"^```([\w-]*)[^\n]*\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!--\s*(file|not run)\b:?\s*((?:(?!-->).)*?)\s*-->\s*\Z", re.DOTALL)

CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?"), "TIME"),
    (re.compile(r"\b(\d+ min )?\d+(\.\d+)? ?s\b"), "N s"),
    (re.compile(r"\b\d+\.\d+\.\d+\b"), "VERSION"),
    (re.compile(r"[ \t]+"), " "),
)
"""What is another one each time; columns move with it, so blanks count as one."""


@attrs.frozen
class File:
    """A file that the page asks the reader to write."""

    line: int
    path: str
    text: str


@attrs.frozen
class Command:
    """A command of the page, and what stands below it."""

    line: int
    text: str
    shown: str


def steps(page: str) -> Iterator[File | Command]:
    """What the page has its reader do, in order."""
    for fence in FENCE.finditer(page):
        line = page.count("\n", 0, fence.start()) + 1
        mark = MARK.search(page, 0, fence.start())
        if mark is not None and mark[1] == "file":
            yield File(line, mark[2], fence[2])
        elif fence[1] == "console" and mark is None:
            yield from _commands(fence[2], line + 1)


def _commands(text: str, line: int) -> Iterator[Command]:
    command, shown, begun = "", "", line
    for place, one in enumerate(text.splitlines(), line):
        if one.startswith("$ "):
            if command:
                yield Command(begun, command, shown)
            command, shown, begun = one[2:], "", place
        elif one.startswith("> ") and command.endswith("\\"):
            command += f"\n{one[2:]}"
        else:
            shown += f"{one}\n"
    if command:
        yield Command(begun, command, shown)


def differences(page: str, folder: Path) -> list[str]:
    """Do what a page says in an empty folder, and tell where it prints something else than the page shows.

    Args:
        page: the page's text.
        folder: an empty one; the commands run in a folder within.
    """
    todo = list(steps(page))
    home, kept = folder / "home", folder / "kept"
    for each in (home, kept):
        each.mkdir()
    script = kept / "script"
    script.write_text("".join(_lines(todo, kept)), encoding="utf-8")
    subprocess.run(
        ["bash", script],
        cwd=home,
        env=_environment(folder / "environment", home),
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )
    return [
        found
        for place, step in enumerate(todo)
        if isinstance(step, Command) and (found := _difference(step, _printed(kept, place), home))
    ]


def _lines(todo: list[File | Command], kept: Path) -> Iterator[str]:
    """One script for all of it, so that a `cd`, a variable and `$?` hold from one command to the next."""
    for place, step in enumerate(todo):
        if isinstance(step, Command):
            yield f"{{ {step.text}\n}} >{kept}/{place}.out 2>{kept}/{place}.err\n"
        else:
            (kept / f"{place}.file").write_text(step.text, encoding="utf-8")
            path = shlex.quote(step.path)
            yield f'mkdir -p "$(dirname {path})" && cat {kept}/{place}.file >{path}\n'


def _environment(folder: Path, home: Path) -> dict[str, str]:
    """Variables for an environment that has what is installed here, and takes what is installed on the way."""
    venv.create(folder, symlinks=True)
    bin_folder = folder / "bin"
    site = next(folder.glob("lib/python*/site-packages"))
    installed = sysconfig.get_path("purelib")
    (site / "installed.pth").write_text(f"import site; site.addsitedir({installed!r})\n", encoding="utf-8")
    for name, start in {
        "dss-run": "-c 'from dss.launcher import main; main()'",
        "pip": "-m pip",
        "pytest": "-m pytest",
        "mypy": "-m mypy",
    }.items():
        (bin_folder / name).write_text(
            f'#!/bin/sh\nexec {bin_folder}/python {start} "$@"\n', encoding="utf-8"
        )
        (bin_folder / name).chmod(0o755)
    return {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LOGNAME": ACCOUNT,
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip takes the word for its opposite: they are not isolated
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONDONTWRITEBYTECODE": "1",
        "VIRTUAL_ENV": str(folder),
    }


def _printed(kept: Path, place: int) -> str:
    """What a command has printed: on standard output, or where there is nothing, on standard error."""
    found = [
        path.read_text(encoding="utf-8", errors="replace")
        for ending in ("out", "err")
        if (path := kept / f"{place}.{ending}").exists()
    ]
    return next(filter(None, found), "") if found else "(it was never run)\n"


def _difference(command: Command, printed: str, home: Path) -> str:
    wanted, found = settled(command.shown), settled(printed.replace(str(home), HOME))
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line)
        for line in wanted.splitlines(keepends=True)
    )
    if re.fullmatch(pattern, found):
        return ""
    lines = difflib.unified_diff(
        wanted.splitlines(), found.splitlines(), "the page", "the command", lineterm="", n=2
    )
    return "\n".join([f"line {command.line}: $ {command.text}", *lines])


def settled(text: str) -> str:
    """A text without what is another one each time."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())
