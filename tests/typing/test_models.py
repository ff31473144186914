"""Models: `Base`, and attrs classes with marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

import attrs
import pytest

from dss import Action, Base, Kind, key, marks
from dss.models import BadIdnumber, Marks, check_idnumber, split_key


class Room(Base):
    """A model of any attributes, of which one is declared, with a property and a comparison of its own."""

    floor: int

    @property
    def label(self) -> str:
        return f"{self.floor}/{self.idnumber}"

    def __sub__(self, other: object) -> Iterator[Action]:
        if isinstance(other, Room) and other.floor != self.floor:
            yield Action(Kind.UPDATE, "rooms", self.idnumber, attribute="floor", wanted=self.floor)


@attrs.define
class Device:
    """A model of attrs, with everything that can be marked."""

    idnumber: str
    serial: str | None = attrs.field(default=None, metadata=marks(unique="devices"))
    photo: bytes | None = attrs.field(default=None, metadata=marks(compare=False))
    owners: tuple[str, ...] | None = attrs.field(default=None, metadata=marks(ordered=True, unique=False))


def test_base_takes_any_attribute_and_knows_those_declared() -> None:
    """What is declared has its type; what is not has none, and a subtraction gives actions."""
    room, other = Room("12", floor=1, seats=20), Room("12", floor=2)

    assert_type(room.idnumber, str)
    assert_type(room.floor, int)
    assert_type(room.label, str)
    assert_type(room - other, Iterator[Action])
    assert_type(Base("1") - Base("1"), Iterator[Action])
    assert room.seats == 20  # type: ignore[attr-defined]
    with pytest.raises(BadIdnumber):
        Base(12)  # type: ignore[arg-type]

    assert [action.wanted for action in room - other] == [1]


def test_marks_are_metadata_of_a_field() -> None:
    """`marks` gives what attrs takes, and only the marks there are."""
    assert_type(marks(), dict[str, Any])
    assert_type(Marks(unique="devices").unique, bool | str)
    device = Device("1", serial="A7")
    assert_type(device.serial, str | None)
    assert_type(device.owners, tuple[str, ...] | None)
    with pytest.raises(TypeError):
        marks(secret=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        marks(False)  # type: ignore[call-arg]

    assert device.serial == "A7"


def test_keys_are_texts() -> None:
    """An idnumber is made of texts and taken apart into texts."""
    assert_type(key("A|1", "7"), str)
    assert_type(split_key("1|7"), tuple[str, ...])
    assert_type(check_idnumber("7"), str)
    with pytest.raises(TypeError):
        key("A", 7)  # type: ignore[arg-type]

    assert split_key(key("A|1", "7")) == ("A|1", "7")
