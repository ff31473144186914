"""The file is not what it should be: nothing is compared, so nothing is changed, and the message names the file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.nightmares.conftest import Scene

pytestmark = pytest.mark.slow


def test_the_empty_file(scene: Scene) -> None:
    """The disk of the PowerSchool server was full, and AutoSend left a file of no bytes."""
    before = scene.look()
    scene.news()
    scene.pass_night()
    scene.put("students", "")

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`students.txt`: it is empty", "look at the export's log")


def test_the_file_of_a_header_alone(scene: Scene) -> None:
    """Somebody left the selection in PowerSchool empty: the names of the columns came, and nobody below them."""
    before = scene.look()
    scene.pass_night()
    scene.put("students", scene.path("students").read_text().splitlines()[0] + "\n")

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`students.txt`, line 1: it has a header line and nothing below it")


def test_the_file_cut_in_the_middle_of_a_row(scene: Scene) -> None:
    """The transfer broke off, and the last row ends after seven of its cells."""
    before = scene.look()
    scene.news()
    scene.pass_night()
    text = scene.path("students").read_text()
    half = text[: len(text) // 2]
    scene.put("students", half[: half.rindex("\n") + 30])

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`students.txt`, line ", "it ends in the middle of a row", "it was cut off")


def test_the_folder_that_is_gone(scene: Scene) -> None:
    """The network share with the exports was not mounted that night."""
    before = scene.look()
    scene.pass_night()
    shutil.rmtree(scene.folder / "exports")

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "exports` is not there", "set `folder` to where the export is written")


def test_one_file_that_is_gone(scene: Scene) -> None:
    """AutoSend wrote four of its five files."""
    before = scene.look()
    scene.pass_night()
    scene.path("cc").unlink()

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`enrollments`: no file `cc.*`", "look at the export")


def test_two_files_under_each_others_names(scene: Scene) -> None:
    """The pupils came as teachers.txt, and the teachers as students.txt."""
    before = scene.look()
    scene.pass_night()
    pupils, teachers = scene.path("students").read_bytes(), scene.path("teachers").read_bytes()
    scene.put("students", teachers)
    scene.put("teachers", pupils)

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`students.txt`, line 1: it has no column ", "`TeacherNumber`")


def test_two_exports_mixed_up(scene: Scene) -> None:
    """The schedules are of the new year already, and the sections still of the old one."""
    before = scene.look()
    scene.pass_night()
    school = scene.school.copy()
    for seat in school.cc:
        seat["SectionID"] = str(int(seat["SectionID"]) + 1000)
    scene.export(school, "cc")

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`cc.txt`, line 2: section ", "is not in the section files", "1599 more rows")


def test_two_files_that_both_fit(scene: Scene) -> None:
    """Somebody saved the file again from a spreadsheet, beside the right one."""
    before = scene.look()
    scene.pass_night()
    other = scene.path("students").with_suffix(".csv")
    other.write_bytes(scene.path("students").read_bytes())

    result = scene.apply()

    assert scene.look() == before
    other.unlink()
    scene.refused(result, "`students.csv` and `students.txt` both fit", "move one away")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_the_file_in_another_character_set(scene: Scene, encoding: str) -> None:
    """After an update of the server the files came in UTF-16, with a byte order mark or without."""
    before = scene.look()
    scene.pass_night()
    scene.put("students", scene.path("students").read_text().encode(encoding))

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`students.txt`, line 1: ", "utf-16")


@pytest.mark.parametrize("column", ["Student_Number", "Enroll_Status"])
def test_the_column_that_carries_all_is_blank(scene: Scene, column: str) -> None:
    """A field was emptied for the whole school without which nobody can be told from anybody else."""
    before = scene.look()
    scene.pass_night()
    school = scene.school.copy()
    for row in school.students:
        row[column] = ""
    scene.export(school)

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, f"`students.txt`, line 2: `{column}` is ", "which is most of it")


def test_the_number_under_another_name(scene: Scene) -> None:
    """Somebody renamed the column of the pupils' numbers in the export's template."""
    before = scene.look()
    scene.pass_night()
    scene.put("students", scene.path("students").read_text().replace("Student_Number", "Pupil_No", 1))

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "it has no column `Student_Number`", "there are `Pupil_No`")


def test_everybody_of_a_branch_gone_at_once(scene: Scene) -> None:
    """All teachers were set to `left` by mistake: a branch that is empty all of a sudden ends the run."""
    before = scene.look()
    scene.pass_night()
    school = scene.school.copy()
    for row in school.teachers:
        row["Status"] = "2"
    scene.export(school)

    result = scene.apply()

    assert scene.look() == before
    scene.refused(result, "`powerschool.teachers` has no records at all (moodle.teachers has 24)")


def test_the_doubled_file(scene: Scene) -> None:
    """The export was appended to itself: every pupil is there twice, alike, so nothing is different."""
    before = scene.look()
    scene.pass_night()
    lines = scene.path("students").read_text().splitlines(keepends=True)
    scene.put("students", "".join(lines + lines[1:]))

    result = scene.apply()

    assert (result.exit_code, result.output) == (0, "")
    assert scene.look() == before
    scene.recovers(before)


def test_the_doubled_file_with_its_header(scene: Scene) -> None:
    """The same, with the header in the middle: that line needs attention, and nobody goes for it."""
    before = scene.look()
    scene.news()
    scene.pass_night()
    text = scene.path("students").read_text()
    scene.put("students", text + text)

    result = scene.apply()

    assert result.exit_code == 4
    assert "`students.txt`, line 402: `Student_Number` is `Student_Number`" in result.stdout
    assert scene.look().all_but("T4") == before.all_but("T4")
    scene.recovers(before)
