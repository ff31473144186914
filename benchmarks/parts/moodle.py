"""The database connector: queries of a plan, and what creating users costs over raw `executemany`."""

import json
import statistics
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.measure import Measured
from benchmarks.runs import python
from benchmarks.setting import Part, Setting

FEW, MANY = 1_000, 10_000
QUERIES = "import json, sys, pathlib; from benchmarks.cases.moodle import planning_queries as p; "
WRITE = (
    "import json, sys, pathlib; from benchmarks.cases.servers import writing as w; "
    "print(json.dumps(w(sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]))))"
)
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


def servers(setting: Setting) -> Part:
    """Making and changing users on real servers: over one statement a record, and over the server's bulk path."""
    folder, users = scratch(setting), setting.records
    figures = []
    for server in ("postgresql", "mariadb"):
        rounds = []
        for number in range(1, setting.rounds + 1):
            rounds.append(json.loads(python(["-c", WRITE, server, str(users), str(folder)])))
            setting.say(
                f"round {number}/{setting.rounds} {server}, {users:,} users, wall s: {told(rounds[-1])}"
            )
        for rival, limit in (("one statement a record", 1 / 20), ("the raw bulk path", 3.0)):
            other = "single" if rival.startswith("one") else "raw"
            values = [both(found["dss"]) / both(found[other]) for found in rounds]
            what = f"moodle_db, {server}, {users:,} users made and changed: carrying out / {rival}"
            planned = [(both(found["dss"]) + found["dss"]["plan"]) / both(found[other]) for found in rounds]
            beside = f"with reading and planning {statistics.median(planned):.3g}; wall clock"
            figures.append(Figure("servers", what, values, limit=limit, note=beside))
    return Part(figures)


def both(seconds: dict[str, float]) -> float:
    """Making and changing together."""
    return seconds["create"] + seconds["update"]


def told(found: dict[str, dict[str, float]]) -> str:
    """Every number, on one line."""
    return "; ".join(
        f"{name} " + ", ".join(f"{phase} {spent:.2f}" for phase, spent in seconds.items())
        for name, seconds in found.items()
    )


def one_case(case: str, folder: Path, users: int) -> Measured:
    """Run one of the database's cases in a process of its own."""
    return Measured(**json.loads(python(["-m", "benchmarks.child", case, str(users), str(folder)])))


def scratch(setting: Setting) -> Path:
    """A folder for database files."""
    folder = setting.work / "moodle"
    folder.mkdir(exist_ok=True)
    return folder
