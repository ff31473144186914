"""Budgets on removals: over them nothing is taken away, never the first so many."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss import Kind
from dss.errors import BudgetExceeded
from dss.guard import holds
from dss.plan import make_plan
from dss.policies import Budget
from dss.school import Classes, Cohorts, Courses, Enrollments, Guardians, Students

EVERYTHING = (Guardians, Students, Courses, Classes, Enrollments, Cohorts)


def _pair(plant: Any, students: int, gone: int) -> tuple[Any, Any]:
    """Students of whom the first `gone` are only on the right."""
    left, right = plant(*EVERYTHING, allow_empty=True), plant(*EVERYTHING, name="right")
    for number in range(students):
        right.students.make(f"{number:04}", enabled=True)
        if number >= gone:
            left.students.make(f"{number:04}", enabled=True)
    return left, right


def _held(found: Any) -> dict[str, list[str]]:
    return {hold.scope: [action.idnumber for action in hold.actions] for hold in found}


@pytest.mark.parametrize(
    ("students", "gone", "trips"),
    [
        (20, 10, False),  # as many as are always allowed
        (20, 11, True),
        (220, 11, False),  # more, but 5 % of all
        (219, 11, True),
        (1000, 50, False),
        (1000, 51, True),
        (10, 10, False),
    ],
)
def test_a_budget_trips_when_count_and_share_are_exceeded(
    plant: Any, students: int, gone: int, trips: bool
) -> None:
    """By default ten, or 5 % of the enabled records before the run, whichever is more."""
    found = holds(make_plan(*_pair(plant, students, gone)))

    assert _held(found) == ({"students": [f"{number:04}" for number in range(gone)]} if trips else {})


def test_disabled_records_do_not_stretch_the_share(plant: Any) -> None:
    """The share is one of the enabled records in our scope."""
    left, right = _pair(plant, 200, 11)
    for number in range(1000):
        right.students.make(f"former {number}", enabled=False)

    (hold,) = holds(make_plan(left, right))

    assert hold.reason == "11 removals in students are 6% of 200; allowed are 10, or 5%"
    assert hold.budget == Budget(10, 0.05)


def test_disabling_counts_as_removing(plant: Any) -> None:
    """Updates to `enabled = False` and records that are gone count together."""
    left, right = _pair(plant, 20, 6)
    for number in range(6, 11):
        left.students[f"{number:04}"].enabled = False

    found = holds(make_plan(left, right))

    assert sorted(_held(found)["students"]) == [f"{number:04}" for number in range(11)]


def test_a_budget_of_one_s_own(plant: Any) -> None:
    """A branch's budget stands instead of the default, and for its attributes where they have none."""
    left, right = _pair(plant, 100, 3)
    left.cohorts.make("c", members=frozenset(f"{number:04}" for number in range(8, 20)))
    right.cohorts.make("c", members=frozenset(f"{number:04}" for number in range(3, 20)))
    plan = make_plan(left, right)

    assert _held(holds(plan)) == {}
    assert list(_held(holds(plan, {"students": Budget(2, 0.02)}))) == ["students"]
    assert list(_held(holds(plan, {"cohorts": Budget(4, 0)}))) == ["cohorts.members"]
    assert list(_held(holds(plan, {"cohorts": Budget(4, 0), "cohorts.members": Budget(5, 0)}))) == []


def test_all_removals_of_a_branch_wait_together(plant: Any) -> None:
    """When too many records would go, single values of the same branch wait as well; changes and what is new go on."""
    left, right = _pair(plant, 1, 0)
    for number in range(30):
        right.cohorts.make(f"gone {number:02}", name="x")
    left.cohorts.make("c", name="new", members=frozenset())
    right.cohorts.make("c", name="old", members=frozenset({"0000"}))
    left.cohorts.make("d", name="d")
    plan = make_plan(left, right)

    found = holds(plan)
    held = {id(action) for hold in found for action in hold.actions}

    assert [hold.scope for hold in found] == ["cohorts", "cohorts.members"]
    assert [hold.budget for hold in found] == [Budget(), None]
    rest = [(str(action.kind), action.idnumber) for action in plan.actions if id(action) not in held]
    assert rest == [("new", "d"), ("update", "c")]


def test_what_refers_to_a_held_record_is_held(plant: Any) -> None:
    """Who keeps the account keeps enrolments and memberships; what others lose is not held back by that."""
    left, right = _pair(plant, 30, 15)
    for idnumber in ("0000", "0029"):
        right.enrollments.make(
            f"m|{idnumber}|student", class_="m", person=idnumber, role="student", enabled=True
        )
    left.cohorts.make("c", members=frozenset())
    right.cohorts.make("c", members=frozenset({"0000", "0029"}))
    left.classes.make("m")
    right.classes.make("m")

    holding = holds(make_plan(left, right))

    found = _held(holding)
    assert [hold.scope for hold in holding if hold.budget is not None] == ["students"]
    assert found["enrollments"] == ["m|0000|student"]
    assert found["cohorts.members"] == ["c"]
    assert len(found["students"]) == 15


def test_holding_goes_on_through_references(plant: Any) -> None:
    """Courses that must stay keep their classes, and these keep their enrolments."""
    left, right = _pair(plant, 5, 0)
    for number in range(12):
        right.courses.make(f"k{number}")
        right.classes.make(f"m{number}", course=f"k{number}")
        idnumber = f"m{number}|0000|student"
        right.enrollments.make(idnumber, class_=f"m{number}", person="0000", role="student", enabled=True)
    plan = make_plan(left, right)

    found = _held(holds(plan, {"classes": Budget(100), "enrollments": Budget(100)}))

    assert {scope: len(actions) for scope, actions in found.items()} == {
        "courses": 12,
        "classes": 12,
        "enrollments": 12,
    }


def test_a_trip_raises_with_the_set_and_nothing_is_written(plant: Any) -> None:
    """`>>` writes nothing at all when a budget trips; the error holds the removals."""
    left, right = _pair(plant, 40, 20)
    left.students.make("new")

    with pytest.raises(
        BudgetExceeded, match=r"nothing was done: 20 removals in students are 50% of 40"
    ) as caught:
        left >> right

    assert right.calls == []
    held: list[Any] = caught.value.held
    assert [action.idnumber for action in held] == [f"{number:04}" for number in range(20)]
    right.budgets = {"students": Budget(20)}
    report = left >> right
    assert not report.undone
    assert list(left - right) == []


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 20),
    st.floats(0, 1, allow_nan=False),
)
def test_a_budget_is_never_exceeded(plant: Any, students: int, gone: int, count: int, share: float) -> None:
    """Whatever is configured, what is let through is within the budget, and what is held is all or nothing."""
    left, right = _pair(plant, students, min(gone, students))
    plan = make_plan(left, right)
    budget = Budget(count, share)

    held = {id(action) for hold in holds(plan, {"students": budget}) for action in hold.actions}
    through = [action for action in plan.actions if action.kind is Kind.OLD and id(action) not in held]

    assert len(through) <= max(count, share * students)
    assert len(held) in (0, min(gone, students))


def test_the_default_is_careful() -> None:
    """Ten, and 5 %."""
    assert (Budget().count, Budget().share) == (10, 0.05)


def _timetable(left: Any, right: Any) -> None:
    """A course with one class and two pupils in it, on both sides."""
    for tree in (left, right):
        tree.courses.make("k", name="Art")
        tree.classes.make("m", course="k")
        for idnumber in ("0000", "0001"):
            tree.enrollments.make(
                f"m|{idnumber}|student", class_="m", person=idnumber, role="student", enabled=True
            )


def _without(tree: Any, branch: str) -> None:
    getattr(tree, branch).contents().items.clear()


def test_a_course_stays_while_a_doubtful_class_refers_to_it(plant: Any) -> None:
    """One row that fell out of the course file must not hide a course in which people sit."""
    left, right = _pair(plant, 2, 0)
    _timetable(left, right)
    _without(left, "courses")
    left.classes.freeze("m", "course `k` is not in the course files")

    (hold,) = holds(make_plan(left, right))

    assert (hold.scope, [action.idnumber for action in hold.actions]) == ("courses", ["k"])
    assert hold.budget is None
    assert "classes `m`" in hold.reason


def test_what_ends_as_a_whole_waits_for_held_removals_within_it(plant: Any) -> None:
    """Enrolments that are held keep their class, and this its course."""
    left, right = _pair(plant, 2, 0)
    _timetable(left, right)
    for branch in ("courses", "classes", "enrollments"):
        _without(left, branch)
    for tree in (left, right):
        tree.classes.make("n")
    for idnumber in ("0000", "0001"):
        right.enrollments.make(
            f"n|{idnumber}|student", class_="n", person=idnumber, role="student", enabled=True
        )
    plan = make_plan(left, right)

    found = _held(holds(plan, {"enrollments": Budget(1, 0)}))

    assert {scope: len(idnumbers) for scope, idnumbers in found.items()} == {
        "enrollments": 4,
        "classes": 1,
        "courses": 1,
    }
    assert holds(plan) == []


def test_a_class_that_moves_lets_its_course_go(plant: Any) -> None:
    """What refers to something else from now on does not hold back the removal of what it referred to."""
    left, right = _pair(plant, 2, 0)
    _timetable(left, right)
    _without(left, "courses")
    left.courses.make("k2", name="Art")
    left.classes["m"].course = "k2"

    assert holds(make_plan(left, right)) == []


def test_whoever_seems_to_have_a_new_number_keeps_the_old_account(plant: Any) -> None:
    """When the new one cannot be made since the old one has the login, the old one is not taken away."""
    left, right = _pair(plant, 2, 0)
    _timetable(left, right)
    ada = {"given_name": "Ada", "family_name": "Berg", "username": "aberg", "enabled": True}
    left.students.make("1002", **ada)
    right.students.make("1001", **ada)
    right.enrollments.make("m|1001|student", class_="m", person="1001", role="student", enabled=True)

    found = holds(make_plan(left, right))

    assert _held(found) == {"students": ["1001"], "enrollments": ["m|1001|student"]}
    assert "`1001` in students seems to be `1002`" in found[0].reason


def test_whoever_only_has_the_login_that_another_wants_may_leave(plant: Any) -> None:
    """A login alone makes nobody the same person."""
    left, right = _pair(plant, 2, 0)
    left.students.make("1002", given_name="Bo", family_name="Ek", username="aberg", enabled=True)
    right.students.make("1001", given_name="Ada", family_name="Berg", username="aberg", enabled=True)

    assert holds(make_plan(left, right)) == []


def test_what_waits_for_something_else_does_not_stop_the_rest(plant: Any) -> None:
    """`>>` raises when a budget trips; what is held for another reason is left undone, the rest is done."""
    left, right = _pair(plant, 2, 0)
    _timetable(left, right)
    _without(left, "courses")
    left.courses.make("new", name="Music")
    left.classes.freeze("m", "course `k` is not in the course files")

    left >> right

    assert [(str(action.kind), action.idnumber) for action in right.calls] == [("new", "new")]


def test_a_pupil_whom_another_file_still_has_is_not_taken_away(plant: Any) -> None:
    """A few lines cut off are within every budget; that a schedule names somebody unknown tells of them."""
    left, right = _pair(plant, 20, 2)
    _timetable(left, right)
    left.enrollments.freeze("m|0000|student", "`0000` is not in the student files")
    _without(left, "enrollments")
    left.cohorts.make("c", members=frozenset())
    right.cohorts.make("c", members=frozenset({"0000", "0001"}))
    left.guardians.make("G1")
    for number in range(2):
        right.guardians.make(f"G{number}", enabled=True)
        right.students[f"{number:04}"].guardians = frozenset({f"G{number}"})

    found = holds(make_plan(left, right))

    assert _held(found) == {"students": ["0000"], "guardians": ["G0"], "cohorts.members": ["c"]}
    assert [action.value for hold in found for action in hold.actions if action.value] == ["0000"]


def test_parents_stay_with_a_pupil_whose_removal_is_held(plant: Any) -> None:
    """Few enough for the budget of guardians, they would lose their accounts on the word of a source in doubt."""
    left, right = _pair(plant, 20, 11)
    for number in range(20):
        right.guardians.make(f"G{number:04}", enabled=True)
        right.students[f"{number:04}"].guardians = frozenset({f"G{number:04}"})
        if number >= 10:
            left.guardians.make(f"G{number:04}", enabled=True)

    found = _held(holds(make_plan(left, right)))

    assert found["guardians"] == [f"G{number:04}" for number in range(10)]
