"""Hooks: marked functions keep their types, and what is asked of a set of plugins has them too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_type

import pytest

from dss import Action, DataStoreBranch, DataStoreTree, DefaultTemplate, Kind, Result, hookimpl
from dss.errors import ConnectorError
from dss.importers import Given
from dss.registry import Hooks, Registry, default_registry
from dss.report import Report
from dss.runner import Run


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Tree(DataStoreTree):
    __branches__ = Branches
    students: type[Students]


class Plugin:
    """A plugin that is an object, with every hook as a method."""

    @hookimpl
    def dss_register_trees(self) -> Sequence[type[DataStoreTree]]:
        return [Tree]

    @hookimpl(tryfirst=True)
    def dss_readin_branch(self, branch: type[DataStoreBranch]) -> Given:
        return [{"idnumber": "1"}]

    @hookimpl
    def dss_compare(self, left: type[DataStoreBranch], right: type[DataStoreBranch]) -> Iterable[Action]:
        return (Action(Kind.ERROR, left.__name__, one, error="not compared") for one in left.keys())  # noqa: SIM118

    @hookimpl
    def dss_handle_actions(self, tree: DataStoreTree, actions: Sequence[Action]) -> Iterable[Result] | None:
        return None

    @hookimpl(specname="dss_sync")
    def carry_out(self, left: DataStoreTree, right: DataStoreTree) -> Report:
        return Report(remarks=["nothing was compared"])

    @hookimpl(trylast=True)
    def dss_report(self, run: Run) -> None: ...


def test_a_marked_function_keeps_its_type() -> None:
    """`@hookimpl` gives back what it marks, with and without arguments."""
    plugin, tree = Plugin(), Tree()

    assert_type(plugin.dss_register_trees(), Sequence[type[DataStoreTree]])
    assert_type(plugin.dss_readin_branch(tree.students), Given)
    assert_type(plugin.carry_out(tree, tree), Report)
    with pytest.raises(TypeError):
        plugin.carry_out(tree)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        hookimpl(first=True)  # type: ignore[call-overload]


def test_what_a_set_of_plugins_answers_has_types() -> None:
    """The registry gives hooks, and each hook gives what its specification says."""
    registry = Registry(entry_points=(), disabled=("other",))
    registry.register("mine", Plugin())
    registry.register("builtin", object())
    tree = Tree(plugins=["mine"], registry=registry)
    hooks = registry.hooks(["mine"])

    assert_type(default_registry(), Registry)
    assert_type(registry.names(), list[str])
    assert_type(registry.load("mine"), object)
    assert_type(registry.load_all(), dict[str, ConnectorError])
    assert_type(registry.distribution("mine"), tuple[str, str])
    assert_type(registry.classes("mine", "trees", DataStoreTree), list[type[DataStoreTree]])
    assert_type(hooks, Hooks)
    assert_type(tree.hooks, Hooks)
    assert_type(hooks.readin_branch(tree, tree.students), Given)
    assert_type(hooks.compare(tree.students, tree.students), Iterable[Action])
    assert_type(hooks.handle_actions(tree, []), Iterable[Result])
    assert_type(hooks.sync(tree, tree), Report)
    with pytest.raises(ConnectorError):
        registry.classes("mine", "trees", DefaultTemplate)

    assert (tree >> tree).remarks == ["nothing was compared"]
