"""The file reads well, and half the school is not in it: what would be taken away waits until a person has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.nightmares.conftest import Export, Scene

pytestmark = pytest.mark.slow


def numbers(school: Export, grade: str) -> list[str]:
    """The pupils of a grade."""
    return [row["Student_Number"] for row in school.students if row["Grade_Level"] == grade]


def test_the_file_cut_at_the_end_of_a_line(scene: Scene) -> None:
    """The disk was full after 250 pupils: the schedules still know the others, so nobody goes, whoever approves it."""
    before = scene.look()
    scene.pass_night(scene.news())
    lines = scene.path("students").read_text().splitlines(keepends=True)
    scene.put("students", "".join(lines[:250]))

    result = scene.apply()
    scene.approve()
    again = scene.apply()

    for one in (result, again):
        assert one.exit_code == 4
        assert "151 removals in students wait, since what refers to them stays: enrollments" in one.stdout
        assert (
            "`Student_Number` `10252` is not in the student files; they may be older or newer" in one.stdout
        )
        assert scene.look().all_but("T4").working == before.all_but("T4").working
        assert scene.look().seats == before.seats
    assert "guardians has 126 records, 202 in the last good run; 76 removals wait" in result.stdout
    scene.run("approve", "--revoke")
    scene.pass_night()
    assert scene.apply().exit_code == 0
    scene.recovers(before)


def test_the_file_cut_by_a_few_lines(scene: Scene) -> None:
    """Fifteen pupils are missing, less than any limit: their schedules keep them, and they keep their parents."""
    before = scene.look()
    scene.pass_night(scene.news())
    lines = scene.path("students").read_text().splitlines(keepends=True)
    scene.put("students", "".join(lines[:-15]))

    result = scene.apply()

    assert result.exit_code == 4
    held = " ".join(scene.held(result))
    assert "15 removals in students wait, since what refers to them stays" in held
    assert "8 removals in guardians wait, since what refers to them stays" in held
    assert scene.look().all_but("T4") == before.all_but("T4")
    scene.recovers(before)


def test_the_night_after_a_cut_file_is_judged_by_the_last_good_one(scene: Scene) -> None:
    """Two bad nights in a row: the first is no measure for the second, on which all files are cut alike."""
    before = scene.look()
    scene.pass_night(scene.news())
    lines = scene.path("students").read_text().splitlines(keepends=True)
    scene.put("students", "".join(lines[:250]))
    scene.apply()
    school = scene.school.copy()
    school.without(*(row["Student_Number"] for row in school.students[249:]))
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(before, result, "students has 249 records, 400 in the last good run; 151 removals wait")
    scene.recovers(before)


def test_half_of_the_schedules(scene: Scene) -> None:
    """The file of the schedules is cut at the end of a line: two hundred pupils would lose all their classes."""
    before = scene.look()
    scene.pass_night(scene.news())
    lines = scene.path("cc").read_text().splitlines(keepends=True)
    scene.put("cc", "".join(lines[: len(lines) // 2]))

    result = scene.apply()

    scene.waits(before, result, "enrollments has 847 records, 1648 in the last good run; 801 removals wait")
    scene.recovers(before)


def test_half_the_school(scene: Scene) -> None:
    """AutoSend ran for a selection, and every second pupil is missing in all files."""
    before = scene.look()
    school = scene.news()
    school.without(*(row["Student_Number"] for row in school.students[::2]))
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(
        before,
        result,
        "students has 200 records, 400 in the last good run; 200 removals wait",
        "enrollments has 848 records, 1648 in the last good run; 800 removals wait",
        "cohorts names students, and students has 200 records, 400 in the last good run",
    )
    scene.recovers(before)


def test_half_the_school_that_has_really_left(scene: Scene) -> None:
    """Half the school moved to another one: approved, it goes through once, and the night after is guarded again."""
    school = scene.school
    school.without(*(row["Student_Number"] for row in school.students[::2]))
    scene.pass_night()
    assert scene.apply().exit_code == 3

    scene.approve()
    assert scene.approvals() > 1000
    approved = scene.apply()

    gone = scene.look()
    assert approved.exit_code == 0, approved.output
    assert {row["Student_Number"] for row in school.students} == {
        one for one in gone.working if one.isdigit()
    }
    assert scene.approvals() == 0
    bad = scene.news()
    bad.without(*(row["Student_Number"] for row in bad.students[::2]))
    scene.pass_night(bad)
    result = scene.apply()
    scene.waits(gone, result, "students has 100 records, 200 in the last good run; 100 removals wait")
    scene.recovers(gone)


def test_one_grade_that_is_missing(scene: Scene) -> None:
    """Grade three was not selected: less than the shape of the file allows, more than the budget does."""
    before = scene.look()
    school = scene.news()
    school.without(*numbers(school, "3"))
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(
        before,
        result,
        "34 removals in students are 8% of 400; allowed are 10, or 5%",
        "2 removals in cohorts belong to records whose removal is held",
    )
    scene.recovers(before)


def test_one_grade_that_has_left_and_another_that_has_not(scene: Scene) -> None:
    """Grade twelve has left and is approved; on the night on which it goes, grade three is missing too: it stays."""
    scene.school.without(*numbers(scene.school, "12"))
    scene.pass_night()
    assert scene.apply().exit_code == 3
    scene.approve()
    before = scene.look()
    bad = scene.news()
    missing = numbers(bad, "3")
    bad.without(*missing)
    scene.pass_night(bad)

    result = scene.apply()

    assert result.exit_code == 3
    assert set(missing) <= scene.look().working
    assert before.seats == scene.look().seats | {
        seat for seat in before.seats if seat[0] not in scene.look().working
    }
    scene.pass_night()
    assert scene.apply().exit_code in (0, 3)
    assert set(missing) <= scene.look().working


def test_leavers_as_every_night(scene: Scene) -> None:
    """Nine pupils have left, as they do before a holiday: nobody is asked."""
    scene.school.without(*(row["Student_Number"] for row in scene.school.students[:9]))
    scene.pass_night()

    result = scene.apply()

    assert result.exit_code == 0
    assert not {f"{number}" for number in range(10_001, 10_005)} & scene.look().working


def test_the_file_of_another_school(scene: Scene) -> None:
    """The sister school's export came, with its own numbers: four hundred new accounts, and four hundred to go."""
    before = scene.look()
    school = scene.news()
    for row in school.students:
        for column in ("Network_ID", "Student_Email", "GuardianEmail"):
            row[column] = f"hill.{row[column]}"
    for row in school.students + school.cc:
        row["Student_Number"] = str(int(row["Student_Number"]) + 20_000)
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(
        before,
        result,
        "400 records of students are new, and the source had 400 in the last good run; 800 changes wait",
        "202 records of guardians are new, and the source had 202 in the last good run; 404 changes wait",
    )
    scene.recovers(before)


def test_the_file_of_another_school_with_the_same_numbers(scene: Scene) -> None:
    """The sister school counts its pupils from 10000 too: each of ours would become somebody else."""
    before = scene.look()
    school = scene.news()
    own = [{k: v for k, v in row.items() if k not in ("Student_Number", "ID")} for row in school.students]
    for row, others in zip(school.students, own[137:] + own[:137], strict=True):
        row.update(others)
    school.cc = []
    for row in school.students:
        school.enrol(row)
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(
        before,
        result,
        "username would change in 400 of 400 students",
        "family_name would change in 400 of 400 students; 400 changes of family_name wait",
        "email would change in 400 of 400 students; 400 changes of email wait",
        "1560 records of enrollments are new, and the source had 1648 in the last good run",
    )
    scene.recovers(before)


def test_the_new_year_a_night_too_early(scene: Scene) -> None:
    """All sections have got new numbers and all schedules name these: every class would end and be made anew."""
    before = scene.look()
    school = scene.news()
    for row in school.sections:
        row["ID"] = str(int(row["ID"]) + 1000)
    for row in school.cc:
        row["SectionID"] = str(int(row["SectionID"]) + 1000)
    scene.pass_night(school)

    result = scene.apply()

    scene.waits(
        before, result, "48 records of classes are new, and the source had 48 in the last good run; 96"
    )
    scene.recovers(before)


def test_only_what_has_changed(scene: Scene) -> None:
    """Somebody switched the export to deltas: six pupils came, and all others would have left."""
    before = scene.look()
    school = scene.news()
    school.students[0]["Student_Email"] = "another@fairfield.example"
    school.without(*(row["Student_Number"] for row in school.students[6:]))
    scene.pass_night(school)

    result = scene.apply()

    changed = school.students[0]["Student_Number"]
    after = scene.look()
    assert result.exit_code == 3
    assert after.all_but("T4", changed) == before.all_but("T4", changed)
    assert after.accounts[changed][3] == "another@fairfield.example"
    held = " ".join(scene.held(result))
    assert "students has 6 records, 400 in the last good run; 394 removals wait" in held
    assert "enrollments has 72 records, 1648 in the last good run; 1576 removals wait" in held
    scene.recovers(before)


def test_patience_counts_good_nights_only(scene: Scene) -> None:
    """A pupil is missing on a good night, then half the school; who is back is not half-way gone any more."""
    scene.configure("[removals.students]\nruns = 2\n")
    gone, back = (scene.school.students[place]["Student_Number"] for place in (10, 20))
    seats = [row for row in scene.school.cc if row["Student_Number"] == back]
    row = scene.school.students[20]
    scene.school.without(gone, back)
    scene.pass_night()
    first = scene.apply()
    bad = scene.school.copy()
    bad.without(*(row["Student_Number"] for row in bad.students[::2]))
    scene.pass_night(bad)
    second = scene.apply()
    working = scene.look().working
    scene.school.students.append(row)
    scene.school.cc += seats
    scene.pass_night()
    third = scene.apply()
    after = scene.look().working
    scene.school.without(back)
    scene.pass_night()
    fourth = scene.apply()

    assert first.exit_code == 0, first.output
    assert second.exit_code == 3
    assert {gone, back} <= working
    assert third.exit_code == 0
    assert gone not in after, "missing in two good nights"
    assert fourth.exit_code == 0
    assert back in scene.look().working, "missing in one good night since the return"


def test_who_leaves_after_a_class_went_to_another_course_leaves(scene: Scene) -> None:
    """Moodle makes another group there, so class and seats have other ids in it; they are ours all the same."""
    scene.school.sections[0]["Course_Number"] = scene.school.courses[1]["Course_Number"]
    scene.pass_night()
    assert scene.apply().exit_code == 0
    leaver = numbers(scene.school, "1")[0]
    scene.school.without(leaver)

    scene.pass_night()
    result = scene.apply()

    assert result.exit_code == 0, result.output
    assert leaver not in scene.look().working
    assert leaver not in {person for person, _ in scene.look().seats}


def test_a_class_that_ends_after_it_went_to_another_course_ends(scene: Scene) -> None:
    """With it go all its seats."""
    (section, *rest), courses = scene.school.sections, scene.school.courses
    section["Course_Number"] = courses[1]["Course_Number"]
    scene.pass_night()
    assert scene.apply().exit_code == 0
    scene.school.sections = rest
    scene.school.cc = [row for row in scene.school.cc if row["SectionID"] != section["ID"]]
    scene.configure("[budgets.enrollments]\ncount = 100\nper_parent.count = 100\n")

    scene.pass_night()
    result = scene.apply()

    assert result.exit_code == 0, result.output
    assert f"dss:{section['ID']}" not in {group for _, group in scene.look().seats}
    assert scene.run("plan").exit_code == 0


def test_what_was_undone_is_not_forgotten_in_a_bad_night(scene: Scene) -> None:
    """Half the school is missing, and with it whom the undone change was about; the next night it waits as before."""
    moved = scene.school.students[0]
    before = scene.look()
    moved["Last_Name"] = "Newname"
    scene.pass_night()
    assert scene.apply().exit_code == 0
    number = scene.run("history", "--limit", "1").stdout.splitlines()[1].split()[0]
    assert scene.run("undo", number, "--yes").exit_code == 0
    assert scene.apply().exit_code == 3
    half = scene.school.copy()
    half.without(*(row["Student_Number"] for row in scene.school.students[::2]))
    scene.pass_night(half)
    assert scene.apply().exit_code == 3

    scene.pass_night()
    result = scene.apply()

    assert result.exit_code == 3, result.output
    assert "undone in run" in " ".join(scene.held(result))
    assert scene.look() == before
