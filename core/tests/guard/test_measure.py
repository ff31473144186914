"""What a source said on a bad night is not what the next night is measured by, whatever held its changes."""

from __future__ import annotations

from typing import Any

import pytest

from dss import Action, Kind
from dss.guard import holds, in_doubt
from dss.memory import Memory, Reading
from dss.policies import Policies


def _in_doubt(schools: Any, memory: Memory) -> set[str]:
    plan = schools.plan()
    return in_doubt(plan, holds(plan, None, memory), Policies(), memory)


@pytest.fixture
def half(schools: Any) -> Any:
    """Half of the students are missing, and all of their enrollments are doubtful."""
    schools.students(range(50))
    schools.students(range(50, 100), gone=True)
    schools.both("classes", "m")
    schools.enrol("m", range(50))
    schools.enrol("m", range(50, 100), gone=True)
    return schools


def test_a_source_that_has_shrunk_is_in_doubt_whatever_holds_its_removals(half: Any) -> None:
    """Here it is the doubtful rows of another file."""
    for number in range(50, 100):
        half.left.enrollments.freeze(f"m|{number:04}|student", "not in the student files")
    memory = Memory(readings={"students": Reading(100, 100)})

    assert "shape" not in {hold.because.value for hold in half.holds(memory=memory)}
    assert _in_doubt(half, memory) == {"students"}


def test_what_was_let_through_is_the_new_measure(half: Any) -> None:
    """By approving all that is held."""
    approved = half.fingerprints(lambda action: True)
    memory = Memory(readings={"students": Reading(100, 100)}, approved=approved)

    assert _in_doubt(half, memory) == set()


def _blank(schools: Any, count: int) -> tuple[Any, Memory]:
    """The source has a blank e-mail address for so many students, and the target refuses each."""
    schools.students(range(100))
    schools.left.students.contents().blanks["email"] = count
    plan = schools.plan()
    plan.errors += [
        Action(kind=Kind.ERROR, branch="students", idnumber=f"{number:04}", attribute="email", error="blank")
        for number in range(count)
    ]
    return plan, Memory(readings={"students": Reading(100, 100)})


@pytest.mark.parametrize(("count", "found"), [(5, set()), (100, {"students"})])
def test_a_column_gone_blank_is_in_doubt_where_the_target_takes_no_blanks(
    schools: Any, count: int, found: set[str]
) -> None:
    """Nothing is left to hold then, since each change is an error; a few blanks are only that."""
    plan, memory = _blank(schools, count)

    assert holds(plan, None, memory) == []
    assert in_doubt(plan, [], Policies(), memory) == found


@pytest.mark.parametrize(
    ("approved", "found"),
    [
        ((), {"students", "guardians"}),
        (("0090",), {"students", "guardians"}),
        (("0090", "0091"), set()),
    ],
)
def test_a_column_that_told_who_belongs_is_in_doubt_until_all_who_come_are_approved(
    schools: Any, approved: tuple[str, ...], found: set[str]
) -> None:
    """One file is what several branches are made of: what is accepted of one of them is of the other."""
    schools.students(range(30))
    schools.both("guardians", "g", enabled=True)
    for number in ("0090", "0091"):
        schools.left.students.make(number, enabled=True)
    schools.left.students.undecided("Enroll_Status")
    schools.left.guardians.undecided("Enroll_Status")
    memory = Memory(
        readings={"students": Reading(30, 30), "guardians": Reading(1, 1)},
        approved=schools.fingerprints(lambda action: action.idnumber in approved),
    )

    assert _in_doubt(schools, memory) == found


def test_a_column_that_told_who_belongs_is_in_doubt_though_nobody_comes(schools: Any) -> None:
    """Who comes the next night would not be held; where there is no earlier reading, nothing is lost."""
    schools.students(range(30))
    schools.left.students.undecided("Enroll_Status")

    assert _in_doubt(schools, Memory()) == set()
    assert _in_doubt(schools, Memory(readings={"students": Reading(30, 30)})) == {"students"}
    had_none = Memory(readings={"students": Reading(30, 30, {"Enroll_Status": 30})})
    assert _in_doubt(schools, had_none) == set()
