"""Classes of every make are models: what a branch makes of them from records and by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import attrs
import pytest

from dss import Base, DataStoreBranch, DataStoreTree, DefaultImporter, Rows
from dss.errors import ConfigError
from dss.importers import NATIVE
from dss.models import Overridable


@attrs.define
class Slotted:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] = frozenset()


@attrs.frozen
class Frozen:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] = frozenset()


@attrs.define(slots=False)
class Unslotted:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] = frozenset()


@attrs.define(kw_only=True)
class ByKeyword:
    name: str | None = None
    idnumber: str
    groups: frozenset[str] = frozenset()


@attrs.define
class Factories:
    idnumber: str
    tags: list[str] = attrs.Factory(list)
    name: str | None = None
    groups: frozenset[str] = attrs.field(factory=frozenset, kw_only=True)


@attrs.define
class Aliased:
    idnumber: str
    name: str | None = attrs.field(default=None, alias="label")
    groups: frozenset[str] = frozenset()


@dataclasses.dataclass
class Data:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FrozenData:
    name: str | None
    idnumber: str
    groups: frozenset[str] = frozenset()


class Plain:
    def __init__(self, idnumber: str, name: str | None, groups: frozenset[str] = frozenset()) -> None:
        self.idnumber, self.name, self.groups = idnumber, name, groups


class KeyLast:
    def __init__(self, name: str | None, idnumber: str, groups: frozenset[str] = frozenset()) -> None:
        self.idnumber, self.name, self.groups = idnumber, name, groups


class KeyByAnotherName:
    def __init__(self, number: str, /, name: str | None, *, groups: frozenset[str] = frozenset()) -> None:
        self.idnumber, self.name, self.groups = number, name, groups


class Greedy:
    def __init__(self, idnumber: str, name: str | None, **rest: Any) -> None:
        self.idnumber, self.name = idnumber, name
        vars(self).update(rest)


class OwnBase(Base):
    def __init__(self, idnumber: str, name: str | None, groups: frozenset[str] = frozenset()) -> None:
        super().__init__(idnumber, name=name, groups=groups)


MODELS = [
    Slotted,
    Frozen,
    Unslotted,
    ByKeyword,
    Factories,
    Aliased,
    Data,
    FrozenData,
    Plain,
    KeyLast,
    KeyByAnotherName,
    Greedy,
    OwnBase,
    Base,
]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
GROUPS = frozenset({"chess", "choir"})


def read(model: type, records: Iterable[Any]) -> Any:
    """The branch `people` of a tree that has read these records into this model."""

    class Branches(DataStoreBranch):
        pass

    class People(Branches):
        __branchname__ = "people"
        klass = model

    class Importer(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
            return records

    class Tree(DataStoreTree):
        __branches__ = Branches
        __importer__ = Importer

    return (+Tree()).people


@every_model
def test_mapping_becomes_an_object(model: type) -> None:
    """Every value comes to its attribute, in whatever way the class wants it."""
    branch = read(model, [{"groups": GROUPS, "idnumber": "1", "name": "Ada"}])

    item: Any = branch["1"]
    assert type(branch["1"]) is model
    assert (item.idnumber, item.name, item.groups) == ("1", "Ada", GROUPS)


@every_model
@pytest.mark.parametrize("order", [("idnumber", "name", "groups"), ("groups", "idnumber", "name")])
def test_row_becomes_the_same_object(model: type, order: tuple[str, ...]) -> None:
    """Records by position give what mappings give, in any order of the fields."""
    values = {"idnumber": "1", "name": "Ada", "groups": GROUPS}

    branch = read(model, Rows(order, [tuple(values[name] for name in order)]))

    item: Any = branch["1"]
    assert type(branch["1"]) is model
    assert (item.idnumber, item.name, item.groups) == ("1", "Ada", GROUPS)


@every_model
def test_native_id_is_kept_beside_the_object(model: type) -> None:
    """The column of native ids goes to the branch, not to the model."""
    fields = ("idnumber", NATIVE, "name", "groups")

    by_rows = read(model, Rows(fields, [("1", 17, "Ada", GROUPS)]))
    by_mappings = read(model, [dict(zip(fields, ("1", 17, "Ada", GROUPS), strict=True))])

    for branch in (by_rows, by_mappings):
        assert branch.native("1") == 17
        assert branch["1"].name == "Ada"
        assert NATIVE not in branch.names()
        assert branch.contents().unused == {}


@every_model
@pytest.mark.parametrize("as_rows", [True, False])
def test_what_the_record_lacks_is_none_or_the_default(model: type, as_rows: bool) -> None:
    """A field without default that the source does not have says nothing; a default stands."""
    records: Any = Rows(("idnumber",), [("1",)]) if as_rows else [{"idnumber": "1"}]

    item = read(model, records)["1"]

    assert item.idnumber == "1"
    assert getattr(item, "name", None) is None
    assert not getattr(item, "groups", None)


@pytest.mark.parametrize("model", [Slotted, Plain, Data], ids=lambda model: model.__name__)
@pytest.mark.parametrize("as_rows", [True, False])
def test_field_without_a_place_is_named(model: type, as_rows: bool) -> None:
    """What the model has no place for is left out, and the branch knows its name."""
    record = {"idnumber": "1", "name": "Ada", "shoe_size": "38"}
    records: Any = Rows(tuple(record), [tuple(record.values())]) if as_rows else [record]

    branch = read(model, records)

    assert list(branch.contents().unused) == ["shoe_size"]
    assert not hasattr(branch["1"], "shoe_size")


@pytest.mark.parametrize("as_rows", [True, False])
def test_factories_give_each_object_its_own(as_rows: bool) -> None:
    """A default made by a factory is never shared between two items."""
    records: Any = (
        Rows(("idnumber",), [("1",), ("2",)]) if as_rows else [{"idnumber": "1"}, {"idnumber": "2"}]
    )

    branch = read(Factories, records)
    branch["1"].tags.append("late")

    assert branch["2"].tags == []


def test_base_keeps_whatever_comes() -> None:
    """A model without a class of its own takes any field."""
    branch = read(Base, [{"idnumber": "1", "name": "Ada", "shoe_size": "38"}])

    assert branch["1"].shoe_size == "38"
    assert branch.names() == ("name", "shoe_size")


@every_model
def test_object_for_new_is_built_by_attribute_names(model: type) -> None:
    """What comes from the other side comes by the names of attributes, aliases or not."""
    branch = read(model, [])

    item = branch.build({"idnumber": "1", "name": "Ada", "groups": GROUPS})

    assert (item.idnumber, item.name, item.groups) == ("1", "Ada", GROUPS)
    assert "1" not in branch


def test_private_field_is_filled_and_never_compared() -> None:
    """A private field takes its value by the name without the underscore, as attrs has it."""

    @attrs.define
    class Model:
        idnumber: str
        _line: int = 0

    branch = read(Model, Rows(("idnumber", "line"), [("1", 7)]))

    assert branch["1"]._line == 7
    assert branch.names() == ()


@pytest.mark.parametrize("as_rows", [True, False])
def test_record_that_the_model_refuses_is_set_aside(as_rows: bool) -> None:
    """One bad value freezes its record with the model's own words; the others are read."""

    @attrs.define
    class Model:
        idnumber: str
        year: int = attrs.field(converter=int)

    rows = [("1", "7"), ("2", "seven"), ("3", "9")]
    records: Any = (
        Rows(("idnumber", "year"), rows) if as_rows else [{"idnumber": i, "year": y} for i, y in rows]
    )

    branch = read(Model, records)

    assert list(branch.keys()) == ["1", "3"]
    assert list(branch.contents().frozen) == ["2"]
    assert "`" in branch.contents().frozen["2"]
    assert "seven" in branch.contents().frozen["2"]


def test_class_without_arguments_is_refused_at_once() -> None:
    """A model that cannot be given its idnumber is a mistake in the declaration."""

    class Empty:
        pass

    with pytest.raises(ConfigError, match=r"`.*Empty` takes no arguments.*idnumber"):
        read(Empty, [])


def test_attrs_class_without_idnumber_is_refused_at_once() -> None:
    """So is an attrs class without a field for it."""

    @attrs.define
    class Nameless:
        name: str

    with pytest.raises(ConfigError, match=r"`.*Nameless` has no field `idnumber`"):
        read(Nameless, [])


def test_property_stands_in_for_a_field() -> None:
    """A subclass computes an attribute out of what the source says, which is still stored beneath."""

    @attrs.define
    class Person(Overridable):
        idnumber: str
        username: str | None = None

    class Pupil(Person):
        @property
        def username(self) -> str:  # type: ignore[override]
            return f"p.{super().username}"

    branch = read(Pupil, Rows(("idnumber", "username"), [("1", "ada")]))

    assert branch["1"].username == "p.ada"
    assert branch.names() == ("username",)
