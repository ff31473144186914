"""What happens to records on their way into a branch: the user's steps, doubled rows, bad keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import pytest

from dss import Base, DataStoreBranch, DataStoreTree, DefaultImporter, Rows
from dss.branch_type import BranchType
from dss.errors import ConfigError, ConflictError, ReadError
from dss.importers import NATIVE
from dss.loading import ROWS
from dss.models import Overridable, marks


@attrs.define
class Person:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] | None = None
    line: int | None = attrs.field(default=None, metadata=marks(compare=False))


@attrs.frozen
class FrozenPerson:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] | None = None
    line: int | None = attrs.field(default=None, metadata=marks(compare=False))


class OwnInit:
    def __init__(self, idnumber: str, name: str | None, groups: Any = None) -> None:
        self.idnumber, self.name, self.groups = idnumber, name, groups


Records = list[dict[str, Any]]
Shape = Callable[[Records], Any]


def as_mappings(records: Records) -> Any:
    """Records as an importer may give them: one mapping each."""
    return records


def as_rows(records: Records) -> Any:
    """The same records by position; all have the fields of the first."""
    return Rows(tuple(records[0]), [tuple(record.values()) for record in records])


every_shape = pytest.mark.parametrize("shape", [as_mappings, as_rows], ids=lambda shape: shape.__name__)
every_model = pytest.mark.parametrize(
    "model", [Person, FrozenPerson, OwnInit, Base], ids=lambda model: model.__name__
)


def tree_of(
    records: Any,
    model: type = Person,
    steps: Mapping[str, Any] | None = None,
    branch_steps: Mapping[str, Any] | None = None,
) -> DataStoreTree:
    """A tree whose importer gives these records, with steps as methods of the importer or of the branch."""

    class Branches(DataStoreBranch):
        pass

    # a branch is found as long as somebody holds it; in a module, the module does
    people = BranchType(
        "People",
        (Branches,),
        {"__module__": __name__, "__branchname__": "people", "klass": model, **(branch_steps or {})},
    )

    class Reading(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
            return records

    class Tree(DataStoreTree):
        __branches__ = Branches
        __importer__ = type("Importer", (Reading,), dict(steps or {}))

    tree = Tree()
    del people
    return tree


def read(records: Any, model: type = Person, **steps: Any) -> Any:
    """The branch `people` after such a tree has been read."""
    return (+tree_of(records, model, steps)).people


# -- doubled rows ------------------------------------------------------------------------------------------------


@every_shape
@every_model
def test_multi_values_of_repeated_rows_are_merged(shape: Shape, model: type) -> None:
    """One record per membership is a usual form of export."""
    records = [
        {"idnumber": "1", "name": "Ada", "groups": frozenset({"chess"})},
        {"idnumber": "2", "name": "Bo", "groups": frozenset()},
        {"idnumber": "1", "name": "Ada", "groups": frozenset({"choir"})},
        {"idnumber": "1", "name": "Ada", "groups": frozenset({"chess", "art"})},
    ]

    branch = read(shape(records), model)

    assert branch["1"].groups == {"chess", "choir", "art"}
    assert type(branch["1"]) is model
    assert branch["2"].groups == frozenset()
    assert branch.contents().frozen == {}


@every_shape
@every_model
def test_rows_that_disagree_freeze_the_record(shape: Shape, model: type) -> None:
    """Which of two rows is right is never decided by their order."""
    records: Records = [
        {"idnumber": "1", "name": "Ada", "groups": None},
        {"idnumber": "1", "name": "Eve", "groups": None},
        {"idnumber": "2", "name": "Bo", "groups": None},
    ]

    branch = read(shape(records), model)

    assert list(branch.contents().frozen) == ["1"]
    assert "`name` is 'Ada' in one and 'Eve' in the other" in branch.contents().frozen["1"]


@every_shape
@every_model
def test_none_in_a_repeated_row_is_filled_from_the_other(shape: Shape, model: type) -> None:
    """None says nothing, so it cannot disagree, whichever row comes first."""
    first: dict[str, Any] = {"idnumber": "1", "name": None, "groups": frozenset({"chess"})}
    second: dict[str, Any] = {"idnumber": "1", "name": "Ada", "groups": None}

    for records in ([first, second], [second, first]):
        branch = read(shape(records), model)

        assert (branch["1"].name, branch["1"].groups) == ("Ada", {"chess"})
        assert branch.contents().frozen == {}


@every_shape
def test_fields_left_out_of_comparison_do_not_disagree(shape: Shape) -> None:
    """Two rows stand on two lines, and that is no conflict."""
    records = [{"idnumber": "1", "name": "Ada", "line": 1}, {"idnumber": "1", "name": "Ada", "line": 2}]

    branch = read(shape(records))

    assert branch.contents().frozen == {}


def test_property_that_replaces_a_field_is_applied_once_after_merging() -> None:
    """Merging copies what is stored, not what a property makes of it."""

    @attrs.frozen
    class Source(Overridable):
        idnumber: str
        username: str | None = None
        groups: frozenset[str] | None = None

    class Pupil(Source):
        @property
        def username(self) -> str:
            return f"p.{super().username}"

    records = [{"idnumber": "1", "username": "ada", "groups": frozenset({group})} for group in ("a", "b")]

    branch = read(records, Pupil)

    assert branch["1"].username == "p.ada"
    assert branch["1"].groups == {"a", "b"}


def test_property_that_follows_from_a_multi_value_is_no_conflict() -> None:
    """What is computed from merged values is computed anew."""

    class Counted(Base):
        @property
        def count(self) -> int:
            return len(self.groups)  # type: ignore[attr-defined]

    records = [{"idnumber": "1", "groups": {"a"}}, {"idnumber": "1", "groups": {"b", "c"}}]

    branch = read(records, Counted)

    assert branch["1"].count == 3
    assert branch.contents().frozen == {}


def test_rows_that_differ_behind_a_property_disagree() -> None:
    """A difference that shows only through a property is a difference."""

    class Hidden:
        def __init__(self, idnumber: str, secret: str) -> None:
            self.idnumber, self._secret = idnumber, secret

        @property
        def name(self) -> str:
            return self._secret.upper()

    branch = read([{"idnumber": "1", "secret": "ada"}, {"idnumber": "1", "secret": "eve"}], Hidden)

    assert "`name` is 'ADA' in one and 'EVE'" in branch.contents().frozen["1"]


@every_shape
def test_two_native_ids_under_one_idnumber_freeze_the_record(shape: Shape) -> None:
    """The target may hold two accounts with one number: neither may be touched."""
    records = [{"idnumber": "1", "name": "Ada", NATIVE: 7}, {"idnumber": "1", "name": "Ada", NATIVE: 8}]

    branch = read(shape(records))

    assert "7 and 8" in branch.contents().frozen["1"]


@every_shape
def test_resolve_duplicate_decides(shape: Shape) -> None:
    """The importer's own rule takes the place of the core's; it sees the item and the second record."""
    seen = []

    def resolve_duplicate(self: object, old: Any, record: dict[str, Any]) -> Any:
        seen.append((old.name, record["name"]))
        return Person(old.idnumber, f"{old.name} {record['name']}")

    branch = read(
        shape([{"idnumber": "1", "name": "Ada"}, {"idnumber": "1", "name": "Bo"}]),
        resolve_duplicate=resolve_duplicate,
    )

    assert seen == [("Ada", "Bo")]
    assert branch["1"].name == "Ada Bo"
    assert branch.contents().frozen == {}


def test_resolve_duplicate_may_give_a_record_or_change_the_item() -> None:
    """A mapping becomes an item; None leaves the item as the rule has left it."""

    def resolve_duplicate(self: object, old: Any, record: dict[str, Any]) -> Any:
        if record["name"] == "map":
            return {"name": "mapped"}
        old.name = "changed"
        return None

    branch = read(
        [{"idnumber": i, "name": name} for name in ("first", "map") for i in ("1",)]
        + [{"idnumber": "2", "name": "first"}, {"idnumber": "2", "name": "none"}],
        resolve_duplicate=resolve_duplicate,
    )

    assert (branch["1"].name, branch["1"].idnumber) == ("mapped", "1")
    assert branch["2"].name == "changed"


def test_resolve_duplicate_that_cannot_decide_freezes_the_record() -> None:
    """A `ConflictError` is the rule's way to say that a person has to look."""

    def resolve_duplicate(self: object, old: Any, record: dict[str, Any]) -> Any:
        raise ConflictError("ask the office")

    branch = read(
        [{"idnumber": "1", "name": "Ada"}, {"idnumber": "1", "name": "Bo"}],
        resolve_duplicate=resolve_duplicate,
    )

    assert branch.contents().frozen == {"1": "ask the office"}


# -- the user's steps --------------------------------------------------------------------------------------------


@every_shape
@every_model
def test_filter_out_leaves_records_out(shape: Shape, model: type) -> None:
    """It is called with the record's fields as keywords, without the native id; true leaves the record out."""

    def filter_out(self: object, idnumber: str, name: str) -> bool:
        return name.startswith("Test")

    records = [
        {"idnumber": "1", "name": "Ada", NATIVE: 1},
        {"idnumber": "2", "name": "Test Person", NATIVE: 2},
    ]

    branch = read(shape(records), model, filter_out=filter_out)

    assert list(branch.keys()) == ["1"]
    assert branch.native("2") is None


@every_shape
def test_preprocess_changes_a_record_in_place_or_gives_another(shape: Shape) -> None:
    """Either way what it leaves is what the model is made of."""

    def in_place(self: object, record: dict[str, Any]) -> None:
        record["name"] = record["name"].title()

    def another(self: object, record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "name": record["name"].title()}

    for preprocess in (in_place, another):
        branch = read(shape([{"idnumber": "1", "name": "ada"}]), preprocess=preprocess)

        assert branch["1"].name == "Ada"


def test_preprocess_may_mend_the_idnumber() -> None:
    """The importer normalises, so its step comes before the key is looked at."""

    def preprocess(self: object, record: dict[str, Any]) -> None:
        record["idnumber"] = record["idnumber"].strip()

    branch = read([{"idnumber": " 1 "}], preprocess=preprocess)

    assert list(branch.keys()) == ["1"]
    assert branch.contents().problems == []


def test_preprocess_that_loses_the_idnumber_is_reported() -> None:
    """The record cannot be tied to anybody, and reading goes on."""

    def preprocess(self: object, record: dict[str, Any]) -> dict[str, Any]:
        return {"name": record["name"]} if record["name"] == "lost" else record

    branch = read([{"idnumber": "1", "name": "lost"}, {"idnumber": "2", "name": "Bo"}], preprocess=preprocess)

    assert list(branch.keys()) == ["2"]
    assert len(branch.contents().problems) == 1


def test_filter_out_comes_before_preprocess() -> None:
    """What is left out costs no further step."""
    order = []

    def filter_out(self: object, **record: Any) -> bool:
        order.append("filter_out")
        return bool(record["name"] == "out")

    def preprocess(self: object, record: dict[str, Any]) -> None:
        order.append("preprocess")

    read(
        [{"idnumber": "1", "name": "in"}, {"idnumber": "2", "name": "out"}],
        filter_out=filter_out,
        preprocess=preprocess,
    )

    assert order == ["filter_out", "preprocess", "filter_out"]


@every_shape
def test_branch_is_told_of_new_and_of_repeated_items(shape: Shape) -> None:
    """The branch's own steps run in order, whether they are written as class methods or as plain ones."""
    told: list[tuple[str, str]] = []

    def will_make_new(cls: Any, idnumber: str) -> None:
        told.append(("will make", idnumber))

    def will_return_old(cls: Any, item: Any) -> None:
        told.append(("old", item.idnumber))

    steps = {
        "will_make_new": will_make_new,
        "did_make_new": classmethod(lambda cls, item: told.append(("made", item.idnumber))),
        "will_return_old": will_return_old,
    }

    +tree_of(shape([{"idnumber": "1"}, {"idnumber": "1"}]), branch_steps=steps)

    assert told == [("will make", "1"), ("made", "1"), ("old", "1")]


@every_shape
@every_model
def test_steps_nobody_defined_are_not_called(
    shape: Shape, model: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree without steps reads the same as one whose steps do nothing."""
    records = [{"idnumber": str(number), "name": f"n{number}"} for number in range(50)]

    def filter_out(self: object, **record: Any) -> bool:
        return False

    plain = read(shape(records), model)
    stepped = read(shape(records), model, filter_out=filter_out)

    assert [vars_of(item) for item in plain] == [vars_of(item) for item in stepped]


def vars_of(item: Any) -> tuple[Any, ...]:
    """What the records above fill."""
    return type(item), item.idnumber, item.name


# -- bad keys and shapes -----------------------------------------------------------------------------------------


@every_shape
@every_model
@pytest.mark.parametrize("bad", ["", " 2", "2\t", "Zoe\u0308", None, 2, ("a",)], ids=repr)
def test_record_with_a_bad_key_is_reported(shape: Shape, model: type, bad: object) -> None:
    """It is one problem of the branch, the native id is not kept, and the other records are read."""
    records = [{"idnumber": idnumber, "name": "x", NATIVE: 5} for idnumber in ("1", bad, "3")]

    branch = read(shape(records), model)

    assert list(branch.keys()) == ["1", "3"]
    assert len(branch.contents().problems) == 1
    assert repr(bad) in branch.contents().problems[0] or bad == ""
    assert list(branch.contents().native) == ["1", "3"]


def test_bad_key_far_down_is_found() -> None:
    """However many records come before it."""
    rows = [(str(number),) for number in range(10_000)]
    rows[9_000] = ("9000 ",)

    branch = read(Rows(("idnumber",), rows))

    assert len(branch) == 9_999
    assert len(branch.contents().problems) == 1


@every_model
@pytest.mark.parametrize("row", [("2",), ("2", "Bo", "more"), ()], ids=repr)
def test_row_of_another_length_ends_the_reading(model: type, row: tuple[str, ...]) -> None:
    """A shifted row must not put values into the wrong fields."""
    tree = tree_of(Rows(("idnumber", "name"), [("1", "Ada"), row]), model)

    with pytest.raises(ReadError, match=r"row of \d values for 2 fields \(idnumber, name\)"):
        +tree


@pytest.mark.parametrize("record", ["1", ("1", "Ada"), None, Person("1")], ids=repr)
def test_record_that_is_no_mapping_is_refused(record: object) -> None:
    """The error tells what was given and what is wanted."""
    tree = tree_of([record])

    with pytest.raises(ConfigError, match=f"gave {type(record).__name__} .*wanted a mapping, or Rows"):
        +tree


def test_record_without_idnumber_is_refused() -> None:
    """A misnamed column is a mistake of the importer, not a bad row."""
    tree = tree_of([{"id": "1", "name": "Ada"}])

    with pytest.raises(ConfigError, match="without `idnumber`; it has id, name"):
        +tree


def test_rows_name_idnumber_and_no_field_twice() -> None:
    """Rows are refused when made, not when read."""
    with pytest.raises(ConfigError, match="`idnumber` must be one of them"):
        Rows(("id", "name"), [])
    with pytest.raises(ConfigError, match="names a field twice"):
        Rows(("idnumber", "name", "name"), [])


def test_what_resolves_a_duplicate_gives_a_record_or_an_item() -> None:
    """Anything else in the branch would break the comparison later, far from its cause."""
    rows: Records = [{"idnumber": "1", "name": "Ada"}, {"idnumber": "1", "name": "Bo"}]
    tree = tree_of(rows, steps={"resolve_duplicate": lambda self, old, record: True})

    with pytest.raises(
        ConfigError, match="`resolve_duplicate` gave True for '1'; wanted a record, an object of"
    ):
        +tree


@every_shape
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as they are", "turned round"])
def test_a_filter_sees_a_record_when_its_rows_have_been_united(shape: Shape, order: tuple[int, int]) -> None:
    """Which of two rows comes first decides nothing."""
    rows: Records = [
        {"idnumber": "1", "name": "Ada", "groups": frozenset({"a"})},
        {"idnumber": "1", "name": "Ada", "groups": frozenset({"b"})},
    ]
    tree = tree_of(
        shape([*(rows[at] for at in order), {"idnumber": "2", "name": "Bo", "groups": frozenset()}])
    )
    tree.people.keep_only(lambda person: "b" in person.groups)
    +tree

    assert {item.idnumber: item.groups for item in tree.people} == {"1": frozenset("ab")}
    assert tree.people.contents().left_out == {"2"}


def test_records_are_taken_as_they_come() -> None:
    """A generator is never gathered first: but for the few that are taken together, the items are all there is."""
    waiting: list[int] = []
    tree: Any = None

    def rows() -> Iterator[tuple[str]]:
        for number in range(20 * ROWS):
            waiting.append(number - len(tree.people))
            yield (str(number),)

    tree = tree_of(Rows(("idnumber",), rows()))
    +tree

    assert len(tree.people) == 20 * ROWS
    assert max(waiting) < ROWS
