"""What a plan file and the journal add to a plan that is made and carried out on a Moodle in SQLite.

All cases of a subject do the same work, with drift looked for in every batch. `bare` keeps nothing, `journaled` is what
`dss-run apply` does, `kept` writes the plan into a file before that.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from benchmarks.cases.moodle import Importer, School, site
from benchmarks.measure import Measured
from dss.apply import apply
from dss.config import SyncConfig
from dss.drift import Drift
from dss.filing import write_run
from dss.plan import make_plan
from dss.report import Report
from dss.run_record import RunRecord
from dss.runner import Run
from dss.stages import Sync

EXAMPLE = Path(__file__).parents[2] / "examples" / "school"

Way = Callable[[Path, str, Sync], Report]


def bare(folder: Path, users: int) -> Measured:
    """Many users, planned and applied, and nothing kept of it."""
    return _twice(folder / "bare", users, _bare)


def journaled(folder: Path, users: int) -> Measured:
    """The same users with the journal."""
    return _twice(folder / "journaled", users, _journaled)


def kept(folder: Path, users: int) -> Measured:
    """The same users with a plan file and the journal."""
    return _twice(folder / "kept", users, _kept)


def school_bare(folder: Path, _: int) -> Measured:
    """The example school's first day, from its export into its Moodle: planned and applied, and nothing kept of it."""
    return _school(folder / "bare", _bare)


def school_journaled(folder: Path, _: int) -> Measured:
    """The same day with the journal."""
    return _school(folder / "journaled", _journaled)


def school_twice(folder: Path, _: int) -> Measured:
    """The same day looked at, and then planned again and applied, as by two commands; nothing is kept."""
    return _school(folder / "twice", _bare, first=lambda run, path: run.plan())


def school_filed(folder: Path, _: int) -> Measured:
    """The same day planned into a file, and then applied from it with the journal, as by two commands."""

    def plan(run: Run, path: Path) -> object:
        return write_run(path, run.plan(), run.digests)

    return _school(folder / "filed", None, first=plan)


def _school(folder: Path, way: Way | None, first: Callable[[Run, Path], object] | None = None) -> Measured:
    sys.path.insert(0, str(EXAMPLE))
    import moodle

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in ("dss.toml", "school.py"):
        shutil.copyfile(EXAMPLE / name, folder / name)
    shutil.copytree(EXAMPLE / "exports" / "day1", folder / "exports")
    moodle.build(folder / "moodle.db")
    file = folder / "school.plan"
    measured = Measured()
    with measured.phase("school"):
        if first is not None:
            with Run(folder / "dss.toml") as run:
                first(run, file)
        with Run(folder / "dss.toml") as run:
            report = _from_file(run, file) if way is None else way(folder, "school", run.plan()[0])
    measured.facts = {"actions": report.total(), "undone": len(report.undone)}
    return measured


def _from_file(run: Run, file: Path) -> Report:
    syncs = run.load(file)
    run.read_targets(syncs)
    run.apply(syncs=syncs)
    report = syncs[0].report
    assert report is not None
    return report


def _twice(folder: Path, users: int, way: Way) -> Measured:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    moodle = site(folder / "moodle.db")
    measured = Measured()
    for name, family in (("new", "Dvor"), ("changed", "Berg")):
        school = Everybody(students=users, family=family)
        with measured.phase(name):
            +school
            moodle.read(["students"])
            plan = make_plan(school, moodle, ["students"])
            sync = Sync("sync[0]", SyncConfig("school", "moodle"), school, moodle, plan=plan)
            report = way(folder, name, sync)
        if report.undone or report.total() != users:
            raise ValueError(f"{report}; there are {users} users")
    moodle.close()
    return measured


class EverybodysImporter(Importer):
    """Gives all students one family name."""

    def row(self, number: int) -> tuple[object, ...]:
        """One student."""
        idnumber, given, _, *rest = super().row(number)
        return (idnumber, given, self.tree.options.family, *rest)


class Everybody(School):
    """A school in which all are of one family."""

    __importer__: ClassVar[type] = EverybodysImporter


def _bare(folder: Path, name: str, sync: Sync) -> Report:
    assert sync.plan is not None
    return apply(sync.right, sync.plan.actions, held=sync.reasons, drift=Drift(sync.right))


def _journaled(folder: Path, name: str, sync: Sync) -> Report:
    assert sync.plan is not None
    record = RunRecord.begin(folder / "state", {}, [sync])
    recorder = record.recorder(sync)
    sync.report = apply(
        sync.right, sync.plan.actions, held=sync.reasons, drift=Drift(sync.right), recorder=recorder
    )
    record.remember(sync)
    record.close(None)
    return sync.report


def _kept(folder: Path, name: str, sync: Sync) -> Report:
    write_run(folder / f"{name}.plan", [sync], {})
    return _journaled(folder, name, sync)
