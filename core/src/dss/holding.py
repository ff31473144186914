"""Holds: changes of a plan that are kept back until somebody says that they are meant."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import attrs

from dss.actions import Action
from dss.policies import Limit


class Because(StrEnum):
    """Why changes are held."""

    BUDGET = "budget"
    """More would be taken away than the branch's budget allows."""
    PARENT = "parent"
    """More would be taken away from one parent than its budget allows."""
    SHAPE = "shape"
    """The source does not look like it did in the last good run."""
    STALE = "stale"
    """The source is older than what the last good run has read."""
    CLOCK = "clock"
    """The machine's clock stands before the last run."""
    UNDONE = "undone"
    """An earlier run undid this very change."""
    UNKNOWN = "unknown"
    """There is no record of which of the target's records are ours."""
    FOREIGN = "foreign"
    """The target's record is not ours."""
    PROTECTED = "protected"
    """The record is protected."""
    PATIENCE = "patience"
    """The record has not been missing for long enough."""
    POLICY = "policy"
    """The configuration says that it is not to be done."""
    DEPENDENT = "dependent"
    """It belongs to a record whose own change is held."""
    NEEDED = "needed"
    """Something that stays refers to it, or cannot be made without it."""

    @property
    def can_be_approved(self) -> bool:
        """Whether a person's word is enough to let these changes through."""
        return self in _APPROVABLE

    @property
    def is_quiet(self) -> bool:
        """Whether this is how things are meant to be, so that a run that finds nothing else is in step."""
        return self in (Because.FOREIGN, Because.PROTECTED, Because.PATIENCE, Because.POLICY)


_APPROVABLE = frozenset(
    (
        Because.BUDGET,
        Because.PARENT,
        Because.SHAPE,
        Because.STALE,
        Because.CLOCK,
        Because.UNDONE,
        Because.PATIENCE,
    )
)


@attrs.frozen
class Hold:
    """Changes that are kept back together.

    Attributes:
        scope: a branch, or `branch.attribute`.
        reason: one sentence.
        actions: all of them.
        because: what kind of reason it is.
        quiet: this hold is nothing that a person has to look at, see `Because.is_quiet`; for dependent ones, those
            on which they depend decide.
        budget: the limit that they exceed, where that is the reason.
        parent: from which they would be taken, where its own limit is the reason.
        of: what their share is a share of.
    """

    scope: str
    reason: str
    actions: list[Action]
    because: Because = Because.BUDGET
    quiet: bool = False
    budget: Limit | None = None
    parent: str = ""
    of: int | None = None


def fingerprints(holds: Iterable[Hold]) -> set[str]:
    """The fingerprints of everything that is held."""
    return {action.fingerprint for hold in holds for action in hold.actions}
