"""Whose the target's records are, of which no run knows that they are ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from dss.journal import Journal
from dss.only import Only

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.stages import Sync


@attrs.frozen
class Unclaimed:
    """The records of one branch that are in our scope, not in the source, and not known to be ours.

    Attributes:
        branch: of the target.
        records: the items by idnumber.
    """

    branch: type[DataStoreBranch]
    records: Mapping[str, Any]
    _journal: Journal
    _matched: frozenset[str]
    _completes: bool

    def let_go(self) -> None:
        """Write down that none of them is ours, whatever was said before."""
        self._journal.owned.remove(self.branch.tree.identity(), self.branch.__name__, self.records)
        self.settle([])

    def settle(self, ours: Iterable[str]) -> None:
        """Write down which of them are ours; where there was no record yet, it is complete from now on.

        What both systems have is ours in any case.
        """
        target, name = self.branch.tree.identity(), self.branch.__name__
        natives = self.branch.contents().native
        self._journal.owned.add(target, name, ((one, natives.get(one)) for one in ours), 0, "claimed")
        if self._completes:
            matched = ((one, natives.get(one)) for one in self._matched)
            self._journal.owned.add(target, name, matched, 0, "matched")
            self._journal.owned.complete(target, name)


def unclaimed(journal: Journal, sync: Sync, only: Only, *, known_too: bool = False) -> Iterator[Unclaimed]:
    """What of a planned sync nobody could say whose it is.

    Args:
        journal: where it would be written.
        sync: planned, so that both sides have been read.
        only: branches or records; nothing chosen is every branch that has no record yet.
        known_too: also what is known to be ours, and is not in the source.
    """
    assert sync.plan is not None
    target = sync.right.identity()
    for left, right in sync.plan.pairs:
        name = right.__name__
        is_complete = journal.owned.is_complete(target, name)
        if not only.has_branch(name) or (is_complete and not only):
            continue
        known = {} if known_too else journal.owned.rows(target, name)
        ours = left.contents().items
        chosen = only.branches.get(name)
        records = {
            idnumber: item
            for idnumber, item in right.contents().items.items()
            if idnumber not in ours and idnumber not in known and (chosen is None or idnumber in chosen)
        }
        if records or not is_complete:
            matched = frozenset(one for one in right.contents().items if one in ours)
            # one record that is claimed says nothing of the others
            yield Unclaimed(right, records, journal, matched, not is_complete and chosen is None)
