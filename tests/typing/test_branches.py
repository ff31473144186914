"""Branches, as somebody declares and asks them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, assert_type

import attrs
import pytest

from dss import DataStoreBranch, DataStoreTree, school
from dss.branches import BranchType
from dss.capabilities import Capability
from dss.errors import ConfigError, StateError
from dss.store import State


@attrs.define
class Pupil:
    idnumber: str
    name: str | None = None


class Branches(DataStoreBranch):
    tree: ClassVar[School]

    @classmethod
    def refusal(cls, attribute: str, value: object) -> str | None:
        return f"{cls.tree.longest} letters are the most" if len(str(value)) > cls.tree.longest else None


class Pupils(Branches):
    __branchname__ = "pupils"
    klass = Pupil
    refers_to: ClassVar[school.References] = {"homeroom": "rooms", "guardians": ("guardians",)}
    key_of = ("number",)
    unique = ("name",)
    flow: ClassVar[dict[str, str]] = {"name": "keep"}
    attributes = ("name",)
    witnesses = (("name",), ("given_name", "family_name"))
    parent = "homeroom"
    removal_values: ClassVar[dict[str, object]] = {"enabled": False}
    allow_empty = True
    people = True
    capabilities = frozenset({Capability.READ, Capability.CREATE})

    def did_make_new(cls, item: Pupil) -> None:
        cls.tree.made.append(item.idnumber)


class Teachers(school.Teachers, Branches):
    klass = "dss.school/Teacher"


class School(DataStoreTree):
    __branches__ = Branches
    longest = 10
    pupils: type[Pupils]
    teachers: type[Teachers]

    def __init__(self) -> None:
        self.made: list[str] = []
        super().__init__()


def test_a_declared_branch_is_the_collection_of_its_items() -> None:
    """The class itself has a length, keys and items; an item is of the model, which the user says."""
    pupils = School().pupils

    ada: Pupil = pupils.make("1", name="Ada")

    assert_type(pupils.make("1"), Any)
    assert_type(pupils.get("1"), Any)
    assert_type(pupils["1"], Any)
    assert_type(pupils.get_from("name", "Ada"), Any)
    assert_type(len(pupils), int)
    assert_type("1" in pupils, bool)
    assert_type(iter(pupils), Iterator[Any])
    assert_type(pupils.keys(), Iterable[str])
    assert_type(pupils.items(), Iterable[tuple[str, Any]])
    assert_type(pupils.store(), dict[str, OrderedDict[str, Any]])
    assert_type(pupils.path(), str)
    assert_type(pupils.state(), State)
    assert_type(pupils.tree, School)
    assert isinstance(pupils, BranchType)
    assert (pupils["1"] is ada, pupils.tree.made, pupils.path()) == (True, ["1"], "School.pupils")


def test_what_an_importer_says_to_a_branch_is_text() -> None:
    """Frozen records, problems, notes and missing columns are told in words, and give nothing back."""
    pupils = School().pupils

    pupils.freeze("1", "two rows with one number")
    pupils.report("line 12 has no number")
    pupils.doubt("7", "line 13")
    pupils.note("read from the newest file")
    pupils.absent("email", "username")
    pupils.undecided("Enroll_Status")
    with pytest.raises(TypeError):
        pupils.freeze("1")  # type: ignore[call-arg]
    assert_type(pupils.unsaid(), tuple[str, ...])

    assert pupils.unsaid() == ("email", "username")


def test_declarations_of_the_wrong_shape_are_refused() -> None:
    """A text in the place of a tuple, and a capability that is only spelt like one, do not pass."""

    class Wrong(DataStoreBranch):
        key_of = "number"  # type: ignore[assignment]
        capabilities = {"read"}  # type: ignore[assignment]  # noqa: RUF012
        people = "yes"  # type: ignore[assignment]
        unique: ClassVar[list[str]] = []  # type: ignore[assignment]

    assert Wrong.__branchname__ == ""


def test_a_declaration_holds_nothing() -> None:
    """Only a tree's own branch has items, and `bind` and `configure` give what they say."""
    bound = Teachers.bind(School())

    assert_type(bound, type[DataStoreBranch])
    assert_type(bound.configure(flow={"email": "ignore"}), None)
    assert_type(bound.native("T1"), Any)
    assert_type(bound.refusal("name", "x" * 11), str | None)
    assert_type(bound.protection("T1"), str | None)
    assert_type(bound.build({"idnumber": "T1"}), Any)
    assert_type(bound.references(), dict[str, tuple[str, ...]])
    with pytest.raises(ConfigError):
        bound.configure(flow={"email": "sometimes"})
    with pytest.raises(StateError):
        len(Teachers)

    assert bound.refusal("name", "x" * 11) == "10 letters are the most"
