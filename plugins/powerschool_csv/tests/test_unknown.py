"""A row of which it is unknown whose it is, or of what, never leads to a removal: what it may stand for is kept."""

from __future__ import annotations

from typing import Any

import pytest

STRANGER = "is not in the student files; they may be older or newer than this one"


def removals(export: Any, branch: str, spoil: Any) -> tuple[list[str], list[str]]:
    """What would be removed, and the errors, when a sound export is the target and a spoilt one the source."""
    right = export.read()
    spoil(export.rows)
    for path in export.folder.iterdir():
        path.unlink()
    left = export.read()
    actions = [action for action in left - right if action.branch == branch]
    gone = [action.idnumber for action in actions if action.kind in ("old", "remove") and action.idnumber]
    return gone, [action.error for action in actions if action.kind == "error" and action.error]


# -- teachers without a number -----------------------------------------------------------------------------------------


def blank_teacher(rows: Any) -> None:
    """Egon's number is blank; sections name him still."""
    rows["teachers"][1][1] = ""


def test_an_active_teacher_without_number_is_a_problem(export: Any) -> None:
    """It cannot be told whose row it is, so no teacher is removed."""
    blank_teacher(export.rows)

    store = export.read("teachers").teachers.contents()

    assert store.problems == [
        "`teachers.txt`, line 2: `TeacherNumber` is blank in the row of an active member of staff; so whose row it is"
        " cannot be told; give it one, or another Status, in PowerSchool"
    ]


@pytest.mark.parametrize("branch", ["teachers", "classes", "enrollments"])
def test_an_active_teacher_without_number_removes_nothing(export: Any, branch: str) -> None:
    """Neither the teacher nor what refers to the teacher by the ID."""
    gone, errors = removals(export, branch, blank_teacher)

    assert gone == []
    assert errors


def test_a_section_of_a_teacher_without_number_is_doubted(export: Any) -> None:
    """The class is left as it is, its enrollments wait, and nobody is said to have left."""
    blank_teacher(export.rows)

    tree = export.read("classes", "enrollments")

    told = "`sections.txt`, line 2: teacher ID `82` is that of an active teacher without TeacherNumber"
    assert tree.classes.contents().frozen == {"3002": told}
    assert tree.enrollments.contents().doubted == {
        "3002": f"{told}; so who teaches `3002` is not known",
    }
    assert not [note for note in tree.classes.contents().notes if "no longer active" in note]


def test_a_number_blank_in_the_sections_too_is_found_by_the_id(export: Any) -> None:
    """The joined TeacherNumber comes from the same row; the ID beside it shows that somebody teaches."""
    blank_teacher(export.rows)
    export.set("classes", columns=["ID", "Course_Number", "Section_Number", "Teacher", "[05]TeacherNumber"])
    for row, number in zip(export.rows["classes"], ["21", "", ""], strict=True):
        row.append(number)

    store = export.read("classes").classes.contents()

    assert list(store.frozen) == ["3002"]
    assert store.items["3003"].teachers == frozenset()


@pytest.mark.parametrize("status", ["", "x"])
def test_a_teacher_without_number_and_status_is_a_problem(export: Any, status: str) -> None:
    """Whether such a row counts cannot be told either."""
    blank_teacher(export.rows)
    export.rows["teachers"][1][5] = status

    tree = export.read("teachers", "classes")

    assert len(tree.teachers.contents().problems) == 1
    assert list(tree.classes.contents().frozen) == ["3002"]


def test_a_former_teacher_without_number_is_passed_over(export: Any) -> None:
    """Who is not ours needs no number; a section that names the row has no teacher."""
    blank_teacher(export.rows)
    export.rows["teachers"][1][5] = "2"

    tree = export.read("teachers", "classes")

    assert "1 row passed over: TeacherNumber is blank, or none" in tree.teachers.contents().notes
    assert not tree.teachers.contents().problems
    assert tree.classes["3002"].teachers == frozenset()
    assert not tree.classes.contents().frozen


# -- students without a number -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seats", [True, False])
def test_an_active_student_without_number_is_a_problem(export: Any, seats: bool) -> None:
    """Of the students and of their guardians, whether CC names the student or not."""
    export.rows["students"][0][1] = ""
    if not seats:
        del export.rows["enrollments"][2], export.rows["enrollments"][0]

    tree = export.read()

    told = (
        "`students.txt`, line 1: `Student_Number` is blank in the row of an active student; so whose row it is cannot"
        " be told; give the student one, or another Enroll_Status, in PowerSchool"
    )
    assert tree.students.contents().problems == [told]
    assert tree.guardians.contents().problems == [f"{told}; it may tell of guardians"]


@pytest.mark.parametrize("branch", ["students", "guardians", "enrollments"])
def test_an_active_student_without_number_removes_nothing(export: Any, branch: str) -> None:
    """Neither the student, nor guardians, nor seats."""
    gone, errors = removals(export, branch, lambda rows: rows["students"][0].__setitem__(1, ""))

    assert gone == []
    assert errors


def test_seats_of_a_student_without_number_are_doubted(export: Any) -> None:
    """CC knows the student by an ID that belongs to nobody: the classes' other seats wait as well."""
    export.rows["students"][0][1] = ""

    store = export.read("enrollments").enrollments.contents()

    told = "`cc.txt`, line 1: `StudentID` `501` is that of an active student without `Student_Number`"
    assert set(store.doubted) == {"3001", "3002"}
    assert store.doubted["3001"] == told
    assert told in store.notes


@pytest.mark.parametrize("status", ["-1", "2", "3"])
def test_who_needs_no_number_is_passed_over(export: Any, status: str) -> None:
    """The pre-registered have none yet, and who has left is not ours: no problem, and their seats are no doubt."""
    export.rows["students"].append(["504", " ", "Ny", "Lund", status, "0", "", "", "ny@home.example", ""])
    export.rows["enrollments"].append(["9004", "504", "3002", "3600", "", ""])

    tree = export.read("students", "guardians", "enrollments")

    assert "1 row passed over: blank Student_Number" in tree.students.contents().notes
    for branch in tree.students, tree.guardians, tree.enrollments:
        assert not branch.contents().problems
        assert not branch.contents().doubted


def test_a_row_of_blanks_is_nobodys(export: Any) -> None:
    """It tells of no one, so nobody can be missing."""
    export.put("students.txt", export.text("students") + "\t" * 9 + "\n")

    assert not export.read("students").students.contents().problems


# -- CC ----------------------------------------------------------------------------------------------------------------


def test_an_unknown_section_keeps_the_seats_of_its_student(export: Any) -> None:
    """The row may stand for any seat of that student, and for no other's."""

    def spoil(rows: Any) -> None:
        rows["enrollments"][0][2] = "99999"
        del rows["enrollments"][1]

    gone, errors = removals(export, "enrollments", spoil)

    assert gone == ["3002|1002|student"]
    told = "`cc.txt`, line 1: section `99999` is not in the section files"
    assert f"1 removal is left out: {told}" in errors


def test_an_unknown_student_keeps_the_seats_of_its_section(export: Any) -> None:
    """The row may stand for any seat in that class, and for no other's."""

    def spoil(rows: Any) -> None:
        rows["enrollments"][1][1] = "599"
        del rows["enrollments"][0]

    gone, errors = removals(export, "enrollments", spoil)

    assert gone == ["3001|1001|student"]
    assert errors == [f"1 removal is left out: `cc.txt`, line 1: `StudentID` `599` {STRANGER}"]


def test_an_unknown_number_keeps_the_seats_of_its_section(export: Any) -> None:
    """A mistyped number names an enrolment that is not there; the right one is not named."""
    export.set("enrollments", columns=["[01]Student_Number", "SectionID"]).put("cc.txt", "1099\t3001\n")

    store = export.read("enrollments").enrollments.contents()

    told = f"`cc.txt`, line 1: `Student_Number` `1099` {STRANGER}"
    assert store.frozen == {"3001|1099|student": told}
    assert store.doubted == {"3001": told}


def test_a_row_of_which_both_are_unknown_is_a_problem(export: Any) -> None:
    """It may stand for any enrolment."""
    export.rows["enrollments"][0][1:3] = ["599", "99999"]

    assert export.read("enrollments").enrollments.contents().problems == [
        f"`cc.txt`, line 1: `StudentID` `599` {STRANGER}; section `99999` is not in the section files"
    ]


@pytest.mark.parametrize(
    ("own", "found", "doubted"),
    [("501", ["3001|1001|student"], {}), ("503", [], {}), ("599", [], {"3001"})],
)
def test_a_blank_number_in_cc_is_found_by_the_id(
    export: Any, own: str, found: list[str], doubted: set[str]
) -> None:
    """Where the ID tells who it is, or that it is nobody of ours, the number is not needed."""
    export.set("enrollments", columns=["StudentID", "[01]Student_Number", "SectionID"], teachers=False)
    export.put("cc.txt", f"{own}\t\t3001\n")

    store = export.read("enrollments").enrollments.contents()

    assert list(store.items) == found
    assert set(store.doubted) == set(doubted)


# -- files that may be cut off -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "branches"),
    [
        ("students", ["students", "guardians"]),
        ("teachers", ["teachers"]),
        ("courses", ["courses"]),
        ("classes", ["classes", "enrollments"]),
        ("enrollments", ["enrollments"]),
    ],
)
def test_nothing_is_removed_when_a_file_may_be_cut_off(export: Any, files: str, branches: list[str]) -> None:
    """A file cut exactly at the end of a row looks whole but for its last line end."""
    name = {"classes": "sections", "enrollments": "cc"}.get(files, files)
    export.put(f"{name}.txt", export.text(files).removesuffix("\n"))

    tree = export.read()

    doubtful = [branch.__name__ for branch in tree.branches if branch.contents().problems]
    assert sorted(doubtful) == sorted(branches)
    for branch in branches:
        (problem,) = getattr(tree, branch).contents().problems
        assert problem.startswith(
            f"`{name}.txt` has no line end after its last row, so it may be cut off there, and rows may be missing;"
            " export it again"
        )
