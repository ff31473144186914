"""A source and a living target with a journal, for tests that apply and undo: what a command does, without one."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
from core.tests.conftest import Doing, Plant

from dss import Action, DataStoreTree
from dss.actions import Outcome
from dss.apply import apply
from dss.attributes import is_blank
from dss.config import SyncConfig
from dss.drift import Drift
from dss.exit_codes import ExitCode
from dss.guard import holds
from dss.journal import Journal, RunState
from dss.only import Only
from dss.ordering import Actions
from dss.plan import Plan, make_plan
from dss.policies import Budget, Limit, Policies, Shape
from dss.remembering import memory_of
from dss.report import Report
from dss.run_record import RunRecord
from dss.school import Cohorts, Students
from dss.stages import Sync
from dss.undo import undo_run

BRANCHES: tuple[type, ...] = (Students, Cohorts)

_spare = itertools.count()


@attrs.frozen
class Generous(Policies):
    """Nothing is over budget, and no source is out of shape."""

    def budget(self, branch: str, attribute: str = "") -> Budget:
        return Budget(count=1000, share=1, per_parent=Limit(count=1000, share=1))

    def shape(self, branch: str) -> Shape:
        return Shape(count=1000)


class Sparing(DataStoreTree):
    """A target that can break an exchange of unique values, each time by way of another."""

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return f"spare{next(_spare)}"


class Releasing(Doing):
    """Carries everything out, and gives back what was taken over."""

    def release(self, action: Action) -> None:
        """As it was found, and not ours."""
        assert action.adopts is not None
        record = self._there(action.branch)[action.idnumber]
        record.update({**action.adopts.was, "outside": True})


class Runs:
    """Runs on one target that leave everything in a journal that a command leaves there.

    Attributes:
        state: where the journal lies.
        policies: how careful they are.
    """

    state: Path
    policies: Policies

    def sync(self, *source: Any, **records: Any) -> Sync:
        """The source, or an empty one, and the target."""
        raise NotImplementedError

    def plan(self, *source: Any, **records: Any) -> Sync:
        """Compare and guard."""
        raise NotImplementedError

    def apply(self, *source: Any, **records: Any) -> Report:
        """A nightly run."""
        return self.carry_out(self.plan(*source, **records))

    def plan_undo(self, run: int, *only: str) -> Sync:
        """What `dss-run undo` shows."""
        sync = self.sync()
        chosen = Only.parse(only, [branch.__name__ for branch in sync.right.branches])
        with Journal.open(self.state) as journal:
            found = undo_run(journal, run, [sync], chosen, self.policies, lambda sentence: None)
        if not found:
            sync.plan = Plan(sync.left, sync.right, [], Actions([]), [], [])
        return sync

    def undo(self, run: int, *only: str) -> Report:
        """Take a run back."""
        return self.carry_out(self.plan_undo(run, *only), of=run)

    def carry_out(self, sync: Sync, of: int | None = None) -> Report:
        """Apply what is not held."""
        assert sync.plan is not None
        record = RunRecord.begin(self.state, {}, [sync], of)
        try:
            sync.report = apply(
                sync.right,
                sync.plan.actions,
                held=sync.reasons,
                drift=Drift(sync.right),
                recorder=record.recorder(sync),
            )
            record.remember(sync)
            record.end(RunState.DONE, ExitCode.IN_STEP)
        finally:
            record.close(None)
        return sync.report

    def last(self) -> int:
        """The number of the last run."""
        with Journal.open(self.state) as journal:
            return journal.runs(limit=1)[0].number


@attrs.define
class Town(Runs):
    """A source that is written anew for every run, and the target that it is brought into.

    Attributes:
        target: the living tree.
        state: where the journal lies.
        branches: declarations of all that is compared.
    """

    plant: Plant
    target: Any
    state: Path
    branches: tuple[type, ...]
    policies: Policies = attrs.field(factory=Generous)

    @property
    def system(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the target holds, without blanks: nobody can tell one kind of blank from another."""
        return {
            branch: {
                idnumber: {name: value for name, value in record.items() if not is_blank(value)}
                for idnumber, record in records.items()
            }
            for branch, records in self.target.system.items()
        }

    def sync(self, *source: Any, **records: Any) -> Sync:
        """The source as it is today, and the target, both read."""
        left = self.plant(*self.branches, records=records, allow_empty=True)
        return Sync("sync[0]", SyncConfig("left", "right"), +left, +self.target)

    def plan(self, *source: Any, **records: Any) -> Sync:
        """Compare and guard."""
        sync = self.sync(**records)
        sync.plan = make_plan(sync.left, sync.right)
        with Journal.open(self.state) as journal:
            for branch in sync.right.branches:
                name = branch.__name__
                journal.owned.complete(sync.right.identity(), name)
                here = ((one, None) for one in branch.contents().items)
                journal.owned.add(sync.right.identity(), name, here, 0, "claimed")
            sync.holds = holds(sync.plan, self.policies, memory_of(journal, sync.left, sync.right))
        return sync

    def done(self, run: int) -> set[tuple[str, str, str, str | None]]:
        """What a run has done."""
        with Journal.open(self.state) as journal:
            return {
                (entry.branch, entry.kind.value, entry.idnumber, entry.attribute)
                for entry in journal.entries(run, outcome=Outcome.DONE)
            }


def person(idnumber: str, **values: Any) -> dict[str, Any]:
    """A student."""
    return {
        "idnumber": idnumber,
        "given_name": "Ada",
        "email": f"{idnumber}@x.org",
        "username": f"u{idnumber}",
        "enabled": True,
        **values,
    }


def cohort(idnumber: str, *members: str, **values: Any) -> dict[str, Any]:
    """A cohort."""
    return {"idnumber": idnumber, "members": frozenset(members), **values}


def town(
    plant: Plant,
    system: dict[str, Sequence[dict[str, Any]]],
    template: type = Doing,
    branches: tuple[type, ...] = BRANCHES,
) -> Town:
    """A target that holds these records."""
    names = [branch.__dict__["__branchname__"] for branch in branches]
    there = {name: {record["idnumber"]: dict(record) for record in system.get(name, ())} for name in names}
    target = plant(*branches, name="right", kind=Sparing, template=template, system=there)
    return Town(plant, target, Path(tempfile.mkdtemp(prefix="dss-undo-")) / "state", branches)
