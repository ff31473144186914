"""Questions: asked only where somebody can answer, and never waited for where nobody can."""

from __future__ import annotations

import contextlib
import os
import sys

import click

from dss.launcher.settings import Settings


def confirmed(question: str, yes: bool) -> bool:
    """Ask, on the standard error stream, so that the answer of the command stands alone.

    Every question of `dss-run` comes this way.

    Args:
        question: without its question mark's options.
        yes: whether the answer was given on the command line.

    Raises:
        UsageError: there is no terminal to ask on.
        Abort: Ctrl-C, or the end of the input.
    """
    must_be_answerable(yes)
    if yes:
        return True
    agreed = False
    try:
        agreed = click.confirm(question, err=True)
    finally:
        if not agreed:
            _settings().declined = True
    return agreed


def must_be_answerable(yes: bool) -> None:
    """Refuse before any work is done, where a question would have nobody to answer it.

    Raises:
        UsageError: there is no terminal to ask on, and `--yes` was not given.
    """
    if not yes and not _is_answerable():
        context = click.get_current_context(silent=True)
        command = str(context.info_name) if context is not None else "COMMAND"
        raise click.UsageError(
            f"`{command}` asks before it changes anything, and there is no terminal to ask on; look first, then run"
            " the same with `--yes`"
        )


def _is_answerable() -> bool:
    if sys.stdin is None or sys.stdin.closed or not sys.stdin.isatty():
        return False
    # the system would halt a job in the background that reads from the terminal, and it would hold its lock meanwhile
    with contextlib.suppress(OSError, AttributeError):
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return True


def _settings() -> Settings:
    context = click.get_current_context(silent=True)
    return Settings() if context is None else context.ensure_object(Settings)
