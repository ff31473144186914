"""Branches: declared by subclassing, found in their base's module, and one class of its own per tree object."""

from __future__ import annotations

import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from dss import Base, DataStoreBranch, DataStoreTree
from dss.discovery import discover
from dss.errors import ConfigError, ConflictError, StateError
from dss.models import BadIdnumber


class Students:
    __branchname__ = "students"


class Teachers:
    __branchname__ = "teachers"


class Branches(DataStoreBranch):
    pass


class TreeStudents(Students, Branches):
    pass


class TreeTeachers(Teachers, Branches):
    pass


class Tree(DataStoreTree):
    __branches__ = Branches


@pytest.fixture
def tree() -> Any:
    """A tree with the branches students and teachers, which nothing reads."""
    return Tree()


class Renamed:
    """Keeps what it is given under another name."""

    def __init__(self, idnumber: str, name: object) -> None:
        self.idnumber, self.full = idnumber, str(name)


def branch_of(**declared: Any) -> Any:
    """The branch `people` of a new tree, with these declarations."""

    class Local(DataStoreBranch):
        pass

    class People(Local):
        __branchname__ = "people"

    for name, value in declared.items():
        setattr(People, name, value)

    class LocalTree(DataStoreTree):
        __branches__ = Local

    return LocalTree().people


def module_of(name: str, source: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module made of a text, as a user's file or a cell of a notebook would be."""
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(source, vars(module))
    return module


# -- discovery ---------------------------------------------------------------------------------------------------


def names_under(module: ModuleType) -> list[str]:
    """The classes found under the module's base, by name."""
    return [branch.__qualname__ for branch in discover(module.Base)]


HEAD = "from dss import DataStoreBranch\nclass Base(DataStoreBranch): pass\n"


def test_branches_come_in_definition_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the order of their names."""
    source = HEAD + "".join(f"class {n}(Base): __branchname__ = '{n.lower()}'\n" for n in ("C", "A", "B"))

    module = module_of("found_order", source, monkeypatch)

    assert names_under(module) == ["C", "A", "B"]


def test_class_without_a_name_is_only_a_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is passed over, and what derives from it is found."""
    source = HEAD + "class Shared(Base): pass\nclass A(Shared): __branchname__ = 'a'\n"

    module = module_of("found_base", source, monkeypatch)

    assert names_under(module) == ["A"]


def test_most_derived_of_a_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deriving from a branch refines it, in its place in the order."""
    source = (
        HEAD
        + "class A(Base): __branchname__ = 'a'\nclass B(Base): __branchname__ = 'b'\n"
        + "class FinerA(A): pass\nclass FinestA(FinerA): pass\n"
    )

    module = module_of("found_line", source, monkeypatch)

    assert names_under(module) == ["FinestA", "B"]


def test_derived_branch_of_another_name_is_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then both are branches."""
    source = HEAD + "class A(Base): __branchname__ = 'a'\nclass B(A): __branchname__ = 'b'\n"

    module = module_of("found_more", source, monkeypatch)

    assert names_under(module) == ["A", "B"]


def test_two_lines_with_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them is meant cannot be told; the error names both."""
    source = HEAD + "class A(Base): __branchname__ = 'a'\nclass Other(Base): __branchname__ = 'a'\n"
    module = module_of("found_two", source, monkeypatch)

    with pytest.raises(ConfigError, match=r"named `a`: A and Other"):
        discover(module.Base)


def test_redefinition_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell of a notebook that is run again does not make a second branch."""
    again = "class A(Base):\n    __branchname__ = 'a'\n    klass = 'dss.school/Student'\n"
    source = HEAD + "class A(Base): __branchname__ = 'a'\nfirst = A\n" + again
    module = module_of("found_again", source, monkeypatch)

    found = discover(module.Base)

    assert found == [module.A]
    assert found != [module.first]


def test_subclasses_of_other_modules_are_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else derives from a connector's branch does not change that connector's tree."""
    module = module_of("found_home", HEAD + "class A(Base): __branchname__ = 'a'\n", monkeypatch)
    away = module_of(
        "found_away",
        "from found_home import A, Base\nclass FinerA(A): pass\nclass B(Base): __branchname__ = 'b'\n",
        monkeypatch,
    )

    found = discover(module.Base)

    assert found == [module.A]
    assert away.B not in found


def test_branches_of_tree_objects_are_not_found(tree: Any) -> None:
    """The classes made per tree are subclasses of the declared ones, and never declarations themselves."""
    another = Tree()

    found = discover(Branches)

    assert found == [TreeStudents, TreeTeachers]
    assert issubclass(tree.students, TreeStudents)
    assert another.branches != tree.branches


# -- what a tree gives -------------------------------------------------------------------------------------------


def test_branch_is_a_class_named_after_itself(tree: Any) -> None:
    """`tree.students` is the class `dss.branches.students`, derived from the declared one."""
    assert isinstance(tree.students, type)
    assert repr(tree.students) == "dss.branches.students"
    assert (tree.students.__module__, tree.students.__name__) == ("dss.branches", "students")
    assert str(tree.branches) == "[dss.branches.students, dss.branches.teachers]"


def test_two_trees_of_one_class_share_nothing(tree: Any) -> None:
    """Neither items nor natives nor what is configured for one of them."""
    other: Any = Tree()

    tree.students.make("1", name="Ada")
    tree.students.freeze("2", "doubtful")
    tree.students.configure(flow={"email": "keep"}, allow_empty=True)

    assert tree.students is not other.students
    assert len(other.students) == 0
    assert other.students.contents().frozen == {}
    assert other.students.flow == {}
    assert other.students.allow_empty is False
    assert TreeStudents.flow == {}


def test_declaration_holds_nothing() -> None:
    """Whoever asks the declared class for items is told where they are."""
    for ask in (
        lambda: TreeStudents.make("1"),
        lambda: TreeStudents.get("1"),
        lambda: len(TreeStudents),
        lambda: list(TreeStudents),
        TreeStudents.store,
    ):
        with pytest.raises(StateError, match=r"`TreeStudents` is the declaration.*`tree.students`"):
            ask()


def test_empty_branch_is_truthy(tree: Any) -> None:
    """`if tree.students:` asks whether there is such a branch, not whether it has items."""
    assert tree.students
    assert len(tree.students) == 0


def test_branch_offers_what_a_mapping_offers(tree: Any) -> None:
    """`len`, `in`, iteration over items, `[]`, `get`, `keys`, `items`."""
    ada, bo = tree.students.make("1", name="Ada"), tree.students.make("2", name="Bo")

    students = tree.students

    assert len(students) == 2
    assert "1" in students
    assert "3" not in students
    assert list(students) == [ada, bo]
    assert students["1"] is ada
    assert students.get("1") is ada
    assert students.get("3") is None
    assert list(students.keys()) == ["1", "2"]
    assert list(students.items()) == [("1", ada), ("2", bo)]
    with pytest.raises(KeyError, match="students has no '3'"):
        students["3"]


def test_get_from_looks_by_another_attribute(tree: Any) -> None:
    """The first item with that value, or None."""
    tree.students.make("1", name="Ada")
    second = tree.students.make("2", name="Bo")
    tree.students.make("3", name="Bo")

    assert tree.students.get_from("name", "Bo") is second
    assert tree.students.get_from("name", "Cy") is None
    assert tree.students.get_from("shoe_size", "38") is None


def test_store_is_a_snapshot_for_people(tree: Any) -> None:
    """It is keyed `treename.branchname`, holds this branch only, and does not change any more."""
    ada = tree.students.make("1")
    tree.teachers.make("9")

    snapshot = tree.students.store()
    tree.students.make("2")
    del snapshot["Tree.students"]["1"]

    assert snapshot == {"Tree.students": OrderedDict()}
    assert isinstance(snapshot["Tree.students"], OrderedDict)
    assert tree.students["1"] is ada


# -- make --------------------------------------------------------------------------------------------------------


def test_make_makes_an_instance_of_klass() -> None:
    """`klass` is resolved from its specifier, and further arguments go to it."""
    branch = branch_of(klass="dss.school/Student")

    item = branch.make("1", given_name="Ada")

    assert branch.klass.__name__ == "Student"
    assert type(item) is branch.klass
    assert (item.idnumber, item.given_name) == ("1", "Ada")


def test_make_without_klass_tracks_what_it_is_given(tree: Any) -> None:
    """Extra keywords become attributes of a `Base`."""
    item = tree.students.make("1", name="Ada", shoe_size="38")

    assert type(tree.students["1"]) is Base
    assert (item.name, item.shoe_size) == ("Ada", "38")
    assert tree.students.names() == ("name", "shoe_size")


def test_klass_with_its_own_init_gets_its_own_parameters() -> None:
    """By position or by keyword, as the class has them; what it requires must be given."""

    class Student:
        def __init__(self, idnumber: str, first: str, *, last: str = "") -> None:
            self.idnumber, self.name = idnumber, f"{first} {last}"

    branch = branch_of(klass=Student)

    item = branch.make("1", "Ada", last="Lee")

    assert item.name == "Ada Lee"
    with pytest.raises(TypeError, match="first"):
        branch.make("2")
    assert "2" not in branch


def test_make_is_idempotent(tree: Any) -> None:
    """The same call again gives the same item."""
    first = tree.students.make("1", name="Ada")

    assert tree.students.make("1", name="Ada") is first
    assert tree.students.make("1") is first
    assert len(tree.students) == 1


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(
            attrs.make_class("Converted", {"idnumber": attrs.field(), "name": attrs.field(converter=str)})
        ),
        pytest.param(
            attrs.make_class(
                "Aliased", {"idnumber": attrs.field(), "title": attrs.field(alias="name", default="")}
            )
        ),
        pytest.param(Renamed),
    ],
    ids=lambda model: model.__name__,
)
def test_make_is_idempotent_whatever_the_model_makes_of_its_arguments(model: type) -> None:
    """The values that the model keeps are compared, not the arguments themselves."""
    branch = branch_of(klass=model)
    first = branch.make("1", name=7)

    assert branch.make("1", name=7) is first
    with pytest.raises(ConflictError, match="is there already"):
        branch.make("1", name=8)


@pytest.mark.parametrize("again", [{"name": "Eve"}, {"name": "Ada", "email": "a@example.org"}])
def test_make_with_other_values_is_refused(tree: Any, again: dict[str, str]) -> None:
    """Neither the first nor the second call is silently right."""
    tree.students.make("1", name="Ada")

    with pytest.raises(ConflictError, match=r"students '1' is there already, with another `(name|email)`"):
        tree.students.make("1", **again)

    assert tree.students["1"].name == "Ada"


def test_make_with_other_values_by_position_is_refused() -> None:
    """It does not matter how the value was given."""

    class Student:
        def __init__(self, idnumber: str, name: str) -> None:
            self.idnumber, self.name = idnumber, name

    branch = branch_of(klass=Student)
    first = branch.make("1", "Ada")

    assert branch.make("1", "Ada") is first
    with pytest.raises(ConflictError, match="another `name`"):
        branch.make("1", "Eve")


@pytest.mark.parametrize("idnumber", ["", " 1", "a\nb", None, 1, ["1"]], ids=repr)
def test_make_refuses_a_bad_idnumber(tree: Any, idnumber: Any) -> None:
    """Whether or not the model looks at it."""
    with pytest.raises(BadIdnumber):
        tree.students.make(idnumber)

    assert len(tree.students) == 0


def test_steps_of_the_branch_see_what_make_does() -> None:
    """Before and after an item is made, and when its idnumber comes again."""
    told: list[Any] = []

    class Local(DataStoreBranch):
        pass

    class People(Local):
        __branchname__ = "people"

        def will_make_new(cls: Any, idnumber: str) -> None:
            told.append(("will make", cls.__name__, idnumber in cls))

        def did_make_new(cls: Any, item: Any) -> None:
            told.append(("made", item.name, item.idnumber in cls))

        def will_return_old(cls, item: Any) -> None:
            told.append(("old", item.name))

    class LocalTree(DataStoreTree):
        __branches__ = Local

    branch = LocalTree().people
    branch.make("1", name="Ada")
    branch.make("1")

    assert told == [("will make", "people", False), ("made", "Ada", True), ("old", "Ada")]


def test_steps_may_come_from_a_plain_class_mixed_in() -> None:
    """As the branch's name does."""
    told: list[str] = []

    class Telling:
        __branchname__ = "people"

        def did_make_new(cls: Any, item: Any) -> None:
            told.append(f"{cls.__name__} {item.idnumber}")

    class Local(DataStoreBranch):
        pass

    class People(Telling, Local):
        pass

    class LocalTree(DataStoreTree):
        __branches__ = Local

    LocalTree().people.make("1")

    assert told == ["people 1"]


# -- declarations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "klass", ["dss.school/Nobody", "nowhere_at_all/Student", "Student", 7, Base("1")], ids=repr
)
def test_klass_that_is_no_class_is_refused_at_once(klass: Any) -> None:
    """When the tree is made, not when the first record comes."""
    with pytest.raises(ConfigError, match=r"People.klass"):
        branch_of(klass=klass)


def test_unknown_flow_is_refused_at_once() -> None:
    """The error lists the flows there are."""
    with pytest.raises(
        ConfigError, match=r"people.email is 'never'; wanted one of authoritative, create_only"
    ):
        branch_of(flow={"email": "never"})


def test_references_are_always_tuples() -> None:
    """One name may be written as a text."""
    branch = branch_of(refers_to={"homeroom": "rooms", "members": ("students", "teachers")})

    assert branch.references() == {"homeroom": ("rooms",), "members": ("students", "teachers")}


def test_klass_may_be_named_in_a_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A specifier is looked up wherever Python looks."""
    (tmp_path / "users_of_a_branch.py").write_text("from dss import Base\nclass Student(Base): pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    branch = branch_of(klass="users_of_a_branch/Student")

    assert branch.make("1").__class__.__module__ == "users_of_a_branch"
