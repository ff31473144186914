"""Actions as lines: what was written is what is read."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import functools
import json
import math
import uuid
import zoneinfo
from typing import Any

import attrs
import pytest
from core.tests.conftest import plant
from hypothesis import given
from hypothesis import strategies as st

import dss.school
from dss import Action, DefaultTemplate, handler
from dss.actions import Adoption, Kind
from dss.errors import PlanError
from dss.lines import MANY, Lines
from dss.models import Base
from dss.stored import held_by
from dss.templates import Undo


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


def _pair(branch: type) -> tuple[Any, Any]:
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


def _assert_same(found: Action, action: Action) -> None:
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
    lines, (lefts, rights) = TREES[branch], _pair(branch)
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
    _assert_same(found, action)
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
    lines, (lefts, _) = TREES[Dynamic], _pair(Dynamic)
    item = lefts.build({"idnumber": "1", "x": value})

    assert lines.load(lines.dump(Action("new", "students", "1", item, item))).right.x == value


def test_not_a_number_stays_not_a_number() -> None:
    """It equals nothing, not even itself."""
    lines = TREES[Dynamic]

    found = lines.load(lines.dump(Action("update", "students", "1", attribute="x", wanted=math.nan)))

    assert math.isnan(found.wanted)


def test_what_an_annotation_tells_is_written_plainly() -> None:
    """A set of texts is a list, a day is a text; only what nothing tells has a mark."""
    action = Action("update", "students", "1", attribute="guardians", was=None, wanted=frozenset("ab"))

    raw = json.loads(TREES[Students].dump(action))
    other = json.loads(TREES[Dynamic].dump(action))

    assert raw["wanted"] == ["a", "b"]
    assert other["wanted"] == {"$frozenset": ["a", "b"]}
    assert raw["was"] is None


def test_every_change_carries_was_and_wanted() -> None:
    """For something new nothing was, for something old nothing is wanted."""
    _, right = _pair(Students)
    item = right.build({"idnumber": "1", "given_name": "Ana"})

    new = json.loads(TREES[Students].dump(Action("new", "students", "1", item, item)))
    old = json.loads(TREES[Students].dump(Action("old", "students", "1", None, item)))

    assert (new["was"], new["wanted"]) == (None, {"given_name": "Ana"})
    assert (old["was"], old["wanted"]) == ({"given_name": "Ana"}, None)
    assert new["left"] == {}
    assert "left" not in old


def test_a_type_that_cannot_be_written_is_named_with_its_field() -> None:
    """So that its owner knows what to change."""
    lines, (lefts, _) = TREES[Dynamic], _pair(Dynamic)
    thing = lefts.build({"idnumber": "1", "handle": object()})

    with pytest.raises(PlanError, match=r"students\.handle holds a `object`"):
        lines.dump(Action("update", "students", "1", thing, attribute="x", wanted="a"))
    with pytest.raises(PlanError, match=r"students\.x holds a `object`"):
        lines.dump(Action("update", "students", "1", attribute="x", wanted=[object()]))


def test_a_value_that_contains_itself_is_an_error_of_its_field() -> None:
    """And no endless loop."""
    ring: list[Any] = []
    ring.append(ring)

    with pytest.raises(PlanError, match="students"):
        TREES[Dynamic].dump(Action("update", "students", "1", attribute="x", wanted=ring))


def test_two_halves_of_a_character_side_by_side_are_refused() -> None:
    """JSON would make one character of them, and the value another one."""
    with pytest.raises(PlanError, match="halves"):
        TREES[Students].dump(Action("update", "students", "1", attribute="email", wanted="\ud83d\ude00"))


def test_a_thousand_values_of_one_record_take_a_thousand_short_lines() -> None:
    """Beyond some, neither the whole set nor the record's own is repeated with each of its values."""
    lines, (lefts, _) = TREES[Students], _pair(Students)
    many = frozenset(map(str, range(1000)))
    left = lefts.build({"idnumber": "1", "given_name": "Ana", "guardians": many})

    add = lines.dump(Action("add", "students", "1", left, None, "guardians", "7", frozenset(), many))
    remove = lines.dump(Action("remove", "students", "1", left, None, "guardians", "7", many, frozenset("1")))
    few = frozenset(map(str, range(MANY)))
    short = lines.load(lines.dump(Action("add", "students", "1", left, None, "guardians", "7", None, few)))

    assert max(len(add), len(remove)) < 400
    assert (lines.load(add).was, lines.load(add).wanted) == (frozenset(), frozenset({"7"}))
    assert (lines.load(remove).was, lines.load(remove).wanted) == (frozenset({"7"}), frozenset("1"))
    assert lines.load(add).left.guardians is None
    assert lines.load(add).left.given_name == "Ana"
    assert short.wanted == few


def test_how_far_it_can_be_undone_is_said_where_it_is_not_wholly() -> None:
    """As the handler declares; what has no handler is not done at all."""

    class Template(DefaultTemplate):
        @handler(undo=Undo.PARTLY)
        def new(self, action: Action) -> None: ...

        @handler(undo=Undo.NOT)
        def old(self, action: Action) -> None: ...

        def update(self, action: Action) -> None: ...

    lines = Lines(plant(Students), plant(Students, name="right", template=Template))
    said = [
        json.loads(lines.dump(Action(kind, "students", "1", attribute="email"))).get("undo") for kind in Kind
    ]

    assert dict(zip(Kind, said, strict=True)) == {
        "new": "partly",
        "update": None,
        "add": None,
        "remove": None,
        "old": "not",
        "error": None,
    }


def test_what_stands_on_the_right_is_taken_from_there() -> None:
    """As far as it has been read."""
    left, right = plant(Students), plant(Students, name="right")
    lines = Lines(left, right)
    line = lines.dump(Action("update", "students", "1", attribute="email", was="a", wanted="b"))

    before = lines.load(line).right
    there = right.students.make("1", email="a")

    assert before is None
    assert lines.load(line).right is there


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "1",
        "null",
        "{}",
        '{"kind":"new"}',
        '{"kind":"newer","branch":"students","idnumber":"1","was":null,"wanted":null}',
        '{"kind":"update","branch":"pupils","idnumber":"1","was":null,"wanted":null}',
        '{"kind":"update","branch":["students"],"idnumber":"1","was":null,"wanted":null}',
        '{"kind":"update","branch":"students","idnumber":"1","attribute":"email","wanted":null}',
        '{"kind":"update","branch":"students","idnumber":"1","attribute":"email","was":{"$x":1},"wanted":null}',
        '{"kind":"update","branch":"students","idnumber":"1","attribute":"guardians","was":3,"wanted":null}',
        '{"kind":"new","branch":"students","idnumber":"1","was":null,"wanted":{"house":"red"}}',
        '{"kind":"new","branch":"students","idnumber":"1","was":null,"wanted":["red"]}',
        '{"kind":"new","branch":"students","idnumber":"1","was":null,"wanted":{},"left":{"house":1}}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_action_is_an_error_and_nothing_else(line: str) -> None:
    """Whatever stands there."""
    with pytest.raises(PlanError):
        TREES[Students].load(line)


def test_an_error_action_comes_back_with_its_text() -> None:
    """It has neither values nor records."""
    action = Action("error", "students", "1", attribute="email", error="two rows disagree", native=5)

    _assert_same(TREES[Students].load(TREES[Students].dump(action)), action)


@given(st.uuids())
def test_an_id_of_the_targets_own_keeps_its_type(native: uuid.UUID) -> None:
    """Some systems give numbers, some texts, some UUIDs."""
    lines = TREES[Students]

    assert lines.load(lines.dump(Action("old", "students", "1", native=native))).native == native
