"""Whoever stays keeps the memberships, also those that would go with the whole cohort."""

from __future__ import annotations

from typing import Any

from dss.holding import Because
from dss.memory import Memory
from dss.policies import Policies


def _exodus(schools: Any) -> None:
    """Thirty of a hundred have gone, and with them their cohort; another cohort has lost nobody else."""
    schools.students(range(70))
    schools.students(range(70, 100), gone=True)
    schools.left.cohorts.make("all", members=frozenset(f"{number:04}" for number in range(70)))
    schools.right.cohorts.make("all", members=frozenset(f"{number:04}" for number in range(70)))
    schools.right.cohorts.make("8b", members=frozenset(f"{number:04}" for number in range(70, 100)))


def test_a_cohort_whose_members_are_held_does_not_end(schools: Any) -> None:
    """Its end would take away from people who may not have left at all."""
    _exodus(schools)

    held = schools.held()

    assert held[Because.DEPENDENT, "cohorts", False] == ["8b"]


def test_a_cohort_ends_with_its_members(schools: Any) -> None:
    """Where nobody of it is held, nothing keeps it."""
    schools.students(range(100))
    schools.students(range(100, 105), gone=True)
    schools.right.cohorts.make("8b", members=frozenset(f"{number:04}" for number in range(100, 105)))

    assert schools.held() == {}


def test_one_who_is_protected_does_not_keep_the_school(schools: Any) -> None:
    """The class stays for the one, and the seats in it; the other leavers go, for they are only disabled."""
    schools.students(range(100, 400))
    schools.students((1, 2, 3), gone=True)
    schools.right.classes.make("m", name="Maths")
    schools.enrol("m", (1, 2, 3), gone=True)

    found = schools.holds(Policies(protected={"students": {"idnumber": ("0001",)}}))

    held = {(action.branch, action.idnumber) for hold in found for action in hold.actions}
    assert ("students", "0001") in held
    assert ("classes", "m") in held
    assert ("enrollments", "m|0001|student") in held
    assert {idnumber for branch, idnumber in held if branch == "students"} == {"0001"}
    assert all(hold.quiet for hold in found)


def test_what_is_held_in_several_steps_is_told_of_once(schools: Any) -> None:
    """A pupil is not ours and keeps her seat, that its class, and the class the seats of others: one hold of seats."""
    schools.students(range(5))
    schools.students([7, 8], gone=True)
    schools.right.classes.make("m")
    schools.enrol("m", [7, 8], gone=True)
    memory = Memory(
        owned=lambda branch: {"students": {"0008": None}, "classes": {"m": None}}.get(
            branch, {"m|0007|student": None, "m|0008|student": None}
        )
    )

    dependent = [hold for hold in schools.holds(memory=memory) if hold.because is Because.DEPENDENT]

    assert [(hold.scope, len(hold.actions)) for hold in dependent] == [("enrollments", 2), ("classes", 1)]
