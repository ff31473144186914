"""One trial: an apply is killed, taken up again, and its target compared with that of a run that was left alone."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Sequence
from pathlib import Path

import attrs
from tests.faults import deaths, faults, instruments
from tests.faults.child import Ended, Preparation, ended, start
from tests.faults.deaths import AtName, Death
from tests.faults.picture import differences, timeless
from tests.faults.points import Points, left_in, stored_apart
from tests.faults.record import Record, has_plan, record, unlike, unlike_outcomes
from tests.faults.scene import NIGHTS, PLAN, Scene

APPLY = ("apply", "--yes")
RESUME = ("resume", "--yes")
WAYS = ("resume", "apply")
DONE, ERROR, CHANGES, HELD, FAILED, LOCKED = 0, 1, 2, 3, 4, 6
"""What `dss-run` ends with."""
AGAIN = {"plan file": (FAILED,), "undo": (DONE,)}
"""What they may also end with that are done again: what is there by now is not as it was when it was planned."""
IN_PART = re.compile(r"run \d+ was cut short: .*, (?!all had been made|none had been made).*")
"""What is said of a batch of which only a part has been stored, though the target has transactions."""
UNCLEAN = ("Traceback", "This is a defect")
"""What a person is not to be shown, whatever goes wrong around a run."""


@attrs.frozen
class Told:
    """What came of one trial.

    Attributes:
        sort: "kill", "once-wrong" where what it was killed at is written down, or "fault" where it was not killed.
        seed: of the trial; the same gives the same trial. Of one that is written down, its place.
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


@attrs.frozen
class Errand:
    """What is disturbed.

    Attributes:
        name: of it.
        command: of `dss-run`.
        kept: what it begins with.
        since: the number of the last run before it.
        points: that it comes by when it is left alone.
        apart: what it then stores otherwise than a batch at a time; there must be none.
        seconds: that it then takes.
        codes: what it ends with then, and what it may end with when it is done once more.
        left_alone: what there is afterwards.
        wanted: what there is after the next night.
    """

    name: str
    command: Sequence[str]
    kept: Scene
    since: int
    points: Sequence[str]
    apart: Sequence[str]
    seconds: float
    codes: Sequence[int | None]
    left_alone: Record
    wanted: Record


@attrs.frozen
class Deaths:
    """What is died of in one trial.

    Attributes:
        errand: that is disturbed, by its name.
        first: what that dies of.
        way: how it is taken up.
        later: what it then dies of, each time that it is taken up.
    """

    errand: str
    first: Death
    way: str
    later: Sequence[Death] = ()


ONCE_WRONG = (
    # ids were learnt of some seats only
    Deaths(
        "undo",
        AtName(6, "journal's COMMIT in Journal.settle"),
        "resume",
        [AtName(22, "before target's DELETE")],
    ),
    # one of two roles had ended
    Deaths("undo", AtName(35, "journal's BEGIN in Journal.settle"), "resume"),
)
"""Trials that have found something."""


class Trials:
    """Trials in one place; what runs do that are left alone is found out first.

    Args:
        folder: is filled with a scene, and with copies of it.
    """

    def __init__(self, folder: Path) -> None:
        # what dss keeps of a target goes by its place, so every trial takes place where the scene was set
        self.scene = Scene(folder / "site")
        self.scene.build()
        before, after = self.scene.copy(folder / "before"), Scene(folder / "after")
        night = self._errand("night", APPLY, before, NIGHTS, after)
        file = self._errand("plan file", ("apply", PLAN, "--yes"), before, NIGHTS)
        (after.folder / instruments.DONE).unlink()
        undo = self._errand("undo", ("undo", str(NIGHTS + 1), "--yes"), after, NIGHTS + 1)
        self.night, self.errands = night, (night, night, file, undo)

    def _errand(
        self, name: str, command: Sequence[str], kept: Scene, since: int, then: Scene | None = None
    ) -> Errand:
        """Run it undisturbed; keep what there is then, where that is wanted."""
        kept.copy(self.scene.folder)
        began = time.monotonic()
        done = self.run(*command)
        seconds = time.monotonic() - began
        if done.code not in (DONE, HELD):
            raise RuntimeError(f"{name}, left alone, ended with {done}\n{done.output}")
        points = left_in(self.scene.folder)
        left_alone = record(self.scene, since)
        if then is not None:
            self.scene.copy(then.folder)
        self.run(*APPLY)
        codes = (done.code, *AGAIN.get(name, ()))
        wanted = record(self.scene, since)
        apart = stored_apart(points)
        return Errand(name, command, kept, since, points, apart, seconds, codes, left_alone, wanted)

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
        errand = chance.choice(self.errands)
        first = deaths.first(chance, errand.points, errand.seconds)
        # an undo is made of what the run has done, not of what an undo that was cut short has left of that
        way = "resume" if errand.name == "undo" else chance.choice(WAYS)
        later = [deaths.later(chance, errand.points, way) for _ in range(chance.choice([0, 0, 1, 2]))]
        return self._killed("kill", seed, errand, Deaths(errand.name, first, way, later))

    def once_wrong(self, number: int) -> Told:
        """A trial of `ONCE_WRONG`; it differs too where it does not die of all that it then died of."""
        wanted = ONCE_WRONG[number]
        errand = next(one for one in self.errands if one.name == wanted.errand)
        told = self._killed("once-wrong", number, errand, wanted)
        if len(told.kinds) == 1 + len(wanted.later):
            return told
        missed = f"it was to die of {', '.join(map(str, [wanted.first, *wanted.later]))}"
        return attrs.evolve(told, differences=[missed, *told.differences])

    def _killed(self, sort: str, seed: int, errand: Errand, wanted: Deaths) -> Told:
        errand.kept.copy(self.scene.folder)
        first, way = wanted.first, wanted.way
        died = [first] if self.die(first, *errand.command).is_killed else []
        told = [f"left alone, it has {one}" for one in errand.apart]
        told += [] if died or not isinstance(first, deaths.AtPoint) else ["it was not killed"]
        for again in wanted.later:
            recovery = self.die(again, *(RESUME if way == "resume" else errand.command))
            told += _in_part(recovery)
            if recovery.is_killed:
                died.append(again)
        told += self.recovered(errand, way)
        return Told(
            sort, seed, [f"{errand.name}: {one}" for one in died], [one.kind for one in died], way, told
        )

    def fault(self, seed: int) -> Told:
        """A trial in which something goes wrong around it."""
        chance = random.Random(seed)
        errand = self.night
        errand.kept.copy(self.scene.folder)
        fault = list(faults.some(chance, errand.points))[seed % faults.SORTS]
        way = chance.choice(WAYS)
        done = self.run(*errand.command, prepare=fault.prepare)
        told = self._wrong(done, "the run in which it happened", range(ERROR, LOCKED))
        if any(words in done.output for words in UNCLEAN):
            told.append(f"the run in which it happened did not tell it cleanly: {done.output}")
        return Told("fault", seed, [str(fault)], [fault.sort], way, [*told, *self.mended(errand, way)])

    def recovered(self, errand: Errand, way: str) -> list[str]:
        """Take up what was killed, let another night follow, and compare.

        Args:
            errand: that was disturbed.
            way: how it is taken up.

        Returns:
            Sentences on what is not as it is after a run that was left alone.
        """
        told = []
        if way == "resume" and has_plan(self.scene, errand.since):
            told += self._wrong(self.run(*RESUME), "the resumed run", (DONE, HELD))
            found = record(self.scene, errand.since)
            told += unlike_outcomes(found.outcomes, errand.left_alone.outcomes)
            told += differences(found.target, errand.left_alone.target)
        else:
            told += self._wrong(self.run(*errand.command), "the run that followed", errand.codes)
        return told + self._next_night() + unlike(record(self.scene, errand.since), errand.wanted)

    def mended(self, errand: Errand, way: str) -> list[str]:
        """As `recovered`, when something had gone wrong: what has failed is not tried again before the next night."""
        told = []
        if way == "resume":
            told += self._wrong(self.run(*RESUME), "the resumed run", (DONE, CHANGES, HELD, FAILED))
        told += self._wrong(self.run(*errand.command), "the run that followed", errand.codes)
        told += self._next_night()
        found, wanted = record(self.scene, errand.since), errand.wanted
        return told + unlike(
            attrs.evolve(found, target=timeless(found.target)),
            attrs.evolve(wanted, target=timeless(wanted.target)),
        )

    def _next_night(self) -> list[str]:
        night = self.run(*APPLY)
        told = self._wrong(night, "the next night", (HELD,))
        has_done = " done" in night.output
        return [*told, f"the next night had something to do: {night.output}"] if has_done else told

    def _wrong(self, run: Ended, what: str, codes: Sequence[int | None]) -> list[str]:
        told = [] if run.code in codes else [f"{what} ended with {run}: {run.output}"]
        return [*_in_part(run), *told]


def _in_part(run: Ended) -> list[str]:
    return [f"a batch was not stored as one: {found}" for found in IN_PART.findall(run.output)]


def _count() -> None:
    points = Points()
    instruments.put_in(points)
    instruments.leave_at_end(points)
