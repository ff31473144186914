"""Values that only one record of the target may hold."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss import Action, DataStoreTree, DefaultTemplate, Kind
from dss.importers import Holder
from dss.ordering import ordered
from dss.plan import make_plan
from dss.school import Students, Teachers


class Spare(DataStoreTree):
    """A target that offers temporary values."""

    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return f"spare-{idnumber}"


class Strict(DefaultTemplate):
    """A target with a unique index: taking a value that somebody holds fails."""

    def new(self, action: Action) -> Any:
        if not hasattr(self, "held"):
            self.held = {item.username: item.idnumber for branch in self.tree.branches for item in branch}
        held = self.held
        record = action.right if action.kind is Kind.NEW else None
        wanted = record.username if record is not None else action.wanted
        if action.kind is Kind.UPDATE:
            held.pop(action.was, None)
        if action.adopts is not None:
            held.pop(action.adopts.was["username"], None)
        if held.setdefault(wanted, action.idnumber) != action.idnumber:
            return action.failed(f"{wanted} is held by {held[wanted]}")
        self.tree.calls.append((action.idnumber, wanted))
        return action.done()

    update = new


def _make(branch: Any, **usernames: str) -> None:
    for idnumber, username in usernames.items():
        branch.make(idnumber, username=username)


def _messages(plan: Any) -> list[str]:
    return [action.error for action in plan.errors]


def _usernames(branch: Any) -> dict[str, str]:
    return {idnumber: item.username for idnumber, item in branch.items()}


def test_a_chain_frees_its_last_value_first(plant: Any) -> None:
    """Who takes a value waits until its holder has moved on, however the records are numbered."""
    left, right = plant(Students), plant(Students, name="right", template=Strict)
    _make(left.students, a="two", b="three", c="four")
    _make(right.students, a="one", b="two", c="three")

    report = left >> right

    assert not report.undone
    assert right.calls == [("c", "four"), ("b", "three"), ("a", "two")]


def test_a_new_record_takes_what_an_update_frees(plant: Any) -> None:
    """An update that frees a value comes before the new record that takes it, in whatever branch."""
    left = plant(Students, Teachers)
    right = plant(Students, Teachers, name="right", template=Strict)
    _make(left.students, s1="smith")
    _make(left.teachers, T1="jones")
    _make(right.teachers, T1="smith")

    report = left >> right

    assert not report.undone
    assert right.calls == [("T1", "jones"), ("s1", "smith")]


def test_a_target_may_hold_a_list_where_a_text_is_wanted(plant: Any) -> None:
    """What cannot be looked up holds nobody's value, and is no reason to plan nothing."""
    left, right = plant(Students), plant(Students, name="right", template=Strict)
    _make(left.students, a="one", b="two")
    right.students.make("b", username=["two", "deux"])

    plan = make_plan(left, right)

    assert not plan.errors
    assert {(action.kind, action.idnumber) for action in plan.actions} == {
        (Kind.NEW, "a"),
        (Kind.UPDATE, "b"),
    }


@pytest.mark.parametrize("size", [2, 3])
def test_an_exchange_goes_by_way_of_a_spare_value(plant: Any, size: int) -> None:
    """Where the target offers a value for the meantime, values are exchanged in a circle, and the end is as wanted."""
    ids = "abc"[:size]
    left = plant(Students)
    right = plant(Students, name="right", template=Strict, kind=Spare)
    _make(left.students, **{one: f"u{(place + 1) % size}" for place, one in enumerate(ids)})
    _make(right.students, **{one: f"u{place}" for place, one in enumerate(ids)})

    report = left >> right

    assert not report.undone
    assert right.calls[0] == ("a", "spare-a")
    assert right.calls[-1] == ("a", "u1")
    assert _usernames(right.students) == _usernames(left.students)
    assert list(left - right) == []


@pytest.mark.parametrize("size", [2, 3])
def test_an_exchange_without_a_spare_value_is_an_error_for_each(plant: Any, size: int) -> None:
    """A target that cannot exchange gets nothing of the circle, and every member is told why."""
    ids = "abc"[:size]
    left, right = plant(Students), plant(Students, name="right")
    _make(left.students, **{one: f"u{(place + 1) % size}" for place, one in enumerate(ids)})
    _make(right.students, **{one: f"u{place}" for place, one in enumerate(ids)})

    plan = make_plan(left, right)

    assert list(plan.actions) == []
    assert [action.idnumber for action in plan.errors] == list(ids)
    assert all("exchanged in a circle (students a -> " in text for text in _messages(plan))


def test_an_exchange_across_branches(plant: Any) -> None:
    """A circle may lead through several branches, since people share one circle of usernames."""
    left = plant(Students, Teachers)
    right = plant(Students, Teachers, name="right", template=Strict, kind=Spare)
    _make(left.students, s="x")
    _make(left.teachers, T="y")
    _make(right.students, s="y")
    _make(right.teachers, T="x")

    report = left >> right

    assert not report.undone
    assert (_usernames(right.students), _usernames(right.teachers)) == ({"s": "x"}, {"T": "y"})


def test_two_exchanges_and_a_queue_behind_one(plant: Any) -> None:
    """Circles are broken one by one; what is new and waits for a freed value beside them still gets it."""
    left = plant(Students)
    right = plant(Students, name="right", template=Strict, kind=Spare)
    _make(left.students, a="2", b="1", c="4", d="3", e="9", f="5")
    _make(right.students, a="1", b="2", c="3", d="4", e="5")

    report = left >> right

    assert not report.undone
    assert _usernames(right.students) == _usernames(left.students)


def test_several_who_want_one_value_get_an_error_each(plant: Any) -> None:
    """Who of several should get a value cannot be told; none does, and each error names all."""
    left, right = plant(Students, allow_empty=True), plant(Students, name="right")
    _make(left.students, a="same", b="same", c="other")

    plan = make_plan(left, right)

    assert [action.idnumber for action in plan.actions] == ["c"]
    assert [action.idnumber for action in plan.errors] == ["a", "b"]
    assert all("students a, students b" in text for text in _messages(plan))


def test_a_rule_that_gives_everybody_one_value_is_told_in_short(plant: Any) -> None:
    """Each error names some of them and how many more there are."""
    left, right = plant(Students, allow_empty=True), plant(Students, name="right")
    _make(left.students, **{f"s{number:03}": "same" for number in range(300)})

    plan = make_plan(left, right)

    assert len(plan.errors) == 300
    assert all("students s004 and 295 more;" in text for text in _messages(plan))


def test_a_holder_that_nothing_moves_is_named(plant: Any) -> None:
    """A value held by a record that this plan does not change is an error that names the holder."""
    left, right = plant(Students), plant(Students, name="right")
    _make(left.students, new="smith")
    right.students.make("gone", username="smith", given_name="Ada", family_name="Smith", enabled=False)

    plan = make_plan(left, right)

    assert list(plan.actions) == []
    assert "'smith' is held by" in _messages(plan)[0]
    assert "'gone'" in _messages(plan)[0]
    assert "'Ada'" in _messages(plan)[0]


def test_a_holder_whose_own_update_is_refused_refuses_the_next(plant: Any) -> None:
    """When a value is not freed after all, everybody in the queue behind it gets an error."""
    left, right = plant(Students), plant(Students, name="right")
    _make(left.students, a="two", b="three", c="taken")
    _make(right.students, a="one", b="two", c="three")
    right.students.make("z", username="taken", enabled=False)

    plan = make_plan(left, right)

    assert list(plan.actions) == []
    assert [action.idnumber for action in plan.errors] == ["a", "b", "c"]
    assert "students b, whose own change cannot be made" in _messages(plan)[0]


def test_what_waits_for_a_failed_update_is_dropped(plant: Any) -> None:
    """When the update that should free a value fails, who waits for it is dropped and its handler not called."""

    class Stubborn(DefaultTemplate):
        def update(self, action: Action) -> Any:
            raise RuntimeError("locked")

        def new(self, action: Action) -> None:
            raise AssertionError

    left, right = plant(Students), plant(Students, name="right", template=Stubborn)
    _make(left.students, a="two", b="one")
    _make(right.students, a="one")

    report = left >> right

    assert [(result.action.idnumber, str(result.outcome)) for result in report.undone] == [
        ("a", "failed"),
        ("b", "dropped"),
    ]
    assert "needs students `a` to give up `username` 'one'" in report.undone[1].reason


def test_an_adoption_frees_the_value_it_replaces(plant: Any) -> None:
    """A record that is taken over and gets another username leaves its own to somebody else, in that order."""
    left, right = (
        plant(Students),
        plant(
            Students,
            name="right",
            template=Strict,
            records={},
            outside=[{"idnumber": "z", "__native__": 7, "username": "old", "email": "z@example.org"}],
        ),
    )
    right.read()
    right.importer.find_holders = lambda branch, attribute, values: [
        Holder("old", 7, "z", {"username": "old"}) for value in values if value == "old"
    ]
    left.students.make("a", username="old")
    left.students.make("z", username="newer", email="z@example.org")

    report = left >> right

    assert not report.undone
    assert right.calls == [("z", "newer"), ("a", "old")]


def test_natives_tell_who_is_who(plant: Any) -> None:
    """Without an idnumber in the target, a holder is still recognised by the target's own id."""
    left = plant(Students)
    right = plant(
        Students, name="right", records={"students": [{"idnumber": "a", "__native__": 5, "username": "x"}]}
    )
    right.read()
    right.importer.find_holders = lambda branch, attribute, values: [Holder("y", 5, None)]
    _make(left.students, a="y")

    plan = make_plan(left, right)

    assert _messages(plan) == []
    assert [action.wanted for action in plan.actions] == ["y"]


def test_a_long_chain_is_no_deep_recursion(plant: Any) -> None:
    """A whole school that moves on by one username is sorted without running out of stack."""
    left, right = plant(Students), plant(Students, name="right")
    count = 3000
    for number in range(count):
        left.students.make(f"{number:05}", username=f"u{number + 1:05}")
        right.students.make(f"{number:05}", username=f"u{number:05}")

    plan = make_plan(left, right)

    assert [action.idnumber for action in plan.actions] == [
        f"{number:05}" for number in reversed(range(count))
    ]


names = st.permutations(["a", "b", "c", "d", "e", "f"])


@given(names, names, st.integers(0, 6), st.integers(0, 6), st.randoms(use_true_random=False))
def test_any_exchange_ends_as_wanted(
    plant: Any, wanted: list[str], was: list[str], lefts: int, rights: int, chance: Any
) -> None:
    """Whatever usernames change hands, nothing is taken before it is free, and any order of input gives one plan."""
    left = plant(Students, allow_empty=True)
    right = plant(Students, name="right", template=Strict, kind=Spare)
    for place, username in enumerate(wanted[:lefts]):
        left.students.make(str(place), username=username)
    for place, username in enumerate(was[:rights]):
        right.students.make(str(place), username=username)

    plan = make_plan(left, right)
    actions = list(plan.actions)
    shuffled = list(actions)
    chance.shuffle(shuffled)

    assert _same(ordered(shuffled, {"students": 0}), actions)
    held = {item.username: idnumber for idnumber, item in right.students.items()}
    for action in actions:
        _take(held, action)


def _same(one: Iterable[Any], other: Iterable[Any]) -> bool:
    return [id(action) for action in one] == [id(action) for action in other]


def _take(held: dict[str, str], action: Action) -> None:
    if action.kind is Kind.OLD:
        return
    value = action.right.username if action.kind is Kind.NEW else action.wanted
    if action.kind is Kind.UPDATE:
        assert held.pop(action.was) == action.idnumber
    assert held.setdefault(value, action.idnumber) == action.idnumber


def test_a_list_is_no_unique_value(plant: Any) -> None:
    """A model that gives several where one is wanted is told so; the others are made."""
    left, right = plant(Students), plant(Students, name="right", template=Strict)
    _make(left.students, a="ok")
    left.students.make("b", username=["one", "two"])

    plan = make_plan(left, right)

    assert [action.idnumber for action in plan.actions] == ["a"]
    assert _messages(plan) == [
        "`username` is ['one', 'two']; a unique value is a single one, a text as a rule"
    ]
