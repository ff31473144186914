"""One trial: an apply is killed, taken up again, and its target compared with that of a run that was left alone."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
from tests.faults import deaths, instruments
from tests.faults.child import Ended, Preparation, ended, start
from tests.faults.deaths import Death
from tests.faults.picture import differences
from tests.faults.points import Points, left_in
from tests.faults.record import Record, has_plan, record, unlike, unlike_outcomes
from tests.faults.scene import NIGHTS, Scene

APPLY = ("apply", "--yes")
RESUME = ("resume", "--yes")
HELD = 3
"""What a night ends with in which all is done and some is held."""


@attrs.frozen
class Told:
    """What came of one trial.

    Attributes:
        seed: of the trial; the same gives the same trial.
        deaths: what it died of, in words, first to last.
        kinds: the same, to be counted by.
        way: how it was taken up: "resume" or "apply".
        differences: from a run that was left alone; empty is as it should be.
    """

    seed: int
    deaths: Sequence[str]
    kinds: Sequence[str]
    way: str
    differences: Sequence[str]


class Trials:
    """Trials in one place; what a run does that is left alone is found out first.

    Args:
        folder: is filled with a scene, and with a copy of it.
    """

    def __init__(self, folder: Path) -> None:
        # what dss keeps of a target goes by its place, so every trial takes place where the scene was set
        self.scene = Scene(folder / "site")
        self.scene.build()
        self._kept = self.scene.copy(folder / "kept")
        self.points: list[str] = []
        self.seconds = 0.0
        self.left_alone, self.wanted = self._left_alone()

    def _left_alone(self) -> tuple[Record, Record]:
        """What there is after the night, and after the next one."""
        began = time.monotonic()
        done = self.run(*APPLY)
        self.seconds = time.monotonic() - began
        if done.code != HELD:
            raise RuntimeError(f"a run that was left alone ended with {done}\n{done.output}")
        self.points = left_in(self.scene.folder)
        after = self.record()
        self.run(*APPLY)
        return after, self.record()

    def restore(self) -> None:
        """Set the scene anew."""
        self._kept.copy(self.scene.folder)

    def record(self) -> Record:
        """What there is now."""
        return record(self.scene, since=NIGHTS)

    def run(self, *arguments: str, prepare: Preparation | None = None) -> Ended:
        """Run `dss-run`, with points and small batches, or as it is prepared."""
        return ended(self.scene.folder, start(self.scene.folder, *arguments, prepare=prepare or _count))

    def die(self, death: Death, *arguments: str) -> Ended:
        """Run `dss-run` until it is killed, or ends before."""
        process = start(self.scene.folder, *arguments, prepare=death.prepare)
        death.watch(process)
        return ended(self.scene.folder, process)

    def trial(self, seed: int) -> Told:
        """One trial."""
        chance = random.Random(seed)
        self.restore()
        death = deaths.first(chance, self.points, self.seconds)
        way = chance.choice(["resume", "apply"])
        died = [death] if self.die(death, *APPLY).is_killed else []
        if not died and isinstance(death, deaths.AtPoint):
            return Told(seed, [str(death)], [death.kind], way, ["it was not killed"])
        for _ in range(chance.choice([0, 0, 1, 2])):
            again = deaths.later(chance, self.points, way)
            if self.die(again, *(RESUME if way == "resume" else APPLY)).is_killed:
                died.append(again)
        return Told(seed, [str(one) for one in died], [one.kind for one in died], way, self.recovered(way))

    def recovered(self, way: str, *, exactly: bool = True) -> list[str]:
        """Take up what has been left, let another night follow, and compare.

        Args:
            way: "resume" or "apply".
            exactly: what is resumed comes to the very outcomes of a run that was left alone.
        """
        told = []
        was_planned = has_plan(self.scene, since=NIGHTS)
        if way == "resume" and (was_planned or not exactly):
            told += self._wrong(self.run(*RESUME), "the resumed run", (0, HELD))
            if exactly:
                found = self.record()
                told += unlike_outcomes(found.outcomes, self.left_alone.outcomes)
                told += differences(found.target, self.left_alone.target)
        if way != "resume" or not was_planned or not exactly:
            told += self._wrong(self.run(*APPLY), "the run that followed", (HELD,))
        night = self.run(*APPLY)
        told += self._wrong(night, "the next night", (HELD,))
        if " done" in night.output:
            told.append(f"the next night had something to do: {night.output}")
        return told + unlike(self.record(), self.wanted)

    def _wrong(self, run: Ended, what: str, codes: Sequence[int]) -> list[str]:
        return [] if run.code in codes else [f"{what} ended with {run}: {run.output}"]


def _count() -> None:
    points = Points()
    instruments.put_in(points)
    instruments.leave_at_end(points)
