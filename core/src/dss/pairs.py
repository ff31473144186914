"""Which branches of two trees are compared, and whether they are ready for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dss.errors import ConfigError, EmptySourceError, StateError
from dss.store import State

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

log = logging.getLogger("dss")

Pair = tuple[type["DataStoreBranch"], type["DataStoreBranch"]]


def ready_pairs(left: DataStoreTree, right: DataStoreTree, names: Sequence[str] | None = None) -> list[Pair]:
    """The branches both trees have, in order and checked: a tree that was cut short is never taken for an empty one.

    Args:
        names: the branches wanted, in order; every one must be there. None is all that both have, in the right
            tree's order; those that only one has are named in the log.

    Raises:
        StateError: a branch is still being read, has failed, or is unread though its tree has an importer.
        EmptySourceError: the left has no record where it should have some.
        ConfigError: a wanted branch is missing.
    """
    pairs = []
    for name in names if names is not None else _shared_names(left, right):
        pair = (_branch(left, name), _branch(right, name))
        missing = [branch for branch in pair if branch.state() is State.NOT_PROVIDED]
        if missing and names is None:
            # who names the branches asks for a plan, whose notes say it
            log.warning("left out: %s is not provided by its importer", missing[0].path())
        if not missing:
            for branch in pair:
                _check_state(branch)
            _check_source(*pair)
            pairs.append(pair)
    return pairs


def _shared_names(left: DataStoreTree, right: DataStoreTree) -> list[str]:
    lefts = {branch.__name__ for branch in left.branches}
    rights = {branch.__name__ for branch in right.branches}
    for tree, alone in ((left, lefts - rights), (right, rights - lefts)):
        if alone:
            log.warning("left out: only %s has the branches %s", tree.name, ", ".join(sorted(alone)))
    return [branch.__name__ for branch in right.branches if branch.__name__ in lefts]


def _branch(tree: DataStoreTree, name: str) -> type[DataStoreBranch]:
    for branch in tree.branches:
        if branch.__name__ == name:
            return branch
    there = ", ".join(branch.__name__ for branch in tree.branches) or "none"
    raise ConfigError(f"tree `{tree.name}` has no branch `{name}`; it has {there}")


def _check_state(branch: type[DataStoreBranch]) -> None:
    state, path = branch.state(), branch.path()
    if state is State.READING:
        raise StateError(f"`{path}` is still being read; compare when that has ended")
    if state is State.FAILED:
        raise StateError(f"`{path}` could not be read whole; mend that and read the tree again (+tree)")
    if state is State.UNREAD and (branch.tree.has_importer or branch.tree.is_derived(branch.__name__)):
        raise StateError(f"`{path}` has not been read; read the tree first (+tree)")


def _check_source(left: type[DataStoreBranch], right: type[DataStoreBranch]) -> None:
    if len(left) or left.allow_empty or right.allow_empty:
        return
    frozen = left.contents().frozen
    if frozen and all(idnumber in frozen for idnumber in right.contents().items):
        # all that is on the right is known on the left too, if only as doubtful
        return
    if left.state() is State.UNREAD and not len(right):
        # a tree filled by hand, with nothing in this branch on either side: nothing can be lost
        return
    raise EmptySourceError(
        f"`{left.path()}` has no records at all ({right.path()} has {len(right)}); when that is the truth, set"
        " `allow_empty` for the branch"
    )
