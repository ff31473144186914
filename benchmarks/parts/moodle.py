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
    """New users in one sync, over the raw rows in one transaction."""
    folder, users = scratch(setting), setting.users
    rounds = []
    for number in range(1, setting.rounds + 1):
        ours, raw = (one_case(case, folder, users) for case in ("moodle_dss", "moodle_raw"))
        rounds.append((ours.phases["apply"], raw.phases["apply"]))
        setting.say(
            f"round {number}/{setting.rounds} creating {users:,} users: CPU s "
            f"dss {rounds[-1][0]['cpu']:.2f}, raw {rounds[-1][1]['cpu']:.2f}"
        )
    ratios = {clock: [ours[clock] / raw[clock] for ours, raw in rounds] for clock in ("cpu", "wall")}
    what = f"moodle_db creates {users:,} users, whole sync / raw `executemany`"
    return Part([Figure("creating", what, ratios["cpu"], wall=ratios["wall"], limit=3.0)])


def one_case(case: str, folder: Path, users: int) -> Measured:
    """Run one of the database's cases in a process of its own."""
    return Measured(**json.loads(python(["-m", "benchmarks.child", case, str(users), str(folder)])))


def scratch(setting: Setting) -> Path:
    """A folder for database files."""
    folder = setting.work / "moodle"
    folder.mkdir(exist_ok=True)
    return folder
