"""What was undone, what is not ours, what is protected, and what may come back."""

import datetime
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from dss import DataStoreBranch
from dss.guard.undone import source_digest
from dss.holding import Because
from dss.memory import Memory, Missing, Undone
from dss.models import Base
from dss.policies import Budget, Policies, Removals, Removing
from dss.school import Student

NOON = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dss.clock.now", lambda: NOON)


# -- undone ------------------------------------------------------------------------------------------------------------


def _undone(schools: Any, source: str = "") -> Memory:
    return Memory(undone=dict.fromkeys(schools.fingerprints(lambda action: True), Undone(41, source)))


def test_what_was_undone_is_not_done_again(schools: Any) -> None:
    """Whatever it was; another change of the same record goes on."""
    schools.students(range(3))
    schools.left.students["0001"].username = "other"
    memory = _undone(schools)
    schools.left.students["0001"].grade = "7"

    (hold,) = schools.holds(memory=memory)

    assert hold.reason.startswith("undone in run 41: 1 change in students waits")
    assert [action.attribute for action in hold.actions] == ["username"]
    assert not hold.quiet


def test_approving_it_lets_it_be_done(schools: Any) -> None:
    """Somebody has thought better of it."""
    schools.left.students.make("1", enabled=True)
    memory = _undone(schools)

    assert len(schools.holds(memory=memory)) == 1
    assert schools.holds(memory=attrs.evolve(memory, approved=memory.undone)) == []


def test_a_record_of_which_the_source_says_something_else_is_made(schools: Any) -> None:
    """It was let go as it was then."""
    student = schools.left.students.make("1", given_name="Ada", enabled=True)
    memory = _undone(schools, source_digest(student, Student))

    assert list(schools.held(memory=memory)) == [(Because.UNDONE, "students", False)]
    student.given_name = "Eda"
    assert schools.held(memory=memory) == {}


def test_what_refers_to_a_record_that_is_not_made_again_waits(schools: Any) -> None:
    """It would be dropped."""
    schools.both("classes", "m")
    schools.left.students.make("1", enabled=True)
    memory = _undone(schools)
    schools.left.enrollments.make("m|1", class_="m", person="1", enabled=True)

    assert list(schools.held(memory=memory)) == [
        (Because.UNDONE, "students", False),
        (Because.DEPENDENT, "enrollments", False),
    ]


def test_what_is_undone_uses_up_no_budget(schools: Any) -> None:
    """It is not about to be removed."""
    schools.students(range(10), gone=True)
    schools.students(range(10, 30))
    memory = _undone(schools)
    schools.students(range(30, 40), gone=True)

    assert list(schools.held(memory=memory)) == [(Because.UNDONE, "students", False)]


def test_a_digest_of_the_source_is_the_same_in_every_process() -> None:
    """Sets have no order, what is None is nothing, and what a property makes of a value is not the source's word."""
    one = Base("1", a=("x", "y"), b=frozenset({"G1", "G2", "G3"}), c="z")
    code = (
        "from dss.guard.undone import source_digest; from dss.models import Base;"
        "print(source_digest(Base('1', a=('x', 'y'), b=frozenset({'G3', 'G2', 'G1'}), c='z'), Base))"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    ).stdout.strip()

    assert elsewhere == source_digest(one, Base)
    assert source_digest(Base("1", a=None, b=1, _c=2), Base) == source_digest(Base("1", b=1), Base)
    assert source_digest(Base("1", b=1), Base) != source_digest(Base("1", b=2), Base)


def test_a_digest_of_the_source_is_of_what_the_target_has() -> None:
    """Neither of what is not compared, nor of collections, whose values are changes of their own."""

    @attrs.define
    class Seen:
        idnumber: str
        given_name: str | None = None
        guardians: frozenset[str] | None = None

    one = Student("1", given_name="Ada")
    other = Student("1", given_name="Ada", grade="5", guardians=frozenset({"G1"}))

    assert source_digest(one, Seen) == source_digest(other, Seen)
    assert source_digest(one, Seen) != source_digest(Student("1", given_name="Eda"), Seen)


# -- ours --------------------------------------------------------------------------------------------------------------


def _owning(**owned: Mapping[str, Any] | None) -> Memory:
    return Memory(owned=lambda branch: owned.get(branch, {}))


def test_what_is_not_ours_is_left_alone(schools: Any) -> None:
    """In silence, with what hangs on it, and no approval changes that."""
    schools.students(range(5))
    schools.students([7, 8], gone=True)
    schools.both("classes", "m")
    schools.enrol("m", [7, 8], gone=True)
    memory = _owning(students={"0008": None}, enrollments={"m|0007|student": 1, "m|0008|student": 1})

    found = schools.held(memory=memory)

    assert found == {
        (Because.FOREIGN, "students", True): ["0007"],
        (Because.DEPENDENT, "enrollments", True): ["m|0007|student"],
    }
    everything = schools.fingerprints(lambda action: True)
    assert schools.held(memory=attrs.evolve(memory, approved=everything)) == found


def test_another_record_under_our_number_is_not_ours(schools: Any) -> None:
    """The account was deleted, and somebody has given its number to another."""
    schools.students([7, 8], gone=True)
    schools.right.students.contents().native.update({"0007": 70, "0008": 80})
    memory = _owning(students={"0007": "70", "0008": 81})

    assert schools.held(memory=memory) == {(Because.FOREIGN, "students", True): ["0008"]}


def test_changes_of_what_both_sides_have_need_no_record(schools: Any) -> None:
    """Only the end of a record asks whose it is."""
    schools.students(range(5))
    schools.left.students["0001"].enabled = False
    schools.both("cohorts", "c", members=frozenset({"1", "2"}))

    assert schools.holds(memory=_owning(students={})) == []


def test_a_lost_record_means_that_nothing_is_removed(schools: Any) -> None:
    """Nobody knows what is ours: every removal of the branch waits, and no approval helps."""
    schools.students(range(5))
    schools.students([7], gone=True)
    schools.left.students["0001"].enabled = False
    schools.left.students["0002"].username = "other"
    memory = _owning(students=None)

    (hold,) = schools.holds(memory=memory)

    assert (hold.because, len(hold.actions), hold.quiet) == (Because.UNKNOWN, 2, False)
    assert hold.reason == (
        "there is no record of which students in `right` are ours, so nothing may be taken away there:"
        " 2 removals wait; see `dss-run claim`"
    )
    everything = schools.fingerprints(lambda action: True)
    assert len(schools.holds(memory=attrs.evolve(memory, approved=everything))) == 1


def test_what_is_not_ours_uses_up_no_budget(schools: Any) -> None:
    """Four hundred accounts made by hand do not keep two of ours from going."""
    schools.students(range(400), gone=True)
    schools.students(range(400, 402), gone=True)

    found = schools.held(memory=_owning(students={"0400": None, "0401": None}))

    assert {key: len(idnumbers) for key, idnumbers in found.items()} == {
        (Because.FOREIGN, "students", True): 400
    }


# -- protected ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "pattern"),
    [("username", "U00*"), ("username", "?007"), ("idnumber", "0007"), ("username", "[tu]007")],
)
def test_protected_patterns(schools: Any, attribute: str, pattern: str) -> None:
    """As of file names, whatever the case; for every branch, or for one."""
    schools.students(range(10, 15))
    for idnumber in ("0007", "0008"):
        schools.right.students.make(idnumber, username=f"u{idnumber[1:]}", enabled=True)
    if pattern == "U00*":
        schools.right.students["0008"].username = "x"

    for branch in ("", "students"):
        found = schools.held(Policies(protected={branch: {attribute: (pattern,)}}))
        assert found == {(Because.PROTECTED, "students", True): ["0007"]}
    assert schools.held(Policies(protected={"teachers": {attribute: (pattern,)}})) == {}


def test_who_is_protected_keeps_everything(schools: Any) -> None:
    """The account, though the source disables it, and every class and cohort, though the account is not in question."""
    schools.students(range(5))
    schools.left.students["0001"].enabled = False
    schools.both("classes", "m")
    schools.enrol("m", [1, 2], gone=True)
    schools.left.cohorts.make("c", members=frozenset())
    schools.right.cohorts.make("c", members=frozenset({"0001", "0002"}))

    holds = schools.holds(Policies(protected={"students": {"idnumber": ("0001",)}}))

    assert {hold.scope: [action.idnumber for action in hold.actions] for hold in holds} == {
        "students": ["0001"],
        "enrollments": ["m|0001|student"],
        "cohorts.members": ["c"],
    }
    assert {hold.because for hold in holds} == {Because.PROTECTED}
    assert holds[0].reason == (
        "1 removal in students is left undone, since this is protected:"
        " students `0001` (idnumber is like `0001`)"
    )


def test_the_target_says_whom_it_protects(schools: Any) -> None:
    """An administrator, with the connector's reason."""
    schools.students([1, 2], gone=True)

    def protection(cls: type[DataStoreBranch], idnumber: str) -> str | None:
        return "a site administrator" if idnumber == "0001" else None

    schools.right.students.protection = classmethod(protection).__get__(None, schools.right.students)

    (hold,) = schools.holds()

    assert hold.reason.endswith("students `0001` (a site administrator)")
    assert hold.quiet


def test_a_class_that_somebody_protected_sits_in_stays(schools: Any) -> None:
    """In silence, as long as nothing else asks for it."""
    schools.students(range(5))
    schools.right.classes.make("m")
    schools.enrol("m", [1], gone=True)

    found = schools.held(Policies(protected={"": {"username": ("u1",)}}))

    assert found == {
        (Because.PROTECTED, "enrollments", True): ["m|0001|student"],
        (Because.DEPENDENT, "classes", True): ["m"],
    }


# -- patience ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("removing", "missing", "waits"),
    [
        (Removals(runs=3), None, True),
        (Removals(runs=3), Missing(NOON, 1), True),
        (Removals(runs=3), Missing(NOON, 2), False),
        (Removals(days=7), None, True),
        (Removals(days=7), Missing(NOON - datetime.timedelta(days=6, hours=23), 9), True),
        (Removals(days=7), Missing(NOON - datetime.timedelta(days=7), 1), False),
        (Removals(runs=3, days=7), Missing(NOON - datetime.timedelta(days=8), 1), True),
        (Removals(), None, False),
    ],
)
def test_patience(schools: Any, removing: Removals, missing: Missing | None, waits: bool) -> None:
    """So many good runs, this one counted, and so many days; in silence."""
    schools.students(range(5))
    schools.students([7], gone=True)
    memory = Memory(missing=lambda branch: {"0007": missing} if missing and branch == "students" else {})

    found = schools.held(Policies(removals={"students": removing}), memory)

    assert found == ({(Because.PATIENCE, "students", True): ["0007"]} if waits else {})


def test_what_hangs_on_whoever_may_come_back_waits_in_silence(schools: Any) -> None:
    """Enrolments, and parents."""
    schools.students(range(5))
    schools.students([7], gone=True)
    schools.right.guardians.make("G7", enabled=True)
    schools.left.guardians.make("G1", enabled=True)
    schools.right.students["0007"].guardians = frozenset({"G7"})
    schools.both("classes", "m")
    schools.enrol("m", [7], gone=True)
    patient = Policies(removals={"students": Removals(runs=2)})

    found = schools.held(patient)

    assert found == {
        (Because.PATIENCE, "students", True): ["0007"],
        (Because.DEPENDENT, "enrollments", True): ["m|0007|student"],
        (Because.DEPENDENT, "guardians", True): ["G7"],
    }
    approved = schools.fingerprints(lambda action: action.branch == "students")
    assert schools.held(patient, Memory(approved=approved)) == {}


def test_what_hangs_on_something_else_as_well_is_not_silent(schools: Any) -> None:
    """The class waits for somebody to look at it, and with it an enrolment that would have waited anyhow."""
    schools.students(range(30))
    schools.students([77], gone=True)
    for place in range(11):
        schools.right.classes.make(f"m{place:02}")
    schools.enrol("m00", [77], gone=True)
    schools.both("classes", "stays")
    schools.enrol("stays", [77], gone=True)

    found = schools.held(Policies(removals={"students": Removals(runs=2)}))

    assert found[Because.DEPENDENT, "enrollments", False] == ["m00|0077|student"]
    assert found[Because.DEPENDENT, "enrollments", True] == ["stays|0077|student"]


def test_who_is_waited_for_uses_up_no_budget(schools: Any) -> None:
    """Until it is time: then all of them count."""
    schools.students(range(30), gone=True)
    patient = Policies(removals={"students": Removals(runs=2)})

    assert list(schools.held(patient)) == [(Because.PATIENCE, "students", True)]
    memory = Memory(missing=lambda branch: {f"{number:04}": Missing(NOON, 1) for number in range(30)})
    assert list(schools.held(patient, memory)) == [(Because.BUDGET, "students", False)]


# -- policy ------------------------------------------------------------------------------------------------------------


def _leavers(schools: Any) -> None:
    schools.students(range(30))
    schools.students([77], gone=True)
    schools.both("classes", "m")
    schools.enrol("m", [3, 77], gone=True)
    schools.left.cohorts.make("c", members=frozenset())
    schools.right.cohorts.make("c", members=frozenset({"0077"}))


def _policy(*policy: Removing) -> Policies:
    return Policies(removals={"students": Removals(policy=policy)})


def test_a_policy_that_only_disables(schools: Any) -> None:
    """Memberships of leavers stay; those of people who are still there go."""
    _leavers(schools)

    found = schools.held(_policy(Removing.DISABLE))

    assert found == {
        (Because.POLICY, "enrollments", True): ["m|0077|student"],
        (Because.POLICY, "cohorts.members", True): ["c"],
    }


def test_a_policy_that_only_disables_holds_in_later_runs(schools: Any) -> None:
    """Who was disabled long ago keeps the memberships, until they come back."""
    _leavers(schools)
    schools.right.students["0077"].enabled = False

    assert (Because.POLICY, "enrollments", True) in schools.held(_policy(Removing.DISABLE))
    schools.left.students.make("0077", username="u77", enabled=True)
    assert schools.held(_policy(Removing.DISABLE)) == {}


def test_a_policy_that_only_strips(schools: Any) -> None:
    """The account stays as it is; its memberships go, and count as any others."""
    _leavers(schools)
    schools.left.students["0005"].enabled = False
    policies = _policy(Removing.STRIP)

    assert schools.held(policies) == {(Because.POLICY, "students", True): ["0005", "0077"]}
    none = Policies(budgets={"enrollments": Budget(1, 0)}, removals=policies.removals)
    assert (Because.BUDGET, "enrollments", False) in schools.held(none)


def test_a_policy_of_nothing(schools: Any) -> None:
    """Everything stays, and with it, in silence, what would be gone from under it."""
    _leavers(schools)
    schools.right.classes.make("old", course="k")
    schools.right.courses.make("k")
    schools.enrol("old", [77], gone=True)

    found = schools.held(_policy())

    assert found == {
        (Because.POLICY, "students", True): ["0077"],
        (Because.POLICY, "enrollments", True): ["m|0077|student", "old|0077|student"],
        (Because.POLICY, "cohorts.members", True): ["c"],
        (Because.DEPENDENT, "classes", True): ["old"],
        (Because.DEPENDENT, "courses", True): ["k"],
    }
    approved = Memory(approved=schools.fingerprints(lambda action: True))
    assert schools.held(_policy(), approved) == found
