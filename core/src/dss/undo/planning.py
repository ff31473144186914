"""The syncs in which one run has done anything, each with a plan that takes it back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import attrs

from dss import clock
from dss.actions import Outcome
from dss.assembly import shared_names
from dss.errors import StateError
from dss.guard import holds
from dss.journal import Journal, RunRow
from dss.memory import Memory
from dss.only import Only
from dss.plan import Plan
from dss.undo.one_sync import planned
from dss.undo.sections import sync_of

if TYPE_CHECKING:
    from dss.holding import Hold
    from dss.policies import Policies
    from dss.stages import Sync


def undo_stages(journal: Journal | None, number: int, syncs: Sequence[Sync]) -> list[list[Sync]]:
    """The syncs in which a run has done anything, the last one first, cut where two of them change one target.

    Args:
        journal: None when there is none.
        number: the run's.
        syncs: of the configuration as it is now.

    Raises:
        StateError: there is no such run, or nothing of it can be undone any more.
    """
    stages: list[list[Sync]] = []
    for sync in _concerned(journal, number, syncs).values():
        target = sync.right.identity()
        if not stages or any(one.right.identity() == target for one in stages[-1]):
            stages.append([])
        stages[-1].append(sync)
    return stages


def undo_run(
    journal: Journal | None,
    number: int,
    syncs: Sequence[Sync],
    only: Only,
    policies: Policies,
    told: Callable[[str], object],
    wanted: Collection[Sync] | None = None,
) -> list[Sync]:
    """Read the targets and give each sync in which a run has done anything a plan that takes it back.

    Args:
        journal: None when there is none.
        number: the run's.
        syncs: of the configuration as it is now.
        only: to what the undo is limited.
        policies: how careful to be.
        told: is called with a sentence when a step begins.
        wanted: those that are planned, such as a stage; None is all.

    Returns:
        These syncs, the last one first.

    Raises:
        StateError: see `undo_stages`.
    """
    found = []
    for place, sync in _concerned(journal, number, syncs).items():
        assert journal is not None
        row = journal.run(number)
        assert row is not None
        if wanted is None or sync in wanted:
            told(f"reading {sync.right.name}")
            sync.right.read(shared_names(sync.config, sync.left, sync.right))
            sync.plan = plan_undo(journal, row, place, sync, only)
            sync.holds = holds_of_undo(sync.plan, journal, policies)
            # the source has not been read, so nothing is to be remembered of it
            sync.is_stored = True
            found.append(sync)
    return found


def _concerned(journal: Journal | None, number: int, syncs: Sequence[Sync]) -> dict[int, Sync]:
    """By their places in a run, the syncs in which it has done anything, the last one first."""
    row = None if journal is None else journal.run(number)
    if row is None or journal is None:
        raise StateError(f"there is no run {number}; `dss-run history` lists those there are")
    if row.expired:
        raise StateError(
            f"run {number} cannot be undone any more: its names and values have been forgotten, as `[expiry] values`"
            " says"
        )
    found: dict[int, Sync] = {}
    for place, there in reversed(list(enumerate(row.syncs))):
        if next(journal.entries(number, place, outcome=Outcome.DONE), None) is None:
            continue
        sync = sync_of(there, syncs)
        if sync is None:
            raise StateError(
                f"run {number} has changed `{there.target}`, which no [[sync]] of the configuration changes any more,"
                " so it cannot be undone with it"
            )
        if sync in found.values():
            raise StateError(
                f"run {number} has changed `{there.target}` in two syncs, of which the configuration has only one: it"
                " cannot be undone with it"
            )
        found[place] = sync
    return found


def plan_undo(journal: Journal, row: RunRow, place: int, sync: Sync, only: Only) -> Plan:
    """What takes back what a run has done in one of its syncs, where it still is as that run has written it.

    What is not as it was written any more, and what cannot be undone, are errors of the plan; what is already back as
    it was before needs nothing, and is put into `sync.back`.

    Args:
        journal: where the run stands.
        row: the run.
        place: which of its syncs.
        sync: the same one of the configuration. Its right tree has been read, its left one is not looked at.
        only: to what the undo is limited.
    """
    plan, back = planned(journal, row, place, sync, only)
    sync.back = {one: source for again in back for one, source in again.items()}
    plan.notes += _back_already(len(back))
    return plan


def look_for_what_is_back(journal: Journal, number: int, sync: Sync, only: Only) -> None:
    """As `plan_undo`, for a sync that has its plan from a file: of that, only what was found back already.

    Args:
        journal: where the run stands; of one that cannot be undone any more, nothing is found.
        number: the run's.
        sync: its right tree has been read.
        only: to what the undo is limited.
    """
    row = journal.run(number)
    for place, there in enumerate([] if row is None or row.expired else row.syncs):
        assert row is not None
        if sync_of(there, [sync]) is not None:
            _, back = planned(journal, row, place, sync, only)
            for again in back:
                sync.back = {**sync.back, **again}


def _back_already(count: int) -> list[str]:
    if not count:
        return []
    these = "1 change of it is" if count == 1 else f"{count} changes of it are"
    return [f"{these} back as before already, and held in the next run like all that is undone"]


def holds_of_undo(plan: Plan, journal: Journal, policies: Policies) -> list[Hold]:
    """What of an undo is kept back, by the same rules as in any plan.

    But nobody has to be patient, the source is not asked, and what the journal knows to be ours is ours even before
    all is known that is.
    """
    target = plan.right.identity()
    memory = Memory(
        approved=journal.approvals.valid(target, clock.now()),
        owned=lambda branch: journal.owned.rows(target, branch),
    )
    removals = {name: attrs.evolve(one, runs=1, days=0) for name, one in policies.removals.items()}
    return holds(plan, attrs.evolve(policies, removals=removals), memory)
