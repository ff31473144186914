"""A sound export: what each branch holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from dss import school


def test_students_are_those_with_an_active_status(export: Any) -> None:
    """Active and pre-registered students are read; a transferred one is passed over and counted."""
    tree = export.read("students")

    assert list(tree.students.keys()) == ["1001", "1002"]
    assert attrs.asdict(tree.students["1001"]) == {
        "idnumber": "1001", "given_name": "Ada", "family_name": "Berg", "email": "ada@school.example",
        "username": "ada.berg", "enabled": True, "grade": "7", "homeroom": "7A",
        "guardians": frozenset({"Geva@home.example", "Gjon@home.example"}),
    }  # fmt: skip
    assert tree.students.contents().notes == ["1 row passed over: Enroll_Status is not among `active`"]


def test_active_statuses_can_be_chosen(export: Any) -> None:
    """With `active = [0]` a pre-registered student is not ours yet."""
    tree = export.set("students", active=[0]).read("students")

    assert list(tree.students.keys()) == ["1001"]


def test_a_blank_login_says_nothing(export: Any) -> None:
    """A blank or disabled login is None, which is never a difference."""
    tree = export.read("students", "teachers")

    assert tree.students["1002"].username is None
    assert tree.teachers["T22"].username is None
    assert tree.teachers["T21"].username == "dmoss"


def test_guardians_are_derived_from_active_students(export: Any) -> None:
    """Each address of an active student's row is a guardian; those of students who have left are none."""
    tree = export.read("guardians")

    assert sorted(tree.guardians.keys()) == ["Geva@home.example", "Gjon@home.example", "Gmia@home.example"]
    assert tree.guardians["Gmia@home.example"].email == "mia@home.example"
    assert set(tree.guardians.contents().absent) == {"username", "given_name", "family_name"}


def test_guardians_by_family_keep_their_number_when_the_address_changes(export: Any) -> None:
    """With `key = "family"` the number is the family's, and names go with addresses by their order."""
    columns = [
        "Student_Number",
        "First_Name",
        "Last_Name",
        "Family_Ident",
        "Mother",
        "Father",
        "GuardianEmail",
    ]
    export.set("students", columns=columns)
    export.rows["students"] = [
        ["1", "Ada", "Berg", "F7", "Berg, Eva", "Berg, Jon", "eva@home.example; jon@home.example"],
        ["2", "Bea", "Berg", "F7", "Berg, Eva", "Berg, Jon", "eva@home.example,jon@home.example"],
        ["3", "Cy", "Ek", "F8", "", "Ek, Tom", "tom@home.example"],
        ["4", "Di", "Ek", "", "", "", "who@home.example"],
    ]

    tree = export.read("guardians", "students", guardians={"key": "family", "names": ["Mother", "Father"]})

    assert {key: (one.given_name, one.email) for key, one in tree.guardians.items()} == {
        "GF7P": ("Eva", "eva@home.example"),
        "GF7PP": ("Jon", "jon@home.example"),
        "GF8P": ("Tom", "tom@home.example"),
    }
    assert tree.students["2"].guardians == {"GF7P", "GF7PP"}
    assert tree.students["4"].guardians is None


def test_guardians_in_columns_of_their_own(export: Any) -> None:
    """With a column for each guardian, a name belongs to the address of its own column."""
    export.set("students", columns=["Student_Number", "M_Mail", "F_Mail", "Mother", "Father"])
    export.rows["students"] = [["1", "", "jon@home.example", "Eva Berg", "Jon Berg"]]

    tree = export.read("guardians", guardians={"emails": ["M_Mail", "F_Mail"], "names": ["Mother", "Father"]})

    assert [(one.given_name, one.family_name) for one in tree.guardians] == [("Jon", "Berg")]


def test_siblings_that_disagree_about_their_parents_freeze_them(export: Any) -> None:
    """Which of two rows of a family is right is not decided by their order."""
    export.set("students", columns=["Student_Number", "Family_Ident", "GuardianEmail"])
    export.rows["students"] = [["1", "F7", "eva@home.example"], ["2", "F7", "ewa@home.example"]]

    tree = export.read("guardians", guardians={"key": "family"})

    assert "line 1" in tree.guardians.contents().frozen["GF7P"]
    assert "line 2" in tree.guardians.contents().frozen["GF7P"]


def test_a_teacher_in_several_schools_is_one(export: Any) -> None:
    """Rows of one TeacherNumber are united, blanks filled; sections find the teacher by any of the IDs."""
    export.rows["teachers"].append(["91", "21", "Dina", "Moss", "", "1", ""])
    export.rows["classes"].append(["3004", "MA7", "2", "91"])

    tree = export.read("teachers", "classes")

    assert list(tree.teachers.keys()) == ["T21", "T22"]
    assert tree.teachers["T21"].email == "dmoss@school.example"
    assert tree.classes["3001"].teachers == tree.classes["3004"].teachers == {"T21"}


def test_a_teacher_who_left_one_school_only_stays(export: Any) -> None:
    """One active row is enough."""
    export.rows["teachers"].append(["91", "21", "Dina", "Mosse", "other@school.example", "2", ""])

    tree = export.read("teachers")

    assert "T21" in tree.teachers
    assert not tree.teachers.contents().frozen


def test_rows_of_a_teacher_that_disagree_freeze_the_teacher(export: Any) -> None:
    """Two active rows with different addresses are reported with both lines."""
    export.rows["teachers"].append(["91", "21", "Dina", "Moss", "other@school.example", "1", ""])

    tree = export.read("teachers")

    assert tree.teachers.contents().frozen["T21"] == (
        "`email` is `dmoss@school.example` in `teachers.txt`, line 1 and `other@school.example` in"
        " `teachers.txt`, line 4; mend one of them"
    )


def test_courses_and_classes(export: Any) -> None:
    """A class knows its course and its teachers; a section without a teacher has none."""
    tree = export.read("courses", "classes")

    assert attrs.astuple(tree.courses["MA7"]) == ("MA7", "Mathematics 7", "Science")
    assert attrs.astuple(tree.classes["3001"]) == ("3001", "MA7.1", "MA7", frozenset({"T21"}))
    assert tree.classes["3003"].teachers == frozenset()


def test_a_course_of_two_schools_is_one_and_disagreement_freezes_it(export: Any) -> None:
    """The same course twice is one; with two names it is left as it is."""
    export.rows["courses"] += [["MA7", "Mathematics 7", ""], ["EN7", "Englisch 7", "Languages"]]

    tree = export.read("courses")

    assert list(tree.courses.keys()) == ["MA7", "EN7"]
    assert list(tree.courses.contents().frozen) == ["EN7"]


def test_a_class_key_of_several_columns(export: Any) -> None:
    """Where IDs do not last, a class is known by other columns, in enrolments too."""
    export.set("classes", key=["Course_Number", "Section_Number"])

    tree = export.read("classes", "enrollments")

    assert list(tree.classes.keys()) == ["MA7|1", "EN7|1", "EN7|2"]
    assert tree.enrollments["MA7\\|1|1001|student"].class_ == "MA7|1"


def test_enrollments_of_students_and_teachers(export: Any) -> None:
    """Students come from CC, teachers from the sections; both in the target's numbers."""
    tree = export.read("enrollments")

    assert sorted(tree.enrollments.keys()) == [
        "3001|1001|student", "3001|T21|teacher", "3002|1001|student", "3002|1002|student", "3002|T22|teacher",
    ]  # fmt: skip
    assert attrs.astuple(tree.enrollments["3001|T21|teacher"])[1:] == ("3001", "T21", "teacher", True)


def test_teachers_can_be_left_out_of_enrollments(export: Any) -> None:
    """`teachers = false` leaves students only."""
    tree = export.set("enrollments", teachers=False).read("enrollments")

    assert {one.role for one in tree.enrollments} == {"student"}


def test_number_spaces_reach_every_reference(export: Any) -> None:
    """The students' template shows in the students and in their enrolments."""
    tree = export.tree()
    tree.set_idnumber_templates({"students": "S{idnumber}x", "teachers": "T{idnumber}"})

    tree.read(["students", "enrollments"])

    assert list(tree.students.keys()) == ["S1001x", "S1002x"]
    assert tree.enrollments["3001|S1001x|student"].person == "S1001x"


def test_a_number_space_of_ones_own(export: Any, tmp_path: Path) -> None:
    """A tree that overrides `idnumber` is asked for every number, and a separator in it is escaped in keys."""
    from dss_powerschool_csv.tree import PowerSchool

    class Own(PowerSchool):
        def idnumber(self, branch: str, number: str) -> str:
            return f"{branch[0]}|{number}"

    export.write()
    tree = Own(folder=str(tmp_path), **export.options)

    tree.read(["students", "enrollments"])

    assert "s|1001" in tree.students
    assert tree.enrollments["3001|s\\|1001|student"].person == "s|1001"


def test_columns_of_ones_own(export: Any) -> None:
    """`extra` maps columns to attributes of the user's model, `split` makes them hold several values."""

    @attrs.define(eq=False)
    class Pupil(school.Student):
        house: str | None = None
        clubs: frozenset[str] | None = None

    export.set(
        "students",
        columns=["Student_Number", "First_Name", "U_House", "U_Clubs", "U_Mail"],
        extra={"house": "U_House", "clubs": "U_Clubs", "email": "u_mail"},
        split={"clubs": ";"},
    )
    export.rows["students"] = [
        ["1", "Ada", " Amber ", "chess; go;;chess", "a@x.example"],
        ["2", "Bo", "", "", "none"],
    ]
    tree = export.tree()
    tree.students.configure(klass=Pupil)

    tree.read(["students"])

    assert (tree.students["1"].house, tree.students["1"].clubs) == ("Amber", {"chess", "go"})
    assert (tree.students["2"].house, tree.students["2"].clubs) == ("", frozenset())
    assert (tree.students["1"].email, tree.students["2"].email) == ("a@x.example", None)


def test_what_has_no_column_is_absent(export: Any) -> None:
    """Attributes without a column are None and named."""
    export.set("students", columns=["Student_Number", "LastFirst"])
    export.rows["students"] = [["1", "Berg, Ada Maria"]]

    tree = export.read("students")

    assert (tree.students["1"].given_name, tree.students["1"].family_name) == ("Ada Maria", "Berg")
    assert set(tree.students.contents().absent) == {"email", "username", "grade", "homeroom", "guardians"}


def test_a_branch_without_file_is_not_provided(export: Any) -> None:
    """`files = ""` says that there is none; the others are read."""
    export.set("courses", files="").set("teachers", files="")

    tree = export.read()

    assert tree.courses.state() == tree.teachers.state() == "not provided"
    assert tree.classes["3001"].teachers is None


def test_everything_is_read_anew_each_time(export: Any) -> None:
    """A second reading of the same tree sees the new files."""
    tree = export.read("enrollments", "students")
    export.put("students.txt", export.text("students").replace("1001", "1009"))

    tree.read(["enrollments", "students"])

    assert "1009" in tree.students
    assert "3001|1009|student" in tree.enrollments


def test_powerschool_is_never_written(export: Any) -> None:
    """On the right side of a sync every action is dropped, with the reason."""
    left, right = export.read(), export.read()
    left.students.make("77", given_name="New")

    results = list(right.template.handle(list(left - right)))

    assert len(results) == 1
    assert "left of the sync" in results[0].reason


@pytest.mark.parametrize("branch", ["guardians", "students", "teachers", "courses", "classes", "enrollments"])
def test_a_branch_is_the_same_read_alone(export: Any, branch: str) -> None:
    """What a branch needs of others is found, whether these are read as well or not."""
    alone, whole = getattr(export.read(branch), branch), getattr(export.read(), branch)

    assert list(map(attrs.astuple, alone)) == list(map(attrs.astuple, whole))
    assert len(alone) > 0
