"""What a person approves goes; what they did not approve never slips through under what they did."""

import copy
from typing import Any

from dss import Kind
from dss.guard import holds, rederive
from dss.holding import Because
from dss.memory import Memory, Undone
from dss.policies import Budget

SPARE = {"classes": Budget(100)}


def test_approved_removals_go_and_the_others_stay_held(schools: Any) -> None:
    """Three of forty are let go; the rest still is more than the budget allows, and is held."""
    schools.students(range(40), gone=True)
    schools.students(range(40, 60))
    three = schools.fingerprints(lambda action: action.idnumber < "0003")

    (hold,) = schools.holds(memory=Memory(approved=three))

    assert [action.idnumber for action in hold.actions] == [f"{number:04}" for number in range(3, 40)]
    assert hold.reason == (
        "40 removals in students are 67% of 60; allowed are 10, or 5%; 3 of them are approved"
    )


def test_what_is_approved_does_not_make_room_for_others(schools: Any) -> None:
    """Five are left when thirty-five are approved: within the budget by themselves, and held all the same."""
    schools.students(range(40), gone=True)
    approved = schools.fingerprints(lambda action: action.idnumber < "0035")

    (hold,) = schools.holds(memory=Memory(approved=approved))

    assert len(hold.actions) == 5


def test_a_hold_that_is_approved_in_whole_is_gone(schools: Any) -> None:
    """With everything that depended on it."""
    schools.students(range(40), gone=True)
    schools.both("classes", "m")
    schools.enrol("m", range(40), gone=True)
    assert len(schools.holds()) == 2

    approved = schools.fingerprints(lambda action: action.branch == "students")

    assert schools.holds(memory=Memory(approved=approved)) == []


def test_dependents_follow_what_remains_held(schools: Any) -> None:
    """Whose end is approved loses the enrolments too, and nobody else does."""
    schools.students(range(40), gone=True)
    schools.both("classes", "m")
    schools.enrol("m", range(40), gone=True)
    approved = schools.fingerprints(lambda action: action.idnumber == "0007")

    found = schools.held(memory=Memory(approved=approved))

    assert "m|0007|student" not in found[Because.DEPENDENT, "enrollments", False]
    assert len(found[Because.DEPENDENT, "enrollments", False]) == 39


def test_to_approve_what_depends_on_a_hold_is_not_enough(schools: Any) -> None:
    """An enrolment stays as long as the account does."""
    schools.students(range(40), gone=True)
    schools.both("classes", "m")
    schools.enrol("m", range(40), gone=True)
    approved = schools.fingerprints(lambda action: action.branch == "enrollments")

    assert schools.held(memory=Memory(approved=approved)) == schools.held()


def test_no_approval_takes_away_what_something_refers_to(schools: Any) -> None:
    """A course in which people sit stays, over the budget or not."""
    for number in range(12):
        schools.right.courses.make(f"k{number:02}")
    schools.right.classes.make("m", course="k00")
    schools.left.classes.freeze("m", "bad row")
    everything = schools.fingerprints(lambda action: action.kind is Kind.OLD)

    found = schools.held(SPARE, Memory(approved=everything))

    assert found == {(Because.NEEDED, "courses", False): ["k00"]}


def test_what_waits_with_its_branch_can_be_approved(schools: Any) -> None:
    """The single values that wait since too many records would go."""
    for number in range(12):
        schools.right.cohorts.make(f"c{number:02}")
    schools.left.cohorts.make("d", members=frozenset())
    schools.right.cohorts.make("d", members=frozenset({"1"}))
    approved = schools.fingerprints(lambda action: action.kind is Kind.REMOVE)

    assert (Because.BUDGET, "cohorts.members", False) in schools.held()
    assert list(schools.held(memory=Memory(approved=approved))) == [(Because.BUDGET, "cohorts", False)]


def test_what_was_undone_counts_when_it_is_approved_of_a_stored_plan(schools: Any) -> None:
    """Ten alone are within the budget; with ten more that were held, and so not counted, when the plan was made not."""
    schools.students(range(20), gone=True)
    schools.students(range(20, 40))
    undone = dict.fromkeys(schools.fingerprints(lambda action: action.idnumber < "0010"), Undone(41))
    plan = schools.plan()
    stored = holds(plan, memory=Memory(undone=undone))

    found = rederive(plan, stored, memory=Memory(approved=set(undone)))

    assert [(hold.because, len(hold.actions)) for hold in stored] == [(Because.UNDONE, 10)]
    assert [(hold.because, hold.reason) for hold in found] == [
        (
            Because.BUDGET,
            "20 removals in students are 50% of 40; allowed are 10, or 5%; 10 of them are approved",
        )
    ]


def test_what_a_stored_plan_has_held_and_is_done_by_now_is_not_held(schools: Any) -> None:
    """It was approved and carried out, which has used the approval up; what is not done still waits, and says so."""
    schools.students(range(20), gone=True)
    schools.students(range(20, 40))
    plan = schools.plan()
    stored = holds(plan)

    for number in range(19):
        _becomes(schools.right.students, f"{number:04}", enabled=False)
    (hold,) = rederive(plan, stored)
    _becomes(schools.right.students, "0019", enabled=False)
    found = rederive(plan, stored)

    assert hold.reason == (
        "20 removals in students are 50% of 40; allowed are 10, or 5%; 19 of them are done, 1 still waits"
    )
    assert [action.idnumber for action in hold.actions] == ["0019"]
    assert found == []


def test_other_changes_of_a_stored_plan_that_are_done_are_not_held_either(schools: Any) -> None:
    """Whoever is there by now, is a member, or has the new name."""
    schools.students(range(30))
    schools.both("cohorts", "c", members=frozenset())
    schools.left.students.make("0090", username="u90", enabled=True)
    schools.left.students["0001"].username = "other"
    schools.left.cohorts["c"].members = frozenset({"0002"})
    plan = schools.plan()
    stored = holds(plan, memory=Memory(undone=dict.fromkeys(schools.fingerprints(bool), Undone(41))))

    _becomes(schools.right.students, "0001", username="other")
    schools.right.students.make("0090", username="u90", enabled=True)
    _becomes(schools.right.cohorts, "c", members=frozenset({"0002"}))

    assert sum(len(hold.actions) for hold in stored) == 3
    assert rederive(plan, stored) == []


def _becomes(branch: Any, idnumber: str, **values: Any) -> None:
    """The target is read again, and has something else by now; what a plan was made of stays as it was."""
    items = branch.contents().items
    items[idnumber] = copy.copy(items[idnumber])
    for name, value in values.items():
        setattr(items[idnumber], name, value)
