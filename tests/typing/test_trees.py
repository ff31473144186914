"""Trees, as somebody writes them who wants to know what an operator gives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, assert_type

import pytest

from dss import Action, DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate
from dss.capabilities import Capability, Finding
from dss.errors import BudgetExceeded, ConfigError, StateError
from dss.importers import Record, reads
from dss.policies import Budget
from dss.report import Report
from dss.tree import Derivation


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Obedient(DefaultTemplate):
    def new(self, action: Action) -> None: ...

    update = old = new


class School(DataStoreTree):
    __branches__ = Branches
    __template__ = Obedient
    students: type[Students]


class OneStudent(DefaultImporter):
    def readin_branch(self, branch: type[DataStoreBranch]) -> list[Record]:
        return [{"idnumber": "1", "name": "Ada"}]


class Office(School):
    __importer__ = OneStudent


def test_operators_between_trees_say_what_they_give(capsys: pytest.CaptureFixture[str]) -> None:
    """`-` gives actions, `>` prints, `>>` reports, `+` and `-` before a tree give that very tree."""
    left, right = Office(), School()

    assert_type(+left, Office)
    assert_type(left - right, Iterator[Action])
    assert_type(left > right, None)
    report = left >> right
    assert_type(report, Report)
    assert_type(-right, School)

    assert (str(report), capsys.readouterr().out) == ("1 done", "new students 1 (Ada)\n")


def test_a_tree_is_compared_with_a_tree_only() -> None:
    """What is no tree is refused by the type checker and, for whoever has none, when it runs."""
    tree = School()

    with pytest.raises(TypeError):
        tree - 3  # type: ignore[operator]
    with pytest.raises(TypeError):
        tree > "other"  # type: ignore[operator]
    with pytest.raises(TypeError):
        tree >> [tree]  # type: ignore[operator]
    with pytest.raises(TypeError):
        3 - tree  # type: ignore[operator]


def test_parts_of_a_tree_fit_their_place() -> None:
    """An importer does not pass for a template, nor a number for the base of the branches."""

    class Swapped(DataStoreTree):
        __importer__ = Obedient  # type: ignore[assignment]
        __template__ = DefaultImporter  # type: ignore[assignment]

    class Numbered(DataStoreTree):
        __branches__ = 3  # type: ignore[assignment]

    with pytest.raises(ConfigError, match="subclass of DefaultImporter"):
        assert Swapped().importer
    with pytest.raises(ConfigError, match="subclass of DefaultTemplate"):
        assert Swapped().template
    with pytest.raises(ConfigError, match="subclass of DataStoreBranch"):
        Numbered()


def test_a_branch_is_known_when_the_tree_declares_it() -> None:
    """`students: type[Students]` on the tree gives the branch its type; one that is not declared is anything."""
    tree = School()

    assert_type(tree.students, type[Students])
    assert_type(tree.branches, list[type[DataStoreBranch]])
    with pytest.raises(AttributeError):
        assert_type(tree.pupils, Any)
    with pytest.raises(AttributeError):
        tree.students.mkae("1")  # type: ignore[attr-defined]


def test_a_branch_is_derived_by_a_function_of_the_tree() -> None:
    """The function keeps its type under `@reads`, takes the tree alone, and gives records."""

    @reads("students")
    def doubles(tree: School) -> Iterator[Record]:
        for student in tree.students:
            yield {"idnumber": f"{student.idnumber}-2"}

    class Doubles(DataStoreBranch):
        __branchname__ = "doubles"

    tree = Office()

    assert_type(tree.add_branch(Doubles, doubles), type[DataStoreBranch])
    derive: Derivation = doubles
    assert_type(tree.derivation("doubles"), Derivation | None)
    tree.add_branch(Doubles, lambda: ())  # type: ignore[misc, arg-type]
    tree.add_branch(Doubles, derive)
    tree.read(["doubles"])

    assert list(tree.doubles.keys()) == ["1-2"]


def test_members_of_a_tree_say_what_they_give() -> None:
    """What a programmer asks of a tree, one after the other."""
    tree = Office(name="here", config_folder=".")
    only: Collection[str] = ("students",)

    assert_type(tree.name, str)
    assert_type(tree.capabilities, frozenset[Capability])
    assert_type(tree.capabilities_of("students"), frozenset[Capability])
    assert_type(tree.identity(), str)
    assert_type(tree.idnumber("teachers", "7"), str)
    assert_type(tree.idnumber_templates, Mapping[str, str])
    assert_type(tree.importer, DefaultImporter | None)
    assert_type(tree.template, DefaultTemplate)
    assert_type(tree.spare_value("students", "username", "1"), str | None)
    assert_type(tree.batch(), AbstractContextManager[object])
    assert [finding for finding in tree.check() if assert_type(finding, Finding).level == "error"] == []
    assert_type(tree.read(only=only), None)
    tree.close()
    with pytest.raises(StateError):
        tree < tree
    with pytest.raises(ConfigError):
        tree.open_client()


def test_budgets_are_given_by_branch() -> None:
    """A tree takes budgets, not numbers; what is over them is named by the error, action by action."""
    left, right = School(name="left"), School(name="right")
    left.students.make("1")
    for number in range(40):
        right.students.make(f"{number}")
    with pytest.raises(BudgetExceeded) as caught:
        left >> right
    assert_type(caught.value.held, list[Action])

    right.budgets = {"students": 50}  # type: ignore[dict-item]
    right.budgets = {"students": Budget(count=50, share=1.0)}

    assert (left >> right).undone == []
