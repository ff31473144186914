"""The AutoSend files: no header, tab between fields, LF, UTF-8, nothing quoted; one file a table and school.

The fields stand in the order in which the administrator typed them into AutoSend, as in `dss.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from riverbend.names import Name
from riverbend.people import ELEMENTARY, GRADUATED, SECONDARY, Pupil
from riverbend.school import School

PREFIXES = {ELEMENTARY: "riverbend_elem", SECONDARY: "riverbend_sec"}
#: What the administrator has reached; she counts 1.8, 1.9, 1.10.
VERSION = "1.10"
OLD_VERSION = "1.9"

Row = tuple[object, ...]


def write(school: School, folder: Path) -> None:
    """Write all files of one night into `folder`."""
    for number, prefix in PREFIXES.items():
        tables = {
            "students": _students(school, number),
            "teachers": _teachers(school, number),
            "courses": _courses(school, number),
            "sections": _sections(school, number),
            "cc": _seats(school, number),
        }
        for table, rows in tables.items():
            _save(folder / f"{prefix}_{table}_v{VERSION}.txt", list(rows))


def write_stale(school: School, folder: Path) -> None:
    """Write last year's student file, of fewer columns, that nobody ever deletes from the folder.

    Its 1.9 comes after 1.10 for whoever sorts the names as text, or reads a decimal number.
    """
    stale = [(*row[:4], *row[5:7]) for row in _students(school, ELEMENTARY) if int(str(row[0] or 0)) % 5 == 0]
    _save(folder / f"riverbend_elem_students_v{OLD_VERSION}.txt", stale)


def _save(path: Path, rows: Iterable[Row]) -> None:
    text = "".join("\t".join(str(each) for each in row) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")


def _day(day: date) -> str:
    return day.strftime("%m/%d/%Y")


def _parent(given: Name | None, surname: Name) -> str:
    return f"{surname.text}, {given.text}" if given else ""


def _school_of(pupil: Pupil) -> int:
    """The file a pupil stands in; graduates stay in the secondary school's, under the hidden school."""
    return GRADUATED if pupil.grade == 99 else pupil.school


def _students(school: School, number: int) -> Iterable[Row]:
    for pupil in sorted(school.pupils, key=lambda each: (each.surname.text, each.given.text, each.record)):
        family = pupil.family
        where = _school_of(pupil)
        if where == number or (where == GRADUATED and number == SECONDARY):
            class_of = 2026 if pupil.grade == 99 else 2027 + 12 - pupil.grade
            yield (
                pupil.number, pupil.surname.text, pupil.given.text, pupil.middle, pupil.grade, pupil.status,
                where, pupil.homeroom, _day(pupil.born), _day(pupil.entry), _day(pupil.exit), class_of,
                pupil.login, family.ident, _parent(family.mother, family.mother_name),
                _parent(family.father, family.name), family.guardian_email, pupil.record,
                pupil.record + 40000,
            )  # fmt: skip


def _teachers(school: School, number: int) -> Iterable[Row]:
    for teacher in school.teachers:
        if number in teacher.posts:
            yield (
                teacher.posts[number], teacher.number, teacher.surname.text, teacher.given.text,
                teacher.email, teacher.status, teacher.staff_status, number, teacher.login, teacher.record,
            )  # fmt: skip


def _courses(school: School, number: int) -> Iterable[Row]:
    for course in school.table.courses:
        if course.school == number:
            yield course.number, course.name, course.credit_type, number


def _sections(school: School, number: int) -> Iterable[Row]:
    for each in school.table.sections:
        if each.course.school == number:
            yield (
                each.record, each.record + 9000, each.course.number, each.number, each.term, number,
                each.teacher, each.expression, each.room,
            )  # fmt: skip


def _seats(school: School, number: int) -> Iterable[Row]:
    for seat in school.table.seats:
        section = seat.section
        if section.course.school == number:
            sign = -1 if seat.dropped else 1
            yield (
                seat.record, seat.record + 100000, seat.pupil.record, seat.pupil.number,
                sign * section.record, sign * section.term, number,
                _day(seat.enrolled), _day(seat.left), section.expression,
            )  # fmt: skip
