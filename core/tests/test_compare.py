"""Comparing one pair of branches: what is a difference, what is not, and what must not be concluded."""

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss import Action, Base, Kind, marks
from dss.actions import Outcome
from dss.errors import ConfigError
from dss.importers import reads
from dss.models import Overridable
from dss.ordering import ordered
from dss.plan import make_plan
from dss.school import Cohorts, Enrollments, Guardians, Person, Students, Teachers


@attrs.define(eq=False)
class Thing(Overridable):
    idnumber: str
    name: str | None = None
    size: int | None = None
    tags: frozenset[str] | None = None
    steps: tuple[str, ...] | None = attrs.field(default=None, metadata=marks(ordered=True))
    secret: str | None = attrs.field(default=None, metadata=marks(compare=False))
    enabled: bool | None = None


class Things:
    __branchname__ = "things"
    klass: Any = Thing


def _branch(**declared: Any) -> type:
    return type("Things", (Things,), declared)


def _pair(plant: Any, left: dict[str, Any], right: dict[str, Any], **declared: Any) -> tuple[Any, Any]:
    """Two trees with one thing each; `declared` is of the right branch."""
    one, other = plant(Things, allow_empty=True), plant(_branch(**declared), name="right", allow_empty=True)
    one.things.make("1", **left)
    other.things.make("1", **right)
    return one, other


def _told(actions: Any) -> list[tuple[Any, ...]]:
    return [
        (str(action.kind), action.attribute, action.value if action.value is not None else action.wanted)
        for action in actions
    ]


# -- blank, missing, None ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("was", [None, "", "Ada", "Bo"])
def test_none_is_never_a_difference(plant: Any, was: str | None) -> None:
    """None means that the source says nothing."""
    left, right = _pair(plant, {"name": None}, {"name": was})

    assert list(left - right) == []


@pytest.mark.parametrize(
    ("field", "wanted", "was", "expected"),
    [
        ("name", "", "Ada", [("update", "name", "")]),
        ("name", "", None, []),
        ("name", "", "", []),
        ("tags", frozenset(), frozenset("a"), [("remove", "tags", "a")]),
        ("tags", "", frozenset("a"), [("remove", "tags", "a")]),
        ("tags", frozenset(), None, []),
        ("size", 0, None, [("update", "size", 0)]),
        ("size", 0, 0, []),
    ],
)
def test_empty_is_said_to_be_empty(
    plant: Any, field: str, wanted: Any, was: Any, expected: list[tuple[str, str, Any]]
) -> None:
    """'' and an empty collection say that it is empty: a difference where there is something; 0 is a value."""
    left, right = _pair(plant, {field: wanted}, {field: was})

    assert _told(left - right) == expected


def test_multi_values_differ_one_by_one_whatever_their_order(plant: Any) -> None:
    """One add or remove per value; the order in which they stand says nothing."""
    left, right = _pair(plant, {"tags": frozenset("abc")}, {"tags": frozenset("bcd")})
    listed, other = _pair(plant, {"tags": ["b", "a"]}, {"tags": ("a", "b")})

    actions = list(left - right)

    assert _told(actions) == [("add", "tags", "a"), ("remove", "tags", "d")]
    assert [action.removal for action in actions] == [False, True]
    assert actions[0].was == frozenset("bcd")
    assert actions[0].wanted == frozenset("abc")
    assert list(listed - other) == []


def test_order_counts_where_the_field_says_so(plant: Any) -> None:
    """An ordered field is replaced whole; with add_only it only grows."""
    left, right = _pair(plant, {"steps": ("b", "a")}, {"steps": ("a", "b")})
    _, growing = _pair(plant, {}, {"steps": ("a", "c")}, flow={"steps": "add_only"})

    assert _told(left - right) == [("update", "steps", ("b", "a"))]
    assert _told(left - growing) == [("add", "steps", "b")]


def test_fields_marked_so_and_private_ones_are_not_compared(plant: Any) -> None:
    """`compare=False` leaves a field out."""
    left, right = _pair(plant, {"secret": "a"}, {"secret": "b"})

    assert list(left - right) == []


# -- flow per attribute ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("authoritative", [("add", "tags", "a"), ("remove", "tags", "c"), ("update", "name", "new")]),
        ("create_only", []),
        ("keep", []),
        ("add_only", [("add", "tags", "a"), ("update", "name", "new")]),
        ("ignore", []),
    ],
)
def test_flow_of_what_differs(plant: Any, flow: str, expected: list[Any]) -> None:
    """How far the left's word goes for a record that is on both sides."""
    left, right = _pair(
        plant,
        {"name": "new", "tags": frozenset("ab")},
        {"name": "old", "tags": frozenset("bc")},
        flow={"name": flow, "tags": flow},
    )

    assert sorted(_told(left - right)) == expected


@pytest.mark.parametrize(
    ("flow", "expected"),
    [("authoritative", "new"), ("create_only", None), ("keep", "new"), ("add_only", "new"), ("ignore", None)],
)
def test_flow_into_a_blank(plant: Any, flow: str, expected: str | None) -> None:
    """Keep fills in what is blank on the right."""
    left, right = _pair(plant, {"name": "new"}, {"name": ""}, flow={"name": flow})

    wanted = [action.wanted for action in left - right]

    assert wanted == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("flow", "expected"),
    [("authoritative", "n"), ("create_only", "n"), ("keep", "n"), ("add_only", "n"), ("ignore", None)],
)
def test_flow_into_a_new_record(plant: Any, flow: str, expected: str | None) -> None:
    """What is new gets everything but what is ignored."""
    left = plant(Things)
    right = plant(_branch(flow={"name": flow}), name="right")
    left.things.make("1", name="n")

    (action,) = left - right

    assert action.right.name == expected


def test_an_ignored_attribute_is_named_in_the_plan(plant: Any) -> None:
    """What is not compared is said once."""
    left, right = _pair(plant, {}, {}, flow={"name": "ignore"})

    assert "right.things: name is ignored, as configured" in make_plan(left, right).notes


# -- which attributes -----------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Other:
    idnumber: str
    name: str | None = None
    colour: str | None = None
    _inner: str | None = None

    def shout(self) -> str:
        raise AssertionError

    @property
    def initial(self) -> str:
        return (self.name or "?")[0]


def test_what_both_models_have_is_compared_and_the_rest_is_named_once(plant: Any) -> None:
    """Properties count, methods and private names do not; what only one model has is said, once."""
    left, right = plant(Things), plant(_branch(klass=Other), name="right")
    left.things.make("1", name="Bo", size=1)
    left.things.make("2", name="Bo", size=1)
    right.things.make("1", name="Ada", colour="red")
    right.things.make("2", name="Bo", colour="red")

    plan = make_plan(left, right)

    assert _told(plan.actions) == [("update", "name", "Bo")]
    assert [note for note in plan.notes if "only the" in note] == [
        "left.things: only the left has size, tags, steps, enabled; not compared",
        "right.things: only the right has colour, initial; not compared",
    ]


class Named(Base):
    """A model of any attributes, with a property."""

    @property
    def loud(self) -> str:
        return str(vars(self)["name"]).upper()


def test_tracked_attributes_of_a_plain_model_are_compared(plant: Any) -> None:
    """A `Base` takes part with whatever it holds, its properties, and a model with fields on the other side."""
    left, right = plant(_branch(klass=Named)), plant(_branch(klass=Named), name="right")
    typed = plant(Things, name="typed")
    left.things.make("1", name="bo", size=2, only_left=1)
    right.things.make("1", name="ada", size=2, only_right=1)
    typed.things.make("1", name="ada", size=3)

    assert sorted(_told(left - right)) == [("update", "loud", "BO"), ("update", "name", "bo")]
    assert sorted(_told(left - typed)) == [("update", "name", "bo"), ("update", "size", 2)]
    assert sorted(_told(typed - right)) == [("update", "size", 3)]


def test_what_one_record_of_a_plain_model_lacks_is_blank(plant: Any) -> None:
    """An importer that leaves out what is blank says no less than one that gives it."""
    left, right = plant(_branch(klass=Base)), plant(_branch(klass=Base), name="right")
    for idnumber, mail in (("1", "a@x.example"), ("2", "b@x.example")):
        left.things.make(idnumber, mail=mail)
    right.things.make("1", mail="a@x.example")
    right.things.make("2")

    assert [(action.idnumber, action.was, action.wanted) for action in left - right] == [
        ("2", None, "b@x.example")
    ]
    assert list(right - left) == []


class Pair(NamedTuple):
    """A named tuple, whose fields are descriptors."""

    idnumber: str
    name: str


def test_the_fields_of_a_named_tuple_are_compared(plant: Any) -> None:
    """As those of any class; its methods are not."""
    left, right = plant(_branch(klass=Pair)), plant(_branch(klass=Pair), name="right")
    left.things.make("1", "bo")
    right.things.make("1", "ada")

    assert _told(left - right) == [("update", "name", "bo")]


def test_a_value_that_the_target_refuses_is_an_error(plant: Any) -> None:
    """Of a new record or a changed one; what the target holds already is its own affair."""

    def refusal(attribute: str, value: Any) -> str | None:
        return "it is shouted" if attribute == "name" and value and value.isupper() else None

    left, right = plant(_branch()), plant(_branch(refusal=staticmethod(refusal)), name="right")
    for idnumber, name in (("1", "ADA"), ("2", "BO"), ("3", "cy"), ("4", "DOT")):
        left.things.make(idnumber, name=name, size=1)
    right.things.make("2", name="bo", size=0)
    right.things.make("3", name="CY", size=1)
    right.things.make("4", name="DOT", size=1)

    told = [
        (action.kind, action.idnumber, action.attribute, action.error or action.wanted)
        for action in left - right
    ]

    assert told == [
        (Kind.ERROR, "1", None, "`name` 'ADA': it is shouted"),
        (Kind.ERROR, "2", "name", "`name` 'BO': it is shouted"),
        (Kind.UPDATE, "2", "size", 1),
        (Kind.UPDATE, "3", "name", "cy"),
    ]


def test_an_explicit_list_is_strict(plant: Any) -> None:
    """Exactly the attributes listed are compared; one that a model lacks is an error at once."""
    left, right = _pair(plant, {"name": "a", "size": 1}, {"name": "b", "size": 2}, attributes=("size",))
    _, wrong = _pair(plant, {}, {}, attributes=("size", "weight"))

    assert _told(left - right) == [("update", "size", 1)]
    with pytest.raises(
        ConfigError, match=r"`attributes` of left.things names `weight`.*`Thing` does not have"
    ):
        list(left - wrong)


def test_a_new_record_is_whole_whatever_is_compared(plant: Any) -> None:
    """What comes to be is filled from all equal-named attributes, also those that are not compared later."""
    left, right = plant(Enrollments), plant(Enrollments, name="right")
    right.enrollments.configure(attributes=("enabled",))
    left.enrollments.make("c|p|student", class_="c", person="p", role="student", enabled=True)

    (action,) = left - right

    assert (action.right.class_, action.right.person, action.right.role) == ("c", "p", "student")
    assert action.left is left.enrollments["c|p|student"]
    assert "c|p|student" not in right.enrollments


def test_a_column_the_target_lacks_is_no_difference(plant: Any) -> None:
    """What cannot be read on the right is not compared, and named."""
    left, right = _pair(plant, {"name": "Ada"}, {})
    right.things.absent("name")

    plan = make_plan(left, right)

    assert list(plan.actions) == []
    assert "right.things: the target has no column for name; not compared" in plan.notes


# -- what goes wrong with one record --------------------------------------------------------------------------------


class Fragile(Person):
    @property
    def email(self) -> str | None:  # type: ignore[override]
        if self.given_name == "Bo":
            raise ValueError("no address\nfor Bo")
        return f"{self.given_name}@example.org"


class Fragiles(Students):
    klass: ClassVar[Any] = Fragile


@pytest.mark.parametrize("there", [True, False])
def test_a_property_that_raises_freezes_that_record_alone(plant: Any, there: bool) -> None:
    """One error names the attribute and the reason; nothing else happens to that record, and the others go on."""
    left, right = plant(Fragiles), plant(Students, name="right")
    left.students.make("1", given_name="Bo", family_name="New", enabled=True)
    left.students.make("2", given_name="Ada", enabled=True)
    if there:
        right.students.make("1", given_name="Bob", family_name="Old", enabled=True)
    right.students.make("2", given_name="Ada", email="old", enabled=True)

    actions = list(left - right)

    assert [(str(action.kind), action.idnumber) for action in actions] == [("error", "1"), ("update", "2")]
    assert "ValueError: no address" in actions[0].error
    assert "Fragile" in actions[0].error


def test_a_property_of_the_target_that_raises_is_an_error_too(plant: Any) -> None:
    """A record only on the right that cannot be read is reported, not removed, and stops nothing."""
    left, right = plant(Students), plant(Fragiles, name="right")
    left.students.make("2", given_name="Ada", email="a")

    class Moody(Fragile):
        @property
        def enabled(self) -> bool:  # type: ignore[override]
            raise OSError("away")

    right.students.configure(klass=Moody)
    right.students.make("1", given_name="Al")

    actions = list(left - right)

    assert [(str(action.kind), action.idnumber) for action in actions] == [("new", "2"), ("error", "1")]
    assert "OSError: away" in actions[1].error


def test_values_that_cannot_be_compared_are_an_error(plant: Any) -> None:
    """Values that are no single texts or numbers stop their own record only."""
    left, right = _pair(plant, {"tags": [{"a": 1}]}, {"tags": [{"b": 1}]})
    left.things.make("2", name="fine")

    actions = list(left - right)

    assert [(str(action.kind), action.idnumber) for action in actions] == [("error", "1"), ("new", "2")]


def test_a_model_that_refuses_a_new_record_is_an_error(plant: Any) -> None:
    """What the target's model does not take is said for that record."""

    @attrs.define
    class Short:
        idnumber: str
        name: str = attrs.field(validator=attrs.validators.max_len(3))

    left, right = plant(Things), plant(_branch(klass=Short), name="right")
    left.things.make("1", name="long")
    left.things.make("2", name="ok")

    actions = list(left - right)

    assert [(str(action.kind), action.idnumber) for action in actions] == [("error", "1"), ("new", "2")]
    assert "Short` of the target does not take it" in actions[0].error


def test_a_doubled_idnumber_freezes_on_both_sides(plant: Any) -> None:
    """Two rows of one key that disagree give one error; the record is neither changed, made nor removed."""
    doubled = [{"idnumber": "1", "name": "a"}, {"idnumber": "1", "name": "b"}, {"idnumber": "2", "name": "c"}]
    single = [{"idnumber": "1", "name": "z"}, {"idnumber": "2", "name": "c"}]
    bad_left = (
        plant(Things, records={"things": doubled}),
        plant(Things, name="right", records={"things": single}),
    )
    bad_right = (
        plant(Things, records={"things": single}),
        plant(Things, name="right", records={"things": doubled}),
    )
    alone = (
        plant(Things, records={"things": single[1:]}),
        plant(Things, name="right", records={"things": doubled}),
    )

    for left, right in (bad_left, bad_right, alone):
        (action,) = +left - +right

        assert (action.kind, action.idnumber) == (Kind.ERROR, "1")
        assert "disagree" in action.error


# -- a model's own subtraction ---------------------------------------------------------------------------------------


class Grown(Base):
    """Differs only when it has grown."""

    size: int

    def __sub__(self, other: object) -> Iterator[Action]:
        if self.size > getattr(other, "size", 0):
            yield Action(Kind.UPDATE, attribute="size", was=0, wanted=self.size, message="it has grown")


class Odd(Base):
    def __sub__(self, other: object) -> Any:
        if self.idnumber == "1":
            raise ValueError("cannot")
        return ["nothing useful"] if self.idnumber == "2" else None


def test_an_own_subtraction_decides_alone(plant: Any) -> None:
    """Its actions are taken, filled in; none means equal, whatever else differs."""
    left, right = plant(_branch(klass=Grown)), plant(_branch(klass=Grown), name="right")
    left.things.make("1", size=3, name="a")
    right.things.make("1", size=2, name="b")
    left.things.make("2", size=1, name="a")
    right.things.make("2", size=2, name="b")

    (action,) = left - right

    assert (action.branch, action.idnumber, action.message) == ("things", "1", "it has grown")
    assert (action.left, action.right) == (left.things["1"], right.things["1"])


def test_an_own_subtraction_that_fails_is_an_error_of_that_record(plant: Any) -> None:
    """An exception, or something that is no action, is reported for that record; None is equal."""
    left, right = plant(_branch(klass=Odd)), plant(_branch(klass=Odd), name="right")
    for number in "123":
        left.things.make(number)
        right.things.make(number)

    actions = list(left - right)

    assert [(str(action.kind), action.idnumber) for action in actions] == [("error", "1"), ("error", "2")]
    assert "ValueError: cannot" in actions[0].error
    assert "wanted `Action`s" in actions[1].error


class Handmade(Base):
    """Brings actions of all sorts."""

    def __sub__(self, other: object) -> Iterator[Action]:
        yield Action(Kind.UPDATE, attribute="name", wanted="x", removal=True)
        yield Action(Kind.UPDATE, attribute="enabled", wanted=False)
        yield Action(Kind.REMOVE, attribute="members", value="frozen")
        yield Action(Kind.REMOVE, attribute="members", value="known")


def test_an_own_subtraction_is_bound_by_flow_and_doubt(plant: Any) -> None:
    """What it says is a removal stays one; what is configured to be left alone, or is doubtful, is left alone."""
    declared = {"klass": Handmade, "refers_to": {"members": "students"}}
    left = plant(Students, _branch(**declared))
    right = plant(Students, _branch(**declared), name="right")
    left.things.make("1")
    right.things.make("1")
    left.students.make("known")
    right.students.make("known")
    left.students.freeze("frozen", "bad row")

    actions = [action for action in left - right if action.branch == "things"]
    right.things.configure(flow={"name": "ignore", "enabled": "create_only", "members": "add_only"})
    rest = [action for action in left - right if action.branch == "things"]

    assert [(action.attribute, action.removal) for action in actions] == [
        ("name", True),
        ("enabled", True),
        ("members", True),
        (None, False),
    ]
    assert actions[2].value == "known"
    assert actions[3].error.startswith("1 removal is left out")
    assert rest == []


# -- enabled ----------------------------------------------------------------------------------------------------------


def test_right_only_is_old_unless_disabled(plant: Any) -> None:
    """Right-only and enabled is old, without removes; right-only and disabled is in step."""
    left, right = plant(Things, allow_empty=True), plant(Things, name="right")
    right.things.make("1", enabled=True, tags=frozenset("a"))
    right.things.make("2", enabled=False)
    right.things.make("3")

    actions = list(left - right)

    assert [(str(action.kind), action.idnumber, action.left, action.removal) for action in actions] == [
        ("old", "1", None, True),
        ("old", "3", None, True),
    ]


@pytest.mark.parametrize("said", [True, None])
def test_left_present_and_right_disabled_is_a_revival(plant: Any, said: bool | None) -> None:
    """Somebody who is there again is enabled again, also when the source says no more than that."""
    left, right = _pair(plant, {"enabled": said}, {"enabled": False})

    (action,) = left - right

    assert (action.kind, action.attribute, action.was, action.wanted) == (Kind.UPDATE, "enabled", False, True)
    assert action.removal is False


def test_a_revival_needs_no_enabled_on_the_left(plant: Any) -> None:
    """A source without such a column, or a model without such a field, revives as well; configured flows decide."""

    @attrs.define(eq=False)
    class Bare:
        idnumber: str
        name: str | None = None

    for klass in (Bare, Base):
        left, right = plant(_branch(klass=klass)), plant(Things, name="right")
        left.things.make("1", name="a")
        right.things.make("1", name="a", enabled=False)

        assert _told(left - right) == [("update", "enabled", True)]
        for flow in ("ignore", "create_only", "keep"):
            right.things.configure(flow={"enabled": flow})
            assert list(left - right) == []
        right.things.configure(flow={"enabled": "authoritative"}, attributes=("name",))
        assert list(left - right) == []


def test_left_disabled_is_an_update_that_counts_as_a_removal(plant: Any) -> None:
    """Being disabled by the source takes something away."""
    left, right = _pair(plant, {"enabled": False}, {"enabled": True})

    (action,) = left - right

    assert (action.wanted, action.removal) == (False, True)


def test_left_disabled_and_not_on_the_right_is_in_step(plant: Any) -> None:
    """Nobody is made only to be disabled."""
    left, right = plant(Things), plant(Things, name="right")
    left.things.make("1", enabled=False)

    assert list(left - right) == []


# -- new --------------------------------------------------------------------------------------------------------------


def test_references_of_something_new_follow_as_adds(plant: Any) -> None:
    """Multi-valued references come one by one after all that is new; other multi-values come with the record."""
    left, right = plant(Students, Cohorts), plant(Students, Cohorts, name="right")
    left.students.make("1")
    left.students.make("2")
    left.cohorts.make("c", name="C", members=frozenset("12"))

    actions = list(make_plan(left, right).actions)

    assert [(str(action.kind), action.branch, action.idnumber, action.value) for action in actions] == [
        ("new", "students", "1", None),
        ("new", "students", "2", None),
        ("new", "cohorts", "c", None),
        ("add", "cohorts", "c", "1"),
        ("add", "cohorts", "c", "2"),
    ]
    assert not actions[2].right.members
    assert actions[2].right.name == "C"


def test_other_multi_values_come_with_the_new_record(plant: Any) -> None:
    """What refers to nothing is simply part of it."""
    left, right = plant(Things), plant(Things, name="right")
    left.things.make("1", tags=frozenset("ab"))

    (action,) = left - right

    assert action.right.tags == frozenset("ab")


def test_nothing_is_made_for_somebody_who_is_not_there_for_being_disabled(plant: Any) -> None:
    """Memberships and enrolments of who is disabled, and so is not made, are not wanted either."""
    declarations = (Students, Teachers, Enrollments, Cohorts)
    left, right = plant(*declarations, allow_empty=True), plant(*declarations, name="right")
    left.students.make("gone", enabled=False)
    left.students.make("known", enabled=False)
    left.students.make("there", enabled=True)
    right.students.make("known", enabled=False)
    everybody = frozenset({"gone", "known", "there"})
    left.cohorts.make("new", members=everybody)
    left.cohorts.make("old", members=everybody)
    right.cohorts.make("old", members=frozenset())
    for person in everybody:
        left.enrollments.make(f"m|{person}|student", class_="m", person=person, role="student")

    actions = list(left - right)
    report = left >> right

    assert sorted((action.branch, action.idnumber, action.value or "") for action in actions) == [
        ("cohorts", "new", ""),
        ("cohorts", "new", "known"),
        ("cohorts", "new", "there"),
        ("cohorts", "old", "known"),
        ("cohorts", "old", "there"),
        ("enrollments", "m|known|student", ""),
        ("enrollments", "m|there|student", ""),
        ("students", "there", ""),
    ]
    assert not report.undone
    assert list(left - right) == []


def test_nothing_is_added_for_somebody_whose_rows_are_bad(plant: Any) -> None:
    """Who is frozen and not in the target is not made, so memberships and enrolments wait; one error says it."""
    declarations = (Students, Teachers, Enrollments, Cohorts)
    left, right = plant(*declarations, allow_empty=True), plant(*declarations, name="right", allow_empty=True)
    left.students.make("bad")
    left.students.freeze("bad", "two birthdays")
    left.students.freeze("worse", "no name")
    left.students.make("good")
    right.students.make("good")
    left.cohorts.make("all", members=frozenset({"bad", "worse", "good"}))
    left.enrollments.make("m|bad|student", class_="m", person="bad", role="student")

    actions = list(left - right)

    assert [
        (action.branch, action.idnumber, action.value) for action in actions if action.kind is not Kind.ERROR
    ] == [
        ("cohorts", "all", None),
        ("cohorts", "all", "good"),
    ]
    assert [action.error for action in actions if action.kind is Kind.ERROR] == [
        "left: two birthdays",
        "left: no name",
    ]


# -- doubt ------------------------------------------------------------------------------------------------------------


def _doubtful(plant: Any) -> tuple[Any, Any]:
    declarations = (Students, Teachers, Guardians, Enrollments, Cohorts)
    left, right = plant(*declarations, allow_empty=True), plant(*declarations, name="right", allow_empty=True)
    for number in "12":
        right.students.make(number, enabled=True)
        right.enrollments.make(f"c|{number}|student", class_="c", person=number, role="student", enabled=True)
    right.cohorts.make("all", members=frozenset("12"))
    left.cohorts.make("all", members=frozenset())
    return left, right


def test_a_frozen_person_loses_nothing_in_what_refers_to_it(plant: Any) -> None:
    """Bad rows of a person are never turned into the end of an enrolment or a membership; what is left out is said."""
    left, right = _doubtful(plant)
    left.students.freeze("1", "two birthdays")

    actions = list(left - right)

    removals = [(action.branch, action.idnumber, action.value) for action in actions if action.removal]
    assert removals == [
        ("students", "2", None),
        ("enrollments", "c|2|student", None),
        ("cohorts", "all", "2"),
    ]
    errors = [action.error for action in actions if action.kind is Kind.ERROR]
    assert errors[0] == "left: two birthdays"
    assert (
        errors[1:]
        == ["1 removal is left out: what they refer to in left.students has bad rows; mend them first"] * 2
    )


def test_a_record_that_is_doubled_in_the_target_loses_nothing_in_what_refers_to_it(plant: Any) -> None:
    """Nobody knows which of the two accounts an enrolment belongs to."""
    left, right = _doubtful(plant)
    right.students.freeze("1", "two accounts")

    removals = [(action.branch, action.idnumber, action.value) for action in left - right if action.removal]

    assert removals == [
        ("students", "2", None),
        ("enrollments", "c|2|student", None),
        ("cohorts", "all", "2"),
    ]


def test_a_bad_row_that_tells_no_more_than_whom_it_is_about_ends_nothing_of_theirs(plant: Any) -> None:
    """A schedule row of pupil 1 names no class that there is; it may be any of those that seem to have ended."""
    left, right = _doubtful(plant)
    left.enrollments.doubt("1", "line 7 names class 99, which is in no file")

    actions = list(left - right)

    assert [action.idnumber for action in actions if action.removal and action.branch == "enrollments"] == [
        "c|2|student"
    ]
    assert "1 removal is left out: line 7 names class 99, which is in no file" in [
        action.error for action in actions
    ]


def test_a_row_that_belongs_to_nobody_holds_all_removals_of_its_branch(plant: Any) -> None:
    """A bad row may have been anybody's; nothing that is missing is taken for gone, there and in what refers to it."""
    left, right = _doubtful(plant)
    left.students.report("line 7: no number")

    actions = list(left - right)

    assert [action for action in actions if action.removal] == []
    assert "left: line 7: no number" in [action.error for action in actions]
    assert len([action for action in actions if "left out" in (action.error or "")]) == 3


def test_a_branch_derived_from_bad_rows_removes_nothing(plant: Any) -> None:
    """What is worked out from rows that are partly bad may lack members, so none is removed."""
    right = plant(Students, Cohorts, name="right")
    tree = plant(
        Students,
        Enrollments,
        Cohorts,
        name="source",
        records={
            "students": [{"idnumber": "1"}, {"idnumber": "2"}],
            "enrollments": [{"idnumber": "c|1|student", "person": "1"}, {"idnumber": " ", "person": "2"}],
        },
    )

    @reads("enrollments")
    def cohorts(tree: Any) -> Iterator[dict[str, Any]]:
        yield {"idnumber": "all", "members": frozenset(one.person for one in tree.enrollments)}

    tree.add_branch(tree.cohorts, derive=cohorts)
    right.students.make("1")
    right.students.make("2")
    right.cohorts.make("all", members=frozenset("12"))
    right.cohorts.make("other")

    actions = list(+tree - right)

    assert [action for action in actions if action.removal] == []
    assert any(
        "2 removals are left out: source.cohorts may lack records" in action.error for action in actions
    )


# -- always ---------------------------------------------------------------------------------------------------------


values = st.none() | st.sampled_from(["", "a", "b"])
sets = st.none() | st.frozensets(st.sampled_from("xyz"))
records = st.dictionaries(
    st.sampled_from("123456"),
    st.fixed_dictionaries(
        {
            "name": values,
            "size": st.none() | st.integers(0, 2),
            "tags": sets,
            "steps": st.none() | st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
            "enabled": st.none() | st.booleans(),
        }
    ),
    max_size=6,
)
flows = st.dictionaries(
    st.sampled_from(["name", "tags", "enabled"]),
    st.sampled_from(["authoritative", "create_only", "keep", "add_only", "ignore"]),
)


@given(
    records, records, flows, st.sampled_from(["slots", "frozen", "base"]), st.randoms(use_true_random=False)
)
def test_apply_then_compare_is_empty(
    plant: Any, lefts: Any, rights: Any, flow: Any, sort: str, chance: Any
) -> None:
    """Whatever stands on both sides: after `>>` nothing is left, a second `>>` does nothing, order says nothing."""
    klass = {"slots": Thing, "frozen": Ice, "base": Base}[sort]
    left = plant(_branch(klass=klass, refers_to={"tags": "things"}), allow_empty=True)
    right = plant(_branch(klass=klass, refers_to={}, flow=flow), name="right", allow_empty=True)
    for tree, given_records in ((left, lefts), (right, rights)):
        for idnumber, record in given_records.items():
            tree.things.make(idnumber, **record)
    right.budgets = Anything()

    plan = make_plan(left, right)
    shuffled = list(plan.actions)
    chance.shuffle(shuffled)
    again = ordered(shuffled, {"things": 0})
    report = left >> right
    second = left >> right

    assert [id(action) for action in again] == [id(action) for action in plan.actions]
    assert report.total() == report.total(Outcome.DONE)
    assert list(left - right) == []
    assert second.total() == 0


@attrs.frozen(eq=False)
class Ice:
    idnumber: str
    name: str | None = None
    size: int | None = None
    tags: frozenset[str] | None = None
    steps: tuple[str, ...] | None = attrs.field(default=None, metadata=marks(ordered=True))
    enabled: bool | None = None


class Anything(dict[str, Any]):
    """Budgets that never trip."""

    def get(self, key: str, default: Any = None) -> Any:
        from dss.policies import Budget

        return Budget(10**9, 1.0)


@pytest.mark.parametrize("there", [False, True])
def test_nothing_is_made_for_somebody_whom_a_filter_leaves_out(plant: Any, there: bool) -> None:
    """A place in a class that nobody of ours would take could never be made, and would be missing after every run."""
    left, right = plant(Students, Enrollments, Cohorts), plant(Students, Enrollments, Cohorts, name="right")
    left.students.keep_only(lambda student: student.idnumber != "1")
    left.students.load([{"idnumber": "1"}, {"idnumber": "2"}])
    for number in "12":
        left.enrollments.make(f"m|{number}|student", class_="m", person=number, role="student")
    left.cohorts.make("c", members=frozenset("12"))
    right.cohorts.make("c", members=frozenset())
    if there:
        right.students.make("1", enabled=False)

    found = {(action.branch, action.idnumber, action.value) for action in left - right}

    assert found == {
        ("students", "2", None),
        ("enrollments", "m|2|student", None),
        ("cohorts", "c", "2"),
    }
