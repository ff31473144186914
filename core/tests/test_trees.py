"""Trees: parts by specifier or class, the datastore behind them, and the operators between two of them."""

from __future__ import annotations

import gc
import weakref
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import attrs
import pytest

from dss import Base, DataStoreBranch, DataStoreTree, DefaultImporter, DefaultTemplate
from dss.actions import Action, Kind
from dss.errors import ConfigError, StateError


class Branches(DataStoreBranch):
    pass


class Students(Branches):
    __branchname__ = "students"


class Teachers(Branches):
    __branchname__ = "teachers"


class Template(DefaultTemplate):
    def new(self, action: Action) -> None:
        """Accept everything new."""

    def update(self, action: Action) -> None:
        """Accept every change."""


class Left(DataStoreTree):
    __branches__ = Branches


class Right(DataStoreTree):
    __branches__ = Branches
    __template__ = Template


@pytest.fixture
def left() -> Any:
    """What is needed: Ada and Bo."""
    tree: Any = Left()
    tree.students.make("1", name="Ada")
    tree.students.make("2", name="Bo")
    return tree


@pytest.fixture
def right() -> Any:
    """What is there: Ada, under an older name."""
    tree: Any = Right()
    tree.students.make("1", name="Adah")
    return tree


def tree_with(**parts: Any) -> DataStoreTree:
    """A tree whose class declares these parts."""
    tree: DataStoreTree = type("Declared", (DataStoreTree,), parts)()
    return tree


def use_all_parts(tree: type[DataStoreTree]) -> None:
    """Make a tree and each of its parts."""
    made = tree()
    made.importer
    made.template


# -- parts -------------------------------------------------------------------------------------------------------

PARTS = """
from dss import DataStoreBranch, DefaultImporter, DefaultTemplate
class Branches(DataStoreBranch): pass
class Students(Branches): __branchname__ = "students"
class Importer(DefaultImporter): pass
class Template(DefaultTemplate): pass
"""


def test_parts_are_named_by_specifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the path of a module, a slash, and a class."""
    (tmp_path / "parts_of_a_tree.py").write_text(PARTS)
    monkeypatch.syspath_prepend(str(tmp_path))

    tree: Any = tree_with(
        __branches__="parts_of_a_tree/Branches",
        __importer__="parts_of_a_tree/Importer",
        __template__="parts_of_a_tree/Template",
    )

    assert [branch.__name__ for branch in tree.branches] == ["students"]
    assert type(tree.importer).__qualname__ == "Importer"
    assert type(tree.template).__qualname__ == "Template"
    assert tree.importer.tree is tree
    assert tree.template.tree is tree


def test_parts_are_classes() -> None:
    """A class does as well as its specifier."""
    tree = tree_with(__branches__=Branches, __importer__=DefaultImporter, __template__=Template)

    assert [branch.__name__ for branch in tree.branches] == ["students", "teachers"]
    assert type(tree.importer) is DefaultImporter
    assert type(tree.template) is Template


def test_parts_of_a_tree_are_made_once(right: Any) -> None:
    """An importer or template may keep things."""
    assert right.template is right.template


def test_tree_without_parts_works_as_far_as_it_can() -> None:
    """No branches and no importer; what needs a template says that there is none."""
    tree = tree_with()

    assert tree.branches == []
    assert tree.importer is None
    with pytest.raises(ConfigError, match="`Declared` has no `__template__`"):
        tree.template


@pytest.mark.parametrize("name", ["__branches__", "__importer__", "__template__"])
@pytest.mark.parametrize("value", [Base, "dss.models/Base", 7, "dss.models/key"], ids=repr)
def test_part_of_another_kind_is_refused(name: str, value: Any) -> None:
    """The error tells which attribute, what it names, and what is wanted."""
    declared = type("Declared", (DataStoreTree,), {"__template__": Template, name: value})

    with pytest.raises(ConfigError, match=rf"`Declared.{name}` names .*wanted a subclass of D"):
        use_all_parts(declared)


@pytest.mark.parametrize(
    "name",
    [
        "branches",
        "datastore",
        "options",
        "name",
        "client",
        "importer",
        "template",
        "read",
        "idnumber",
        "budgets",
    ],
)
def test_branch_named_like_something_every_tree_has_is_refused(name: str) -> None:
    """Else `tree.client` would be a branch, or the branch could not be reached."""

    class Local(DataStoreBranch):
        pass

    class Colliding(Local):
        __branchname__ = name

    with pytest.raises(ConfigError, match=f"branch `{name}` of `.*Colliding`"):
        tree_with(__branches__=Local)


@pytest.mark.parametrize("name", ["_students", "class", "pupils and staff", "1st", 7], ids=repr)
def test_branch_that_could_not_be_an_attribute_is_refused(name: Any) -> None:
    """`tree.NAME` has to be Python."""

    class Local(DataStoreBranch):
        pass

    class Odd(Local):
        __branchname__ = name

    with pytest.raises(ConfigError, match=r"no public Python name"):
        tree_with(__branches__=Local)


def test_unknown_attribute_names_the_branches() -> None:
    """A misspelt branch is told with those there are."""
    tree: Any = Left()

    with pytest.raises(
        AttributeError, match=r"`Left` has no branch or attribute `studnets`.*students, teachers"
    ):
        tree.studnets


def test_attribute_error_inside_an_importer_is_not_hidden() -> None:
    """What went wrong inside a property is told, not that the tree lacks it."""

    class Faulty(DefaultImporter):
        def __init__(self, tree: DataStoreTree) -> None:
            super().__init__(tree)
            self.tree.options.folder

    tree = tree_with(__importer__=Faulty)

    with pytest.raises(AttributeError, match="folder"):
        tree.importer


def test_options_are_given_as_keywords_or_as_an_object() -> None:
    """A wrong keyword is a configuration error that names the tree."""

    class Configured(DataStoreTree):
        @attrs.frozen
        class Options(DataStoreTree.Options):
            folder: str = "exports"

    assert Configured().options.folder == "exports"
    assert Configured(folder="other").options.folder == "other"
    assert Configured(Configured.Options(folder="third")).options.folder == "third"
    with pytest.raises(ConfigError, match=r"options of tree `Configured`:.*foldr"):
        Configured(foldr="x")


def test_client_is_opened_once_when_first_used() -> None:
    """And closed by `close`, after which it may be opened again."""
    opened: list[str] = []

    class Client:
        def close(self) -> None:
            opened.append("closed")

    class Connected(DataStoreTree):
        def open_client(self) -> Client:
            opened.append("opened")
            return Client()

    tree = Connected()
    assert opened == []
    assert tree.client is tree.client
    tree.close()
    tree.close()
    tree.client

    assert opened == ["opened", "closed", "opened"]


def test_tree_without_a_client_says_so() -> None:
    """The error names the method to define."""
    with pytest.raises(ConfigError, match="`Left` must define `open_client`"):
        Left().client


def test_number_space_makes_the_targets_number() -> None:
    """Each people branch has its own template; a branch without one keeps its numbers."""
    tree = Left()

    tree.set_idnumber_templates({"teachers": "T{idnumber}"})

    assert tree.idnumber("teachers", "117") == "T117"
    assert tree.idnumber("students", "117") == "117"


# -- datastore ---------------------------------------------------------------------------------------------------


def test_datastore_shows_every_trees_branches(left: Any, right: Any) -> None:
    """One default dictionary, keyed `treename.branchname`, of ordered dictionaries."""
    shown = left.datastore.__tree__

    assert isinstance(shown, defaultdict)
    assert isinstance(shown["Left.students"], OrderedDict)
    assert list(shown["Left.students"]) == ["1", "2"]
    assert shown["Right.students"]["1"].name == "Adah"
    assert shown["Left.teachers"] == {}


def test_datastore_is_a_snapshot(left: Any) -> None:
    """It is to be looked at: changing it changes nothing, and it does not change by itself."""
    shown = left.datastore.__tree__

    left.students.make("3")
    shown["Left.students"].clear()

    assert list(left.students.keys()) == ["1", "2", "3"]


def test_tree_of_the_same_name_does_not_show_through(left: Any) -> None:
    """Each tree's datastore shows its own items under its own name."""
    other: Any = Left()
    other.students.make("9")

    assert list(left.datastore.__tree__["Left.students"]) == ["1", "2"]
    assert list(other.datastore.__tree__["Left.students"]) == ["9"]


def test_tree_may_be_given_a_name() -> None:
    """Two trees of one class can be told apart."""
    tree: Any = Left(name="upper school")

    tree.students.make("1")

    assert list(tree.students.store()) == ["upper school.students"]


def test_trees_are_freed() -> None:
    """Nothing keeps a tree, its branches or its items that nobody holds any more."""
    tree: Any = Right(name="freed")
    item = tree.students.make("1", name="Ada")
    Left() - Right()
    tree.template
    dead = [weakref.ref(tree), weakref.ref(tree.students), weakref.ref(item)]

    del tree, item
    gc.collect()

    assert [ref() for ref in dead] == [None, None, None]
    assert "freed.students" not in Left().datastore.__tree__


# -- operators ---------------------------------------------------------------------------------------------------


def test_minus_yields_actions(left: Any, right: Any) -> None:
    """What would have to happen to the right tree, one at a time."""
    differences = left - right

    assert iter(differences) is differences
    found = sorted((action.kind, action.branch, action.idnumber, action.attribute) for action in differences)
    assert found == [(Kind.NEW, "students", "2", None), (Kind.UPDATE, "students", "1", "name")]


def test_action_holds_both_sides(left: Any, right: Any) -> None:
    """`left`, `right`, `attribute`, `message` and `error`, whatever the kind."""
    update = next(action for action in left - right if action.kind is Kind.UPDATE)

    assert update.left is left.students["1"]
    assert update.right is right.students["1"]
    assert (update.attribute, update.was, update.wanted) == ("name", "Adah", "Ada")
    assert update.error is None
    assert str(update) == update.message == "update students 1: name 'Adah' -> 'Ada'"


def test_greater_prints_the_differences(left: Any, right: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """One a line, for people."""
    left > right

    assert capsys.readouterr().out.splitlines() == [action.message for action in left - right]


def test_greater_prints_towards_a_derived_tree_too(left: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Python asks the more derived of two classes first; the arrow is not turned round by that."""

    class Derived(Left):
        pass

    derived: Any = Derived()
    derived.students.make("1", name="Adah")

    left > derived
    towards_derived = capsys.readouterr().out.splitlines()
    derived > left
    towards_base = capsys.readouterr().out.splitlines()

    assert towards_derived == [action.message for action in left - derived]
    assert towards_base == [action.message for action in derived - left]
    assert towards_base != towards_derived


def test_less_is_an_error(left: Any, right: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a print with the sides exchanged."""
    with pytest.raises(StateError, match="`left > right`"):
        left < right

    assert capsys.readouterr().out == ""


def test_shift_carries_the_differences_out(left: Any, right: Any) -> None:
    """By the right tree's template; afterwards nothing is left to do."""
    seen = []

    class Noting(Template):
        def new_students(self, action: Action) -> None:
            seen.append(action.right.name)

    class Target(Right):
        __template__ = Noting

    target: Any = Target()
    target.students.make("1", name="Adah")

    left >> target

    assert seen == ["Bo"]
    assert list(left - target) == []
    assert target.students["2"].name == "Bo"


@pytest.mark.parametrize("other", [None, 7, "Right", Right, Branches], ids=repr)
def test_operators_between_a_tree_and_something_else_are_type_errors(left: Any, other: object) -> None:
    """Python says so itself."""
    with pytest.raises(TypeError, match="unsupported operand"):
        left - other
    with pytest.raises(TypeError, match="unsupported operand"):
        left >> other
    with pytest.raises(TypeError, match="not supported between"):
        left > other
    with pytest.raises(TypeError, match="not supported between"):
        left < other


def test_minus_empties_and_gives_the_tree(left: Any) -> None:
    """Items, natives and doubts are gone; the branches stay."""
    left.students.freeze("1", "doubtful")
    students = left.students

    given = -left

    assert given is left
    assert left.students is students
    assert len(students) == 0
    assert students.contents().frozen == {}


def test_models_own_subtraction_decides() -> None:
    """The actions a model's `__sub__` yields are taken; none means equal, whatever the attributes say."""

    class Student(Base):
        def __sub__(self, other: Any) -> Any:
            if abs(self.marks - other.marks) > 5:  # type: ignore[attr-defined]
                yield Action(Kind.UPDATE, attribute="marks", was=other.marks, wanted=self.marks)  # type: ignore[attr-defined]

    class Local(DataStoreBranch):
        pass

    class Pupils(Local):
        __branchname__ = "students"
        klass = Student

    one: Any = tree_with(__branches__=Local)
    other: Any = tree_with(__branches__=Local)
    for number, mine, theirs in (("1", 50, 53), ("2", 50, 60)):
        one.students.make(number, marks=mine)
        other.students.make(number, marks=theirs)

    found = [(action.idnumber, action.attribute, action.branch) for action in one - other]

    assert found == [("2", "marks", "students")]
