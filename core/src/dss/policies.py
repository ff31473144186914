"""What the configuration says about how careful a run is; every table has defaults that suit most schools."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

HALVED_FROM = 4
"""Records from which on a source that has lost more than half of them is looked at."""


def _help(text: str) -> dict[str, str]:
    return {"help": text}


@attrs.frozen
class Limit:
    """So many are always allowed, and beyond that a share of what there is.

    Attributes:
        count: so many are always allowed.
        share: part of what there is before the run, between 0 and 1.
    """

    count: int = attrs.field(default=3, metadata=_help("so many are always allowed"))
    share: float = attrs.field(default=0.30, metadata=_help("part of what there is, such as 0.3"))

    def allows(self, removals: int, of: int) -> bool:
        """Whether so many removals are within the limit; it is passed when they exceed the count and the share."""
        return removals <= self.count or removals <= self.share * of


@attrs.frozen
class Budget(Limit):
    """`[budgets.BRANCH]`: how much may be taken away in one run.

    Attributes:
        share: part of the enabled records in our scope before the run (of the single values, for a multi-valued
            attribute).
        per_parent: what may be taken away from one parent: from one class, from the members of one cohort.
    """

    count: int = attrs.field(default=10, metadata=_help("so many removals are always allowed in one run"))
    share: float = attrs.field(
        default=0.05,
        metadata=_help(
            "beyond that, this part of the records that were enabled before the run (of the values, for an attribute)"
        ),
    )
    per_parent: Limit = attrs.field(
        factory=Limit,
        metadata=_help(
            "the same for one parent (the enrollments of one class, the members of one cohort), so that none is emptied"
            " under the limits of all"
        ),
    )


@attrs.frozen
class Shape:
    """`[guards]` and `[guards.BRANCH]`: how far a source may differ from what it was in the last good run.

    Every limit counts only when more than `count` records are concerned.
    """

    count: int = attrs.field(default=10, metadata=_help("no guard is tripped by so many records, or fewer"))
    shrink: float = attrs.field(
        default=0.2, metadata=_help("part of the source's records, and of its rows, that may be missing")
    )
    growth: float = attrs.field(
        default=0.5, metadata=_help("how many records may be new, as a part of those that the source had")
    )
    blanks: float = attrs.field(
        default=0.1, metadata=_help("part of the rows in which an attribute may have become blank")
    )
    changes: float = attrs.field(
        default=0.3,
        metadata=_help(
            "part of the records that both sides have in which one attribute may change in one run (of a multi-valued"
            " attribute: part of all its values)"
        ),
    )

    def takes_for_whole(self, now: int, before: int) -> bool:
        """Whether a source of so many records, or rows, may be all of it.

        A small branch that has lost more than half is no measure of anything, however few that are.
        """
        halved = before >= HALVED_FROM and now * 2 < before
        return not halved and Limit(self.count, self.shrink).allows(before - now, before)


class Removing(StrEnum):
    """What is done about somebody who is gone from the source."""

    DISABLE = "disable"
    """The branch's own `old` is carried out: an account is disabled."""
    STRIP = "strip"
    """Memberships that refer to it are removed: enrollments, members of cohorts, guardians' roles."""


@attrs.frozen
class Removals:
    """`[removals]` and `[removals.BRANCH]`: when somebody counts as gone, and what is done then.

    Attributes:
        runs: good runs in a row in which a record must have been missing.
        days: days for which a record must have been missing.
        policy: what is done.
    """

    runs: int = attrs.field(
        default=1,
        metadata=_help(
            "in so many good runs in a row, the present one counted, a record must have been missing before its end is"
            " proposed"
        ),
    )
    days: int = attrs.field(default=0, metadata=_help("and for so many days"))
    policy: tuple[Removing, ...] = attrs.field(
        default=(Removing.DISABLE, Removing.STRIP),
        metadata=_help(
            'what is done then: `"disable"` (the end of the record itself is carried out), `"strip"` (what other'
            " branches have of it is removed: enrollments, memberships), or both; `[]` is neither"
        ),
    )


@attrs.frozen
class Breaker:
    """`[breaker]`: when a run in which changes keep failing is stopped.

    Attributes:
        failures: so many in a row stop it; 0 never does.
        share: this part of what has been tried stops it, once `tried` have been; 1 never does.
        tried: before so many have been tried no share is looked at.
    """

    failures: int = attrs.field(
        default=25, metadata=_help("so many failures in a row stop a run; 0 never does")
    )
    share: float = attrs.field(
        default=0.5, metadata=_help("a larger part of what has been tried stops it too; 1 never does")
    )
    tried: int = attrs.field(
        default=50, metadata=_help("the share is looked at when so many have been tried")
    )


@attrs.frozen
class Expiry:
    """`[expiry]`: for how long things are kept, in days.

    Attributes:
        approvals: an approval that was not used.
        values: people's names and values in the journal; without them a run cannot be undone any more.
    """

    approvals: int = attrs.field(
        default=14, metadata=_help("days after which an approval that was not used lapses")
    )
    values: int = attrs.field(
        default=90,
        metadata=_help(
            "days after which the journal forgets names and values; such a run cannot be undone any more"
        ),
    )


@attrs.frozen
class Policies:
    """All of them.

    Attributes:
        budgets: by branch, or by `branch.attribute`.
        guards: by branch; "" is for all others.
        removals: by branch; "" is for all others.
        protected: from whom nothing is ever taken away: patterns as of file names (`admin*`), by branch ("" is for all)
            and attribute.
    """

    budgets: Mapping[str, Budget] = attrs.field(factory=dict)
    guards: Mapping[str, Shape] = attrs.field(factory=dict)
    removals: Mapping[str, Removals] = attrs.field(factory=dict)
    protected: Mapping[str, Mapping[str, tuple[str, ...]]] = attrs.field(factory=dict)
    breaker: Breaker = attrs.field(factory=Breaker)
    expiry: Expiry = attrs.field(factory=Expiry)

    def budget(self, branch: str, attribute: str = "") -> Budget:
        """The budget of a branch, or of one of its multi-valued attributes, for which the branch's own stands too."""
        own = self.budgets.get(f"{branch}.{attribute}") if attribute else None
        return own or self.budgets.get(branch) or Budget()

    def shape(self, branch: str) -> Shape:
        """How far a branch may differ from the last good run."""
        return self.guards.get(branch) or self.guards.get("") or Shape()

    def removing(self, branch: str) -> Removals:
        """When a record of a branch counts as gone, and what is done then."""
        return self.removals.get(branch) or self.removals.get("") or Removals()
