"""Whoever has an account keeps its number, whichever of several roles begins or ends."""

from typing import Any

import pytest

from dss import Kind
from dss.people import settle
from dss.plan import make_plan
from dss.school import IDNUMBER_TEMPLATES, Cohorts, Guardians, Students, Teachers

PEOPLE = (Guardians, Students, Teachers)
NAMES = ("guardians", "students", "teachers", "cohorts")
ADA = {
    "given_name": "Ada",
    "family_name": "Byron",
    "email": "ada@example.org",
    "username": "ada",
    "enabled": True,
}
BO = {
    "given_name": "Bo",
    "family_name": "Smith",
    "email": "bo@example.org",
    "username": "bo",
    "enabled": True,
}


@pytest.fixture(name="left")
def _left(plant: Any) -> Any:
    tree = plant(*PEOPLE, Cohorts, allow_empty=True)
    tree.set_idnumber_templates(IDNUMBER_TEMPLATES)
    return tree


@pytest.fixture(name="right")
def _right(plant: Any) -> Any:
    return plant(*PEOPLE, Cohorts, name="right")


def _planned(left: Any, right: Any) -> list[tuple[str, str, str]]:
    settle(left, NAMES, right=right)
    plan = make_plan(left, right, NAMES)
    return [(str(action.kind), action.branch, action.idnumber) for action in [*plan.actions, *plan.errors]]


def test_a_teacher_who_becomes_a_parent_keeps_the_account(left: Any, plant: Any) -> None:
    """The target knows the number of the teacher; that guardians are declared first does not change it."""
    account = {"idnumber": "T1", "__native__": 7, **ADA}
    records = {"teachers": [account], "cohorts": [{"idnumber": "parents", "members": frozenset()}]}
    right = plant(*PEOPLE, Cohorts, name="right", records=records, outside=[account])
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **ADA)
    left.cohorts.make("parents", members=frozenset({"G1"}))

    planned = _planned(left, +right)

    assert planned == [(Kind.NEW, "guardians", "T1"), (Kind.ADD, "cohorts", "parents")]
    assert left.cohorts["parents"].members == {"T1"}


def test_a_teacher_who_leaves_stays_a_parent(left: Any, right: Any) -> None:
    """The teacher's number ends as a teacher's and goes on as a parent's; no second account is wanted."""
    left.guardians.make("G1", **ADA)
    right.guardians.make("T1", **ADA)
    right.teachers.make("T1", **ADA)

    planned = _planned(left, right)

    assert planned == [(Kind.OLD, "teachers", "T1")]


def test_a_parent_whose_child_leaves_stays_a_teacher(left: Any, right: Any) -> None:
    """Likewise where the parent's number was the account's."""
    left.teachers.make("T1", **ADA)
    right.guardians.make("G1", **ADA)
    right.teachers.make("G1", **ADA)

    planned = _planned(left, right)

    assert planned == [(Kind.OLD, "guardians", "G1")]
    assert "G1" in left.teachers


def test_another_number_of_the_same_series_is_another_matter(left: Any, right: Any) -> None:
    """A parent renumbered in the source is not quietly kept under the old number: the plan asks somebody to look."""
    left.guardians.make("G2", **ADA)
    right.guardians.make("G1", **ADA)

    planned = _planned(left, right)

    assert planned == [(Kind.OLD, "guardians", "G1"), (Kind.ERROR, "guardians", "G2")]


def test_two_who_could_be_meant_are_left_to_a_person(left: Any, right: Any) -> None:
    """When more than one record fits, no number is carried over."""
    left.guardians.make("G1", **ADA)
    left.guardians.make("G2", **{**ADA, "given_name": "Ava", "username": "ava"})
    right.guardians.make("T1", **ADA)

    planned = _planned(left, right)

    assert (Kind.NEW, "guardians", "G2") in planned
    assert (Kind.ERROR, "guardians", "G1") in planned
    assert (Kind.OLD, "guardians", "T1") in planned


def test_a_number_somebody_else_has_on_the_left_is_not_taken(left: Any, right: Any) -> None:
    """The teacher of that number is still there, and is somebody else: the parent does not become that teacher.

    Nor does the account lose its role while it cannot be told who it is.
    """
    left.guardians.make("G1", **ADA)
    left.teachers.make("T1", **BO)
    right.guardians.make("T1", **ADA)
    right.teachers.make("T1", **ADA)

    planned = _planned(left, right)

    assert "G1" in left.guardians
    assert (Kind.ERROR, "guardians", "G1") in planned
    assert (Kind.ERROR, "guardians", "T1") in planned
    assert not any(kind == Kind.OLD for kind, _, _ in planned)
