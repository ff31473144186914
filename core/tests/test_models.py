"""What a model tells about itself: which attributes are compared, and what an object holds beneath them."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import attrs
import pytest

from dss.attributes import is_blank, is_multi, model_of, names_of
from dss.models import BadIdnumber, Base, Marks, Overridable, marks
from dss.stored import copy_with, held_by

# -- which attributes --------------------------------------------------------------------------------------------


@attrs.define
class Person:
    idnumber: str
    name: str | None = None
    email: str | None = attrs.field(default=None, alias="mail")
    line: int = attrs.field(default=0, metadata=marks(compare=False))
    seen: int = attrs.field(default=0, eq=False)
    _secret: str = ""

    @property
    def initial(self) -> str:
        return (self.name or "?")[0]

    @functools.cached_property
    def length(self) -> int:
        return len(self.name or "")

    @property
    def _hidden(self) -> str:
        return "x"

    def greet(self) -> str:
        """Be callable, and so no attribute."""
        return "hello"

    @classmethod
    def of(cls) -> None:
        """Belong to the class."""

    @staticmethod
    def rule() -> None:
        """Belong to nobody."""


@attrs.frozen(slots=False)
class FrozenPerson(Person):
    pass


@dataclasses.dataclass
class Data:
    idnumber: str
    name: str | None = None
    line: int = dataclasses.field(default=0, compare=False)
    size: int = dataclasses.field(default=0, metadata=marks(compare=False))
    _secret: str = ""

    @property
    def initial(self) -> str:
        return (self.name or "?")[0]


class Slots:
    __slots__ = ("_secret", "idnumber", "name")

    def __init__(self, idnumber: str, name: str) -> None:
        self.idnumber, self.name, self._secret = idnumber, name, "x"


class Plain:
    house = "red"
    _kind = "x"

    def __init__(self, idnumber: str, name: str) -> None:
        self.idnumber, self.name, self._secret = idnumber, name, "x"
        self.rule = len

    @property
    def initial(self) -> str:
        return self.name[0]


class Tracking(Base):
    @property
    def initial(self) -> str:
        return str(vars(self)["name"][0])


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        (Person("1"), {"name", "email", "initial", "length"}),
        (FrozenPerson("1"), {"name", "email", "initial", "length"}),
        (Data("1"), {"name", "initial"}),
        (Slots("1", "Ada"), {"name"}),
        (Plain("1", "Ada"), {"house", "name", "initial"}),
        (Tracking("1", name="Ada", _row=7, rule=len), {"name", "initial"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_public_attributes_that_cannot_be_called_are_compared(item: Any, wanted: set[str]) -> None:
    """Properties included; not the key, not what begins with an underscore, not what is marked."""
    assert set(names_of(item)) == wanted


def test_every_name_is_told_once() -> None:
    """In an order that does not change from run to run: fields first."""
    assert model_of(Person).names == ("name", "email", "initial", "length")


def test_property_that_a_subclass_turns_into_a_method_is_no_attribute() -> None:
    """What counts is what the object has in the end."""

    class Calling(Plain):
        def initial(self) -> str:  # type: ignore[override]
            return "x"

    assert names_of(Calling("1", "Ada")) == ["house", "name"]


def test_mark_stays_when_a_property_replaces_the_field() -> None:
    """A subclass that computes a field does not thereby compare it."""

    @attrs.define
    class Source(Overridable):
        idnumber: str
        login: str | None = attrs.field(default=None, metadata=marks(unique="accounts"))
        line: int = attrs.field(default=0, metadata=marks(compare=False))

    class Computed(Source):
        @property
        def line(self) -> int:  # type: ignore[override]
            return 7

    assert model_of(Computed).names == ("login",)
    assert model_of(Computed).fields["login"] == Marks(unique="accounts")


def test_class_is_studied_once() -> None:
    """Comparing a million records asks a million times."""
    assert model_of(Person) is model_of(Person)


@pytest.mark.parametrize("value", [None, "", frozenset(), set(), (), []], ids=repr)
def test_blank_values(value: object) -> None:
    """Nothing said, and said to be empty."""
    assert is_blank(value)


@pytest.mark.parametrize("value", [False, 0, 0.0, " ", "0", (None,), {}], ids=repr)
def test_values_that_are_not_blank(value: object) -> None:
    """False and 0 are values; what the core does not know is left alone."""
    assert not is_blank(value)


def test_text_is_one_value() -> None:
    """Its characters are not added and removed one by one."""
    assert not is_multi("abc")
    collections: list[object] = [[], (), set(), frozenset()]
    assert all(is_multi(value) for value in collections)


# -- Base --------------------------------------------------------------------------------------------------------


def test_base_takes_any_attribute() -> None:
    """And refuses a bad idnumber, whoever makes it."""
    item = Base("1", name="Ada")

    assert (item.idnumber, vars(item)["name"]) == ("1", "Ada")
    with pytest.raises(BadIdnumber):
        Base(" 1")


def test_base_shows_what_it_is() -> None:
    """In the store of a branch, for people to look at."""
    assert repr(Tracking("12345")).endswith("test_models.Tracking object '12345'>")


def test_base_subtracts_by_attributes() -> None:
    """Yields what has to happen to the other one; nothing when they are equal."""
    one, other = Base("1", name="Ada", size=7, only_here=1), Base("1", name="Adah", size=7, only_there=1)

    assert [(action.attribute, action.was, action.wanted) for action in one - other] == [
        ("name", "Adah", "Ada")
    ]
    assert list(one - one) == []


def test_own_subtraction_may_ask_the_default() -> None:
    """And leave out, or add to, what it says."""

    class Lenient(Base):
        def __sub__(self, other: object) -> Any:
            return (action for action in super().__sub__(other) if action.attribute != "size")

    one, other = Lenient("1", name="Ada", size=7), Lenient("1", name="Adah", size=8)

    assert [action.attribute for action in one - other] == ["name"]


# -- what is stored ----------------------------------------------------------------------------------------------


@attrs.frozen
class Account(Overridable):
    idnumber: str
    username: str | None = None
    _private: str = "kept"

    @functools.cached_property
    def loud(self) -> str:
        return (self.username or "").upper()


class Pupil(Account):
    @property
    def username(self) -> str:
        return f"p.{super().username}"


@dataclasses.dataclass(frozen=True)
class FrozenData:
    idnumber: str
    name: str


@pytest.mark.parametrize(
    "item",
    [Person("1", "Ada"), FrozenPerson("1", "Ada"), Data("1", "Ada"), FrozenData("1", "Ada"), Slots("1", "Ada"),
     Plain("1", "Ada"), Base("1", name="Ada")],
    ids=lambda item: type(item).__name__,
)  # fmt: skip
def test_copy_with_other_values(item: Any) -> None:
    """Of any class, frozen or not; the first stays as it is and all else is kept."""
    twin = copy_with(item, {"name": "Bo"})

    assert type(twin) is type(item)
    assert (twin.idnumber, twin.name) == ("1", "Bo")
    assert item.name == "Ada"
    assert held_by(twin) == {**held_by(item), "name": "Bo"}


def test_copy_keeps_what_is_beneath_a_property() -> None:
    """The property is not applied to its own result, nor is a computed value kept."""
    item = Pupil("1", "ada", "other")
    assert item.loud == "P.ADA"

    twin = copy_with(item, {"username": "bo"})

    assert (item.username, twin.username) == ("p.ada", "p.bo")
    assert twin.loud == "P.BO"
    assert twin._private == "other"


def test_copy_goes_through_a_propertys_setter() -> None:
    """Where nothing of that name is stored."""

    class Hidden:
        def __init__(self, idnumber: str, name: str) -> None:
            self.idnumber, self._name = idnumber, name

        @property
        def name(self) -> str:
            return self._name

        @name.setter
        def name(self, value: str) -> None:
            self._name = value.title()

    assert copy_with(Hidden("1", "Ada"), {"name": "bo"}).name == "Bo"


def test_copy_without_a_place_for_a_value_is_an_error() -> None:
    """Rather than a copy that lacks it."""
    with pytest.raises(AttributeError):
        copy_with(Slots("1", "Ada"), {"shoe_size": "38"})
