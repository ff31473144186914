"""Which sync of today's configuration is the one that the journal tells of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dss.journal import JournalSync

if TYPE_CHECKING:
    from dss.stages import Sync


def sync_of(there: JournalSync, syncs: Iterable[Sync]) -> Sync | None:
    """The sync of a configuration that changes the same target; of several, the one with the same trees and place."""
    same = [sync for sync in syncs if sync.right.identity() == there.target]
    wanted = (there.left, there.right)

    def likeness(sync: Sync) -> tuple[bool, bool]:
        return (sync.left.name, sync.right.name) == wanted, sync.name == there.name

    return max(same, key=likeness, default=None)
