"""The dss sides, written as a user of the library would: two trees, an importer, and the operators.

`dss_mappings` has an importer that gives mappings, `dss_rows` one that gives its rows by position. Both read
the files with the same `csv.reader` as the hand-written sides.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import attrs

from benchmarks.cases.plain import mappings
from benchmarks.layouts import LAYOUTS, STUDENTS, Layout, setter
from benchmarks.measure import Measured
from benchmarks.models import Enrollment, Student
from benchmarks.truth import ATTRIBUTE, GONE, NEW, found
from dss import Action, DataStoreBranch, DataStoreTree, DefaultImporter, Kind, Rows


class StudentBranches(DataStoreBranch):
    """What a school with students has."""


class Students(StudentBranches):
    """Its students."""

    __branchname__ = "students"
    klass = Student


class EnrollmentBranches(DataStoreBranch):
    """What a school with enrolments has."""


class Enrollments(EnrollmentBranches):
    """Its enrolments."""

    __branchname__ = "enrollments"
    klass = Enrollment
    key_of = ("class_", "person", "role")


class MappingImporter(DefaultImporter):
    """Gives each record as a mapping: the plain way."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Iterable[dict[str, Any]]:
        """The file's records."""
        return mappings(self.tree.options.file, LAYOUTS[branch.__name__])


class RowImporter(DefaultImporter):
    """Gives the field names once and then plain tuples: the quick way."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Rows:
        """The file's records."""
        layout = LAYOUTS[branch.__name__]
        return Rows(layout.fields, rows(self.tree.options.file, layout))


def rows(path: Path, layout: Layout) -> Iterator[tuple[object, ...]]:
    """The file's records by position, multi-valued cells split."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from map(setter(layout), reader)


class FileTree(DataStoreTree):
    """A school in one CSV file."""

    @attrs.frozen
    class Options:
        """Where it is."""

        file: Path


class MappedStudents(FileTree):
    """Students, by mappings."""

    __branches__: ClassVar[type] = StudentBranches
    __importer__: ClassVar[type] = MappingImporter


class MappedEnrollments(FileTree):
    """Enrolments, by mappings."""

    __branches__: ClassVar[type] = EnrollmentBranches
    __importer__: ClassVar[type] = MappingImporter


class PositionalStudents(FileTree):
    """Students, by position."""

    __branches__: ClassVar[type] = StudentBranches
    __importer__: ClassVar[type] = RowImporter


class PositionalEnrollments(FileTree):
    """Enrolments, by position."""

    __branches__: ClassVar[type] = EnrollmentBranches
    __importer__: ClassVar[type] = RowImporter


def differences(actions: Iterable[Action]) -> Iterator[tuple[str, str, str]]:
    """The actions in the form in which they are held against the truth."""
    new: set[str] = set()
    for action in actions:
        match action.kind:
            case Kind.NEW:
                new.add(action.idnumber)
                yield NEW, action.idnumber, ""
            case Kind.OLD:
                yield GONE, action.idnumber, ""
            case Kind.ERROR:
                raise ValueError(f"an error where there should be none: {action.message}")
            case _ if action.idnumber in new:
                # a new record's references follow it as adds
                pass
            case _:
                yield ATTRIBUTE, action.idnumber, str(action.attribute)


def compared(left: DataStoreTree, right: DataStoreTree) -> Measured:
    """Read both trees in and compare them."""
    measured = Measured()
    with measured.phase("read"):
        +left
        +right
    with measured.phase("compare"):
        actions = list(left - right)
    measured.found = found(differences(actions))
    return measured


def dss_mappings(folder: Path, layout: Layout) -> Measured:
    """Two trees whose importer gives mappings."""
    tree = MappedStudents if layout is STUDENTS else MappedEnrollments
    return compared(
        tree(name="left", file=folder / "left.csv"), tree(name="right", file=folder / "right.csv")
    )


def dss_rows(folder: Path, layout: Layout) -> Measured:
    """Two trees whose importer gives rows by position."""
    tree = PositionalStudents if layout is STUDENTS else PositionalEnrollments
    return compared(
        tree(name="left", file=folder / "left.csv"), tree(name="right", file=folder / "right.csv")
    )
