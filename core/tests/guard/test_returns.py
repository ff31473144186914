"""Whoever does not come back, since the return is held, gets neither seats nor memberships."""

from __future__ import annotations

from typing import Any

import pytest

from dss.holding import Because
from dss.memory import Memory, Reading, Undone

GONE = Memory(readings={"students": Reading(30, 30)})


@pytest.fixture
def returning(schools: Any) -> Any:
    """A former pupil who seems to be back, in a class and a cohort with one who has always been there."""
    schools.students(range(30))
    schools.right.students["0007"].enabled = False
    for branch in ("courses", "classes"):
        schools.both(branch, "m")
    schools.left.cohorts.make("c", members=frozenset({"0007", "0008"}))
    schools.right.cohorts.make("c", members=frozenset())
    for number in ("0007", "0008"):
        idnumber = f"m|{number}|student"
        schools.left.enrollments.make(idnumber, class_="m", person=number, role="student", enabled=True)
    schools.left.students.undecided("Enroll_Status")
    return schools


def test_a_return_that_is_held_brings_neither_seats_nor_memberships(returning: Any) -> None:
    """They would be those of an account that is suspended."""
    assert returning.held(memory=GONE) == {
        (Because.SHAPE, "students", False): ["0007"],
        (Because.DEPENDENT, "enrollments", False): ["m|0007|student"],
        (Because.DEPENDENT, "cohorts", False): ["c"],
    }
    (members,) = (hold for hold in returning.holds(memory=GONE) if hold.scope == "cohorts")
    assert [action.value for action in members.actions] == ["0007"]


def test_a_seat_that_is_only_switched_off_is_not_switched_on_either(returning: Any) -> None:
    """Where a target keeps the seats of those who have left."""
    seat = {"class_": "m", "person": "0007", "role": "student"}
    returning.right.enrollments.make("m|0007|student", enabled=False, **seat)

    assert returning.held(memory=GONE)[Because.DEPENDENT, "enrollments", False] == ["m|0007|student"]


@pytest.mark.parametrize("there", [True, False])
def test_whoever_works_in_another_role_is_there(returning: Any, there: bool) -> None:
    """Also one who begins to, or returns, in this very plan."""
    if there:
        returning.both("teachers", "0007", username="u7", enabled=True)
    else:
        returning.right.teachers.make("0007", username="u7", enabled=False)
        returning.left.teachers.make("0007", username="u7", enabled=True)

    assert returning.held(memory=GONE) == {(Because.SHAPE, "students", False): ["0007"]}


def test_another_role_that_has_ended_as_well_is_nobody(returning: Any) -> None:
    """The account does not work in that role either."""
    returning.right.teachers.make("0007", username="u7", enabled=False)

    assert returning.held(memory=GONE)[Because.DEPENDENT, "enrollments", False] == ["m|0007|student"]


def test_a_return_that_was_undone_brings_nothing_either(returning: Any) -> None:
    """Whatever holds it."""
    undone = returning.fingerprints(lambda action: action.attribute == "enabled")

    held = returning.held(memory=Memory(undone=dict.fromkeys(undone, Undone(41))))

    assert held[Because.DEPENDENT, "enrollments", False] == ["m|0007|student"]


def test_a_return_that_is_approved_brings_all_of_it(returning: Any) -> None:
    """There is nothing more to approve."""
    approved = returning.fingerprints(lambda action: action.attribute == "enabled")

    assert returning.held(memory=Memory(readings=GONE.readings, approved=approved)) == {}


def test_a_new_cohort_is_made_without_whoever_does_not_come_back(returning: Any) -> None:
    """Its other members are added."""
    returning.left.cohorts.make("d", members=frozenset({"0007", "0008"}))

    held = [hold for hold in returning.holds(memory=GONE) if hold.scope == "cohorts"]

    assert {
        (action.kind.value, action.idnumber, action.value) for hold in held for action in hold.actions
    } == {
        ("add", "c", "0007"),
        ("add", "d", "0007"),
    }
