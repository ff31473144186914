"""The first and the last line of a plan file."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from dss.holding import Because, Hold
from dss.planfile.tally import Tally
from dss.policies import Limit
from dss.sources import Source

FORMAT = "dss-plan"
VERSION = 1

T = TypeVar("T")


@attrs.frozen
class BranchHead:
    """One pair of branches.

    Attributes:
        name: of both.
        left: how many records the left had; None when it was not read.
        right: how many the right had.
        key_of: attributes that the idnumber is made of.
        shapes: of attributes that are written plainly since their annotation tells their type, how they would be
            marked otherwise: `{"members": "$frozenset"}`. For who reads the file without the models.
    """

    name: str
    left: int | None
    right: int
    key_of: tuple[str, ...] = ()
    shapes: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class SyncHead:
    """One sync.

    Attributes:
        name: as the configuration's key path names it, `sync[0]`.
        left: name of the tree that says what is needed.
        right: name of the tree that is changed.
        left_system: which system the left is, see `DataStoreTree.identity`.
        right_system: which system the right is; the plan is for no other.
        sources: what the left was read from.
        branches: those compared, in order.
        notes: what people should know of the reading.
        missing_handlers: what the target's template cannot carry out, a sentence each.
    """

    name: str
    left: str
    right: str
    left_system: str
    right_system: str
    sources: tuple[Source, ...] = ()
    branches: tuple[BranchHead, ...] = ()
    notes: tuple[str, ...] = ()
    missing_handlers: tuple[str, ...] = ()


@attrs.frozen
class Head:
    """The first line.

    Attributes:
        made: when the plan was made, in UTC.
        by: who made it.
        config: see `dss.digests`.
        only: the branches, or `branch:idnumber`s, to which the plan is limited; without any, it is whole.
        syncs: in the order in which they are applied.
        undoes: the run that this plan takes back.
        later: sentences on syncs that are not in the file.
        version: of the format.
    """

    made: datetime.datetime
    by: str
    config: Mapping[str, str]
    syncs: tuple[SyncHead, ...]
    only: tuple[str, ...] = ()
    undoes: int | None = None
    later: tuple[str, ...] = ()
    version: int = VERSION


@attrs.frozen
class HoldHead:
    """One hold, without its actions, which bear its number.

    Attributes:
        scope: a branch, or `branch.attribute`.
        reason: one sentence.
        because: what kind of reason it is.
        quiet: whether it is nothing that a person has to look at.
        budget: the limit that is exceeded, where that is the reason.
        count: how many changes it holds.
    """

    scope: str
    reason: str
    because: Because
    quiet: bool = False
    budget: Limit | None = None
    count: int = 0

    @classmethod
    def of(cls, hold: Hold) -> HoldHead:
        """The head of a hold."""
        budget = None if hold.budget is None else Limit(hold.budget.count, hold.budget.share)
        return cls(hold.scope, hold.reason, hold.because, hold.quiet, budget, len(hold.actions))


@attrs.frozen
class Foot:
    """The last line; everything in it is by sync.

    Attributes:
        counts: how many changes there are.
        holds: in the order of their numbers.
        errors: how many records need attention, by branch.
        sha256: the digest of every byte of the file before it.
    """

    counts: tuple[Tally, ...]
    holds: tuple[tuple[HoldHead, ...], ...]
    errors: tuple[Mapping[str, int], ...]
    sha256: str = ""


def written(head: object) -> dict[str, Any]:
    """A head as plain values."""
    raw: dict[str, Any] = _converter().unstructure(head)
    return raw


def read(raw: Any, kind: type[T]) -> T:
    """A head out of plain values; raises whatever is wrong with them."""
    made: T = _converter().structure(raw, kind)
    return made


@functools.cache
def _converter() -> Any:
    from cattrs.preconf.json import make_converter

    return make_converter(forbid_extra_keys=False)
