"""The peer, diffsync 2.2.3, used as its documentation shows it and with its logging set to warnings.

Its `diff_from` pairs the records but compares no values before somebody asks an element for them, so the
walk that collects the differences is measured too, as a phase of its own.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from diffsync import Adapter, DiffSyncModel
from diffsync.diff import Diff
from diffsync.enum import DiffSyncActions
from diffsync.logging import enable_console_logging

from benchmarks.layouts import ENROLLMENTS, SEPARATOR, STUDENTS, Layout
from benchmarks.measure import Measured
from benchmarks.truth import ATTRIBUTE, GONE, NEW, found


class Student(DiffSyncModel):
    """The same student; multi-valued attributes are sorted lists, the lightest that compare equal."""

    _modelname = "students"
    _identifiers = ("idnumber",)
    _attributes = STUDENTS.fields[1:]

    idnumber: str
    given_name: str
    family_name: str
    email: str
    username: str
    grade: str
    homeroom: str
    phone: str
    house: str
    birthday: str
    guardians: list[str]
    clubs: list[str]


class Enrollment(DiffSyncModel):
    """The same enrolment."""

    _modelname = "enrollments"
    _identifiers = ("idnumber",)
    _attributes = ENROLLMENTS.fields[1:]

    idnumber: str
    class_: str
    person: str
    role: str
    start: str
    period: str


class School(Adapter):
    """Either side of the comparison, read from one CSV file."""

    layout: ClassVar[Layout]

    def __init__(self, path: Path) -> None:
        super().__init__(name=path.stem)
        self.path = path

    def load(self) -> None:
        """Fill the adapter from the file."""
        model = getattr(self, self.layout.name)
        with self.path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader)
            for row in reader:
                record: dict[str, Any] = dict(zip(header, row, strict=True))
                for name in self.layout.several:
                    record[name] = sorted(record[name].split(SEPARATOR)) if record[name] else []
                self.add(model(**record))


class StudentSchool(School):
    """A school's students."""

    layout = STUDENTS
    students = Student
    top_level: ClassVar[list[str]] = [STUDENTS.name]


class EnrollmentSchool(School):
    """A school's enrolments."""

    layout = ENROLLMENTS
    enrollments = Enrollment
    top_level: ClassVar[list[str]] = [ENROLLMENTS.name]


def collect(diff: Diff) -> Iterator[tuple[str, str, str, object, object]]:
    """Every difference with its values, in the form the other sides give."""
    for element in diff.get_children():
        action, idnumber = element.action, element.keys["idnumber"]
        if action == DiffSyncActions.CREATE:
            yield NEW, idnumber, "", element.source_attrs, None
        elif action == DiffSyncActions.DELETE:
            yield GONE, idnumber, "", None, element.dest_attrs
        elif action == DiffSyncActions.UPDATE:
            differing = element.get_attrs_diffs()
            for name, value in differing["+"].items():
                yield ATTRIBUTE, idnumber, name, value, differing["-"][name]


def diffsync(folder: Path, layout: Layout) -> Measured:
    """Two adapters loaded, `diff_from`, and its differences collected."""
    enable_console_logging(verbosity=0)
    school = StudentSchool if layout is STUDENTS else EnrollmentSchool
    left, right = school(folder / "left.csv"), school(folder / "right.csv")
    measured = Measured()
    with measured.phase("read"):
        left.load()
        right.load()
    with measured.phase("compare"):
        diff = right.diff_from(left)
    with measured.phase("collect"):
        differences = list(collect(diff))
    measured.found = found(difference[:3] for difference in differences)
    return measured
