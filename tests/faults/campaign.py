"""Many trials, in several processes, and what came of them."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import attrs
from tests.faults.trial import Told, Trials

MEMORY = Path("/dev/shm")
"""A disk that is none: what a process has written survives its death there too, and nobody waits."""
SHOWN = 12
"""Differences shown of a trial that has any."""

Wanted = tuple[str, int]
"""A trial that is wanted: "kill", "once-wrong" or "fault", and its seed or its place."""
Made = Callable[[Iterable[Wanted]], Iterator[tuple[int, Told]]]
"""Makes trials: for each how many points there are, and what came of it."""

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


def run(wanted: Iterable[Wanted], made: Made, told: Callable[[Told], object] = _silent) -> Summary:
    """Make trials.

    Args:
        wanted: which.
        made: by `workers`.
        told: is called with what came of each.
    """
    summary = Summary()
    for points, one in made(wanted):
        summary.add(points, one)
        told(one)
    return summary


def _begin(folder: Path) -> None:
    global _trials
    _trials = Trials(folder / str(os.getpid()))


def _trial(wanted: Wanted) -> tuple[int, Told]:
    assert _trials is not None
    sort, seed = wanted
    points = sum(len(errand.points) for errand in {one.name: one for one in _trials.errands}.values())
    make = {"kill": _trials.kill, "once-wrong": _trials.once_wrong, "fault": _trials.fault}[sort]
    return points, make(seed)


@attrs.define
class Summary:
    """What came of all of them.

    Attributes:
        trials: how many there were, by sort.
        points: that runs come by.
        died_at: the points of these at which one was killed.
        kinds: how often each kind of death was died, those of recoveries too, and each fault was met, by sort.
        ways: how often each way was taken up again.
        wrong: trials that came to something else.
    """

    trials: Counter[str] = attrs.field(factory=Counter)
    points: int = 0
    died_at: set[str] = attrs.field(factory=set)
    kinds: dict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    ways: Counter[str] = attrs.field(factory=Counter)
    wrong: list[Told] = attrs.field(factory=list)

    def add(self, points: int, told: Told) -> None:
        """Count one more."""
        self.trials[told.sort] += 1
        self.points = points
        self.died_at.update(one for one in told.suffered if ": point" in one and "recovers" not in one)
        self.kinds[told.sort].update(told.kinds)
        self.ways[told.way] += 1
        if told.differences:
            self.wrong.append(told)

    def lines(self) -> Iterator[str]:
        """The tables."""
        for sort, counts in self.kinds.items():
            if counts:
                yield f"{sort}s"
                for kind, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
                    yield f"{count:5}  {kind}"
                yield ""
        ways = ", ".join(f"{count} by {way}" for way, count in sorted(self.ways.items()))
        yield f"{self.trials['kill']} trials with {self.kinds['kill'].total()} kills"
        yield f"killed at {len(self.died_at)} different ones of {self.points} points"
        yield f"{self.trials['fault']} trials with other faults"
        yield f"taken up again: {ways}"
        yield f"trials that differ from a run that was left alone: {len(self.wrong)}"


def in_full(told: Told) -> Iterator[str]:
    """A trial that went wrong, and how to have it again."""
    yield f"{told.sort} {told.seed}: {'; '.join(told.suffered)}; taken up by {told.way}"
    for one in told.differences[:SHOWN]:
        yield f"  {one.rstrip()}"
    if len(told.differences) > SHOWN:
        yield f"  ... and {len(told.differences) - SHOWN} more"
    yield f"  again: python -m tests.faults --{told.sort} {told.seed}"
