"""`--report FILE`: what came of a run, as a text that may be mailed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dss.launcher.settings import Settings
from dss.private_file import whole_file

LOOKED_AT = 100_000
"""Bytes of a file by which it is told whether it is a report."""

F = TypeVar("F", bound=Callable[..., Any])


def _set(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    context.ensure_object(Settings).report = value


def report_option(function: F) -> F:
    """Give a command `--report`; it must be a `Running`."""
    return click.option(
        "--report",
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_set,
        help="Write a report into FILE, without names and values, whatever comes of it.",
    )(function)


def writable(path: Path, config: Path) -> Path:
    """The file, if a report can be written there; looked at before anything is done.

    Raises:
        UsageError: it cannot.
    """
    # a link stays a link, to a report that is new
    path = path.resolve()
    reason = None
    if not path.parent.is_dir():
        reason = f"there is no folder `{path.parent}`; make it first"
    elif path.exists() and not path.is_file():
        reason = "that is no file"
    elif path == config.resolve():
        reason = "that is the configuration; name another file"
    elif _is_output(path):
        reason = "that is where the output goes; name another file"
    elif path.exists() and not _is_report(path):
        reason = "is there already, and is no report; name another file"
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        reason = f"nothing can be written in `{path.parent}`"
    if reason:
        raise click.UsageError(f"`--report {path}`: {reason}")
    return path


def _is_output(path: Path) -> bool:
    """Whether what a command prints goes there, as with `/dev/stdout`; a file that is replaced would take it away."""
    for output in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(output)):
                return True
    return False


def _is_report(path: Path) -> bool:
    """Whether a file is an earlier report, or empty; an export or a database, say, is not written over."""
    from dss.launcher.report_text import is_report

    try:
        with path.open("rb") as file:
            begin = file.read(LOOKED_AT)
    except OSError:
        return False
    return not begin or is_report(begin.decode(errors="replace"))


def write(path: Path, text: str) -> None:
    """Put a report in its place whole or not at all, for its owner only.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(path) as file:
        file.write(text.encode(errors="backslashreplace"))
