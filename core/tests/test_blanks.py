"""What is counted while records are read."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from dss import DataStoreBranch, DefaultImporter, Rows
from dss.loading import ROWS
from dss.memory import Reading

FIELDS = ("idnumber", "__native__", "name", "groups", "active")
RECORDS = [
    {
        "idnumber": f"{number:04}",
        "__native__": number if number % 2 else None,
        "name": ("Ada", "", None)[number % 3],
        "groups": (frozenset({"a"}), frozenset(), None, frozenset({"b"}))[number % 4],
        "active": (True, False)[number % 2],
    }
    for number in range(4 * ROWS + 10)
]
BLANK_NAMES = sum(not record["name"] for record in RECORDS)
BLANK_GROUPS = sum(not record["groups"] for record in RECORDS)


@attrs.define(eq=False)
class Person:
    idnumber: str
    name: str | None = None
    groups: frozenset[str] | None = None
    active: bool | None = None


class People:
    __branchname__ = "people"
    klass = Person


def _without_native(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "__native__"}


def _as_rows(records: list[dict[str, Any]]) -> Any:
    return Rows(FIELDS, [tuple(record.values()) for record in records])


def _as_keywords(records: list[dict[str, Any]]) -> Any:
    return [_without_native(record) for record in records]


def _as_other_mappings(records: list[dict[str, Any]]) -> Any:
    return [{**record, "unknown": 1} for record in records]


def _read(plant: Any, given: Any, **steps: Any) -> Any:
    importer = type("Importer", (DefaultImporter,), {"readin_branch": lambda self, branch: given, **steps})
    tree = plant(People, importer=importer)
    tree.read()
    return tree.people


every_way = pytest.mark.parametrize("given", [_as_rows, _as_keywords, _as_other_mappings])


@every_way
def test_rows_and_blanks_are_counted(plant: Any, given: Callable[[Any], Any]) -> None:
    """None, the empty text and empty collections are blank; False is a value, and keys are nobody's blank."""
    people = _read(plant, given(RECORDS))

    assert people.contents().reading() == Reading(
        len(RECORDS), len(RECORDS), {"name": BLANK_NAMES, "groups": BLANK_GROUPS}
    )


@every_way
def test_the_careful_way_counts_the_same(plant: Any, given: Callable[[Any], Any]) -> None:
    """Whether the user has steps of his own makes no difference; what a step makes of a record is what counts."""

    def preprocess(self: Any, record: dict[str, Any]) -> None:
        record["name"] = None

    people = _read(plant, given(RECORDS), preprocess=preprocess)

    assert people.contents().reading() == Reading(
        len(RECORDS), len(RECORDS), {"name": len(RECORDS), "groups": BLANK_GROUPS}
    )


@every_way
def test_doubled_rows_are_rows(plant: Any, given: Callable[[Any], Any]) -> None:
    """A record that comes twice is one key and two rows, wherever the second stands."""
    doubled = [*RECORDS[:5], RECORDS[0], *RECORDS[5:], RECORDS[7], RECORDS[ROWS + 1]]

    reading = _read(plant, given(doubled)).contents().reading()

    assert (reading.rows, reading.keys) == (len(RECORDS) + 3, len(RECORDS))
    assert reading.blanks["name"] == sum(not record["name"] for record in doubled)


@every_way
def test_records_that_are_set_aside_are_there_all_the_same(plant: Any, given: Callable[[Any], Any]) -> None:
    """A row that contradicts another freezes its record, and is no reason to think that the source has shrunk."""
    bad = {**RECORDS[0], "name": "Bo"}

    reading = _read(plant, given([*RECORDS, bad])).contents().reading()

    assert (reading.rows, reading.keys) == (len(RECORDS) + 1, len(RECORDS))


def test_what_a_filter_leaves_out_is_a_row_and_no_record(plant: Any) -> None:
    """A rule that suddenly fits nobody must show."""
    people = _read(plant, _as_keywords(RECORDS), filter_out=lambda self, name=None, **rest: name != "Ada")

    reading = people.contents().reading()

    assert (reading.rows, reading.keys) == (len(RECORDS), len(RECORDS) - BLANK_NAMES)


def test_an_importer_that_makes_them_itself_is_counted_too(plant: Any) -> None:
    """`branch.make` counts while the branch is being read; by hand, there are only the records."""

    class Making(DefaultImporter):
        def readin_branch(self, branch: type[DataStoreBranch]) -> Any:
            branch.make("1", name="Ada")
            branch.make("2", name="")
            branch.make("2", name="")

    tree = plant(People, importer=Making)
    tree.read()
    by_hand = plant(People)
    by_hand.people.make("1", name="")

    assert tree.people.contents().reading() == Reading(3, 2, {"name": 2})
    assert by_hand.people.contents().reading() == Reading(1, 1, {})
