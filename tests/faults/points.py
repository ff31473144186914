"""Numbered points of a run: counted in one that is left alone, died at in another."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
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
        of: only points of this name are counted for that.
    """

    def __init__(self, fatal: int = 0, happens: Callable[[], object] = die, of: str | None = None) -> None:
        self.fatal, self.happens, self._of = fatal, happens, of
        self.names: list[str] = []
        self._within = ""

    def reach(self, name: str) -> None:
        """Come by a point; perhaps never get past it."""
        name = f"{name}{self._within}"
        self.names.append(name)
        if self._of is None:
            number = len(self.names)
        else:
            number = self.names.count(name) if name == self._of else 0
        if number and number == self.fatal:
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


def stored_apart(names: Sequence[str]) -> list[str]:
    """What a run that was left alone has stored in the target otherwise than a batch at a time, all of it at its end.

    Args:
        names: of the points that it came by.
    """
    found: Counter[str] = Counter()
    place, has_written, commits = "outside of every bracket", False, 0
    for name in names:
        word = name.removeprefix("row of target's ").partition(" ")[0] if name.startswith("row of") else ""
        if name == "before the bracket":
            place, has_written, commits = "within a bracket, before its end", False, 0
        elif name == "in the bracket, after all":
            place = ""
        elif name == "after the bracket":
            found["not at all at the end of a bracket that has written"] += has_written and commits != 1
            place = "outside of every bracket"
        elif word == "COMMIT":
            commits += not place
            found[place] += bool(place)
        has_written |= word in ("INSERT", "UPDATE", "DELETE", "REPLACE")
    return [f"stored {what}, {count} times" for what, count in found.items() if count]
