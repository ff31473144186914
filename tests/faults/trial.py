"""One trial: an apply is killed, taken up again, and its target compared with that of a run that was left alone."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
from tests.faults import deaths, faults, instruments
from tests.faults.child import Ended, Preparation, ended, start
from tests.faults.deaths import Death
from tests.faults.picture import differences, timeless
from tests.faults.points import Points, left_in
from tests.faults.record import Record, has_plan, record, unlike, unlike_outcomes
from tests.faults.scene import NIGHTS, Scene

APPLY = ("apply", "--yes")
RESUME = ("resume", "--yes")
WAYS = ("resume", "apply")
DONE, ERROR, CHANGES, HELD, FAILED, LOCKED = 0, 1, 2, 3, 4, 6
"""What `dss-run` ends with."""
UNCLEAN = ("Traceback", "This is a defect")
"""What a person is not to be shown, whatever goes wrong around a run."""


@attrs.frozen
class Told:
    """What came of one trial.

    Attributes:
        sort: "kill", or "fault" where it was not killed.
        seed: of the trial; the same gives the same trial.
        suffered: what it died of, or what went wrong, in words, first to last.
        kinds: the same, to be counted by.
        way: how it was taken up: "resume" or "apply".
        differences: from a run that was left alone; empty is as it should be.
    """

    sort: str
    seed: int
    suffered: Sequence[str]
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

    def kill(self, seed: int) -> Told:
        """A trial in which it is killed, perhaps also while it is taken up again."""
        chance = random.Random(seed)
        self.restore()
        death = deaths.first(chance, self.points, self.seconds)
        way = chance.choice(WAYS)
        died = [death] if self.die(death, *APPLY).is_killed else []
        if not died and isinstance(death, deaths.AtPoint):
            return Told("kill", seed, [str(death)], [death.kind], way, ["it was not killed"])
        for _ in range(chance.choice([0, 0, 1, 2])):
            again = deaths.later(chance, self.points, way)
            if self.die(again, *(RESUME if way == "resume" else APPLY)).is_killed:
                died.append(again)
        kinds = [one.kind for one in died]
        return Told("kill", seed, [str(one) for one in died], kinds, way, self.recovered(way))

    def fault(self, seed: int) -> Told:
        """A trial in which something goes wrong around it."""
        chance = random.Random(seed)
        self.restore()
        fault = list(faults.some(chance, self.points))[seed % faults.SORTS]
        way = chance.choice(WAYS)
        done = self.run(*APPLY, prepare=fault.prepare)
        told = self._wrong(done, "the run in which it happened", range(ERROR, LOCKED))
        if any(words in done.output for words in UNCLEAN):
            told.append(f"the run in which it happened did not tell it cleanly: {done.output}")
        return Told("fault", seed, [str(fault)], [fault.sort], way, [*told, *self.mended(way)])

    def recovered(self, way: str) -> list[str]:
        """Take up what was killed, let another night follow, and compare.

        Args:
            way: one of them.

        Returns:
            Sentences on what is not as it is after a run that was left alone.
        """
        told = []
        if way == "resume" and has_plan(self.scene, since=NIGHTS):
            told += self._wrong(self.run(*RESUME), "the resumed run", (DONE, HELD))
            found = self.record()
            told += unlike_outcomes(found.outcomes, self.left_alone.outcomes)
            told += differences(found.target, self.left_alone.target)
        else:
            told += self._wrong(self.run(*APPLY), "the run that followed", (HELD,))
        return told + self._next_night() + unlike(self.record(), self.wanted)

    def mended(self, way: str) -> list[str]:
        """As `recovered`, when something had gone wrong: what has failed is not tried again before the next night."""
        told = []
        if way == "resume":
            told += self._wrong(self.run(*RESUME), "the resumed run", (DONE, CHANGES, HELD, FAILED))
        told += self._wrong(self.run(*APPLY), "the run that followed", (HELD,))
        told += self._next_night()
        found, wanted = self.record(), self.wanted
        return told + unlike(
            attrs.evolve(found, target=timeless(found.target)),
            attrs.evolve(wanted, target=timeless(wanted.target)),
        )

    def _next_night(self) -> list[str]:
        night = self.run(*APPLY)
        told = self._wrong(night, "the next night", (HELD,))
        return (
            [*told, f"the next night had something to do: {night.output}"]
            if " done" in night.output
            else told
        )

    def _wrong(self, run: Ended, what: str, codes: Sequence[int]) -> list[str]:
        return [] if run.code in codes else [f"{what} ended with {run}: {run.output}"]


def _count() -> None:
    points = Points()
    instruments.put_in(points)
    instruments.leave_at_end(points)
