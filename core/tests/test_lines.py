"""Actions as lines: what was written is what is read."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import functools
import math
import zoneinfo
from typing import Any

import attrs
import pytest
from core.tests.conftest import plant
from hypothesis import given
from hypothesis import strategies as st

import dss.school
from dss import Action
from dss.actions import Adoption, Kind
from dss.lines import Lines
from dss.models import Base
from dss.stored import held_by


class Students(dss.school.Students):
    pass


class Computed(dss.school.Student):
    @property
    def username(self) -> str | None:  # type: ignore[override]
        return super().username or f"u{self.idnumber}"

    @functools.cached_property
    def initials(self) -> str:
        return f"{self.given_name or ''}"[:1]


class Computing(dss.school.Students):
    klass = Computed


class Anything(Base):
    pass


class Dynamic:
    __branchname__ = "students"
    klass = Anything


@dataclasses.dataclass
class Pupil:
    idnumber: str
    given_name: str | None = None
    born: datetime.date | None = None
    guardians: set[str] | None = None
    marks: tuple[int, ...] = ()


class Pupils:
    __branchname__ = "students"
    klass = Pupil


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@attrs.frozen
class Address:
    street: str
    since: datetime.date


def _loud(text: str | None) -> str | None:
    return None if text is None else text.upper()


@attrs.frozen(slots=False)
class Fixed:
    idnumber: str
    given_name: str | None = attrs.field(default="nobody", converter=_loud)
    colour: Colour | None = None
    address: Address | None = None
    days: frozenset[datetime.date] | None = None
    _secret: int | None = None
    length: int = attrs.field(init=False)
    never: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "length", 7)


class Frozen:
    __branchname__ = "students"
    klass = Fixed


class Written:
    def __init__(self, number: str, given_name: str | None = None, guardians: Any = None) -> None:
        self.idnumber, self.given_name, self.guardians = number, given_name, guardians
        self._lock = object()


class ByHand:
    __branchname__ = "students"
    klass = Written


TEXT = st.text(st.characters(), max_size=12) | st.sampled_from(["\ud800", "a\r\n\"'\x1b", "😀", ""])
SIMPLE = st.none() | st.booleans() | TEXT | st.integers()
ZONES = st.none() | st.just(datetime.UTC) | st.just(zoneinfo.ZoneInfo("Europe/Berlin"))
MOMENTS = st.dates() | st.datetimes(timezones=ZONES) | st.times() | st.timedeltas()
HASHABLE = (
    SIMPLE
    | st.floats(allow_nan=False)
    | st.decimals(allow_nan=False)
    | st.uuids()
    | st.binary(max_size=5)
    | MOMENTS
    | st.tuples(TEXT, st.integers())
)
VALUES = st.recursive(
    HASHABLE | st.frozensets(HASHABLE, max_size=4) | st.sets(TEXT, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXT | st.integers(), inner, max_size=3)
        | st.dictionaries(st.sampled_from(["$date", "$x", "a"]), inner, max_size=1)
    ),
    max_leaves=6,
)
NAMES = st.none() | TEXT
PEOPLE = st.fixed_dictionaries(
    {
        "given_name": NAMES,
        "email": NAMES,
        "username": NAMES,
        "enabled": st.none() | st.booleans(),
        # what an annotation says is not always what is there
        "grade": NAMES | st.integers(),
        "guardians": st.none() | st.frozensets(TEXT, max_size=4) | st.lists(TEXT, max_size=3),
    }
)
MODELS: dict[type, Any] = {
    Students: PEOPLE,
    Computing: PEOPLE,
    Dynamic: st.dictionaries(st.sampled_from(["given_name", "grade", "x", "guardians"]), VALUES),
    Pupils: st.fixed_dictionaries(
        {},
        optional={
            "given_name": NAMES,
            "born": st.none() | st.dates() | st.datetimes() | TEXT,
            "guardians": st.none() | st.sets(TEXT, max_size=4) | st.frozensets(st.integers(), max_size=3),
            "marks": st.lists(st.integers(), max_size=3).map(tuple) | TEXT,
        },
    ),
    Frozen: st.fixed_dictionaries(
        {},
        optional={
            "given_name": NAMES,
            "colour": st.none() | st.sampled_from(Colour) | TEXT,
            "address": st.none() | st.builds(Address, TEXT, st.dates()),
            "days": st.none() | st.frozensets(st.dates(), max_size=3) | st.just(frozenset({"2026-08-01"})),
            "_secret": st.none() | st.integers(),
        },
    ),
    ByHand: st.fixed_dictionaries({"given_name": NAMES, "guardians": st.lists(TEXT, max_size=3)}),
}
TREES = {branch: Lines(plant(branch, name="left"), plant(branch, name="right")) for branch in MODELS}


def pair(branch: type) -> tuple[Any, Any]:
    """The two branches of a kind of model."""
    lines = TREES[branch]
    return lines._left.tree.students, lines._right.tree.students


def _held(item: Any) -> Any:
    """What an object holds, without what only its own code knows."""
    if item is None:
        return None
    return {name: value for name, value in held_by(item).items() if name != "_lock"}


def _has_mapping(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_mapping, value))
    return isinstance(value, dict)


def assert_same(found: Action, action: Action) -> None:
    """All that an action tells, but what stands on the right."""
    assert (found.kind, found.branch, found.idnumber, found.attribute) == (
        action.kind,
        action.branch,
        action.idnumber,
        action.attribute,
    )
    assert found.key == action.key
    if not _has_mapping(action.wanted):
        # of a set within a mapping, the order may be another one
        assert found.fingerprint == action.fingerprint
    assert found._message == action._message
    for name in ("was", "wanted", "value", "native", "adopts", "joins", "removal", "place", "error"):
        assert getattr(found, name) == getattr(action, name), name
    assert _held(found.left) == _held(action.left)
    assert [first.key for first in found.after] == [first.key for first in action.after]
    assert [first.was for first in found.after] == [first.was for first in action.after]


@pytest.mark.parametrize("branch", MODELS, ids=lambda branch: branch.__name__)
@given(data=st.data())
def test_an_action_that_was_written_is_read_as_it_was(branch: type, data: st.DataObject) -> None:
    """Key, fingerprint, values and both records, whatever kind of class the model is."""
    lines, (lefts, rights) = TREES[branch], pair(branch)
    of = MODELS[branch]
    left = lefts.build({"idnumber": "1", **data.draw(of)})
    right = rights.build({"idnumber": "1", **data.draw(of)})
    attribute = data.draw(st.sampled_from(["given_name", "guardians", "colour", "born", "x"]))
    kind = data.draw(st.sampled_from([Kind.NEW, Kind.UPDATE, Kind.ADD, Kind.REMOVE, Kind.OLD]))
    values: dict[str, Any] = {"removal": data.draw(st.booleans()), "place": data.draw(st.integers(-1, 9))}
    if kind is Kind.NEW:
        values |= {"left": left, "right": right, "joins": data.draw(st.none() | st.just("teachers"))}
        if data.draw(st.booleans()):
            values["adopts"] = Adoption(
                data.draw(st.integers() | st.uuids()), {"given_name": data.draw(VALUES)}
            )
    elif kind is Kind.OLD:
        values |= {"right": right, "native": data.draw(st.none() | st.integers() | TEXT)}
    else:
        values |= {
            "left": left,
            "attribute": attribute,
            "was": data.draw(VALUES),
            "wanted": data.draw(VALUES),
        }
        if kind is not Kind.UPDATE:
            values["value"] = data.draw(HASHABLE)
    first = Action("update", "students", "2", attribute="given_name", was="a", wanted="b")
    values["message"] = data.draw(st.none() | TEXT)
    action = Action(kind, "students", "1", after=data.draw(st.sampled_from([(), (first,)])), **values)

    line = lines.dump(action)
    found = lines.load(line)

    assert "\n" not in line
    assert line.isascii()
    assert_same(found, action)
    if kind in (Kind.NEW, Kind.OLD):
        assert _held(found.right) == _held(action.right)
        assert type(found.right) is type(action.right)


@given(VALUES)
def test_any_value_of_any_attribute_comes_back(value: Any) -> None:
    """With its type, where JSON has none for it."""
    lines = TREES[Dynamic]

    found = lines.load(lines.dump(Action("update", "students", "1", attribute="x", wanted=value)))

    assert found.wanted == value
    assert repr(found.wanted) == repr(value) or isinstance(value, set | frozenset | list | tuple | dict)


@pytest.mark.parametrize(
    "value", [math.inf, -math.inf, 2**70, decimal.Decimal("NaN"), "\ud800 \udcff"], ids=str
)
def test_numbers_that_json_lacks_come_back(value: Any) -> None:
    """Infinite ones, and halves of characters."""
    lines = TREES[Dynamic]

    found = lines.load(lines.dump(Action("update", "students", "1", attribute="x", wanted=value)))

    assert found.wanted == value or str(found.wanted) == str(value)


@pytest.mark.parametrize("value", [10**6000, -(10**6000)], ids=["positive", "negative"])
def test_a_number_too_long_to_be_read_in_decimal_comes_back(value: int) -> None:
    """Python refuses to, for fear of being kept busy."""
    lines, (lefts, _) = TREES[Dynamic], pair(Dynamic)
    item = lefts.build({"idnumber": "1", "x": value})

    assert lines.load(lines.dump(Action("new", "students", "1", item, item))).right.x == value


def test_not_a_number_stays_not_a_number() -> None:
    """It equals nothing, not even itself."""
    lines = TREES[Dynamic]

    found = lines.load(lines.dump(Action("update", "students", "1", attribute="x", wanted=math.nan)))

    assert math.isnan(found.wanted)
