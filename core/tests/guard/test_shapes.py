"""A source that does not look like it did in the last good run."""

from typing import Any

import pytest

from dss.guard import holds
from dss.holding import Because
from dss.memory import Memory, Reading
from dss.policies import Budget, Policies, Shape

GENEROUS = {name: Budget(10_000, 1.0) for name in ("students", "enrollments", "cohorts", "classes")}


def _remember(**readings: Reading) -> Memory:
    return Memory(readings=readings)


def test_half_the_school_is_missing(schools: Any) -> None:
    """However far the budget was raised: the removals wait, and the sentence has the numbers."""
    schools.students(range(301))
    schools.students(range(301, 600), gone=True)
    schools.left.students.make("new", enabled=True)

    (hold,) = schools.holds(Policies(GENEROUS), _remember(students=Reading(601, 601)))

    assert hold.reason == "students has 302 records, 601 in the last good run; 299 removals wait"
    assert (hold.because, hold.scope, hold.quiet) == (Because.SHAPE, "students", False)
    assert {str(action.kind) for action in hold.actions} == {"old"}


def test_without_an_earlier_reading_nothing_trips(schools: Any) -> None:
    """The first run has nothing to compare with."""
    schools.students(range(301))
    schools.students(range(301, 600), gone=True)

    assert schools.holds(Policies(GENEROUS), _remember(courses=Reading(9, 9))) == []


@pytest.mark.parametrize(("before", "trips"), [(110, False), (125, False), (126, True)])
def test_the_limits_of_a_shrunken_source(schools: Any, before: int, trips: bool) -> None:
    """By default a fifth, and more than ten records."""
    schools.students(range(100))
    schools.students([200], gone=True)

    assert bool(schools.holds(memory=_remember(students=Reading(before, before)))) is trips


def test_few_records_never_trip(schools: Any) -> None:
    """Of three classes, two may go."""
    schools.both("classes", "m")
    for name in ("n", "o"):
        schools.right.classes.make(name)

    assert schools.holds(memory=_remember(classes=Reading(3, 3))) == []


@pytest.mark.parametrize(
    ("before", "now", "trips"), [(11, 1, True), (11, 6, False), (4, 1, True), (4, 2, False)]
)
def test_a_small_branch_that_has_lost_more_than_half(
    schools: Any, before: int, now: int, trips: bool
) -> None:
    """Ten of eleven teachers are fewer than any count forbids, and yet nearly all of them."""
    schools.students(range(now))
    schools.students(range(now, before), gone=True)

    assert bool(schools.holds(memory=_remember(students=Reading(before, before)))) is trips


def test_fewer_rows_of_as_many_records(schools: Any) -> None:
    """A file whose second half is gone may still name everybody once."""
    schools.students(range(100))
    schools.students([200], gone=True)

    (hold,) = schools.holds(memory=_remember(students=Reading(300, 100)))

    assert hold.reason == "students has 100 rows, 300 in the last good run; 1 removal waits"


def _with_emails(schools: Any, students: int, blank: int) -> None:
    for number in range(students):
        email = f"{number}@school.example"
        schools.right.students.make(f"{number}", email=email, grade="6", enabled=True)
        schools.left.students.make(
            f"{number}", email="" if number < blank else email, grade="7" if number < 9 else "6", enabled=True
        )
    store = schools.left.students.contents()
    store.rows, store.blanks = students, {"email": blank}


def test_a_blank_column(schools: Any) -> None:
    """Every change of that attribute waits, and no other."""
    _with_emails(schools, 100, 30)

    (hold,) = schools.holds(memory=_remember(students=Reading(100, 100, {"email": 2})))

    assert hold.reason == (
        "email is blank in 30 of 100 students, and was in 2 in the last good run; 30 changes of email wait"
    )
    assert hold.scope == "students.email"


def test_a_column_that_has_always_been_blank(schools: Any) -> None:
    """Only what is blank in more records than before counts."""
    _with_emails(schools, 100, 30)

    assert schools.holds(memory=_remember(students=Reading(100, 100, {"email": 25}))) == []


def _with_other_usernames(schools: Any, of: int, others: int) -> None:
    for number in range(of):
        schools.right.students.make(f"{number:03}", username=f"u{number}", grade="6", enabled=True)
        new = f"new{number}" if number < others else f"u{number}"
        schools.left.students.make(f"{number:03}", username=new, grade="6" if number else "7", enabled=True)


def test_all_usernames_changed(schools: Any) -> None:
    """Nobody is renamed; another attribute goes on."""
    _with_other_usernames(schools, 80, 80)

    (hold,) = schools.holds(memory=_remember(students=Reading(80, 80)))

    assert hold.reason == "username would change in 80 of 80 students; 80 changes of username wait"
    assert len(hold.actions) == 80


def test_some_usernames_changed(schools: Any) -> None:
    """Up to 30 % of those that both sides have."""
    _with_other_usernames(schools, 80, 24)

    assert schools.holds(memory=_remember(students=Reading(80, 80))) == []


def test_what_waits_for_a_value_that_is_not_freed_is_held(schools: Any) -> None:
    """A new teacher who wants the login that a pupil would have given up."""
    _with_other_usernames(schools, 80, 80)
    schools.left.teachers.make("t", username="u3", enabled=True)
    schools.left.classes.make("m", teachers=frozenset({"t"}))

    found = schools.held(memory=_remember(students=Reading(80, 80)))

    assert found[Because.DEPENDENT, "teachers", False] == ["t"]
    assert found[Because.DEPENDENT, "classes", False] == ["m"]


def test_the_wrong_school_s_file(schools: Any) -> None:
    """Nothing new is made, with nothing that depends on it; and nobody is taken away on the word of that file."""
    schools.students(range(50))
    schools.students(range(50, 60), gone=True)
    schools.both("classes", "m")
    schools.left.cohorts.make("c", members=frozenset({"0900", "0001"}))
    for number in range(900, 931):
        schools.left.students.make(f"{number:04}", enabled=True)
        schools.left.enrollments.make(f"m|{number:04}", class_="m", person=f"{number:04}", enabled=True)
    schools.left.enrollments.make("m|0001", class_="m", person="0001", enabled=True)

    holds = schools.holds(Policies(GENEROUS), _remember(students=Reading(60, 60)))

    assert [(hold.because, hold.scope, len(hold.actions)) for hold in holds] == [
        (Because.SHAPE, "students", 41),
        (Because.DEPENDENT, "enrollments", 31),
        (Because.DEPENDENT, "cohorts", 1),
    ]
    assert holds[0].reason == (
        "31 records of students are new, and the source had 60 in the last good run; 41 changes wait"
    )


def test_a_second_role_waits_for_the_first(schools: Any) -> None:
    """Who is not made as a teacher is not made a guardian either."""
    for number in range(20):
        schools.left.guardians.make(f"{number}", enabled=True)
        schools.left.students.make(f"{number}", enabled=True)
    schools.left.students.contents().owner.update({f"{number}": "guardians" for number in range(20)})

    found = schools.held(memory=_remember(guardians=Reading(20, 20)))

    assert {key: len(idnumbers) for key, idnumbers in found.items()} == {
        (Because.SHAPE, "guardians", False): 20,
        (Because.DEPENDENT, "students", False): 20,
    }


def test_whoever_is_there_in_another_branch_is_no_reason_to_wait(schools: Any) -> None:
    """An enrolment needs its person in any one of the branches."""
    schools.both("teachers", "0", enabled=True)
    for number in range(20):
        schools.left.students.make(f"{number}", enabled=True)
        schools.left.cohorts.make(f"c{number}", members=frozenset({f"{number}"}))

    found = schools.held(memory=_remember(students=Reading(20, 20)))

    assert "c0" not in found[Because.DEPENDENT, "cohorts", False]
    assert len(found[Because.DEPENDENT, "cohorts", False]) == 19


def test_a_class_that_cannot_go_to_its_new_course_keeps_the_old_one(schools: Any) -> None:
    """The change is held, so the course that it would have left stays."""
    for number in range(20):
        schools.left.courses.make(f"new{number}")
    schools.right.courses.make("old")
    schools.left.classes.make("m", course="new3")
    schools.right.classes.make("m", course="old")

    memory = _remember(courses=Reading(20, 20))
    found = schools.held({"courses": Budget(100)}, memory)

    assert found[Because.DEPENDENT, "classes", False] == ["m"]
    assert "old" in found[Because.SHAPE, "courses", False]
    approved = schools.fingerprints(lambda action: action.idnumber == "old")
    found = schools.held(memory=Memory(readings=memory.readings, approved=approved))
    assert found[Because.DEPENDENT, "courses", False] == ["old"]


def test_a_trip_can_be_accepted_once(schools: Any) -> None:
    """By approving what it holds; another night's changes are others."""
    _with_other_usernames(schools, 80, 80)
    memory = _remember(students=Reading(80, 80))
    approved = schools.fingerprints(lambda action: True)

    assert schools.holds(memory=Memory(readings=memory.readings, approved=approved)) == []
    for number in range(80):
        schools.left.students[f"{number:03}"].username = f"other{number}"
    assert len(schools.holds(memory=Memory(readings=memory.readings, approved=approved))) == 1


def test_guards_are_configured_by_branch(schools: Any) -> None:
    """A school that renames everybody in summer says so."""
    _with_other_usernames(schools, 80, 80)

    relaxed = Policies(guards={"students": Shape(changes=1.0)})

    assert schools.holds(relaxed, _remember(students=Reading(80, 80))) == []


def test_a_plan_of_what_is_new_is_only_counted(schools: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a million new records none is kept: the guard goes through the plan once."""
    from dss.guard.case import Case
    from dss.ordering import Actions

    for number in range(200):
        schools.left.students.make(f"{number}", enabled=True)
    plan = schools.plan()
    passes = []
    through = Actions.__iter__

    def counted(self: Actions) -> Any:
        passes.append(1)
        return through(self)

    monkeypatch.setattr(Actions, "__iter__", counted)
    case = Case(plan, Policies(), _remember(students=Reading(400, 400)))

    assert len(passes) == 1
    assert case.fresh == {"students": 200}
    assert not any((case.removals, case.waiting, case.moves, case.undone))


def _cohorts(schools: Any, count: int, size: int, joining: int) -> None:
    """So many cohorts of so many members; so many more join each."""
    for number in range(count):
        members = frozenset(f"{one:03}" for one in range(size))
        schools.right.cohorts.make(f"c{number}", members=members)
        more = frozenset(f"n{one}" for one in range(joining))
        schools.left.cohorts.make(f"c{number}", members=members | more)


def test_an_ordinary_day_in_which_every_cohort_gets_a_member(schools: Any) -> None:
    """Of several values in one attribute it counts how many come and go, not how many records have one."""
    _cohorts(schools, 40, 25, 1)
    schools.students(range(25))
    schools.left.students.make("n0", enabled=True)

    assert schools.holds(memory=_remember(cohorts=Reading(40, 40))) == []


def test_members_exchanged_by_the_hundred(schools: Any) -> None:
    """Half as many again at once: these are not the cohorts of the day before."""
    _cohorts(schools, 40, 10, 5)
    schools.students(range(10))
    for one in range(5):
        schools.left.students.make(f"n{one}", enabled=True)

    (hold,) = schools.holds(memory=_remember(cohorts=Reading(40, 40)))

    assert hold.reason == "members would change in 200 of 400 values in cohorts; 200 changes of members wait"


@pytest.mark.parametrize(
    ("absent", "said"),
    [
        (False, "given_name is blank in 100 of 100 students, and was in 0"),
        (True, "students has no column for given_name, and had one"),
    ],
)
def test_a_column_gone_blank_that_changes_nothing_is_told(schools: Any, absent: bool, said: str) -> None:
    """Blank where the target takes no blanks, or gone from the file: nothing is held, and somebody hears of it."""
    schools.students(range(100))
    for tree in (schools.left, schools.right):
        for student in tree.students:
            student.given_name = None if absent and tree is schools.left else "Ada"
    if absent:
        schools.left.students.absent("given_name", "homeroom")
    else:
        schools.left.students.contents().blanks.update(given_name=100, grade=100)
    plan = schools.plan()

    found = holds(
        plan, None, Memory(readings={"students": Reading(100, 100, {"grade": 100, "homeroom": 100})})
    )

    assert found == []
    assert [(error.branch, error.idnumber, error.error) for error in plan.errors] == [
        (
            "students",
            "",
            f"{said} in the last good run; look at the export, since nothing of it is brought over",
        )
    ]


@pytest.mark.parametrize(("before", "told"), [(0, True), (2, True), (3, False)])
def test_a_column_of_few_records_that_is_gone(schools: Any, before: int, told: bool) -> None:
    """Three are too few to trip over a blank; that the column is not there at all is told, unless it never held any."""
    schools.students(range(3))
    for student in schools.right.students:
        student.homeroom = "7B"
    schools.left.students.absent("homeroom")
    plan = schools.plan()

    found = holds(plan, None, Memory(readings={"students": Reading(3, 3, {"homeroom": before})}))

    assert found == []
    assert [error.error.partition(";")[0] for error in plan.errors] == (
        ["students has no column for homeroom, and had one in the last good run"] if told else []
    )


@pytest.mark.parametrize("before", [0, 30])
def test_a_column_that_tells_who_belongs_here(schools: Any, before: int) -> None:
    """Gone, it holds who is new and who would come back, however few they are; when it never was there, it does not."""
    schools.students(range(30))
    schools.left.students.make("0090", enabled=True)
    schools.right.students["0007"].enabled = False
    schools.right.students["0008"].given_name = "Ada"
    schools.left.students["0008"].given_name = "Adam"
    schools.left.students.undecided("Enroll_Status")
    memory = Memory(readings={"students": Reading(30, 30, {"Enroll_Status": before})})

    found = schools.holds(memory=memory)

    assert [(hold.reason, sorted(one.idnumber for one in hold.actions)) for hold in found] == (
        []
        if before
        else [
            (
                "students has no column `Enroll_Status`, and had it in the last good run; 2 changes wait",
                ["0007", "0090"],
            )
        ]
    )


def test_a_cohort_that_a_crash_has_left_empty_is_filled(schools: Any) -> None:
    """Its members were to be added a moment later; where there was nothing, nothing is spoilt."""
    _cohorts(schools, 10, 10, 0)
    for number in range(20):
        schools.right.cohorts.make(f"empty{number}", members=frozenset())
        schools.left.cohorts.make(f"empty{number}", members=frozenset(f"{one:03}" for one in range(10)))
    schools.students(range(10))

    assert schools.holds(memory=_remember(cohorts=Reading(10, 10))) == []


def _taught(schools: Any, count: int) -> Memory:
    """So many classes of a teacher each, whom the left does not name any more, and of a pupil, who leaves them."""
    schools.students(range(30))
    schools.both("teachers", "t", enabled=True)
    for number in range(count):
        schools.both("classes", f"c{number:02}", teachers=None)
        for person in ("t", "0001"):
            schools.right.enrollments.make(
                f"c{number:02}|{person}", class_=f"c{number:02}", person=person, role="any", enabled=True
            )
    schools.left.classes.contents().blanks["teachers"] = count
    return _remember(classes=Reading(count, count))


@pytest.mark.parametrize(("count", "absent", "held"), [(11, False, 11), (10, False, 0), (3, True, 3)])
def test_teachers_that_the_classes_do_not_name_any_more(
    schools: Any, count: int, absent: bool, held: int
) -> None:
    """Their seats wait; those of pupils, who are no matter of that column, do not."""
    memory = _taught(schools, count)
    if absent:
        schools.left.classes.absent("teachers")
    careless = {"enrollments": Budget(count=100)}

    found = schools.holds(careless, memory)

    seats = [action.idnumber for hold in found for action in hold.actions]
    assert seats == [f"c{number:02}|t" for number in range(held)]
    if absent:
        assert found[0].reason == (
            "enrollments names classes, and classes has no column for teachers, and had one in the last good run;"
            " 3 removals wait"
        )


def test_a_class_that_still_has_a_teacher_is_no_matter_of_a_blank_column(schools: Any) -> None:
    """Another one has left it; and of a class that is not there at all, its own end is what counts."""
    memory = _taught(schools, 12)
    schools.left.classes["c00"].teachers = frozenset({"other"})
    del schools.left.classes.contents().items["c01"]
    careless = {"enrollments": Budget(count=100)}

    held = [action.idnumber for hold in schools.holds(careless, memory) for action in hold.actions]

    assert not {"c00|t", "c01|t"} & set(held)
    assert "c02|t" in held
