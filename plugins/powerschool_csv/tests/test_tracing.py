"""Where each value of a record came from: file, line, column, and what was made of the cell."""

from __future__ import annotations

from typing import Any

import pytest

from dss.errors import ReadError
from dss.importers import Origin


def traced(tree: Any, branch: str, idnumber: str) -> list[Origin]:
    """What the importer tells of one record."""
    return list(tree.importer.trace(getattr(tree, branch), idnumber))


def of(origins: list[Origin], attribute: str) -> list[tuple[Any, str, str]]:
    """Value, place and rule of one attribute."""
    return [(one.value, one.place, one.rule) for one in origins if one.attribute == attribute]


def test_a_value_has_its_file_line_and_column(export: Any) -> None:
    """Of a file without header line the column's place is told, and its name in the configuration."""
    found = traced(export.tree(), "students", "1002")

    assert of(found, "given_name") == [("Bo", "students.txt, line 2, column 3 (First_Name)", "")]
    assert of(found, "") == [(None, "students.txt, line 2", "")]
    assert of(found, "enabled") == [
        ("-1", "students.txt, line 2, column 5 (Enroll_Status)", "among `active` (0, -1), so the row counts")
    ]
    assert of(found, "username")[0][2] == "blank, so nothing is said of it"


def test_what_was_made_of_a_cell_is_told(export: Any) -> None:
    """Blanks, entities, numbers as a tool wrote them, logins that are none."""
    export.rows["students"][0][2:4] = [" Ada ", "O&#39;Berg"]
    export.rows["students"][0][5] = "7.0"
    export.rows["students"][0][7] = "unknown"
    export.rows["students"][0][9] = "##ada"

    found = traced(export.tree(html_entities=True), "students", "1001")

    assert of(found, "given_name")[0][::2] == (" Ada ", "blanks around it taken away")
    assert of(found, "family_name")[0][::2] == ("O&#39;Berg", "HTML entities turned into letters")
    assert of(found, "grade")[0][::2] == ("7.0", "read as `7`")
    assert of(found, "email")[0][2] == "no e-mail address, so nothing is said of it"
    assert "has disabled" in of(found, "username")[0][2]


def test_lines_are_those_of_an_editor(export: Any) -> None:
    """A byte order mark is no line, a cell of several lines is, and a cell below it stands further down."""
    header = ",".join(export.options["students"]["columns"])
    text = (
        f"{header}\r\n"
        '501,1001,Ada,Berg,0,7,"7A\r\n(upstairs)",ada@school.example,,ada.berg\r\n'
        "502,1002,Bo,Ek,0,0,KA,bo@school.example,,bo\r\n"
    )
    export.set("students", columns=[], quoted=True, delimiter=",")
    export.put("students.txt", b"\xef\xbb\xbf" + text.encode())
    tree = export.tree()

    ada, bo = traced(tree, "students", "1001"), traced(tree, "students", "1002")

    assert of(ada, "")[0][1] == "students.txt, lines 2 to 3"
    assert of(ada, "homeroom")[0][:2] == ("7A\n(upstairs)", "students.txt, line 2, column Home_Room")
    assert of(ada, "email")[0][1] == "students.txt, line 3, column Student_Email"
    assert of(bo, "email")[0][1] == "students.txt, line 4, column Student_Email"


def test_a_row_that_was_left_out_is_found_with_its_reason(export: Any) -> None:
    """The parent asks why the child is gone: because the office has set another status."""
    found = traced(export.tree(), "students", "1003")

    assert not any(origin.taken for origin in found)
    assert of(found, "") == [
        (None, "students.txt, line 3", "passed over: Enroll_Status is not among `active`")
    ]
    assert of(found, "enabled")[0][::2] == ("2", "not among `active` (0, -1)")


def test_a_bad_row_is_told_with_what_is_wrong(export: Any) -> None:
    """It stands beside its cells, so that they can be looked at."""
    export.rows["students"][0][5] = "1.00E+05"

    found = traced(export.tree(), "students", "1001")

    assert "that a spreadsheet has shortened" in of(found, "")[0][2]
    assert of(found, "given_name")[0][0] == "Ada"


def test_a_row_whose_cells_cannot_be_told_apart_is_told(export: Any) -> None:
    """With a delimiter inside a cell there are no values, and a line."""
    export.rows["students"][0][2] = "A\tda"

    (found,) = traced(export.tree(), "students", "1001")

    assert (found.place, found.taken) == ("students.txt, line 1", False)
    assert "there is a delimiter inside a field" in found.rule


def test_a_doubled_student_has_both_rows(export: Any) -> None:
    """Which of the two is right, somebody at the school knows."""
    export.rows["students"].append([*export.rows["students"][0][:2], "Eda", *export.rows["students"][0][3:]])

    found = traced(export.tree(), "students", "1001")

    assert [place for _, place, _ in of(found, "")] == ["students.txt, line 1", "students.txt, line 4"]
    assert [value for value, _, _ in of(found, "given_name")] == ["Ada", "Eda"]


def test_several_files_are_told_apart(export: Any) -> None:
    """A teacher at two schools is one record of two rows in two files."""
    row = export.rows["teachers"][0]
    export.set("teachers", files="{school}/teachers.txt")
    export.put("north/teachers.txt", "\t".join(row) + "\n")
    export.put("south/teachers.txt", "\t".join(["91", *row[1:]]) + "\n")
    tree = export.tree(classes={"files": ""}, enrollments={"files": ""})

    found = traced(tree, "teachers", "T21")

    assert [place for _, place, _ in of(found, "email")] == [
        "north/teachers.txt, line 1, column 5 (Email_Addr)",
        "south/teachers.txt, line 1, column 5 (Email_Addr)",
    ]
    assert of(found, "idnumber")[0][2] == "the number space `T{idnumber}` makes it `T21`"


def test_a_guardian_comes_from_the_rows_of_children(export: Any) -> None:
    """The row says whose it is; one of several addresses is named."""
    found = traced(export.tree(), "guardians", "Gjon@home.example")

    assert of(found, "")[0][1:] == ("students.txt, line 1", "in the row of student `1001`")
    assert of(found, "email") == [
        (
            "eva@home.example,jon@home.example",
            "students.txt, line 1, column 9 (GuardianEmail)",
            "the 2nd of 2 addresses: `jon@home.example`",
        )
    ]


def test_the_guardian_of_who_has_left_is_told_as_left_out(export: Any) -> None:
    """Zoe's child is no longer active."""
    found = traced(export.tree(), "guardians", "Gzoe@home.example")

    assert found
    assert not any(origin.taken for origin in found)
    assert "student `1003`" in of(found, "")[0][2]


def test_a_class_names_its_teacher_by_way_of_the_id(export: Any) -> None:
    """The section names an ID, the target a number in a number space."""
    found = traced(export.tree(), "classes", "3001")

    assert of(found, "teachers") == [
        (
            "81",
            "sections.txt, line 1, column 4 (Teacher)",
            "ID `81` is that of TeacherNumber `21`; the number space `T{idnumber}` makes it `T21`",
        )
    ]
    assert [value for value, _, _ in of(found, "name")] == ["MA7", "1"]


def test_a_course_has_its_columns(export: Any) -> None:
    """Name and category."""
    found = traced(export.tree(), "courses", "EN7")

    assert of(found, "category") == [("Languages", "courses.txt, line 2, column 3 (CreditType)", "")]


def test_an_enrollment_comes_from_cc(export: Any) -> None:
    """Whose it is is told by way of the student's own row."""
    found = traced(export.tree(), "enrollments", "3001|1001|student")

    assert of(found, "class_")[0][:2] == ("3001", "cc.txt, line 1, column 3 (SectionID)")
    assert of(found, "person") == [
        (
            "501",
            "cc.txt, line 1, column 2 (StudentID)",
            "the ID of student `1001`, by students.txt, line 1",
        )
    ]
    assert "judged on 2026-10-01" in of(found, "enabled")[1][2]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["1", "501", "-3001", "3600", "", ""], "passed over: dropped (negative SectionID or TermID)"),
        (
            ["1", "501", "3001", "3600", "08/24/2026", "09/01/2026"],
            "passed over: not enrolled yet, or no longer",
        ),
        (["1", "503", "3001", "3600", "", ""], "passed over: their student is not active, or has no number"),
    ],
)
def test_an_enrollment_that_does_not_count_is_found_with_its_reason(
    export: Any, cc: Any, row: list[str], why: str
) -> None:
    """Dropped, over, or of somebody who has left."""
    person = {"501": "1001", "503": "1003"}[row[1]]
    cc(row, ["2", "502", "3002", "3600", "", ""])

    found = traced(export.tree(), "enrollments", f"3001|{person}|student")

    assert of(found, "")[0][1:] == ("cc.txt, line 1", why)
    assert not any(origin.taken for origin in found if not origin.attribute)


def test_a_teachers_enrollment_comes_from_the_section(export: Any) -> None:
    """There is no row of CC for it."""
    found = traced(export.tree(), "enrollments", "3001|T21|teacher")

    assert of(found, "person")[0][:2] == ("81", "sections.txt, line 1, column 4 (Teacher)")
    assert of(found, "role")[0][0] == "teacher"
    assert of(found, "class_")[0][:2] == ("3001", "sections.txt, line 1, column 1 (ID)")


@pytest.mark.parametrize(
    ("branch", "idnumber"),
    [
        ("students", "9"),
        ("students", "'; DROP TABLE x; --"),
        ("students", "\x1b[31m<b>"),
        ("guardians", ""),
        ("teachers", "T"),
        ("enrollments", "3001"),
        ("enrollments", "a|b|c"),
        ("enrollments", "||student"),
    ],
)
def test_who_is_not_there_has_no_origins(export: Any, branch: str, idnumber: str) -> None:
    """Whatever the number looks like."""
    assert traced(export.tree(), branch, idnumber) == []


def test_a_file_that_cannot_be_read_says_so(export: Any) -> None:
    """As in a normal reading."""
    tree = export.tree()
    (export.folder / "students.txt").unlink()

    with pytest.raises(ReadError, match="no file"):
        traced(tree, "students", "1001")


def test_tracing_leaves_no_trace_in_the_branches(export: Any) -> None:
    """What was read, noted and set aside before is as it was."""
    tree = export.read()
    before = {
        branch.__name__: (list(branch.keys()), list(branch.contents().notes)) for branch in tree.branches
    }

    for branch in tree.branches:
        traced(tree, branch.__name__, next(iter(branch.keys())))

    after = {
        branch.__name__: (list(branch.keys()), list(branch.contents().notes)) for branch in tree.branches
    }
    assert after == before


def test_every_record_can_be_traced(export: Any) -> None:
    """Whatever is in a branch has at least a row that was taken."""
    tree = export.read()

    for branch in tree.branches:
        for idnumber in branch.keys():  # noqa: SIM118  a branch gives its items
            rows = [one for one in traced(tree, branch.__name__, idnumber) if not one.attribute]
            assert any(one.taken for one in rows), (branch.__name__, idnumber)
