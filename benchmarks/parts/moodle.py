"""The database connector: queries of a plan, and what creating users costs over raw `executemany`."""

import json
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.measure import Measured
from benchmarks.runs import python
from benchmarks.setting import Part, Setting

FEW, MANY = 1_000, 10_000
QUERIES = "import json, sys, pathlib; from benchmarks.cases.moodle import planning_queries as p; "
ASK = QUERIES + "print(json.dumps(p(pathlib.Path(sys.argv[1]), int(sys.argv[2]))))"


def queries(setting: Setting) -> Part:
    """Statements that reading and planning take, at two sizes."""
    folder = scratch(setting)
    counts = {size: json.loads(python(["-c", ASK, str(folder), str(size)])) for size in (FEW, MANY)}
    setting.say(f"queries: {counts}")
    figures = [
        Figure(
            "queries",
            f"moodle_db, {kind}: statements of a plan more for {MANY:,} users than for {FEW:,}",
            [counts[MANY][kind] - counts[FEW][kind]],
            "statements",
            limit=0,
            note=f"{counts[FEW][kind]} for {FEW:,}",
        )
        for kind in counts[FEW]
    ]
    return Part(figures)


def creating(setting: Setting) -> Part:
    """New users through the connector, over the raw rows in one transaction."""
    folder, users = scratch(setting), setting.users
    rounds = []
    for number in range(1, setting.rounds + 1):
        ours, raw = (one_case(case, folder, users).phases for case in ("moodle_dss", "moodle_raw"))
        rounds.append((ours, raw))
        setting.say(
            f"round {number}/{setting.rounds} creating {users:,} users: CPU s dss plan {ours['plan']['cpu']:.2f}, "
            f"apply {ours['apply']['cpu']:.2f}; raw {raw['apply']['cpu']:.2f}"
        )

    def ratios(clock: str, *phases: str) -> list[float]:
        return [sum(ours[name][clock] for name in phases) / raw["apply"][clock] for ours, raw in rounds]

    figures = []
    for what, phases, limit in (
        ("carrying out", ("apply",), 3.0),
        ("planning and carrying out", ("plan", "apply"), None),
    ):
        told = f"moodle_db, {users:,} new users: {what} / raw `executemany`"
        values, wall = ratios("cpu", *phases), ratios("wall", *phases)
        figures.append(Figure("creating", told, values, wall=wall, limit=limit))
    return Part(figures)


def one_case(case: str, folder: Path, users: int) -> Measured:
    """Run one of the database's cases in a process of its own."""
    return Measured(**json.loads(python(["-m", "benchmarks.child", case, str(users), str(folder)])))


def scratch(setting: Setting) -> Path:
    """A folder for database files."""
    folder = setting.work / "moodle"
    folder.mkdir(exist_ok=True)
    return folder
