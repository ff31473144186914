"""The structure in the background that holds every tree's branches."""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dss.tree import DataStoreTree

_trees: weakref.WeakValueDictionary[int, DataStoreTree] = weakref.WeakValueDictionary()
_numbers = itertools.count()


class DataStore:
    """One tree's window on the datastore; another tree of the same name never shows through."""

    def __init__(self, tree: DataStoreTree) -> None:
        self._tree = weakref.ref(tree)
        _trees[next(_numbers)] = tree

    @property
    def __tree__(self) -> defaultdict[str, OrderedDict[str, Any]]:
        """A snapshot of all trees' items, keyed `treename.branchname`, for people to look at."""
        snapshot: defaultdict[str, OrderedDict[str, Any]] = defaultdict(OrderedDict)
        own = self._tree()
        for tree in [tree for _, tree in sorted(_trees.items()) if tree is not own] + (
            [own] if own is not None else []
        ):
            for branch in tree.branches:
                snapshot.update(branch.store())
        return snapshot
