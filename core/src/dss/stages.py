"""The syncs of a run, and which of them may be planned before which have been applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from dss.actions import Action, Outcome
from dss.config import SyncConfig
from dss.holding import Hold
from dss.plan import Plan
from dss.report import Report
from dss.tree import DataStoreTree


@attrs.frozen
class Ready:
    """The actions of a plan that are not held; there may be too many of them for a list."""

    actions: Collection[Action]
    held: Collection[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.actions) - len(self.held)

    def __iter__(self) -> Iterator[Action]:
        return (action for action in self.actions if action.key not in self.held)


@attrs.define(eq=False)
class Sync:
    """One `[[sync]]` of a run, with its two trees.

    Attributes:
        name: as the configuration's key path names it, `sync[0]`.
        plan: what would be done; None until it is planned.
        holds: the removals over budget.
        in_doubt: branches of the left that may be wrong, see `dss.guard.in_doubt`, or of which only some records were
            asked for; they are no measure for the next run.
        back: for an undo, what was found back as before already, by fingerprint, with `Undone.source`.
        report: what was done; None until it is applied.
        is_stored: the plan does not come from the source as it is now, but from a file or the journal.
        planned_early: earlier syncs that change a tree this one reads, and were not applied when it was planned.
    """

    name: str
    config: SyncConfig
    left: DataStoreTree
    right: DataStoreTree
    plan: Plan | None = None
    holds: list[Hold] = attrs.field(factory=list)
    in_doubt: set[str] = attrs.field(factory=set)
    back: Mapping[str, str] = attrs.field(factory=dict)
    report: Report | None = None
    is_stored: bool = False
    planned_early: list[Sync] = attrs.field(factory=list, repr=False)

    @property
    def held(self) -> set[tuple[str, ...]]:
        """Keys of the actions that are held."""
        return {action.key for hold in self.holds for action in hold.actions}

    @property
    def reasons(self) -> dict[tuple[str, ...], str]:
        """Why the actions that are held are held, by their keys."""
        return {action.key: hold.reason for hold in self.holds for action in hold.actions}

    @property
    def ready(self) -> Ready:
        """The actions that are not held."""
        return Ready(() if self.plan is None else self.plan.actions, self.held)

    @property
    def has_written(self) -> bool:
        """Whether it may have changed its right tree; what failed may have been done in part."""
        return self.report is not None and self.report.total(Outcome.DONE, Outcome.FAILED) > 0


def before(sync: Sync, syncs: Iterable[Sync]) -> list[Sync]:
    """Those of the syncs that stand before this one and change a tree that it reads."""
    found = []
    for one in syncs:
        if one is sync:
            break
        if one.config.right in (sync.config.left, sync.config.right):
            found.append(one)
    return found


def kept_before(sync: Sync, syncs: Iterable[Sync]) -> list[Hold]:
    """What is held in those of the syncs that stand before this one and change the same tree."""
    earlier = [one for one in before(sync, syncs) if one.config.right == sync.config.right]
    return [hold for one in earlier for hold in one.holds]


def stages(syncs: Sequence[Sync]) -> list[list[Sync]]:
    """Cut the syncs, in their order, so that none reads what another of its own stage changes."""
    found: list[list[Sync]] = []
    for sync in syncs:
        if not found or before(sync, [*found[-1], sync]):
            found.append([])
        found[-1].append(sync)
    return found


def outdated(syncs: Sequence[Sync]) -> Iterator[tuple[Sync, Sync]]:
    """Those of the syncs whose plan does not hold any more when its turn comes, each with the sync that is why."""
    for place, sync in enumerate(syncs):
        for one in sync.planned_early:
            if one.has_written or (one.report is None and one in syncs[:place] and len(one.ready)):
                yield sync, one
