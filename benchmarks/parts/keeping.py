"""What a plan file and the journal cost, on the example school and on many users of one kind."""

import json

from benchmarks.figures import Figure
from benchmarks.measure import Measured
from benchmarks.runs import WrongResultError, python
from benchmarks.setting import Part, Setting

LIMIT = 1.15
SCHOOL = (
    ("the journal", "school_journaled", "school_bare", "planned and applied by one command", None),
    (
        "a plan file and the journal",
        "school_filed",
        "school_twice",
        "planned by one command, applied by the next",
        LIMIT,
    ),
)
USERS = (("the journal", "journaled", "bare"), ("a plan file and the journal", "kept", "bare"))


def keeping(setting: Setting) -> Part:
    """Each way and the same without anything kept, turn by turn."""
    folder = setting.work / "keeping"
    folder.mkdir(exist_ok=True)
    figures = []
    for what, kept, bare, told, limit in SCHOOL:
        pairs = [_pair(setting, kept, bare, 0) for _ in range(setting.rounds)]
        figures.append(_figure(f"the example school, {told}: with {what} / without", pairs, "school", limit))
    for what, kept, bare in USERS:
        pairs = [_pair(setting, kept, bare, setting.users) for _ in range(setting.rounds)]
        for phase in ("new", "changed"):
            told = f"{setting.users:,} {phase} users, read, planned and applied: with {what} / without"
            figures.append(_figure(told, pairs, phase, None))
    return Part(figures)


def _pair(setting: Setting, kept: str, bare: str, users: int) -> tuple[Measured, Measured]:
    one, other = (_case(setting, case, users) for case in (kept, bare))
    if one.facts != other.facts:
        raise WrongResultError(f"{kept} did {one.facts}, {bare} {other.facts}")
    seconds = "; ".join(
        f"{case} " + ", ".join(f"{name} {phase['cpu']:.2f} s" for name, phase in measured.phases.items())
        for case, measured in ((kept, one), (bare, other))
    )
    setting.say(f"keeping, CPU: {seconds}")
    return one, other


def _case(setting: Setting, case: str, users: int) -> Measured:
    told = python(["-m", "benchmarks.child", case, str(users), str(setting.work / "keeping")])
    return Measured(**json.loads(told))


def _figure(told: str, pairs: list[tuple[Measured, Measured]], phase: str, limit: float | None) -> Figure:
    def ratios(clock: str) -> list[float]:
        return [one.phases[phase][clock] / other.phases[phase][clock] for one, other in pairs]

    return Figure("keeping", told, ratios("cpu"), wall=ratios("wall"), limit=limit)
