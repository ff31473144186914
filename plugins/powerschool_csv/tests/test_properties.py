"""What holds for every file."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dss_powerschool_csv.cells import addresses, tidy
from dss_powerschool_csv.files import DelimitedFile
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.texts import Format

COLUMNS = ("number", "one", "two")


def cells(encoding: str) -> Any:
    """Cells that a file in this character set can hold, as `tidy` leaves them."""
    letters = st.characters(codec=encoding, exclude_characters="\t\r\n\x00", exclude_categories=("Cs", "Cc"))
    text = st.text(letters, max_size=8).map(lambda text: tidy(unicodedata.normalize("NFC", text)))
    return text.filter(lambda text: can(text, encoding))


def can(text: str, encoding: str) -> bool:
    """Whether a character set has all letters of a text."""
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def rows_of(encoding: str) -> Any:
    """Rows whose first cell is a number, so that none is blank or a header."""
    return st.lists(
        st.tuples(st.integers(0, 10**9).map(str), cells(encoding), cells(encoding)), min_size=1, max_size=30
    )


def read(data: bytes, **form: Any) -> tuple[list[tuple[int, tuple[str, ...]]], list[Spoilt]]:
    """The rows of a file, with their lines; and the spoilt ones."""
    spoilt: list[Spoilt] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.txt"
        path.write_bytes(data)
        with DelimitedFile(path, "file.txt", Format(**{"columns": COLUMNS, **form}), spoilt.append) as file:
            rows = [
                (line, tuple(row))
                for lines, block in file.blocks()
                for line, row in zip(lines, block, strict=True)
            ]
    return rows, spoilt


@settings(max_examples=25, deadline=None)
@given(
    st.data(),
    st.sampled_from(["utf-8", "utf-16", "mac_roman", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_was_written_unquoted_is_read(data: Any, encoding: str, end: str) -> None:
    """Any text but tabs and line ends comes back, with its line, whatever the character set and the line ends."""
    written = data.draw(rows_of(encoding))
    text = "".join("\t".join(row) + end for row in written)
    if encoding in ("mac_roman", "cp1252"):
        # a lone accent of several bytes might read as utf-8 by chance; an Æ at the end of a word never does
        written.append(("1", "Æ", "x"))
        text += "1\tÆ\tx" + end

    rows, spoilt = read(text.encode(encoding), encoding=encoding)

    assert rows == list(enumerate(written, 1))
    assert not spoilt


@settings(max_examples=60, deadline=None)
@given(rows_of("utf-8"))
def test_what_was_written_quoted_is_read(written: list[tuple[str, ...]]) -> None:
    """With quotes, also delimiters and quotes inside of cells."""
    quoted = [[cell + ',"' for cell in row] for row in written]
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in quoted)

    rows, spoilt = read(text.encode(), delimiter=",", quoted=True)

    assert [row for _, row in rows] == [tuple(row) for row in quoted]
    assert not spoilt


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but `ReadError` ever comes of a file, and every row given has the right width."""
    from dss.errors import ReadError

    for form in ({}, {"encoding": "mac_roman"}, {"quoted": True, "delimiter": ","}, {"encoding": "utf-16"}):
        try:
            rows, _ = read(data, **form)
        except ReadError:
            continue
        assert {len(row) for _, row in rows} <= {3}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1000, 9999), min_size=3, max_size=20, unique=True),
    st.integers(0, 19),
    st.sampled_from(["\n", "\t", "\r\n", "\n\n", "\t\t"]),
    st.integers(0, 2),
)
def test_a_spoilt_student_is_never_lost(numbers: list[int], which: int, spoiler: str, where: int) -> None:
    """Wherever a stray tab or line break falls, the student of that row is read, or among those to be frozen."""
    which %= len(numbers)
    lines = [["ab", str(number), "cd"] for number in numbers]
    cell = lines[which][where]
    lines[which][where] = cell[:1] + spoiler + cell[1:] if where != 1 else cell + spoiler + "x"
    text = "".join("\t".join(line) + "\n" for line in lines)

    rows, spoilt = read(text.encode(), columns=("note", "number", "name"))

    known = {row[1] for _, row in rows}
    doubted = {found for row in spoilt for found in row.candidates(1)}
    unknown = [row for row in spoilt if not any(found.isdecimal() for found in row.candidates(1))]
    assert str(numbers[which]) in known | doubted or unknown
    assert {str(number) for number in numbers} - {str(numbers[which])} <= known | doubted


@given(
    st.lists(st.sampled_from(["a@b.example", "C@D.example", "x", "@", "e@f.example"])),
    st.sampled_from([",", ";", ", ", " "]),
)
def test_addresses_are_found_however_they_are_separated(given_ones: list[str], separator: str) -> None:
    """In lower case, in order; what is none is left out."""
    wanted = [one.lower() for one in given_ones if one not in ("x", "@")]

    assert addresses(separator.join(given_ones)) == wanted
