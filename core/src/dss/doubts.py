"""What must not be concluded from something missing on the left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dss.actions import Action, Kind
from dss.attributes import ENABLED

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


class Doubts:
    """For one pair of branches: which removals are left out, because the left could not be read whole.

    Attributes:
        withheld: how many removals were left out, by reason.
    """

    def __init__(self, left: type[DataStoreBranch], right: type[DataStoreBranch]) -> None:
        self.left, self.right = left, right
        self.references = right.references()
        self.withheld: dict[str, int] = {}
        self._of_the_branch = self._about_the_branch()

    def withhold_record(self, right: Any) -> bool:
        """Whether a record only on the right may be missing on the left for a bad row alone; counts it then."""
        return self._counted(self._of_the_branch or self._about_references(right))

    def withhold_value(self, action: Action) -> bool:
        """Whether a single value may be missing on the left for a bad row alone; counts it then."""
        if action.kind is not Kind.REMOVE:
            return False
        return self._counted(self._of_the_branch or self._about(action.attribute, action.value))

    def is_nobody(self, attribute: str | None, value: Any) -> bool:
        """Whether a reference is to somebody who will not be made: left out, disabled, or frozen on the left."""
        found = self._is_left_out(attribute, value)
        for name in self.references.get(attribute or "", ()):
            ours, theirs = vars(self.left.tree).get(name), vars(self.right.tree).get(name)
            if theirs is not None and value in theirs.contents().items and not found:
                return False
            if ours is None:
                continue
            item = ours.contents().items.get(value)
            if value in ours.contents().frozen:
                found = theirs is not None
            elif item is not None:
                if not _is_disabled(item):
                    return False
                found = theirs is not None
        return found

    def _is_left_out(self, attribute: str | None, value: Any) -> bool:
        branches = [vars(self.left.tree).get(name) for name in self.references.get(attribute or "", ())]
        stores = [branch.contents() for branch in branches if branch is not None]
        return any(value in store.left_out for store in stores) and not any(
            value in store.items for store in stores
        )

    def _counted(self, reason: str) -> bool:
        if reason:
            self.withheld[reason] = self.withheld.get(reason, 0) + 1
        return bool(reason)

    def _about_the_branch(self) -> str:
        contents = self.left.contents()
        if contents.problems:
            return f"{self.left.path()} has rows that cannot be tied to a record; mend them first"
        return f"{self.left.path()} may lack records: {contents.doubtful}" if contents.doubtful else ""

    def _about_references(self, right: Any) -> str:
        """Why a right-only record may be missing on the left only because something it refers to is doubtful there."""
        for attribute in self.references:
            value = getattr(right, attribute, None)
            if isinstance(value, str) and (doubt := self._about(attribute, value)):
                return doubt
        return ""

    def _about(self, attribute: str | None, value: Any) -> str:
        """Why a reference may be missing on the left: what it refers to is frozen, or may not have been read."""
        names = self.references.get(attribute or "", ())
        if names and (reason := self.left.contents().doubted.get(value)):
            return reason
        for name in names:
            there = vars(self.right.tree).get(name)
            if there is not None and value in there.contents().frozen:
                return f"what they refer to in {there.path()} is not clear; mend it first"
            branch = vars(self.left.tree).get(name)
            if branch is None:
                continue
            store = branch.contents()
            if value in store.frozen:
                return f"what they refer to in {branch.path()} has bad rows; mend them first"
            if store.problems and value not in store.items:
                return f"{branch.path()} has rows that cannot be tied to a record; mend them first"
        return ""


def _is_disabled(item: Any) -> bool:
    try:
        return getattr(item, ENABLED, None) is False
    except Exception:  # a user's property may raise anything; the comparison of its own branch reports it
        return False
