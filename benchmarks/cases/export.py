"""The students' file read by the connector powerschool_csv, by a user who has a model of her own.

The columns are told to the connector by PowerSchool's names for them; what PowerSchool has no name for comes
as attributes of the user's model. The hand-written side makes the same objects of the same file.
"""

import csv
import gc
from pathlib import Path
from typing import Any, ClassVar

import attrs

from benchmarks.cases.own import compared
from benchmarks.cases.plain import compare_together
from benchmarks.layouts import SEPARATOR, Layout, several
from benchmarks.measure import Measured
from benchmarks.truth import found
from dss import DataStoreBranch, DataStoreTree, school

COLUMNS = {
    "idnumber": "Student_Number",
    "given_name": "First_Name",
    "family_name": "Last_Name",
    "email": "Student_Email",
    "username": "Network_ID",
    "grade": "Grade_Level",
    "homeroom": "Home_Room",
    "phone": "U_Phone",
    "house": "U_House",
    "birthday": "U_Birthday",
    "guardians": "U_Guardians",
    "clubs": "U_Clubs",
}
EXTRA = ("phone", "house", "birthday", "clubs")
SEATS = ["U_Key", "SectionID", "Student_Number", "U_Role", "U_Start", "Expression"]


@attrs.define(eq=False)
class Student(school.Student):
    """The school's own student: the vocabulary's, and what this school also keeps in step."""

    phone: str | None = None
    house: str | None = None
    birthday: str | None = None
    clubs: frozenset[str] | None = None


class ExportBranches(DataStoreBranch):
    """What is taken of the export."""


class Students(school.Students, ExportBranches):
    """Students only."""

    klass = Student


class Export(DataStoreTree):
    """A PowerSchool export."""

    __connector__: ClassVar[str] = "powerschool_csv"
    __branches__: ClassVar[type] = ExportBranches


def export(folder: Path, side: str) -> Export:
    """One side's file, as the connector is configured for it."""
    students = {
        "files": f"{side}.csv",
        "columns": list(COLUMNS.values()),
        "header": True,
        "extra": {name: COLUMNS[name] for name in EXTRA},
        "split": {"clubs": SEPARATOR},
    }
    guardians = {"emails": [COLUMNS["guardians"]]}
    return Export(name=side, folder=str(folder), delimiter="comma", students=students, guardians=guardians)


def dss_powerschool(folder: Path, layout: Layout) -> Measured:
    """Two exports read in and compared."""
    return compared(export(folder, "left"), export(folder, "right"))


def load(path: Path) -> dict[str, Student]:
    """Objects of that model by idnumber, made by position; a doubled idnumber is an error."""
    items: dict[str, Student] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            number, given, family, email, username, grade, room, phone, house, born, guardians, clubs = row
            if number in items:
                raise ValueError(f"`{number}` stands twice in `{path}`")
            items[number] = Student(
                number,
                given,
                family,
                email,
                username,
                True,
                grade,
                room,
                several(guardians),
                phone,
                house,
                born,
                several(clubs),
            )
    return items


def plain_export(folder: Path, layout: Layout) -> Measured:
    """The same objects made by position with the collector off; then attributes, all of a record at once."""
    measured = Measured()
    gc.disable()
    with measured.phase("read"):
        left, right = load(folder / "left.csv"), load(folder / "right.csv")
    with measured.phase("compare"):
        differences = compare_together(left, right, layout)
    measured.found = found(difference[:3] for difference in differences)
    return measured


@attrs.define(eq=False)
class Enrollment(school.Enrollment):
    """The vocabulary's, and when it meets."""

    start: str | None = None
    period: str | None = None


class SeatBranches(DataStoreBranch):
    """What is taken of an export of schedules alone."""


class Enrollments(school.Enrollments, SeatBranches):
    """Enrolments only."""

    klass = Enrollment


class Seats(DataStoreTree):
    """A PowerSchool export that has CC and nothing else."""

    __connector__: ClassVar[str] = "powerschool_csv"
    __branches__: ClassVar[type] = SeatBranches


def seats(folder: Path, side: str) -> Seats:
    """One side's file, as the connector is configured for it."""
    enrollments = {
        "files": f"{side}.csv",
        "columns": SEATS,
        "header": True,
        "extra": {"start": "U_Start", "period": "Expression"},
    }
    without: dict[str, Any] = {
        branch: {"files": ""} for branch in ("students", "teachers", "courses", "classes")
    }
    return Seats(name=side, folder=str(folder), delimiter="comma", enrollments=enrollments, **without)


def dss_seats(folder: Path, layout: Layout) -> Measured:
    """Two exports read in and compared."""
    return compared(seats(folder, "left"), seats(folder, "right"))


def load_seats(path: Path) -> dict[str, Enrollment]:
    """Objects of that model by idnumber, made by position; a doubled idnumber is an error."""
    items: dict[str, Enrollment] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            _, section, person, _, start, period = row
            key = f"{section}|{person}|student"
            if key in items:
                raise ValueError(f"`{key}` stands twice in `{path}`")
            items[key] = Enrollment(key, section, person, "student", True, start, period)
    return items


def plain_seats(folder: Path, layout: Layout) -> Measured:
    """The same objects made by position with the collector off; then attributes, all of a record at once."""
    measured = Measured()
    gc.disable()
    with measured.phase("read"):
        left, right = load_seats(folder / "left.csv"), load_seats(folder / "right.csv")
    with measured.phase("compare"):
        differences = compare_together(left, right, layout)
    measured.found = found(difference[:3] for difference in differences)
    return measured
