"""Whether a branch has anything that a capability, which is declared for it, could be tried on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from dss.attributes import ENABLED
from dss.capabilities import Capability
from dss.testing.hostile import HOSTILE

if TYPE_CHECKING:
    from dss.testing.samples import Branch, Samples
    from dss.testing.suite import Suite

WRITES = (
    Capability.CREATE,
    Capability.UPDATE,
    Capability.DISABLE,
    Capability.END,
    Capability.MULTI_VALUES,
)
"""What changes a system; a dry run, an undo or a transaction is nothing without one of them."""

ALONG_WITH: Mapping[Capability, Collection[Capability]] = {
    Capability.DRY_RUN: WRITES,
    Capability.UNDO: WRITES,
    Capability.TRANSACTIONS: WRITES,
    Capability.ADOPT: (Capability.CREATE,),
    Capability.SWAP: (Capability.UPDATE,),
    Capability.UNIQUE: (Capability.CREATE, Capability.UPDATE),
}
"""Of which others at least one has to be declared with a capability."""


def lacking(samples: Samples, bound: Branch, capability: Capability, declared: Collection[Capability]) -> str:
    """What a branch lacks to use a capability that is declared for it; empty when it lacks nothing."""
    others = ALONG_WITH.get(capability, ())
    if others and not set(others) & set(declared):
        return f"`{'` or `'.join(others)}` is not declared for `{bound.__name__}`"
    look, lack = _NEEDS.get(capability, (None, ""))
    if look is None or look(samples, bound):
        return ""
    return f"of `{bound.__name__}` {lack}"


def idle(suite: Suite, bound: Mapping[str, Branch]) -> list[str]:
    """The capabilities that are declared and that no branch at all can use, a line each."""
    found = []
    for capability in Capability:
        why = [
            lacking(suite, branch, capability, declared)
            for name, branch in bound.items()
            if capability in (declared := suite.declared().of(name))
        ]
        if why and all(why):
            found.append(f"`{capability}`: {'; '.join(dict.fromkeys(why))}")
    return found


def takes_any_text(suite: Suite, bound: Mapping[str, Branch]) -> bool:
    """Whether anything hostile can be tried, or it is said of all of it why not."""
    return any(map(suite.free_texts, bound)) or suite.unstorable.keys() >= HOSTILE.keys()


def _has_unique_values(samples: Samples, bound: Branch) -> bool:
    return bool(bound.circles().keys() & samples.record(bound.__name__, 1).keys())


def _can_exchange_values(samples: Samples, bound: Branch) -> bool:
    return bool(bound.circles().keys() & set(samples.changeable(bound.__name__)))


def _has_a_witness(samples: Samples, bound: Branch) -> bool:
    values = {name for name, value in samples.record(bound.__name__, 1).items() if value not in (None, "")}
    return any(values.issuperset(group) for group in bound.witnesses)


_NEEDS: Mapping[Capability, tuple[Callable[[Samples, Branch], object], str]] = {
    Capability.UPDATE: (
        lambda samples, bound: samples.changeable(bound.__name__),
        "no attribute may be changed",
    ),
    Capability.DISABLE: (
        lambda samples, bound: ENABLED in samples.record(bound.__name__, 1),
        f"the sample records have no `{ENABLED}`",
    ),
    Capability.MULTI_VALUES: (
        lambda samples, bound: samples.multi_valued(bound.__name__),
        "no attribute holds several values",
    ),
    Capability.BLANKS: (
        lambda samples, bound: samples.free_texts(bound.__name__),
        "no attribute takes any text",
    ),
    Capability.UNIQUE: (_has_unique_values, "no attribute is unique"),
    Capability.SWAP: (_can_exchange_values, "no unique attribute may be changed"),
    Capability.ADOPT: (_has_a_witness, "no sample record has all attributes of a witness"),
}
