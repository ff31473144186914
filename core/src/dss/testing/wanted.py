"""The left tree of every check: in memory, with the branches of the connector that is tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dss.branches import DataStoreBranch
from dss.hookspecs import hookimpl
from dss.importers import DefaultImporter
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from dss.testing.samples import Values

NAME = "wanted"
Wanted = dict[str, dict[str, "Values"]]
"""What is to be in the system: by branch and idnumber."""


def wanted_plugin(branches: Iterable[type[DataStoreBranch]], wanted: Wanted) -> object:
    """A connector whose tree always holds what stands in `wanted` by then."""
    declared = [_declaration(branch) for branch in branches]

    class Importer(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> Iterable[Mapping[str, Any]]:
            return list(wanted.get(branch.__name__, {}).values())

    class Tree(DataStoreTree):
        __importer__ = Importer

        def _declared_branches(self) -> list[type[DataStoreBranch]]:
            return declared

    @hookimpl
    def dss_register_trees() -> list[type[DataStoreTree]]:
        return [Tree]

    plugin = ModuleType(NAME)
    plugin.dss_register_trees = dss_register_trees  # type: ignore[attr-defined]
    return plugin


def _declaration(bound: type[DataStoreBranch]) -> type[DataStoreBranch]:
    """A branch with the same items as the connector's, and with nothing of its code."""
    taken = ("klass", "refers_to", "key_of", "unique", "people", "parent", "witnesses")
    namespace: dict[str, Any] = {name: getattr(bound, name) for name in taken}
    declared: type[DataStoreBranch] = type(
        bound.__name__,
        (DataStoreBranch,),
        {"__branchname__": bound.__name__, "allow_empty": True, **namespace},
    )
    return declared
