"""Whatever happens to one row, nobody is taken for gone because of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dss_powerschool_csv.spoilt import Spoiling, Spoilt
from dss_powerschool_csv.tree import PowerSchool

COLUMNS = {
    "students": ["Student_Number", "Last_Name", "First_Name", "Enroll_Status", "ID"],
    "teachers": ["ID", "TeacherNumber", "Last_Name", "Status", "Email_Addr"],
    "courses": ["Course_Number", "Course_Name", "CreditType"],
    "classes": ["ID", "Course_Number", "Section_Number", "Teacher"],
    "enrollments": ["ID", "[01]Student_Number", "SectionID", "TermID"],
}
FILES = {branch: f"{branch}.txt" for branch in COLUMNS}
ROWS = {
    "students": [[f"{1001 + n}", f"Berg {n}", "Ada", "0", f"{501 + n}"] for n in range(12)],
    "teachers": [
        [f"{81 + n}", f"{n + 3}{'' if n % 2 else 'X'}", "Moss", "1", "m@a.example"] for n in range(9)
    ],
    "courses": [[f"{name}{n}", f"{name} {n}", "Arts"] for n in range(5) for name in ("MUS", "EN")],
    "classes": [[f"{3001 + n}", f"MUS{n % 5}", "1", f"{81 + n % 9}"] for n in range(12)],
    "enrollments": [[f"{9001 + n}", f"{1001 + n}", f"{3001 + n}", "3600"] for n in range(12)],
}
KEYS: dict[str, Callable[[list[str]], str]] = {
    "students": lambda row: row[0],
    "teachers": lambda row: f"T{row[1]}",
    "courses": lambda row: row[0],
    "classes": lambda row: row[0],
    "enrollments": lambda row: f"{row[2]}|{row[1]}|student",
}


def spoil(line: str, how: str, where: int, other: int) -> str:
    """One row with a tab or a line break too many, a delimiter too few, or its end cut off."""
    where, other = sorted((where % (len(line) + 1), other % (len(line) + 1)))
    if how == "cut":
        return line[: max(where, 1)]
    if how == "join":
        cells = line.split("\t")
        place = where % (len(cells) - 1)
        return "\t".join([*cells[:place], cells[place] + cells[place + 1], *cells[place + 2 :]])
    if how == "twice":
        return f"{line[:where]}\n{line[where:other]}\n{line[other:]}"
    return line[:where] + {"tab": "\t", "break": "\n"}[how] + line[where:]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(COLUMNS)),
    st.integers(0, 11),
    st.sampled_from(["tab", "break", "twice", "cut", "join"]),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_a_spoilt_row_takes_nobody_away(branch: str, which: int, how: str, where: int, other: int) -> None:
    """Who stood in the row is read, or frozen, or nothing of the branch may be removed."""
    rows = ROWS[branch]
    row = rows[which % len(rows)]
    with tempfile.TemporaryDirectory() as folder:
        for name, table in ROWS.items():
            lines = ["\t".join(cells) for cells in table]
            if name == branch:
                lines[which % len(rows)] = spoil(lines[which % len(rows)], how, where, other)
            (Path(folder) / FILES[name]).write_text("".join(f"{line}\n" for line in lines))
        options: dict[str, Any] = {name: {"files": FILES[name], "columns": COLUMNS[name]} for name in COLUMNS}
        tree = PowerSchool(folder=folder, guardians={"emails": []}, **options)
        tree.set_idnumber_templates({"teachers": "T{idnumber}"})
        tree.read()
        store = getattr(tree, branch).contents()

    key = KEYS[branch](row)
    assert key in store.items or key in store.frozen or store.problems


def told(*rows: str) -> list[Spoilt]:
    """What is told of rows of three columns, after some sound ones."""
    found: list[Spoilt] = []
    spoiling = Spoiling(3, found.append)
    lines = ["100\tMUS\tx", "101\tMUS\ty", *rows]
    spoiling.sort_out(range(1, len(lines) + 1), [line.split("\t") for line in lines])
    spoiling.close()
    return found


@pytest.mark.parametrize(
    ("rows", "candidates", "sure"),
    [
        (["102\tMU\tS\tz"], ["102"], True),
        (["10\t2\tMUS\tz"], ["10", "102"], True),
        (["1\t2\tMUS\tz"], ["1", "12"], False),
        (["102\tMUS"], ["102"], True),
        (["102MUS\tz"], ["102MUS"], False),
        (["102\tM", "US\tz"], ["102"], True),
        (["102\tMUS", "103\tMUS"], ["102"], False),
    ],
)
def test_whose_row_it_is(rows: list[str], candidates: list[str], sure: bool) -> None:
    """A number that looks like all others is believed; what may hide another row is not."""
    (row,) = told(*rows)

    assert row.candidates(0) == candidates
    assert row.is_sure(0) is sure


def test_a_lone_piece_belongs_to_a_row_beside_it_or_was_one() -> None:
    """A word is the rest of a row above or the beginning of one below; a number may be all that is left of a row."""
    word, number = told("word", "102\tMUS\tz", "103", "104\tMUS\tz")

    assert [row[0] for row in word.beside] == ["101", "102"]
    assert word.is_sure(0)
    assert not number.is_sure(0)


def test_a_row_of_far_too_many_cells_is_nobodys() -> None:
    """Whoever might be meant, so many cannot be frozen."""
    (row,) = told("\t".join("102" for _ in range(10_000)))

    assert row.candidates(1) == []
    assert not row.is_sure(1)
