"""A bad row is reported with file and line, freezes what it is about, and is never turned into a removal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dss.errors import ConfigError, ReadError

SHORT = ["ID", "Student_Number", "First_Name", "Enroll_Status"]


@pytest.fixture
def few(export: Any) -> Callable[[str], Any]:
    """Reads a student file of four columns, of which the second is the number."""

    def read(text: str, **options: Any) -> Any:
        export.set("students", columns=SHORT, **options.pop("students", {})).put("students.txt", text)
        return export.read("students", **options).students.contents()

    return read


def test_a_blank_number_is_passed_over_and_counted(few: Any) -> None:
    """New pre-registrations have no number yet."""
    store = few("1\t11\tAda\t0\n2\t\tBo\t-1\n3\t \tCy\t-1\n")

    assert list(store.items) == ["11"]
    assert store.notes == ["2 rows passed over: blank Student_Number"]
    assert not store.problems


@pytest.mark.parametrize(
    ("cell", "number"), [("123.0", "123"), ("123.", "123"), (" 123 ", "123"), ("00123", "00123")]
)
def test_numbers_as_tools_write_them(few: Any, cell: str, number: str) -> None:
    """Oracle's tools write 123.0; leading zeros are part of the number."""
    assert list(few(f"1\t{cell}\tAda\t0\n").items) == [number]


def test_eaten_zeros_can_be_put_back(few: Any) -> None:
    """`width` gives all numbers the same length."""
    assert list(few("1\t123\tAda\t0\n2\t045\tBo\t0\n", students={"width": 5}).items) == ["00123", "00045"]


def test_numbers_that_differ_in_zeros_only_are_frozen(few: Any) -> None:
    """Whether 0123 and 123 are one cannot be known."""
    assert set(few("1\t123\tAda\t0\n2\t0123\tBo\t0\n3\t9\tCy\t0\n").frozen) == {"123", "0123"}


@pytest.mark.parametrize("cell", ["1.00E+05", "1E5", "A12", "12-3", "-7", "1,234"])
def test_a_bad_number_is_reported(few: Any, cell: str) -> None:
    """The row cannot be tied to anybody, so nobody is removed until it is mended."""
    store = few(f"1\t11\tAda\t0\n2\t{cell}\tBo\t0\n")

    assert len(store.problems) == 1
    assert store.problems[0].startswith(f"`students.txt`, line 2: `Student_Number` is `{cell}`")


def test_digits_of_another_script_are_doubted(few: Any) -> None:
    """They look alike to people, and are another key to a machine."""
    assert set(few("1\t11\tAda\t0\n2\t１２\tBo\t0\n").frozen) == {"１２"}


def test_a_bad_status_freezes_its_student(few: Any) -> None:
    """Whether the student is active cannot be known: left as is, and known to other files."""
    store = few("1\t11\tAda\t0\n2\t12\tBo\tactive\n3\t13\tCy\t\n")

    assert store.frozen == {
        "12": "`students.txt`, line 2: `Enroll_Status` is `active`; wanted a whole number",
        "13": "`students.txt`, line 3: `Enroll_Status` is ``; wanted a whole number",
    }


def test_a_frozen_student_keeps_what_can_be_read(few: Any) -> None:
    """The good cells of a bad row may still show who this is."""
    assert few("1\t11\tAda\t0\n2\t12\tBo\tactive\n").items["12"].given_name == "Bo"


def test_a_delimiter_inside_a_field_freezes_whoever_it_may_be(few: Any) -> None:
    """The number may have been moved by one cell; both candidates are left as they are."""
    store = few("1\t11\tAda\t0\n2\t12\tB\to\t0\n3\t13\tCy\t0\n")

    assert list(store.items) == ["11", "13"]
    assert "line 2: it has 5 cells instead of 4: there is a delimiter inside a field" in store.frozen["12"]
    assert not store.problems


def test_a_number_moved_by_a_delimiter_is_found(few: Any) -> None:
    """A delimiter in the field before the number moves it."""
    assert "12" in few("1\t11\tAda\t0\nx\ty\t12\tBo\t0\n3\t13\tCy\t0\n").frozen


def test_a_line_break_inside_a_field_freezes_its_student(few: Any) -> None:
    """The two lines are known for one row; the message names both."""
    store = few("1\t11\tAda\t0\n2\t12\tB\no\t0\n3\t13\tCy\t0\n")

    assert list(store.frozen) == ["12"]
    assert "`students.txt`, line 2: one row of lines 2 to 3" in store.frozen["12"]
    assert not store.problems


def test_a_line_break_before_the_number(few: Any) -> None:
    """The piece above may be the rest of the row before it, and what follows looks whole: both are left as they are."""
    assert set(few("1\t11\tAda\t0\n2\nx\t12\tBo\t0\n3\t13\tCy\t0\n").frozen) == {"11", "12"}


def test_several_line_breaks_inside_a_field(few: Any) -> None:
    """A note of three paragraphs, with blank lines between."""
    store = few("1\t11\tAda\t0\n2\t12\tB\n\nmiddle\n\nend\t0\n3\t13\tCy\t0\n")

    assert list(store.frozen) == ["12"]
    assert not store.problems


def test_a_line_break_in_the_last_field_freezes_the_row_above(export: Any) -> None:
    """That row looks whole; what follows shows that its last field is not."""
    export.set("students", columns=["Student_Number", "First_Name"]).put(
        "students.txt", "11\tAda\n12\tB\no\n13\tCy\n"
    )

    store = export.read("students").students.contents()

    assert "12" in store.frozen
    assert not store.problems


def test_cells_cut_off_at_the_end_freeze_their_student(few: Any) -> None:
    """Trailing blank columns that a tool has cut."""
    assert list(few("1\t11\tAda\t0\n2\t12\n3\t13\tCy\t0\n").frozen) == ["12"]


def test_a_row_of_which_nothing_can_be_told_is_reported(few: Any) -> None:
    """A lone piece in the middle."""
    store = few("1\t11\tAda\t0\nsee\tnotes\n3\t13\tCy\t0\n")

    assert store.problems == [
        "`students.txt`, line 2: it has 2 cells instead of 4: cells are cut off, or there is a line break"
        " inside a field"
    ]


def test_bad_rows_across_blocks(few: Any) -> None:
    """Lines are counted, and halves put together, wherever the file happens to be cut into blocks."""
    rows = [f"{number}\t{number}\tAda\t0" for number in range(10_000, 16_000)]
    for place in range(0, 6000, 50):
        rows[place] = rows[place].replace("Ada", "A\nda")

    store = few("\n".join(rows) + "\n")

    assert list(store.frozen) == [str(number) for number in range(10_000, 16_000, 50)]
    assert "lines 5051 to 5052" not in store.frozen["15000"]
    assert f"lines {5001 + 100} to {5002 + 100}" in store.frozen["15000"]


def test_one_id_of_two_students_freezes_both(few: Any) -> None:
    """Whose enrolments these are cannot be known."""
    assert set(few("1\t11\tAda\t0\n1\t12\tBo\t0\n").frozen) == {"11", "12"}


def test_a_student_in_two_schools_files(export: Any) -> None:
    """Transferred out of one school and active in the other: active; the same row twice: once."""
    export.set("students", files="{school}.txt", columns=SHORT)
    export.put("elem.txt", "1\t11\tAda\t2\n2\t12\tBo\t0\n").put("sec.txt", "1\t11\tAda\t0\n2\t12\tBo\t0\n")
    (export.folder / "students.txt").touch()

    tree = export.read("students", schools=["elem", "sec"])

    assert sorted(tree.students.keys()) == ["11", "12"]
    assert not tree.students.contents().frozen


def test_rows_of_two_schools_that_disagree_freeze_the_student(export: Any) -> None:
    """Neither is taken for right."""
    export.set("students", files="{school}.txt", columns=SHORT)
    export.put("elem.txt", "2\t12\tBo\t0\n").put("sec.txt", "2\t12\tBob\t0\n")

    tree = export.read("students", schools=["elem", "sec"])

    assert list(tree.students.contents().frozen) == ["12"]


@pytest.mark.parametrize("address", ["unknown", "unknown@", "@school.example", "a b@school.example", "a@b@c"])
def test_an_address_that_is_none_says_nothing(export: Any, address: str) -> None:
    """It is None, never a difference, and counted."""
    export.rows["students"][0][7] = address
    export.rows["teachers"][0][4] = address

    tree = export.read("students", "teachers")

    assert tree.students["1001"].email is None or address == "a@b@c"
    assert tree.teachers["T21"].email is None


def test_a_bad_student_row_keeps_its_guardians(export: Any) -> None:
    """A guardian whose only child stands in a bad row is left as is."""
    export.rows["students"][1][4] = "?"

    store = export.read("guardians").guardians.contents()

    assert list(store.frozen) == ["Gmia@home.example"]


def test_a_row_that_cannot_be_read_keeps_all_guardians(export: Any) -> None:
    """It may be about any of them."""
    export.rows["students"].insert(
        1, ["505", "1005", "Tab", "here", "", "0", "7", "7A", "", "pa@home.example", "x"]
    )

    store = export.read("guardians").guardians.contents()

    assert len(store.problems) == 1
    assert store.problems[0].startswith("`students.txt`, line 2: it has 11 cells instead of 10")


def test_placeholders_among_staff_can_be_passed_over(export: Any) -> None:
    """With `only_digits` numbers such as TBA are nobody."""
    export.rows["teachers"].append(["84", "TBA", "To Be", "Announced", "", "1", ""])

    assert "TTBA" in export.read("teachers").teachers
    assert "TTBA" not in export.set("teachers", only_digits=True).read("teachers").teachers


def test_a_broken_teacher_row_freezes_the_teacher(export: Any) -> None:
    """Where the number cannot have been moved it is believed; else nobody is removed."""
    columns = export.options["teachers"]["columns"]
    export.set("teachers", columns=[columns[1], columns[0], *columns[2:]])
    export.rows["teachers"] = [[row[1], row[0], *row[2:]] for row in export.rows["teachers"]]
    export.rows["teachers"][1].insert(3, "x")

    assert list(export.read("teachers").teachers.contents().frozen) == ["T22"]


def test_the_teacher_of_a_section_who_has_left_is_nobody(export: Any) -> None:
    """An inactive teacher is no doubt, and no longer enrolled."""
    export.rows["classes"][1][3] = "83"

    tree = export.read("classes", "enrollments")

    assert tree.classes["3002"].teachers == frozenset()
    assert "3002|T22|teacher" not in tree.enrollments
    assert not tree.enrollments.contents().problems


def test_an_unknown_teacher_freezes_the_class(export: Any) -> None:
    """And no enrolment in it is removed, since it may be that teacher's."""
    export.rows["classes"][1][3] = "99"

    tree = export.read("classes", "enrollments")

    assert tree.classes.contents().frozen == {
        "3002": "`sections.txt`, line 2: teacher ID `99` is not in the teacher files"
    }
    doubted = tree.enrollments.contents().doubted
    assert list(doubted) == ["3002"]
    assert "teacher ID `99` is not in the teacher files" in doubted["3002"]


def test_an_unknown_course_freezes_the_class(export: Any) -> None:
    """The course files may be older."""
    export.rows["classes"][0][1] = "XX9"

    assert (
        "course `XX9` is not in the course files" in export.read("classes").classes.contents().frozen["3001"]
    )


def test_a_broken_section_row_freezes_the_class(export: Any) -> None:
    """Nothing is concluded about its enrolments either."""
    export.rows["classes"][1].append("x")

    tree = export.read("classes", "enrollments")

    assert list(tree.classes.contents().frozen) == ["3002"]
    assert len(tree.enrollments.contents().problems) == 1
    assert "3002|1002|student" in tree.enrollments


@pytest.mark.parametrize(
    ("section", "term", "enrolled", "left", "counts"),
    [
        ("3001", "3600", "09/30/2026", "10/02/2026", True),
        ("3001", "3600", "09/30/2026", "10/01/2026", False),
        ("3001", "3600", "10/01/2026", "10/02/2026", True),
        ("3001", "3600", "10/02/2026", "06/19/2027", False),
        ("3001", "3600", "10/01/2026", "10/01/2026", False),
        ("3001", "3600", "10/05/2026", "10/01/2026", False),
        ("3001", "3600", "10/1/2026", "", True),
        ("3001", "3600", "", "", True),
        ("3001", "3600", "0/0/0", "0/0/0", True),
        ("-3001", "-3600", "09/30/2026", "06/19/2027", False),
        ("-3001", "3600", "09/30/2026", "06/19/2027", False),
        ("3001", "-3600", "09/30/2026", "06/19/2027", False),
        ("3001.0", "3600", "09/30/2026", "06/19/2027", True),
        (" 3001 ", "3600", " 09/30/2026", "06/19/2027 ", True),
    ],
)
def test_which_enrolments_count(
    cc: Any, section: str, term: str, enrolled: str, left: str, counts: bool
) -> None:
    """On 1 October: DateLeft is the first day outside; negative numbers are dropped; blank days are open."""
    tree = cc(["1", "501", section, term, enrolled, left]).read("enrollments")

    assert ("3001|1001|student" in tree.enrollments) is counts
    assert not tree.enrollments.contents().frozen
    assert not tree.enrollments.contents().problems


def test_enrolments_can_count_some_days_ahead(cc: Any) -> None:
    """Teachers may want their lists before the first day."""
    export = cc(["1", "501", "3001", "3600", "10/08/2026", "06/19/2027"])

    assert "3001|1001|student" in export.set("enrollments", days_ahead=7).read("enrollments").enrollments
    assert "3001|1001|student" not in export.set("enrollments", days_ahead=6).read("enrollments").enrollments


def test_the_day_is_that_of_the_run_by_default(cc: Any) -> None:
    """Without `today` an enrolment that ended long ago does not count."""
    export = cc(
        ["1", "501", "3001", "3600", "08/01/2001", "06/01/2002"],
        ["2", "501", "3002", "3600", "08/01/2001", ""],
    )

    assert [
        one.class_ for one in export.read("enrollments", today="").enrollments if one.role == "student"
    ] == ["3002"]


def test_several_rows_of_one_student_in_one_class(cc: Any) -> None:
    """Dropped and taken up again: one of the rows counts, so the student is in."""
    tree = cc(
        ["1", "501", "-3001", "-3600", "08/24/2026", "09/01/2026"],
        ["2", "501", "3001", "3600", "08/24/2026", "09/01/2026"],
        ["3", "501", "3001", "3600", "09/05/2026", "06/19/2027"],
        ["4", "501", "3001", "3600", "09/06/2026", "06/19/2027"],
    ).read("enrollments")

    assert [one.idnumber for one in tree.enrollments if one.role == "student"] == ["3001|1001|student"]
    assert not tree.enrollments.contents().frozen


def test_an_unknown_student_is_reported(cc: Any) -> None:
    """Without the number in CC it cannot be known who it is, so no enrolment in that class is removed."""
    store = cc(["1", "599", "3001", "3600", "", ""]).read("enrollments").enrollments.contents()

    told = "`cc.txt`, line 1: `StudentID` `599` is not in the student files; they may be older or newer than this one"
    assert store.doubted == {"3001": told}
    assert told in store.notes
    assert not store.problems


def test_an_unknown_student_with_a_number_is_frozen(export: Any) -> None:
    """With the number in CC only that one enrolment is left as it is."""
    export.set("enrollments", columns=["[01]Student_Number", "SectionID"]).put(
        "cc.txt", "1001\t3001\n1099\t3001\n"
    )

    store = export.read("enrollments").enrollments.contents()

    assert list(store.frozen) == ["3001|1099|student"]
    assert not store.problems


def test_rows_of_inactive_students_are_passed_over(cc: Any) -> None:
    """Who has left is known, and no doubt."""
    store = cc(["1", "503", "3001", "3600", "", ""]).read("enrollments").enrollments.contents()

    assert not store.problems
    assert not store.frozen
    assert "1 row passed over: their student is not active, or has no number" in store.notes


def test_an_unknown_section_is_frozen(cc: Any) -> None:
    """The section files may be older."""
    store = cc(["1", "501", "3999", "3600", "", ""]).read("enrollments").enrollments.contents()

    told = "`cc.txt`, line 1: section `3999` is not in the section files"
    assert store.frozen == {"3999|1001|student": told}
    assert store.doubted == {"1001": told}


def test_an_unknown_person_long_gone_is_no_doubt(cc: Any) -> None:
    """A row that does not count anyhow is not asked for its student."""
    store = (
        cc(["1", "599", "3001", "3600", "08/24/2026", "09/01/2026"])
        .read("enrollments")
        .enrollments.contents()
    )

    assert not store.problems


@pytest.mark.parametrize("left", ["31/12/2026", "2026-12-31", "02/30/2027", "soon"])
def test_a_bad_day_freezes_its_enrolment(cc: Any, left: str) -> None:
    """The message names the cell and the form that is wanted."""
    store = (
        cc(["1", "501", "3001", "3600", "", left], ["2", "502", "3001", "3600", "", ""])
        .read("enrollments")
        .enrollments
    )
    frozen = store.contents().frozen

    assert frozen == {
        "3001|1001|student": (
            f"`cc.txt`, line 1: `DateLeft` is `{left}`; wanted a day written as `%m/%d/%Y` (see `dates`)"
        )
    }


def test_days_in_another_form(cc: Any) -> None:
    """`dates` tells how days are written."""
    export = cc(["1", "501", "3001", "3600", "2026-09-01", "2027-06-19"])

    assert "3001|1001|student" in export.read("enrollments", dates="%Y-%m-%d").enrollments


def test_a_broken_schedule_row_freezes_what_it_may_be(cc: Any) -> None:
    """Section and student are found among the cells that may hold them."""
    store = cc(["1", "x", "501", "3001", "3600", "", ""], ["2", "502", "3001", "3600", "", ""]).read(
        "enrollments"
    )

    assert list(store.enrollments.contents().frozen) == ["3001|1001|student"]


def test_schedules_that_tell_of_nobody_are_an_error(export: Any) -> None:
    """Neither number nor ID: the columns are wrong."""
    export.set("enrollments", columns=["ID", "SectionID"]).put("cc.txt", "1\t3001\n")

    with pytest.raises(ReadError, match="neither `Student_Number` nor"):
        export.read("enrollments")


def test_guardians_need_what_is_configured(export: Any) -> None:
    """A key that does not exist is refused, and missing columns leave the branch out."""
    with pytest.raises(ConfigError, match="wanted `email` or `family`"):
        export.tree(guardians={"key": "name"})
    assert export.read("guardians", guardians={"key": "family"}).guardians.state() == "not provided"
    assert export.read("guardians", guardians={"emails": []}).guardians.state() == "not provided"


@pytest.mark.parametrize(
    "options",
    [
        {"extra": {"a b": "X"}},
        {"extra": {"x'] or exit() #": "X"}},
        {"extra": {"class": "X"}},
        {"extra": {"_x": "X"}},
        {"extra": {"idnumber": "DCID"}},
        {"extra": {"enabled": "X"}},
        {"split": {"clubs": ";"}},
        {"extra": {"clubs": "X"}, "split": {"clubs": ""}},
    ],
)
def test_attributes_that_cannot_be_are_refused(export: Any, options: dict[str, Any]) -> None:
    """`extra` names attributes of a model, each read from one column."""
    with pytest.raises(ConfigError, match=r"`extra`|`split"):
        export.set("students", **options).tree()


@pytest.mark.parametrize(
    "name",
    [
        "Robert'); DROP TABLE Students;--",
        "=cmd|' /C calc'!A0",
        "<b>x</b>",
        "../../etc",
        "{0}",
        "%s",
        "O|\\'",
        "🙂",
    ],
)
def test_hostile_names_are_names(few: Any, name: str) -> None:
    """Nothing in a cell is ever taken for anything but text."""
    assert few(f"1\t11\t{name}\t0\n").items["11"].given_name == name


def test_hostile_names_of_columns_and_attributes(export: Any) -> None:
    """Names from the configuration never become code."""
    column = "x']; raise SystemExit #"
    export.set("students", columns=["Student_Number", column], extra={"grade": column, "homeroom": column})
    export.set("students", split={"grade": "']); raise SystemExit #"}).put("students.txt", "11\tA\n")

    tree = export.read("students")

    assert tree.students["11"].homeroom == "A"
