"""The system that a connector is tried on, as its author reaches it: by another way than the connector's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from dss.testing.verdict import NotOffered

Record = Mapping[str, Any]
"""One record in the branch's own words: `idnumber` and attributes of the model; what is left out is not there."""


class System(ABC):
    """One system, empty at first; the fixture `system` of a suite makes one for every test.

    None of its methods may go through the connector: what both got wrong would look right.

    Attributes:
        is_in_process: the system lives in the memory of this very process, so that one that is forked from it writes
            into a copy; a death is then only imitated.
    """

    is_in_process: ClassVar[bool] = False

    @abstractmethod
    def options(self) -> Mapping[str, Any]:
        """The connector's options for this system, as they would stand in its table `[trees.NAME]`.

        Values as TOML has them: texts, numbers, booleans, lists and tables; a secret as `{"env": "NAME"}`.
        """

    @abstractmethod
    def seed(self, branch: str, records: Sequence[Record]) -> None:
        """Put records there, in this order, as ours; a record that is there already takes on the values given.

        Attributes that are missing, or None, are left as the system has them when nobody gives them. References hold
        idnumbers of records that were seeded before. Must be stored when this returns.
        """

    @abstractmethod
    def read_back(self, branch: str) -> Iterable[Record]:
        """All records of one branch that are ours, with the attributes that the system holds."""

    @abstractmethod
    def dump(self) -> object:
        """Everything that the system holds, in any form that two of can be compared by `==`: bytes of a file, say."""

    def remove(self, branch: str, idnumbers: Sequence[str]) -> None:
        """Take records away, as somebody else would who deletes them.

        Needed for the capability `delta`, and to try what happens when a record goes between plan and apply.
        """
        raise NotOffered(_lacks(self, "remove"))

    def seed_outside(self, branch: str, records: Sequence[Record]) -> None:
        """Put records there that are not ours: the administrator's account, a course that a teacher made.

        They have these idnumbers, by which `Scope.ALL` finds them; a system whose other records have none has no
        scope to declare.

        Needed for the capabilities `scope`, `adopt` and `unique`.
        """
        raise NotOffered(_lacks(self, "seed_outside"))


def _lacks(system: System, method: str) -> str:
    return (
        f"`{type(system).__name__}` has no method `{method}`, and what is declared cannot be tried without it"
        f"\n  To change: write `{method}` on the suite's `System`, or take the capability out of `capabilities`"
    )
