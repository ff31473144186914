"""The built-in plugin: the core's own answers to the hooks, registered by an entry point like anyone's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dss.hookspecs import hookimpl

if TYPE_CHECKING:
    from dss.actions import Action, Result
    from dss.branches import DataStoreBranch
    from dss.importers import Given
    from dss.report import Report
    from dss.tree import DataStoreTree


@hookimpl(trylast=True)
def dss_readin_branch(tree: DataStoreTree, branch: type[DataStoreBranch]) -> Given:
    """Ask the tree's importer."""
    if tree.importer is None:
        return None
    given = tree.importer.readin_branch(branch)
    # None means that the importer has called `make` itself; to pluggy it would mean "no answer"
    return () if given is None else given


@hookimpl(trylast=True)
def dss_compare(left: type[DataStoreBranch], right: type[DataStoreBranch]) -> Iterable[Action]:
    """Compare the two branches by key, then attribute by attribute."""
    from dss.compare import compare

    return compare(left, right)


@hookimpl(trylast=True)
def dss_handle_actions(tree: DataStoreTree, actions: Sequence[Action]) -> Iterable[Result]:
    """Hand the actions to the tree's template."""
    return tree.template.handle(actions)


@hookimpl(trylast=True)
def dss_sync(left: DataStoreTree, right: DataStoreTree) -> Report:
    """Compare, check the removal budgets, call the handlers."""
    from dss.sync import sync

    return sync(left, right)
