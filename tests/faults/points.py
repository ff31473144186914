"""Numbered points of a run: counted in one that is left alone, died at in another."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

NAMES = "points.txt"


def die() -> None:
    """Be killed, here and now."""
    os.kill(os.getpid(), signal.SIGKILL)


class Points:
    """The points that one process comes by, numbered from 1 on.

    Args:
        fatal: the number of the point at which something happens; 0 is none.
        happens: what does; being killed, where nothing else is said.
    """

    def __init__(self, fatal: int = 0, happens: Callable[[], object] = die) -> None:
        self.fatal, self.happens = fatal, happens
        self.names: list[str] = []
        self._within = ""

    def reach(self, name: str) -> None:
        """Come by a point; perhaps never get past it."""
        self.names.append(f"{name}{self._within}")
        if len(self.names) == self.fatal:
            self.happens()

    def around(self, name: str, method: Callable[..., object]) -> Callable[..., object]:
        """A method with a point before and one after it."""

        def surrounded(*arguments: object, **more: object) -> object:
            self.reach(f"before {name}")
            outer, self._within = self._within, f" in {name}"
            try:
                result = method(*arguments, **more)
            finally:
                self._within = outer
            self.reach(f"after {name}")
            return result

        return surrounded

    def leave(self, folder: Path) -> None:
        """Write the names down, in order."""
        (folder / NAMES).write_text("\n".join(self.names), encoding="utf-8")


def left_in(folder: Path) -> list[str]:
    """The names that a process has written down."""
    return (folder / NAMES).read_text(encoding="utf-8").split("\n")
