"""Exports without the files that others are looked up in, and blocks that are read quickly or carefully."""

from __future__ import annotations

from typing import Any

import pytest

COLUMNS = ["[01]Student_Number", "SectionID", "TermID", "DateLeft"]
NONE = {"files": ""}


@pytest.fixture
def alone(export: Any) -> Any:
    """Reads a CC file of four columns, of an export that has nothing else."""

    def read(text: str, **options: Any) -> Any:
        export.put("cc.txt", text).set("enrollments", columns=COLUMNS)
        for other in ("students", "teachers", "courses", "classes"):
            export.options[other] = {**NONE, **options.pop(other, {})}
        return export.read("enrollments", **options).enrollments.contents()

    return read


@pytest.mark.parametrize(
    ("number", "section", "found"),
    [
        ("1001", "3001", ["3001|1001|student"]),
        ("1001.0", " 3001 ", ["3001|1001|student"]),
        ("1001", "-3001", []),
        ("", "3001", []),
    ],
)
def test_schedules_alone(alone: Any, number: str, section: str, found: list[str]) -> None:
    """Without student and section files, rows stand for themselves."""
    store = alone(f"{number}\t{section}\t3600\t\n7\t8\t3600\t\n9\t8\t-3600\t\n6\t8\t3600\t09/01/2026\n")

    assert list(store.items) == [*found, "8|7|student"]
    assert not store.problems
    assert not store.frozen


@pytest.mark.parametrize(("number", "section"), [("x", "3001"), ("1001", "x"), ("1001", "٣"), ("٣", "3001")])
def test_bad_numbers_in_schedules_alone(alone: Any, number: str, section: str) -> None:
    """What is no number of 0 to 9 is told, and nothing is made of it."""
    store = alone(f"{number}\t{section}\t3600\t\n7\t8\t3600\t\n")

    assert list(store.items) == ["8|7|student"]
    assert len(store.problems) == 1
    assert "`cc.txt`, line 1" in store.problems[0]


def test_eaten_zeros_in_schedules_alone(alone: Any) -> None:
    """`students.width` holds wherever a student's number stands."""
    assert list(alone("7\t8\t3600\t\n", students={"width": 4}).items) == ["8|0007|student"]


def test_schedules_with_students_only(export: Any) -> None:
    """Students are looked up where there is a file of them, sections stand for themselves."""
    for other in ("teachers", "courses", "classes"):
        export.options[other] = NONE

    found = export.read("enrollments").enrollments

    assert list(found.keys()) == ["3001|1001|student", "3002|1002|student", "3002|1001|student"]


def test_classes_of_several_columns_without_a_file_of_them(alone: Any, export: Any) -> None:
    """The key is made of CC's own columns."""
    export.set("enrollments", columns=["SectionID", "Student_Number", "Course_Number", "Section_Number"])
    export.put("cc.txt", "3001\t1001\tMA7\t1\n")
    for other in ("students", "teachers", "courses"):
        export.options[other] = NONE
    export.options["classes"] = {**NONE, "key": ["Course_Number", "Section_Number"]}

    found = export.read("enrollments").enrollments

    assert [one.class_ for one in found] == ["MA7|1"]


def rows(odd: str) -> str:
    """Students of whom all but the last are plain."""
    lines = [
        f"{number}\tName {number}\tn{number}@school.example\tn{number}\t{guardians}"
        for number, guardians in zip(range(1000, 1030), ["", "g@a.example;h@b.example"] * 15, strict=True)
    ]
    return "\n".join([*lines, odd, ""])


@pytest.mark.parametrize(
    ("odd", "email", "username", "guardians"),
    [
        ("2000\tBo\tunknown\tbo\t", None, "bo", []),
        ("2000\tBo\ta@b@c\tbo\t", None, "bo", []),
        ("2000\tBo\ta@b.example, c@d.example\t##bo\t", None, None, []),
        ("2000\tBo\tb@a.example\t bo \tG@A.example, none", "b@a.example", "bo", ["Gg@a.example"]),
        ("2000\tBo\t\t\t,;g@a.example;", "", None, ["Gg@a.example"]),
    ],
)
def test_one_odd_row_changes_nothing_for_others(
    export: Any, odd: str, email: str | None, username: str | None, guardians: list[str]
) -> None:
    """A block that has something odd in it gives the same records for the other rows as one that has not."""
    columns = ["Student_Number", "First_Name", "Student_Email", "Network_ID", "GuardianEmail"]
    export.set("students", columns=columns).put("students.txt", rows("2000\tBo\tbo@a.example\tbo\t"))
    plain = export.read("students").students

    found = export.put("students.txt", rows(odd)).read("students").students

    attributes = ("given_name", "email", "username", "guardians")
    for one in plain:
        if one.idnumber != "2000":
            other = found[one.idnumber]
            assert [getattr(one, name) for name in attributes] == [
                getattr(other, name) for name in attributes
            ]
    assert found["1001"].guardians == {"Gg@a.example", "Gh@b.example"}
    assert found["1002"].guardians == frozenset()
    bo = found["2000"]
    assert (bo.email, bo.username, sorted(bo.guardians)) == (email, username, guardians)
