"""The kinds of changes that two trees could need, from their declarations alone, without reading anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dss.actions import Action, Kind
from dss.attributes import MULTI, Flow, model_of
from dss.branches import DataStoreBranch
from dss.launcher.hints import hints_of, kind_of, members
from dss.tree import DataStoreTree


def possible_actions(left: DataStoreTree, right: DataStoreTree, names: Collection[str]) -> Iterator[Action]:
    """One bare action for each kind, branch and attribute that a compare could give.

    Where a model does not say whether an attribute holds several values, it is taken to hold one.
    """
    lefts = {branch.__name__: branch for branch in left.branches}
    for branch in right.branches:
        name = branch.__name__
        if name in names and name in lefts:
            yield Action(Kind.NEW, name)
            yield Action(Kind.OLD, name)
            for attribute in _compared(lefts[name], branch):
                flow = branch.flow.get(attribute, Flow.AUTHORITATIVE)
                for kind in _kinds(branch, attribute, Flow(flow)):
                    yield Action(kind, name, attribute=attribute)


def _compared(left: type[DataStoreBranch], right: type[DataStoreBranch]) -> list[str]:
    if right.attributes is not None:
        return list(right.attributes)
    theirs = model_of(left.klass).names
    return [name for name in model_of(right.klass).names if name in theirs]


def _kinds(branch: type[DataStoreBranch], attribute: str, flow: Flow) -> Collection[Kind]:
    # an attribute that the key is made of never differs between two records of one key
    if flow in (Flow.IGNORE, Flow.CREATE_ONLY) or attribute in branch.key_of:
        return ()
    if not _is_multi(branch.klass, attribute):
        return (Kind.UPDATE,)
    return (Kind.ADD,) if flow is Flow.ADD_ONLY else (Kind.ADD, Kind.REMOVE)


def _is_multi(model: type, attribute: str) -> bool:
    return any(kind_of(one) in MULTI for one in members(hints_of(model).get(attribute)))
