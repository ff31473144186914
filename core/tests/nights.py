"""A source and a living target, and nights that pass: real runs of a configuration, with a state folder."""

from __future__ import annotations

import copy
import datetime
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import attrs
from core.tests.conftest import Doing, Given, Living
from hypothesis import strategies as st

from dss import DataStoreBranch, DataStoreTree, clock
from dss.actions import Outcome
from dss.claiming import unclaimed
from dss.filing import write_run
from dss.only import Only
from dss.runner import Run
from dss.school import Classes, Cohorts, Enrollments, Students
from dss.stages import Sync

School = dict[str, dict[str, dict[str, Any]]]
BRANCHES = (Students, Classes, Enrollments, Cohorts)
CONFIG = """
[trees.left]
tree = "core.tests.nights/Left"
[trees.right]
tree = "core.tests.nights/Right"
[[sync]]
left = "left"
right = "right"
branches = ["students", "classes", "enrollments", "cohorts"]
"""
GENEROUS = "".join(
    f"[budgets.{name}]\ncount = 1000\nper_parent = {{ count = 1000 }}\n"
    for name in ("students", "classes", "enrollments", "cohorts")
)
NO_GUARDS = "[guards]\ncount = 1000\n"
DIGESTS = {"dss": "datastoresync 1"}
FIRST = datetime.datetime(2026, 3, 2, 3, 15, tzinfo=datetime.UTC)


class LeftBranches(DataStoreBranch):
    allow_empty = True


class RightBranches(DataStoreBranch):
    pass


for _declared in BRANCHES:
    for _base in (LeftBranches, RightBranches):
        _name = f"{_base.__name__}{_declared.__name__}"
        globals()[_name] = type(_name, (_declared, _base), {"__module__": __name__})


class Left(DataStoreTree):
    """Gives what the town's source holds, in the order in which it stands there."""

    __branches__ = LeftBranches
    __importer__ = Given
    town: ClassVar[Town]

    @property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        return {name: list(records.values()) for name, records in self.town.source.items()}

    outside: ClassVar[list[Any]] = []


class Right(DataStoreTree):
    """The town's target."""

    __branches__ = RightBranches
    __importer__ = Living
    __template__ = Doing
    reads = 0

    @property
    def system(self) -> School:
        return Left.town.system


@attrs.define
class Town:
    """What is needed and what is there; what the runs remember lies in a folder of its own.

    Attributes:
        source: what the left holds, by branch and idnumber.
        system: what the right holds.
        folder: where the configuration and its state lie.
        night: how many nights have passed.
    """

    source: School
    system: School
    folder: Path
    night: int = 0

    def configure(self, policies: str) -> None:
        """Write the configuration."""
        (self.folder / "dss.toml").write_text(CONFIG + policies, encoding="utf-8")

    @contextmanager
    def run(self) -> Iterator[Run]:
        """A run in this night."""
        Left.town = self
        now = FIRST + datetime.timedelta(days=self.night)
        # which of all the modules of a test run are the user's own is asked of the disk, which takes its time
        quick = mock.patch("dss.runner.config_digests", return_value=DIGESTS)
        with quick, mock.patch.object(clock, "now", return_value=now), Run(self.folder / "dss.toml") as run:
            yield run

    def apply(self, source: School | None = None, *, approve: bool = False) -> Sync:
        """Let a night pass; whatever would be held is approved before, where that is asked for."""
        self.source = self.source if source is None else source
        if approve:
            with self.run() as run:
                (planned,) = run.plan()
                run.approve([action for hold in planned.holds for action in hold.actions])
        with self.run() as run:
            run.plan()
            (sync,) = run.apply()
        self.night += 1
        return checked(sync)

    def plan(self) -> Sync:
        """What a run would find."""
        with self.run() as run:
            (sync,) = run.plan()
            assert sync.plan is not None
            return sync

    def write(self) -> Path:
        """A plan file of this night."""
        path = self.folder / "night.plan"
        with self.run() as run:
            write_run(path, run.plan(), DIGESTS, ())
        return path

    def apply_file(self, path: Path) -> Sync:
        """Carry out a plan file."""
        with self.run() as run:
            run.read_targets(run.load(path))
            (sync,) = run.apply()
        return checked(sync)

    def claim(self) -> None:
        """All that is there is ours."""
        with self.run() as run, run.journal() as journal:
            for sync in run.plan():
                assert sync.plan is not None
                every = Only({right.__name__: None for _, right in sync.plan.pairs})
                for found in unclaimed(journal, sync, every):
                    found.settle(list(found.records))


def checked(sync: Sync) -> Sync:
    """A sync in which nothing has failed."""
    assert sync.report is not None
    assert sync.report.total(Outcome.FAILED) == 0, sync.report.undone
    return sync


@contextmanager
def town(source: School, system: School, policies: str) -> Iterator[Town]:
    """A town in a folder of its own, whose target is ours."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        made = Town(source, copy.deepcopy(system), folder)
        made.configure(policies)
        made.claim()
        yield made
    finally:
        shutil.rmtree(folder)


def school(students: Mapping[str, Any], seats: set[tuple[str, str]], cohorts: Mapping[str, Any]) -> School:
    """A school of these; classes are those in which somebody sits."""
    found: School = {name: {} for name in ("students", "classes", "enrollments", "cohorts")}
    for idnumber, email in students.items():
        found["students"][idnumber] = {"idnumber": idnumber, "email": email, "enabled": True}
    for class_, person in sorted(seats):
        found["classes"].setdefault(class_, {"idnumber": class_, "name": class_})
        one = {"class_": class_, "person": person, "role": "student", "enabled": True}
        key = f"{class_}|{person}|student"
        found["enrollments"][key] = {"idnumber": key, **one}
    for idnumber, members in cohorts.items():
        found["cohorts"][idnumber] = {"idnumber": idnumber, "name": "c", "members": frozenset(members)}
    return found


NUMBERS = [f"s{number:02}" for number in range(12)]


@st.composite
def schools(draw: Any) -> School:
    """Up to a dozen students, three classes, three cohorts."""
    present = draw(st.lists(st.sampled_from(NUMBERS), unique=True, min_size=1))
    students = {number: draw(st.sampled_from(["a@x.org", "b@x.org", None])) for number in present}
    pairs = st.tuples(st.sampled_from(["m0", "m1", "m2"]), st.sampled_from(present))
    members = st.frozensets(st.sampled_from(present), max_size=8)
    cohorts = draw(st.dictionaries(st.sampled_from(["c0", "c1", "c2"]), members, max_size=3))
    return school(students, draw(st.sets(pairs, max_size=16)), cohorts)
