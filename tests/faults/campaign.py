"""Many trials, in several processes, and what came of them."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import attrs
from tests.faults.trial import Told, Trials

MEMORY = Path("/dev/shm")
"""A disk that is none: what a process has written survives its death there too, and nobody waits."""
SHOWN = 12
"""Differences shown of a trial that has any."""

Made = Callable[[Iterable[int]], Iterator[tuple[int, Told]]]
"""Makes trials: for each seed how many points there are, and what came of it."""

_trials: Trials | None = None


def _silent(told: Told) -> None:
    """Tell nobody."""


def place() -> tempfile.TemporaryDirectory[str]:
    """A folder for scenes."""
    return tempfile.TemporaryDirectory(
        prefix="dss-faults-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None
    )


@contextlib.contextmanager
def workers(processes: int) -> Iterator[Made]:
    """Processes that make the trials of the seeds they are given, each with a scene of its own."""
    with place() as folder:
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(processes, fork, initializer=_begin, initargs=(Path(folder),)) as pool:
            yield functools.partial(pool.map, _trial)


def run(seeds: Iterable[int], made: Made, told: Callable[[Told], object] = _silent) -> Summary:
    """Make the trials with these seeds.

    Args:
        seeds: one for each.
        made: by `workers`.
        told: is called with what came of each.
    """
    summary = Summary()
    for points, one in made(seeds):
        summary.add(points, one)
        told(one)
    return summary


def _begin(folder: Path) -> None:
    global _trials
    _trials = Trials(folder / str(os.getpid()))


def _trial(seed: int) -> tuple[int, Told]:
    assert _trials is not None
    return len(_trials.points), _trials.trial(seed)


@attrs.define
class Summary:
    """What came of all of them.

    Attributes:
        trials: how many there were.
        points: that an apply comes by.
        died_at: the points of these at which one was killed.
        kinds: how often each kind of death was died, those of recoveries too.
        ways: how often each way was taken up again.
        wrong: trials that came to something else.
    """

    trials: int = 0
    points: int = 0
    died_at: set[str] = attrs.field(factory=set)
    kinds: Counter[str] = attrs.field(factory=Counter)
    ways: Counter[str] = attrs.field(factory=Counter)
    wrong: list[Told] = attrs.field(factory=list)

    def add(self, points: int, told: Told) -> None:
        """Count one more."""
        self.trials += 1
        self.points = points
        self.died_at.update(one for one in told.deaths if one.startswith("point") and "recovers" not in one)
        self.kinds.update(told.kinds)
        self.ways[told.way] += 1
        if told.differences:
            self.wrong.append(told)

    def lines(self) -> Iterator[str]:
        """The table."""
        yield "kills  where"
        for kind, count in sorted(self.kinds.items(), key=lambda one: (-one[1], one[0])):
            yield f"{count:5}  {kind}"
        yield ""
        ways = ", ".join(f"{count} by {way}" for way, count in sorted(self.ways.items()))
        yield f"{self.trials} trials, {sum(self.kinds.values())} kills, taken up again: {ways}"
        yield f"killed at {len(self.died_at)} different ones of {self.points} points"
        yield f"{len(self.wrong)} trials differ from a run that was left alone"


def in_full(told: Told) -> Iterator[str]:
    """A trial that went wrong, and how to have it again."""
    yield f"seed {told.seed}: died of {'; '.join(told.deaths)}; taken up by {told.way}"
    for one in told.differences[:SHOWN]:
        yield f"  {one.rstrip()}"
    if len(told.differences) > SHOWN:
        yield f"  ... and {len(told.differences) - SHOWN} more"
    yield f"  again: python -m tests.faults --seed {told.seed}"
