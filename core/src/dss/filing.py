"""A planned run as a plan file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dss import clock
from dss.account import account
from dss.apply import missing_handlers
from dss.errors import ConfigError
from dss.lines import Lines
from dss.planfile import BranchHead, Foot, Head, Section, SyncHead, write_plan

if TYPE_CHECKING:
    from dss.stages import Sync


def sync_head(sync: Sync, lines: Lines | None = None) -> SyncHead:
    """What there is to tell of a planned sync beside its actions.

    Args:
        sync: planned.
        lines: of its trees, where it is written into a file; they know what annotations tell.
    """
    plan = sync.plan
    assert plan is not None
    branches = tuple(
        BranchHead(
            left.__name__,
            # whoever undoes or resumes a run, or applies a file, does not read the source
            None if sync.is_stored else len(left),
            len(right),
            tuple(right.key_of),
            {} if lines is None else lines.shapes(left.__name__),
        )
        for left, right in plan.pairs
    )
    return SyncHead(
        sync.name,
        sync.left.name,
        sync.right.name,
        sync.left.identity(),
        sync.right.identity(),
        tuple(sync.left.sources()),
        branches,
        tuple(plan.notes),
        tuple(lacking_handlers(sync)),
    )


def lacking_handlers(sync: Sync) -> list[str]:
    """What the target's template cannot carry out of what is ready, a sentence each."""
    try:
        names = missing_handlers(sync.right, sync.ready)
    except ConfigError as error:
        return [str(error)]
    if not names:
        return []
    listed = ", ".join(f"`{name}`" for name in names)
    return [f"tree `{sync.right.name}` has no handler for {listed}: such changes will be dropped"]


def split(syncs: Sequence[Sync]) -> tuple[list[Sync], list[str]]:
    """The syncs that a file can hold, and a sentence on each that can be planned only when those have been applied."""
    now: list[Sync] = []
    later: list[str] = []
    for sync in syncs:
        first = next((one for one in sync.planned_early if len(one.ready)), None)
        if first is None:
            now.append(sync)
        else:
            later.append(
                f"{sync.name} ({sync.left.name} -> {sync.right.name}) is not in this file, since {first.name} changes"
                f" `{first.right.name}`, which it reads; plan it when this file has been applied"
            )
    return now, later


def write_run(
    path: Path,
    syncs: Sequence[Sync],
    digests: Mapping[str, str],
    only: Collection[str] = (),
    undoes: int | None = None,
) -> tuple[Head, Foot]:
    """Write what has been planned into a file.

    Args:
        path: the file.
        syncs: planned; those that must wait for others of them are only named.
        digests: of the configuration, see `dss.digests`.
        only: to what the plan is limited.
        undoes: the run that it takes back.

    Raises:
        PlanError: see `dss.planfile.write_plan`.
    """
    now, later = split(syncs)
    lines = [Lines(sync.left, sync.right) for sync in now]
    head = Head(
        clock.now(),
        account(),
        dict(digests),
        tuple(map(sync_head, now, lines)),
        tuple(only),
        undoes,
        tuple(later),
    )
    sections = (_section(sync, of) for sync, of in zip(now, lines, strict=True))
    return head, write_plan(path, head, sections)


def _section(sync: Sync, lines: Lines) -> Section:
    assert sync.plan is not None
    return Section(lines, sync.plan.actions, sync.plan.errors, sync.holds)
