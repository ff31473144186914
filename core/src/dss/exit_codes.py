"""What `dss-run` ends with, so that whatever started it can tell what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What `dss-run` ends with."""

    IN_STEP = 0
    """Nothing is left to do."""
    ERROR = 1
    """Nothing could be done, or told: the command line, the configuration, a source or a system, a defect."""
    CHANGES = 2
    """`plan` only: there are changes to apply."""
    HELD = 3
    """Changes are held back until somebody has looked; everything else has been done."""
    FAILED = 4
    """Some records or changes could not be carried out; everything else has been done."""
    STOPPED = 5
    """It was told to stop, or stopped itself, before its end."""
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
