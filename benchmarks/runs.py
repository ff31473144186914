"""Running cases: each in a fresh process, round by round, every result held against the truth."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.layouts import Layout
from benchmarks.measure import Measured

ROOT = Path(__file__).resolve().parent.parent
READ = ("read",)
COMPARE = ("compare",)
BOTH = ("read", "compare")


class WrongResultError(Exception):
    """A case did not find what the generator put there, so its time means nothing."""


class ChildFailedError(Exception):
    """A case's process ended with an error; the message carries what it said."""


@dataclass(frozen=True)
class Run:
    """One case on one pair of files."""

    case: str
    layout: Layout
    size: int


@dataclass
class Results:
    """What every run gave, one `Measured` a round."""

    rounds: dict[Run, list[Measured]] = field(default_factory=dict)

    def seconds(self, run: Run, phases: Iterable[str], clock: str = "cpu") -> list[float]:
        """Seconds of these phases together, one number a round."""
        names = tuple(phases)
        return [sum(measured.phases[name][clock] for name in names) for measured in self.rounds[run]]

    def ratios(
        self,
        over: Run,
        under: Run,
        phases: Iterable[str],
        clock: str = "cpu",
        over_phases: Iterable[str] = (),
    ) -> list[float]:
        """Seconds of `over` for each second of `under` of the same round; `over_phases` where they differ."""
        names = tuple(phases)
        tops = self.seconds(over, tuple(over_phases) or names, clock)
        return [top / bottom for top, bottom in zip(tops, self.seconds(under, names, clock), strict=True)]

    def peaks(self, over: Run, under: Run) -> list[float]:
        """Peak memory of `over` for each MB of `under` in the same round."""
        pairs = zip(self.rounds[over], self.rounds[under], strict=True)
        return [top.peak / bottom.peak for top, bottom in pairs]


def python(arguments: Sequence[str]) -> str:
    """What a fresh interpreter with these arguments prints.

    Raises:
        ChildFailedError: It ended with another code than 0.
    """
    # One hash seed for all, so that rounds differ by the machine's mood only.
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildFailedError(
            f"`{' '.join(command)}` ended with code {done.returncode}:\n{done.stderr.strip()}"
        )
    return done.stdout


def files(work: Path, layout: Layout, size: int) -> Path:
    """The folder of this pair of files, generated when it is not there yet."""
    folder = work / f"{layout.name}-{size}"
    if not (folder / "truth.json").exists():
        python(["-m", "benchmarks.data", layout.name, str(size), str(folder)])
    return folder


def measure(work: Path, run: Run) -> Measured:
    """Run one case in a process of its own.

    Raises:
        WrongResultError: It found something else than what the generator put there.
    """
    folder = files(work, run.layout, run.size)
    told: dict[str, Any] = json.loads(
        python(["-m", "benchmarks.child", run.case, run.layout.name, str(folder)])
    )
    measured = Measured(**told)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    if measured.found != truth:
        raise WrongResultError(f"`{run.case}` found {measured.found} in `{folder}`, where {truth} is true")
    return measured


def interleave(work: Path, runs: Sequence[Run], rounds: int, say: Callable[[str], None]) -> Results:
    """Run every case once a round, so that a busy moment of the machine hits all of them alike."""
    results = Results({run: [] for run in runs})
    for number in range(1, rounds + 1):
        for run in runs:
            measured = measure(work, run)
            results.rounds[run].append(measured)
            phases = ", ".join(f"{name} {seconds['cpu']:.2f}" for name, seconds in measured.phases.items())
            say(
                f"round {number}/{rounds} {run.case} {run.layout.name} {run.size:,}: "
                f"CPU s {phases}; peak {measured.peak:.0f} MB"
            )
    return results
