"""`--report FILE`: what came of a run, as a text that may be mailed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dss.launcher.settings import Settings

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
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        reason = f"nothing can be written in `{path.parent}`"
    if reason:
        raise click.UsageError(f"`--report {path}`: {reason}")
    return path


def write(path: Path, text: str) -> None:
    """Put a report in its place whole or not at all, for its owner only.

    Raises:
        OSError: it cannot be written.
    """
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(number, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:  # noqa: PTH123
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
