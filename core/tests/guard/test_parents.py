"""No one class, and no one cohort, is emptied under the limits of the whole."""

from typing import Any

import pytest

from dss.holding import Because
from dss.memory import HeldBefore, Memory
from dss.policies import Budget, Limit, Policies


def _class(schools: Any, name: str, stay: int, gone: int) -> None:
    schools.both("classes", name)
    schools.enrol(name, range(stay))
    schools.enrol(name, range(stay, stay + gone), gone=True)


@pytest.mark.parametrize(
    ("stay", "gone", "trips"), [(0, 3, False), (0, 4, True), (10, 4, False), (9, 4, True)]
)
def test_a_class_has_a_limit_of_its_own(schools: Any, stay: int, gone: int, trips: bool) -> None:
    """By default three, or 30 % of those enrolled before the run."""
    schools.students(range(300))
    _class(schools, "m", stay, gone)
    _class(schools, "n", 200, 2)

    found = schools.held()

    wanted = [f"m|{number:04}|student" for number in range(stay, stay + gone)]
    assert found == ({(Because.PARENT, "enrollments", False): wanted} if trips else {})


def test_the_sentence_names_the_class(schools: Any) -> None:
    """With the numbers, and the limit that it is about."""
    schools.students(range(300))
    _class(schools, "m", 6, 4)
    _class(schools, "n", 200, 2)

    (hold,) = schools.holds()

    assert hold.reason == ("4 removals in enrollments of classes `m` are 40% of 10; allowed are 3, or 30%")
    assert hold.budget == Limit(3, 0.3)


def test_a_disabled_enrolment_does_not_stretch_the_share(schools: Any) -> None:
    """Only those that were enabled before count."""
    schools.students(range(300))
    _class(schools, "m", 6, 4)
    _class(schools, "n", 200, 0)
    for number in range(100, 200):
        schools.both(
            "enrollments", f"m|{number:04}|student", class_="m", person=f"{number:04}", enabled=False
        )

    assert list(schools.held()) == [(Because.PARENT, "enrollments", False)]


def test_the_members_of_one_cohort(schools: Any) -> None:
    """Of a multi-valued attribute, the record itself is the parent."""
    schools.students(range(100))
    everybody = frozenset(f"{number:04}" for number in range(100))
    schools.both("cohorts", "all", members=everybody)
    schools.left.cohorts.make("small", members=frozenset({"0000"}))
    schools.right.cohorts.make("small", members=frozenset({"0000", "0001", "0002", "0003", "0004"}))

    found = schools.held()

    assert found == {(Because.PARENT, "cohorts.members", False): ["small"] * 4}
    raised = Policies({"cohorts.members": Budget(per_parent=Limit(4, 0))})
    assert schools.held(raised) == {}


def test_who_leaves_counts_at_the_branch_alone(schools: Any) -> None:
    """Their enrolments and memberships go with them, however many they are of one class."""
    schools.students(range(200))
    schools.students(range(200, 210), gone=True)
    _class(schools, "m", 0, 0)
    schools.enrol("m", range(200, 210), gone=True)
    leavers = frozenset(f"{number:04}" for number in range(200, 210))
    schools.left.cohorts.make("c", members=frozenset())
    schools.right.cohorts.make("c", members=leavers)

    assert schools.held({"enrollments": Budget(0, 0), "cohorts": Budget(0, 0)}) == {}


def test_who_stays_in_another_role_does_not_leave(schools: Any) -> None:
    """The end of one role ends no account, so what refers to it counts where it is."""
    for number in range(4):
        schools.right.guardians.make(f"{number}", enabled=True)
        schools.both("teachers", f"{number}", enabled=True)
    schools.left.cohorts.make("c", members=frozenset())
    schools.right.cohorts.make("c", members=frozenset("0123"))

    assert schools.held() == {(Because.PARENT, "cohorts.members", False): ["c"] * 4}


def test_a_class_that_goes_takes_its_enrolments_along(schools: Any) -> None:
    """They count at the class; when that is held, they are too."""
    schools.students(range(100))
    for place in range(11):
        schools.right.classes.make(f"m{place:02}")
        schools.enrol(f"m{place:02}", range(100), gone=True)

    found = schools.held({"enrollments": Budget(0, 0)})

    assert {key: len(idnumbers) for key, idnumbers in found.items()} == {
        (Because.BUDGET, "classes", False): 11,
        (Because.DEPENDENT, "enrollments", False): 1100,
    }
    assert schools.held({"enrollments": Budget(0, 0), "classes": Budget(11, 0)}) == {}


def test_records_that_refer_to_one_another_in_a_ring_count(plant: Any) -> None:
    """None of them may hide behind the others."""
    from dss.guard import holds
    from dss.plan import make_plan

    class People:
        __branchname__ = "people"
        refers_to = {"manager": "people"}  # noqa: RUF012

    left, right = plant(People, allow_empty=True), plant(People, name="right")
    for number in range(30):
        right.people.make(f"{number}", manager=f"{(number + 1) % 30}", enabled=True)

    (hold,) = holds(make_plan(left, right))

    assert (hold.because, len(hold.actions)) == (Because.BUDGET, 30)


def test_what_comes_while_removals_are_held_makes_no_room_for_them(schools: Any) -> None:
    """Four of ten waited; since then the class has grown to twenty, of which four would be within the limit."""
    schools.students(range(300))
    _class(schools, "m", 16, 4)
    _class(schools, "n", 200, 2)

    found = schools.holds(memory=Memory(over_budget={("enrollments", "m"): HeldBefore(10)}))

    assert schools.held() == {}
    assert [hold.reason for hold in found] == [
        "4 removals in enrollments of classes `m` are 40% of 10, as there were when they were first held; allowed are"
        " 3, or 30%"
    ]
    assert [(hold.parent, hold.of) for hold in found] == [("m", 10)]


def test_a_branch_that_has_grown_makes_no_room_either(schools: Any) -> None:
    """Twelve of two hundred waited, and a hundred have come; once no more are to go than are allowed, they go."""
    schools.students(range(288))
    schools.students(range(288, 300), gone=True)
    grown = Memory(over_budget={("students", ""): HeldBefore(200)})

    assert schools.held() == {}
    assert len(schools.held(memory=grown)[Because.BUDGET, "students", False]) == 12
    for number in (288, 289):
        schools.left.students.make(f"{number:04}", username=f"u{number}", enabled=True)
    assert schools.held(memory=grown) == {}


@pytest.mark.parametrize(
    ("gone", "of", "share", "said"),
    [
        (11, 202, 0.05, "5.4% of 202; allowed are 10, or 5%"),
        (501, 10000, 0.05, "5.01% of 10000; allowed are 10, or 5%"),
        (30, 100, 0.29, "30% of 100; allowed are 10, or 29%"),
        (11, 400, 0.025, "3% of 400; allowed are 10, or 2.5%"),
    ],
)
def test_a_share_is_told_so_that_it_is_more_than_what_is_allowed(
    schools: Any, gone: int, of: int, share: float, said: str
) -> None:
    """11 of 202 are not "5%, and allowed are 5%"."""
    schools.students(range(of - gone))
    schools.students(range(of - gone, of), gone=True)

    (hold,) = schools.holds({"students": Budget(share=share)})

    assert hold.reason == f"{gone} removals in students are {said}"
