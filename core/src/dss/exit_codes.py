"""What `dss-run` ends with, so that whatever started it can tell what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What `dss-run` ends with."""

    IN_STEP = 0
    """Nothing is left to do."""
    ERROR = 1
    """Nothing could be done, or told.

    The command line, the configuration, a source or a system that cannot be read, a defect.
    """
    CHANGES = 2
    """There are changes to apply, and nothing is wrong.

    `plan` has found some, `undo -o` has written some into a file, or `resume` has come to what was not
    planned yet.
    """
    HELD = 3
    """Changes are held back until somebody has looked; everything else is well, and in `apply` done.

    What is held because that is how it is meant to be, such as an account that is not ours, does not count.
    """
    FAILED = 4
    """Some records or changes could not be carried out; everything else has been done.

    A record needs attention, or a change failed, was dropped, or was set aside since the target is not as it was.
    """
    STOPPED = 5
    """Stopped before its end; what was done stays done.

    By Ctrl-C or a signal, by itself after too many failures, or because its question was answered with no.
    """
    LOCKED = 6
    """Another run of the same configuration is under way; nothing was done."""


GRAVEST_FIRST = (
    ExitCode.ERROR,
    ExitCode.LOCKED,
    ExitCode.STOPPED,
    ExitCode.FAILED,
    ExitCode.HELD,
    ExitCode.CHANGES,
    ExitCode.IN_STEP,
)


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """The one of these that a run ends with; without any, in step."""
    return min(codes, key=GRAVEST_FIRST.index, default=ExitCode.IN_STEP)
