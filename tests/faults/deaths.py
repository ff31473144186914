"""How a process is killed: at a numbered point, in the middle of a write to the disk, or at some moment."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections.abc import Sequence
from typing import Protocol

import attrs
from tests.faults import instruments
from tests.faults.points import Points

LARGEST = 1_200_000
"""Bytes that the largest file of a scene may come to have."""
EARLY = 60
"""Points after the beginning of a recovery, within which what is in doubt is settled."""
NARROW = ("settle", "intend", "bracket", "COMMIT")
"""What is in the names of points around which the journal and the target are not of one mind."""
SMALLEST = 30_000
"""Bytes that are needed to get anywhere at all."""


class Death(Protocol):
    """One way to die."""

    @property
    def kind(self) -> str:
        """To be counted by."""

    def prepare(self) -> None:
        """Is called in the process that is to die, before anything else."""

    def watch(self, process: int) -> None:
        """Is called with its number, by who waits for it."""


@attrs.frozen
class AtPoint:
    """Killed at a point.

    Attributes:
        number: of the point.
        name: what is done there.
    """

    number: int
    name: str

    @property
    def kind(self) -> str:
        """The point's name."""
        return self.name

    def prepare(self) -> None:
        """Put the points in."""
        instruments.put_in(Points(self.number))

    def watch(self, process: int) -> None:
        """It dies by itself."""

    def __str__(self) -> str:
        return f"point {self.number} ({self.name})"


@attrs.frozen
class AtName:
    """Killed at a point that stays the same when others come before it.

    Attributes:
        number: of the point among those of its name.
        name: what is done there.
    """

    number: int
    name: str

    @property
    def kind(self) -> str:
        """The point's name."""
        return self.name

    def prepare(self) -> None:
        """Put the points in."""
        instruments.put_in(Points(self.number, of=self.name))

    def watch(self, process: int) -> None:
        """It dies by itself."""

    def __str__(self) -> str:
        return f"{self.name}, number {self.number}"


@attrs.frozen
class InAWrite:
    """Killed by the operating system while it writes, with a part of the write done.

    Attributes:
        size: bytes that no file may grow beyond.
    """

    size: int
    kind: str = "in the middle of a write"

    def prepare(self) -> None:
        """Python ignores the signal, so that a write only fails; here it kills."""
        instruments.put_in(Points())
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))

    def watch(self, process: int) -> None:
        """It dies by itself."""

    def __str__(self) -> str:
        return f"a write beyond {self.size} bytes"


@attrs.frozen
class AtMoment:
    """Killed from outside, whatever it is doing; no two trials of this kind are the same.

    Attributes:
        seconds: after it began.
    """

    seconds: float
    kind: str = "at some moment"

    def prepare(self) -> None:
        """Let it take as long as it does elsewhere."""
        instruments.put_in(Points())

    def watch(self, process: int) -> None:
        """Wait and kill."""
        time.sleep(self.seconds)
        os.kill(process, signal.SIGKILL)

    def __str__(self) -> str:
        return f"after {self.seconds:.3f} seconds"


def first(chance: random.Random, points: Sequence[str], seconds: float) -> Death:
    """A death of a run.

    Args:
        chance: decides.
        points: that it comes by; each name is as likely as any other, however often it comes.
        seconds: that it takes.
    """
    dice = chance.random()
    if dice < 0.08:
        return InAWrite(chance.randrange(SMALLEST, LARGEST))
    if dice < 0.16:
        return AtMoment(chance.uniform(0.1, 1.0) * seconds)
    places: dict[str, list[int]] = {}
    for number, name in enumerate(points, 1):
        places.setdefault(name, []).append(number)
    names = sorted(places)
    if chance.random() < 0.5:
        names = [name for name in names if any(word in name for word in NARROW)]
    name = chance.choice(names)
    return AtPoint(chance.choice(places[name]), name)


def later(chance: random.Random, points: Sequence[str], way: str) -> AtPoint:
    """A death of a recovery, often while it settles what is in doubt; it may end before."""
    highest = EARLY if chance.random() < 0.5 else len(points)
    return AtPoint(chance.randrange(1, highest), f"while it recovers by {way}")
