"""One column is not what it was: what it would change waits, and everything else goes on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.nightmares.conftest import pupil

if TYPE_CHECKING:
    from tests.nightmares.conftest import Export, Scene

pytestmark = pytest.mark.slow


def blank(school: Export, *columns: str) -> Export:
    """Nothing stands in a column any more."""
    for row in school.students:
        row.update(dict.fromkeys(columns, ""))
    return school


def goes_through_once(scene: Scene) -> None:
    """What is exported from now on is held, and when it is approved it is done and asked for no more."""
    scene.pass_night()
    assert scene.apply().exit_code == 3
    scene.approve()
    approved = scene.apply()
    assert approved.exit_code == 0, approved.output
    scene.pass_night()
    after = scene.apply()
    assert (after.exit_code, after.output) == (0, "")


@pytest.mark.parametrize(
    ("column", "attribute"),
    [("Student_Email", "email"), ("First_Name", "given_name"), ("Last_Name", "family_name")],
)
def test_the_blank_column_that_moodle_would_refuse(scene: Scene, column: str, attribute: str) -> None:
    """All e-mail addresses (or names) came blank: nobody's is touched, and a sentence says so before all others."""
    before = scene.look()
    scene.pass_night(blank(scene.news(), column))

    result = scene.apply()

    assert result.exit_code == 4
    said = result.stdout.partition("needs attention\n")[2].splitlines()
    assert said[0] == (
        f"  ! students : {attribute} is blank in 400 of 400 students, and was in 0 in the last good run; look at the"
        " export, since nothing of it is brought over"
    )
    assert scene.look().all_but("T4") == before.all_but("T4")
    assert scene.look().accounts["T4"][3] == "new.address@fairfield.example"
    scene.recovers(before)


def test_the_blank_homerooms(scene: Scene) -> None:
    """The homerooms were emptied in PowerSchool: neither the departments nor the cohorts go."""
    before = scene.look()
    scene.pass_night(blank(scene.news(), "Home_Room"))

    result = scene.apply()

    scene.waits(
        before,
        result,
        "homeroom is blank in 400 of 400 students, and was in 0 in the last good run; 400 changes of homeroom wait",
        "cohorts has 1 record, 25 in the last good run; 24 removals wait",
    )
    scene.recovers(before)


def test_homerooms_that_are_given_up(scene: Scene) -> None:
    """The school has no homerooms any more: approved, it goes through once; the next broken column is held again."""
    scene.school = blank(scene.school, "Home_Room")
    goes_through_once(scene)

    assert {values[4] for values in scene.look().accounts.values() if values[5]} == {""}
    assert {cohort for cohort, _ in scene.look().cohorts} == {"dss:pupils-all"}
    gone = scene.look()
    bad = scene.news()
    for row in bad.students:
        row["First_Name"] = "Unknown"
    scene.pass_night(bad)
    scene.waits(
        gone, scene.apply(), "given_name would change in 400 of 400 students; 400 changes of given_name wait"
    )
    scene.recovers(gone)


def test_the_blank_parents(scene: Scene) -> None:
    """The addresses of all parents came blank: a branch without anybody ends the run."""
    before = scene.look()
    scene.pass_night(blank(scene.news(), "GuardianEmail"))

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`powerschool.guardians` has no records at all (moodle.guardians has 202)")


def test_the_parents_of_half_the_school_are_blank(scene: Scene) -> None:
    """The addresses of half of the parents came blank: they keep their accounts, and their children."""
    before = scene.look()
    school = scene.news()
    for row in school.students[:200]:
        row["GuardianEmail"] = ""
    scene.pass_night(school)

    result = scene.apply()

    assert result.exit_code == 3
    assert scene.look().all_but("T4") == before.all_but("T4")
    assert "guardians has 101 records, 202 in the last good run; 101 removals wait" in scene.held(result)
    scene.recovers(before)


def test_the_renamed_column(scene: Scene) -> None:
    """The column of the addresses has another name: no address changes, and that night says so, once."""
    before = scene.look()
    scene.pass_night(scene.news())
    text = scene.path("students").read_text().replace("Student_Email", "Pupil_Mail", 1)
    scene.put("students", text)

    first = scene.apply()
    second = scene.apply()

    assert first.exit_code == 4
    assert (
        "students : students has no column for email, and had one in the last good run; look at the export"
        in first.stdout
    )
    assert scene.look().all_but("T4") == before.all_but("T4")
    assert second.exit_code == 0
    scene.recovers(before)


def test_first_and_last_names_exchanged(scene: Scene) -> None:
    """Two columns of the template were swapped below their names: nobody is called Abel Ada in the morning."""
    before = scene.look()
    scene.pass_night(scene.news())
    text = scene.path("students").read_text().replace("Last_Name\tFirst_Name", "First_Name\tLast_Name", 1)
    scene.put("students", text)

    result = scene.apply()

    scene.waits(
        before,
        result,
        "family_name would change in 400 of 400 students; 400 changes of family_name wait",
        "given_name would change in 400 of 400 students; 400 changes of given_name wait",
    )
    scene.recovers(before)


def test_the_column_that_told_who_has_left(scene: Scene) -> None:
    """The status of enrolment is not exported any more, and everybody who ever left is in the file: nobody is made."""
    before = scene.look()
    school = scene.news()
    for number in range(20_000, 20_300):
        row = dict(school.students[number % 100])
        row.update(Student_Number=str(number), ID=str(number + 50_000), Network_ID=f"gone{number}")
        row.update(Student_Email=f"gone{number}@fairfield.example")
        school.students.append(row)
    scene.pass_night(school)
    text = scene.path("students").read_text().replace("Enroll_Status", "Status_Of_Enrolment", 1)
    scene.put("students", text)

    result = scene.apply()

    scene.waits(
        before,
        result,
        "300 records of students are new, and the source had 400 in the last good run; 300 changes",
    )
    scene.recovers(before)


def test_the_column_that_told_who_has_left_of_a_few(scene: Scene) -> None:
    """As above, with three former pupils only: too few for a flood, and they would all be able to log in again."""
    school = scene.news()
    gone = [row["Student_Number"] for row in school.students[:2]]
    for row in school.students[:2]:
        row["Enroll_Status"] = "2"
    school.cc = [row for row in school.cc if row["Student_Number"] not in gone]
    scene.pass_night(school)
    assert scene.apply().exit_code == 0
    before = scene.look()
    new = dict(school.students[2])
    new.update(Student_Number="20000", ID="70000", Network_ID="gone20000", Enroll_Status="2")
    new.update(Student_Email="gone20000@fairfield.example")
    school.students.append(new)
    school.teachers[4]["Email_Addr"] = "another.address@fairfield.example"
    scene.pass_night(school)
    text = scene.path("students").read_text().replace("Enroll_Status", "Status_Of_Enrolment", 1)
    scene.put("students", text)

    result = scene.apply()

    assert result.exit_code == 3
    assert (
        "students has no column `Enroll_Status`, and had it in the last good run; 3 changes wait"
        in scene.held(result)
    )
    assert scene.look().working == before.working
    assert scene.look().seats == before.seats
    scene.pass_night(school)
    assert scene.apply().exit_code == 0


def _without_status(scene: Scene) -> None:
    scene.pass_night()
    text = scene.path("students").read_text().replace("Enroll_Status", "Status_Of_Enrolment", 1)
    scene.put("students", text)


def test_the_column_that_told_who_has_left_when_nobody_has(scene: Scene) -> None:
    """Nothing has to wait; but nobody would leave any more, and every night says so until it is settled."""
    before = scene.look()
    scene.news()
    _without_status(scene)

    first = scene.apply()
    second = scene.apply()

    assert first.exit_code == second.exit_code == 4
    assert first.stdout.count("has no column `Enroll_Status`, and had it in the last good run") == 1
    assert "everybody in it is taken" in first.stdout
    assert scene.look().all_but("T4") == before.all_but("T4")
    scene.recovers(before)


def test_former_pupils_in_a_file_that_has_had_no_status_for_a_night(scene: Scene) -> None:
    """The night on which there was nothing to hold is no measure: they get no accounts."""
    before = scene.look()
    _without_status(scene)
    assert scene.apply().exit_code == 4
    kept = scene.school.copy()
    for number in range(14_000, 14_009):
        scene.school.students.append(pupil(number))
    _without_status(scene)

    result = scene.apply()

    assert result.exit_code == 3
    assert (
        "students has no column `Enroll_Status`, and had it in the last good run; 9 changes wait"
        in scene.held(result)
    )
    assert scene.look() == before
    scene.school = kept
    scene.pass_night()
    assert scene.apply().exit_code == 0
    assert scene.look() == before


def test_a_status_that_is_given_up(scene: Scene) -> None:
    """Who is new on the first such night is approved: from then on the file is taken as it is."""
    scene.school.students.append(pupil(14_000))
    _without_status(scene)
    assert scene.apply().exit_code == 3

    scene.approve()
    _without_status(scene)
    approved = scene.apply()
    scene.school.students.append(pupil(14_001))
    _without_status(scene)
    after = scene.apply()

    assert approved.exit_code == 0, approved.output
    assert after.exit_code == 0, after.output
    assert {"14000", "14001"} <= scene.look().working


def test_an_export_that_never_had_a_status(scene: Scene) -> None:
    """A first run has nothing to compare with, and neither has one after it."""
    shutil.rmtree(scene.folder / "state")
    (scene.folder / "moodle.db").unlink()
    scene.make_moodle()
    for number in (14_000, 14_001):
        scene.school.students.append(pupil(number))
        _without_status(scene)
        assert scene.apply().exit_code == 0

    assert {"14000", "14001"} <= scene.look().working


def test_the_column_of_a_small_table_is_gone(scene: Scene) -> None:
    """However few had anything in it."""
    scene.pass_night(scene.news())
    text = scene.path("teachers").read_text().replace("TeacherLoginID", "Login_Of_Teacher", 1)
    scene.put("teachers", text)

    result = scene.apply()

    assert result.exit_code == 4
    assert "teachers has no column for username, and had one in the last good run" in result.stdout


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (None, "classes has no column for teachers, and had one in the last good run; 48 removals wait"),
        ("", "teachers is blank in 48 of 48 classes, and was in 0 in the last good run; 48 removals wait"),
        ("0", "teachers is blank in 48 of 48 classes, and was in 0 in the last good run; 48 removals wait"),
    ],
)
def test_the_teachers_of_all_classes(scene: Scene, cell: str | None, said: str) -> None:
    """The sections do not say any more who teaches them: nobody loses a class, on that night or on the next."""
    before = scene.look()
    school = scene.news()
    for row in school.sections:
        row["Teacher"] = cell or ""
        if cell is None:
            del row["Teacher"]
    leaver = school.cc.pop(0)
    for _ in range(2):
        scene.pass_night(school)
        result = scene.apply()

        seen = scene.look()
        assert result.exit_code == 3
        assert f"enrollments names classes, and {said}" in scene.held(result)
        assert len(before.seats - seen.seats) == 1
        assert {person for person, _ in before.seats - seen.seats} == {leaver["Student_Number"]}
    scene.recovers(before)


def test_classes_that_have_no_teachers_any_more(scene: Scene) -> None:
    """The school does not name them any more: approved, it goes through once."""
    for row in scene.school.sections:
        row["Teacher"] = ""
    goes_through_once(scene)

    assert not [person for person, _ in scene.look().seats if person.startswith("T")]


def test_the_teachers_of_one_file_s_classes(scene: Scene) -> None:
    """One file of two has no teachers: its classes keep theirs, though they are few among all."""
    scene.configure("\n[guards.classes]\nblanks = 0.9\n")
    school = scene.news()
    for row in school.sections[:11]:
        row["Teacher"] = ""
    before = scene.look()
    scene.pass_night(school)

    scene.waits(before, scene.apply(), "teachers is blank in 11 of 48 classes, and was in 0")
    scene.recovers(before)


def test_a_row_that_is_nobody_s_on_the_night_on_which_all_teachers_are_missing(scene: Scene) -> None:
    """Nothing is removed for that row, so nothing waits; but that night is no measure for the one after it."""
    before = scene.look()
    school = scene.school.copy()
    for row in school.sections:
        row["Teacher"] = ""
    scene.pass_night(school)
    text = scene.path("cc").read_text()
    scene.put("cc", text + text.splitlines()[-1].replace("70", "99", 1).replace("10", "99", 1) + "\n")
    assert scene.apply().exit_code == 4
    scene.pass_night(school)

    result = scene.apply()

    assert result.exit_code == 3
    assert scene.look() == before
    assert any("48 removals wait" in sentence for sentence in scene.held(result))
