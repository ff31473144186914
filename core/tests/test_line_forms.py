"""What stands in a line, what cannot stand there, and what is no line at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from core.tests.conftest import plant
from core.tests.test_lines import TREES, Dynamic, Students, assert_same, pair
from hypothesis import given
from hypothesis import strategies as st

from dss import Action, DefaultTemplate, handler
from dss.actions import Kind
from dss.errors import PlanError
from dss.lines import MANY, Lines
from dss.templates import Undo


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
    _, right = pair(Students)
    item = right.build({"idnumber": "1", "given_name": "Ana"})

    new = json.loads(TREES[Students].dump(Action("new", "students", "1", item, item)))
    old = json.loads(TREES[Students].dump(Action("old", "students", "1", None, item)))

    assert (new["was"], new["wanted"]) == (None, {"given_name": "Ana"})
    assert (old["was"], old["wanted"]) == ({"given_name": "Ana"}, None)
    assert new["left"] == {}
    assert "left" not in old


def test_a_type_that_cannot_be_written_is_named_with_its_field() -> None:
    """So that its owner knows what to change."""
    lines, (lefts, _) = TREES[Dynamic], pair(Dynamic)
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
    lines, (lefts, _) = TREES[Students], pair(Students)
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

    assert_same(TREES[Students].load(TREES[Students].dump(action)), action)


@given(
    st.uuids() | st.integers() | st.lists(st.dates() | st.integers()) | st.dictionaries(st.text(), st.dates())
)
def test_an_id_of_the_targets_own_keeps_its_type(native: object) -> None:
    """Some systems give numbers, some texts, some UUIDs, some whatever they like."""
    lines = TREES[Students]

    assert lines.load(lines.dump(Action("old", "students", "1", native=native))).native == native
