"""What a connector declares, as far as that can be told without a system."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence

import attrs
import importlib_metadata

from dss.branches import DataStoreBranch
from dss.capabilities import Capability
from dss.errors import ConnectorError
from dss.registry import GROUP, Registry
from dss.tree import DataStoreTree


@attrs.frozen
class Declared:
    """One connector's classes.

    Attributes:
        name: by which the registry knows it.
        registry: what is installed, and the connector.
        tree: the tree class.
        branches: the names of the branches that are checked.
        registered: the names of all its branches; others may refer to them.
        by_branch: the branch classes that declare capabilities of their own.
    """

    name: str
    registry: Registry
    tree: type[DataStoreTree]
    branches: tuple[str, ...]
    registered: tuple[str, ...]
    by_branch: dict[str, frozenset[Capability]]

    def of(self, branch: str) -> frozenset[Capability]:
        """What is declared for a branch."""
        return self.by_branch.get(branch, self.tree.capabilities)

    def all(self) -> frozenset[Capability]:
        """What is declared for the tree or for any branch."""
        return self.tree.capabilities.union(*(self.of(branch) for branch in self.branches))


def declared_by(connector: str | object, branches: Sequence[str] = ()) -> Declared:
    """Find a connector.

    Args:
        connector: the name of its entry point; or the object with its hooks, when it is not installed.
        branches: those that are looked at; none is all that it registers.

    Raises:
        ConnectorError: it is not there, or is broken, or gives something else than it should.
    """
    registry = Registry(_installed(tuple(sys.path)))
    if isinstance(connector, str):
        name = connector
    else:
        name = getattr(connector, "__name__", "") or type(connector).__name__
        name = name.rpartition(".")[2]
        registry.register(name, connector)
    trees = registry.classes(name, "trees", DataStoreTree)
    if not trees:
        raise ConnectorError(f"connector `{name}` registers no tree; give one in `dss_register_trees`")
    registered = registry.classes(name, "branches", DataStoreBranch)
    if not registered:
        raise ConnectorError(
            f"connector `{name}` registers no branches; give their classes in `dss_register_branches`"
        )
    named = {branch.__branchname__: branch for branch in registered}
    for branch in branches:
        if branch not in named:
            raise ConnectorError(
                f"the suite's `branches` names `{branch}`, which connector `{name}` does not register; it has"
                f" {', '.join(named)}"
            )
    own = {one: branch.capabilities for one, branch in named.items() if branch.capabilities is not None}
    return Declared(name, registry, trees[0], tuple(branches) or tuple(named), tuple(named), own)


@functools.lru_cache(maxsize=4)
def _installed(_path: tuple[str, ...]) -> list[importlib_metadata.EntryPoint]:
    """What is installed where Python looks; to look takes as long as a check."""
    return list(importlib_metadata.entry_points(group=GROUP))
