"""The ways in which a sound file may be written."""

from __future__ import annotations

from typing import Any

import pytest

NAMES = [
    ["1001", "Zoë", "Müller"],
    ["1002", "D’Arcy", 'O\'Neil "Bud"'],
    ["1003", "André", "Ñandú"],
]


def written(end: str = "\n", header: str = "", delimiter: str = "\t") -> str:
    """Three students."""
    return header + "".join(delimiter.join(row) + end for row in NAMES)


def names(tree: Any) -> list[list[str]]:
    """What has been read of them."""
    assert not tree.students.contents().frozen
    assert not tree.students.contents().problems
    return [[one.idnumber, one.given_name, one.family_name] for one in tree.students]


@pytest.fixture
def three(export: Any) -> Any:
    """Files of three columns."""
    return export.set("students", columns=["Student_Number", "First_Name", "Last_Name"])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "UTF-8", "mac_roman", "Mac Roman", "cp1252", "Windows-1252", "utf-16"]
)
def test_declared_character_sets(three: Any, encoding: str) -> None:
    """Letters arrive as they are, whatever the set."""
    codec = {"Mac Roman": "mac_roman"}.get(encoding, encoding)

    tree = three.put("students.txt", written().encode(codec)).read("students", encoding=encoding)

    assert names(tree) == NAMES


def test_a_byte_order_mark_is_no_part_of_the_first_number(three: Any) -> None:
    """UTF-8 with a mark, as Windows' programs write it."""
    tree = three.put("students.txt", written().encode("utf-8-sig")).read("students")

    assert names(tree) == NAMES


def test_decomposed_letters_are_composed(three: Any) -> None:
    """An e with a separate accent, as macOS writes it, is the same letter."""
    tree = three.put("students.txt", "1\tZoe\u0308\tM\n").read("students")

    assert tree.students["1"].given_name == "Zoë"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(three: Any, end: str) -> None:
    """LF, CRLF and CR end a row; a last one without any is read, and a problem."""
    text = written(end)

    whole = three.put("students.txt", text).read("students")
    cut = three.put("students.txt", text.removesuffix(end)).read("students")

    assert names(whole) == NAMES
    assert list(cut.students.keys()) == list(whole.students.keys())
    assert len(cut.students.contents().problems) == 1


def test_mixed_line_ends_and_blank_lines(three: Any) -> None:
    """No carriage return stays in the last cell."""
    rows = ["\t".join(row) for row in NAMES]

    tree = three.put("students.txt", f"{rows[0]}\r\n{rows[1]}\n\n{rows[2]}\r\r\n\n").read("students")

    assert names(tree) == NAMES


@pytest.mark.parametrize(
    "header",
    [
        "Student_Number\tFirst_Name\tLast_Name",
        "STUDENT_NUMBER\tfirst_name\tLast_name",
        "STUDENTS.Student_Number\tStudents.First_Name\tSTUDENTS.LAST_NAME",
        "[01]Student_Number\t[01]First_Name\t[1] Last_Name",
        " Student_Number \tFirst_Name\tLast_Name ",
    ],
)
def test_header_lines(three: Any, header: str) -> None:
    """Names in any case, with or without their table."""
    tree = three.set("students", columns=[]).put("students.txt", f"{header}\n{written()}").read("students")

    assert names(tree) == NAMES


def test_the_order_of_columns_comes_from_the_header(three: Any) -> None:
    """Columns may stand in any order, and others between them."""
    text = "Last_Name\tAlert\tStudent_Number\tFirst_Name\nBerg\t\t7\tAda\n"

    tree = three.set("students", columns=[]).put("students.txt", text).read("students")

    assert names(tree) == [["7", "Ada", "Berg"]]


def test_own_titles_are_passed_over(three: Any) -> None:
    """`header = true` with `columns`: an export template with titles of its own."""
    three.set("students", header=True).put("students.txt", "Number\tCalled\tFamily\n" + written())

    assert names(three.read("students")) == NAMES


def test_a_column_of_another_table_is_not_taken_for_the_own(export: Any) -> None:
    """Of `CC.ID` and `STUDENTS.ID` each is itself."""
    header = "CC.ID\tSTUDENTS.Student_Number\tCC.SectionID\tSECTIONS.ID"
    export.set("enrollments", columns=[]).put("cc.txt", f"{header}\n1\t1001\t3001\t3001\n")

    tree = export.read("enrollments", enrollments={"files": "cc.txt", "teachers": False})

    assert list(tree.enrollments.keys()) == ["3001|1001|student"]


def test_two_columns_that_may_be_meant_are_an_error(export: Any) -> None:
    """It is said which; nothing is guessed."""
    export.set("students", columns=["[01]Student_Number", "STUDENTS.Student_Number", "First_Name"])
    export.put("students.txt", "1\t2\tAda\n")

    with pytest.raises(Exception, match=r"`\[01\]Student_Number`, `STUDENTS.Student_Number` are all named"):
        export.read("students")


def test_quotes_are_text_unless_declared(three: Any) -> None:
    """A stray quote swallows no rows."""
    tree = three.put("students.txt", '1\t"Ada\tBerg\n2\tBo "\t"Ek"\n3\tCy\tHolm"\n').read("students")

    assert names(tree) == [["1", '"Ada', "Berg"], ["2", 'Bo "', '"Ek"'], ["3", "Cy", 'Holm"']]


def test_quoted_files(three: Any) -> None:
    """Data Export Manager's files: delimiters, quotes and line ends inside of quotes."""
    text = 'STUDENTS.Student_Number,First_Name,Last_Name\r\n"1","Ada, ""Bud""","Berg"\r\n'
    text += '2,"two\r\nlines",Ek\r\n3,Cy,"Holm"\r\n'
    three.set("students", columns=[], quoted=True, delimiter="comma").put("students.txt", text)

    assert names(three.read("students")) == [
        ["1", 'Ada, "Bud"', "Berg"],
        ["2", "two lines", "Ek"],
        ["3", "Cy", "Holm"],
    ]


def test_lines_are_physical_lines_in_quoted_files_too(three: Any) -> None:
    """A message names the line that an editor shows."""
    text = '1,"a\nb\nc",Berg\n2,Bo,Ek,more\n3,Cy,Holm\n'
    three.set("students", quoted=True, delimiter=",").put("students.txt", text)

    tree = three.read("students")

    assert "`students.txt`, line 4: it has 4 cells instead of 3" in tree.students.contents().frozen["2"]


@pytest.mark.parametrize(
    "text",
    [
        '1,"Ada,Berg\n2,Bo,Ek\n3,Cy,Holm\n',
        '1,"Ada,Berg\n2,Bo,Ek\n3,Cy",Holm\n',
        '1,"Ada"x,Berg\n2,Bo,Ek\n3,Cy,Holm\n',
    ],
)
def test_quotes_out_of_order_are_an_error(three: Any, text: str) -> None:
    """A quote that swallows rows is never taken for a long cell."""
    three.set("students", quoted=True, delimiter=",").put("students.txt", text)

    with pytest.raises(Exception, match="see `quoted`"):
        three.read("students")


def test_html_entities_when_declared(three: Any) -> None:
    """Some report templates write `&#39;` for an apostrophe; otherwise it is text."""
    three.put("students.txt", "1\tO&#39;Neil &amp; Co\t&eacute;\n")

    assert names(three.read("students", html_entities=True)) == [["1", "O'Neil & Co", "é"]]
    assert names(three.read("students")) == [["1", "O&#39;Neil &amp; Co", "&eacute;"]]


def test_blanks_of_any_kind_around_cells_are_dropped(three: Any) -> None:
    """Also those that no one sees; control characters within are a blank."""
    tree = three.put("students.txt", " 1\t Ada \t\u00a0Berg\u200b\n2 \tBo\x0bB\tEk\x1f\n").read("students")

    assert names(tree) == [["1", "Ada", "Berg"], ["2", "Bo B", "Ek"]]


def test_question_marks_are_noted(three: Any) -> None:
    """Letters that the export's character set does not have arrive as `?`."""
    tree = three.put("students.txt", "1\tZo?\tM?ller\n").read("students")

    assert "2 question marks" in " ".join(tree.students.contents().notes)
