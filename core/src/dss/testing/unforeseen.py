"""What to change after an error that no check has foreseen: the author's own code, nearest to where it was raised."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from dss.errors import DssError
from dss.testing.system import System

OTHERS = {"dss", "_pytest", "pytest", "pluggy", *sys.stdlib_module_names}
"""Packages whose code no author has to change."""


def advice(error: BaseException, suite: type | None) -> str:
    """What to change.

    Args:
        error: what was raised.
        suite: the class of tests in which it came up.
    """
    said = error
    while isinstance(error, DssError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    foreign = [one for one in traceback.walk_tb(error.__traceback__) if _package(one[0]) not in OTHERS]
    own = _packages(suite)
    # a library that the connector uses is nothing to be mended, unless there is nothing else
    frames = [one for one in foreign if _package(one[0]) in own] or foreign
    if not frames and isinstance(said, DssError):
        return f"mend what the message of this {type(said).__name__} names"
    if not frames:
        return (
            f"look for {type(error).__name__} above: the kit was given what it cannot use; compare what the methods of"
            " connector and suite return with the reference (`--full-trace` shows all of the way)"
        )
    frame, line = frames[-1]
    place = f"`{_name(frame.f_code)}` ({Path(frame.f_code.co_filename).name}, line {line})"
    owner = frame.f_locals.get("self")
    if isinstance(owner, System) or (suite is not None and isinstance(owner, suite)):
        return f"mend {place}, which the suite gives, and which raised {type(error).__name__}"
    if isinstance(said, DssError):
        return f"mend {place}, where this began, or what the suite has given it to work on"
    return (
        f"mend {place}, which raised {type(error).__name__}; what the system refuses, or cannot do for the moment, is"
        " raised as a `dss.errors.DssError`"
    )


def _packages(suite: type | None) -> set[str]:
    """The packages of the suite and of the connector that it names."""
    kinds: list[Any] = [] if suite is None else list(suite.__mro__)
    declared = getattr(suite, "_declared", None)
    if declared is not None:
        kinds.append(declared.tree)
    return {kind.__module__.partition(".")[0] for kind in kinds} - OTHERS


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def _name(code: CodeType) -> str:
    return code.co_qualname.replace("<locals>.", "")
