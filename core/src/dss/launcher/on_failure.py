"""`on_failure`: the command that tells somebody when a run did not end well."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from dss.launcher.signals import deferred

TIME_LIMIT = 60.0
"""Seconds that the command may take."""
LINES = 20
"""Over how many lines the setting may stretch in a file that is broken elsewhere."""


def command_of(config: Path) -> tuple[str, ...]:
    """What a configuration says under `on_failure`, also one that is broken; empty when that cannot be told."""
    try:
        text = config.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return ()
    try:
        return _words(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return _words(_only_ours(text.splitlines()))


def _only_ours(lines: Sequence[str]) -> Mapping[str, object]:
    for place, line in enumerate(lines):
        if line.lstrip().startswith("["):
            # a table begins, and `on_failure` belongs to none
            break
        if line.partition("=")[0].strip() == "on_failure":
            for count in range(1, LINES):
                with contextlib.suppress(tomllib.TOMLDecodeError):
                    return tomllib.loads("\n".join(lines[place : place + count]))
    return {}


def _words(table: Mapping[str, object]) -> tuple[str, ...]:
    found = table.get("on_failure")
    if isinstance(found, list) and all(isinstance(word, str) for word in found):
        return tuple(found)
    return ()


def run(
    command: Sequence[str], folder: Path, told: Mapping[str, str | None], text: str, limit: float = TIME_LIMIT
) -> str | None:
    """Run the command, without a shell, and wait for its end.

    Args:
        command: its name and its arguments. A name with a slash is relative to `folder`; others are looked up in PATH.
        folder: the configuration's, in which the command runs.
        told: environment variables; None is one that must not be there.
        text: its standard input.
        limit: seconds after which it is ended, with everything that it has started.

    Returns:
        What went wrong with it, as a sentence; None when it ended with 0.
    """
    name = command[0]
    program = str(folder / name) if "/" in name else name
    environment = {key: value for key, value in {**os.environ, **told}.items() if value is not None}
    output = _error_stream()
    try:
        # a signal that came while the process is being made would leave it behind, known to nobody
        with deferred() as caught:
            process = subprocess.Popen(
                [program, *command[1:]],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        with process:
            try:
                if caught:
                    raise KeyboardInterrupt
                process.communicate(text.encode(), timeout=limit)
            except BaseException:
                _end(process)
                raise
            code = process.returncode
    except subprocess.TimeoutExpired:
        return f"`on_failure`: `{name}` took longer than {limit:.0f} s and was ended"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"`on_failure`: `{name}` cannot be run: {reason}"
    return f"`on_failure`: `{name}` ended with exit code {code}" if code else None


def _error_stream() -> int:
    """Where ours is, if it is anywhere."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError, AttributeError):
        return subprocess.DEVNULL


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
