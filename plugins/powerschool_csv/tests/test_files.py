"""What is wrong with a file as a whole ends the reading of the tree, and the message names file and line."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from dss.errors import ConfigError, ReadError
from dss_powerschool_csv.files import DelimitedFile
from dss_powerschool_csv.texts import Format

HEADER = "students.student_number\tFIRST_NAME\t[01]Last_Name\n"
LOGIN_PAGE = b"\r\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"


def failure(export: Any, branch: str = "students", **options: Any) -> str:
    """The message of the error that ends the reading; the branch counts as failed afterwards."""
    tree = export.tree(**options)

    with pytest.raises(ReadError) as caught:
        tree.read([branch])

    assert getattr(tree, branch).state() == "failed"
    return str(caught.value)


def test_a_missing_file_is_an_error(export: Any) -> None:
    """Nothing is concluded from a file that is not there."""
    export.write()
    (export.folder / "students.txt").unlink()
    (export.folder / "students.txt").mkdir()

    assert "no file `students.txt`" in failure(export)


def test_a_missing_folder_is_an_error(export: Any) -> None:
    """A share that is not mounted is no empty export."""
    assert "is not there" in failure(export, folder=str(export.folder / "gone"))


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"\t\t\t\t\t\t\t\t\t\n"])
def test_an_empty_file_is_an_error(export: Any, data: bytes) -> None:
    """No bytes, or blank lines only, are more often a fault than the truth."""
    export.put("students.txt", data)

    assert failure(export).startswith("`students.txt`: it is empty")


def test_a_file_with_nothing_but_a_header_is_an_error(export: Any) -> None:
    """A night of no data ends the reading."""
    export.put("students.txt", HEADER).set("students", columns=[])

    assert failure(export).startswith("`students.txt`, line 1: it has a header line and nothing below it")


def test_fewer_columns_than_configured_are_an_error(export: Any) -> None:
    """Somebody has changed the list of fields in AutoSend."""
    export.rows["students"] = [row[:-1] for row in export.rows["students"]]

    assert failure(export).startswith("`students.txt`, line 1: its rows have 9 cells, `columns` lists 10")


def test_more_columns_than_configured_are_an_error(export: Any) -> None:
    """Where the new column stands cannot be known."""
    export.rows["students"] = [[*row, "x"] for row in export.rows["students"]]

    assert "its rows have 11 cells, `columns` lists 10" in failure(export)


def test_another_delimiter_is_named(export: Any) -> None:
    """A comma-separated file read with tabs has one column; the message says what to look at."""
    export.put("students.txt", export.text("students").replace("\t", ";"))

    assert "it has `;` in it, so look at `delimiter`" in failure(export)


def test_a_header_that_was_not_declared_is_an_error(export: Any) -> None:
    """Otherwise a student named First_Name would be made."""
    export.put(
        "students.txt",
        "\t".join(export.options["students"]["columns"]).upper() + "\n" + export.text("students"),
    )

    assert "`students.txt`, line 1: its first line holds names of columns" in failure(export)


def test_a_header_without_a_needed_column_is_an_error(export: Any) -> None:
    """The message names the column and those that are there."""
    export.put("students.txt", "First_Name\tLast_Name\nAda\tBerg\n").set("students", columns=[])

    assert failure(export) == (
        "`students.txt`, line 1: it has no column `Student_Number`; there are `First_Name`, `Last_Name`"
    )


def test_a_missing_header_is_an_error(export: Any) -> None:
    """A file without header where one was expected lacks every column."""
    export.set("students", columns=[])

    assert "it has no column `Student_Number`" in failure(export)


def test_a_column_of_ones_own_that_is_not_there_is_an_error(export: Any) -> None:
    """A misspelt name in `extra` is no absent column."""
    export.set("students", extra={"house": "U_Hause"})

    assert "it has no column `U_Hause`" in failure(export)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (LOGIN_PAGE, "this is a web page"),
        (b"\xef\xbb\xbf<html>", "this is a web page"),
        (b"PK\x03\x04\x14\x00", "this is a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "this is a spreadsheet"),
        (b"\x1f\x8b\x08\x00", "this is a gzip archive"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"501\t10\x0001\tA\n", "a zero byte is no text"),
        (
            "501\t1001\n".encode("utf-16"),
            'this is utf-16, and `encoding` says utf-8; set `encoding = "utf-16"`',
        ),
        ("501\t1001\n".encode("utf-16-le"), "a zero byte is no text; is this a binary file, or utf-16?"),
    ],
)
def test_what_is_no_delimited_text_is_refused(export: Any, data: bytes, told: str) -> None:
    """A web page, an archive, a binary file or another character set is named as what it is."""
    export.put("students.txt", data)

    message = failure(export)

    assert message.startswith("`students.txt`, line 1: ")
    assert told in message


def test_a_byte_outside_the_declared_character_set_names_its_line(export: Any) -> None:
    """The line is that of the byte, far down in the file too, whatever the line ends are."""
    rows = [f"{number}\t{number}\tAda\r\n".encode() for number in range(1, 6000)]
    export.put("students.txt", b"".join(rows) + "7\t7\tJosé\r\n".encode("cp1252"))
    export.set("students", columns=["ID", "Student_Number", "First_Name"])

    assert failure(export).startswith("`students.txt`, line 6000: byte e9 is not in utf-8; set `encoding`")


def test_a_byte_that_cp1252_does_not_have(export: Any) -> None:
    """The single-byte set of Windows has gaps."""
    export.put("students.txt", b"501\t1001\tA\x81\n").set(
        "students", columns=["ID", "Student_Number", "First_Name"]
    )

    assert "line 1: byte 81 is not in cp1252" in failure(export, encoding="cp1252")


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1252", "latin-1"])
def test_utf8_under_a_single_byte_name_is_refused(export: Any, encoding: str) -> None:
    """Such sets take any byte, so the file would pass with gibberish for names."""
    export.rows["students"][1][2] = "Zoë"

    assert 'set `encoding = "utf-8"`' in failure(export, encoding=encoding)


def test_a_byte_order_mark_tells_utf8(export: Any) -> None:
    """A mark is refused where another set was declared."""
    export.put("students.txt", b"\xef\xbb\xbf" + export.text("students").encode())

    assert "this is utf-8, and `encoding` says cp1252" in failure(export, encoding="cp1252")


def test_a_cut_last_line_is_an_error(export: Any) -> None:
    """No line end, and cells missing: the file was still being written."""
    export.put("students.txt", export.text("students")[:-30])

    assert failure(export).startswith(
        "`students.txt`, line 3: it ends in the middle of a row, of 3 cells instead of 10"
    )


def test_a_last_line_without_line_end_is_a_problem(export: Any) -> None:
    """All cells are there, so it is read; but rows may be missing, so nothing is removed."""
    export.put("students.txt", export.text("students").removesuffix("\n"))

    tree = export.read("students")

    assert "1001" in tree.students
    assert "`students.txt` has no line end after its last row" in tree.students.contents().problems[0]


def test_a_file_that_grows_while_it_is_read_is_an_error(export: Any) -> None:
    """AutoSend writes into place, so a reader may catch it at work."""
    with pytest.raises(ReadError, match="changed while it was read"):
        _read_slowly(export, lambda path: path.write_text("504\t"))


def _read_slowly(export: Any, meddle: Any) -> None:
    path = export.folder / "students.txt"
    path.write_text("".join(f"{number}\t{number}\n" for number in range(20_000)))
    with DelimitedFile(path, "students.txt", Format(columns=("ID", "Student_Number"))) as file:
        blocks = file.blocks()
        next(blocks)
        meddle(path)
        for _ in blocks:
            pass


def test_a_file_that_is_replaced_while_it_is_read_is_an_error(export: Any) -> None:
    """A new file under the same name is a change too, even of equal size and time."""

    def replace(path: Path) -> None:
        before = path.stat()
        other = path.with_suffix(".new")
        other.write_bytes(path.read_bytes())
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)

    with pytest.raises(ReadError, match="changed while it was read"):
        _read_slowly(export, replace)


def test_a_file_that_is_taken_away_while_it_is_read_is_an_error(export: Any) -> None:
    """Nor is one that vanishes believed."""
    with pytest.raises(ReadError, match="taken away while it was read"):
        _read_slowly(export, lambda path: path.unlink())


def test_yesterdays_file_can_be_refused(export: Any) -> None:
    """`max_age_hours` finds an export that did not run."""
    export.write()
    yesterday = time.time() - 40 * 3600
    os.utime(export.folder / "students.txt", (yesterday, yesterday))

    assert "it was written 40 hours ago" in failure(export, max_age_hours=30)
    assert len(export.read("students").students) == 2


def test_a_file_written_just_now_can_be_refused(export: Any) -> None:
    """`settle_seconds` waits until the export has had time to end."""
    assert "it may still be written" in failure(export.write(), settle_seconds=60)


def test_a_file_in_which_most_rows_are_bad_is_an_error(export: Any) -> None:
    """Columns listed in the wrong order are not hundreds of bad rows."""
    columns = export.options["students"]["columns"]
    export.set(
        "students", columns=[columns[1], columns[0], *columns[2:4], columns[5], *columns[6:], columns[4]]
    )
    export.rows["students"] = [[*row[:5], "seven", *row[6:]] for row in export.rows["students"]]

    assert "so are 2 more rows of this file" in failure(export)


def test_a_line_without_end_is_an_error(export: Any) -> None:
    """A file without any line end does not fill the memory."""
    export.put("students.txt", b"x" * (3 << 20))

    assert "line 1: this line is longer than" in failure(export)


@pytest.mark.parametrize(
    "option",
    [
        {"delimiter": ""},
        {"delimiter": "::"},
        {"encoding": "klingon"},
        {"today": "soon"},
        {"dates": "%Q"},
        {"dates": "%m/%d"},
        {"max_age_hours": -1.0},
        {"settle_seconds": float("nan")},
    ],
)
def test_options_without_meaning_are_refused(export: Any, option: dict[str, Any]) -> None:
    """The message names the option and what it is."""
    with pytest.raises(ConfigError, match=f"`{next(iter(option))}` is"):
        export.read(**option)


@pytest.mark.parametrize("width", [-1, 10**9])
def test_a_width_that_no_number_has_is_refused(export: Any, width: int) -> None:
    """Before a million zeros are written."""
    with pytest.raises(ConfigError, match=r"`students\.width` is"):
        export.set("students", width=width).tree()


def test_unknown_keys_of_a_sub_table_are_refused(export: Any) -> None:
    """A misspelt key is not passed over."""
    with pytest.raises(ConfigError, match="colums"):
        export.set("students", colums=["ID"]).tree()
