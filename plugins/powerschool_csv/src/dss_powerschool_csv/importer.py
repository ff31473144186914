"""Reads the branches of an export; each file is read as a stream."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from dss.errors import NotProvided
from dss.importers import DefaultImporter, Origin, Rows
from dss_powerschool_csv.classes import Classes, Sections
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.courses import Courses
from dss_powerschool_csv.enrollments import Enrollments
from dss_powerschool_csv.guardians import Guardians
from dss_powerschool_csv.pupils import Pupils
from dss_powerschool_csv.reading import Silent, Tell
from dss_powerschool_csv.students import Students
from dss_powerschool_csv.teachers import Staff, Teachers

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree

BRANCHES = ("students", "guardians", "teachers", "courses", "classes", "enrollments")


class PowerSchoolImporter(DefaultImporter):
    """Offers every branch as `Rows`.

    Who is who (by number, by ID) is kept while a branch is read, since later ones need it; a branch that comes without
    those it needs reads their files for that alone.
    """

    def __init__(self, tree: DataStoreTree) -> None:
        super().__init__(tree)
        self._students: Students | None = None
        self._teachers: Teachers | None = None
        self._courses: Courses | None = None
        self._classes: Classes | None = None

    def __enter__(self) -> PowerSchoolImporter:
        self._forget()
        return self

    def __exit__(self, *exception: object) -> None:
        self._forget()

    def _forget(self) -> None:
        self._students = self._teachers = self._courses = self._classes = None
        self._exports.look_again()

    @property
    def _exports(self) -> Exports:
        exports = self.tree.client
        assert isinstance(exports, Exports)
        return exports

    def readin_branch(self, branch: type[DataStoreBranch]) -> Rows:
        """Read one branch.

        Raises:
            NotProvided: the export has no such branch.
            ReadError: a file is missing, is not what it claims, or cannot be read whole.
        """
        name, tree, exports = branch.__branchname__, self.tree, self._exports
        if name == "students":
            # kept only when it has been read to its end: see `pupils`
            self._students = Students(tree, exports, branch)
            return self._students.rows()
        if name == "guardians":
            return Guardians(tree, exports, branch).rows()
        if name == "teachers":
            self._teachers = Teachers(tree, exports, branch)
            return self._teachers.rows()
        if name == "courses":
            self._courses = Courses(exports, branch)
            return self._courses.rows()
        if name == "classes":
            self._classes = self.make_classes(branch)
            return self._classes.rows()
        if name == "enrollments":
            return Enrollments(tree, exports, branch, self.pupils(), self.sections()).rows()
        raise NotProvided(f"a PowerSchool export has no branch `{name}`")

    def trace(self, branch: type[DataStoreBranch], idnumber: str) -> Iterable[Origin]:
        """Tell of every cell that one record was made of, and of rows of it that were left out."""
        from dss_powerschool_csv.tracing import trace

        if branch.__branchname__ not in BRANCHES:
            return ()
        self._forget()
        try:
            return list(trace(self, self.tree, self._exports, branch.__branchname__, idnumber))
        except NotProvided:
            return ()
        finally:
            self._forget()

    # -- who is who ------------------------------------------------------------------------------------------------

    def pupils(self) -> Pupils | None:
        """Who the student files know; None when the export has none."""
        if not self._exports.provides("students"):
            return None
        if self._students is None or not self._students.reading.done:
            self._students = Students(self.tree, self._exports, Silent())
            self._students.scan()
        return self._students.pupils

    def staff(self) -> Staff | None:
        """Who the teacher files know; None when the export has none."""
        if not self._exports.provides("teachers"):
            return None
        if self._teachers is None or not self._teachers.reading.done:
            self._teachers = Teachers(self.tree, self._exports, Silent())
            self._teachers.scan()
        return self._teachers.staff

    def course_numbers(self) -> set[str] | None:
        """The courses there are; None when the export has no files of them."""
        if not self._exports.provides("courses"):
            return None
        if self._courses is None or not self._courses.reading.done:
            self._courses = Courses(self._exports, Silent())
            self._courses.scan()
        return self._courses.numbers

    def sections(self) -> Sections | None:
        """What the section files know; None when the export has none."""
        if not self._exports.provides("classes"):
            return None
        if self._classes is None or not self._classes.reading.done:
            self._classes = self.make_classes(Silent())
            self._classes.scan()
        return self._classes.sections

    def make_classes(self, tell: Tell) -> Classes:
        """A reader of the section files, with all it has to know of the others."""
        teacher = partial(self.tree.idnumber, "teachers")
        return Classes(self._exports, tell, self.staff(), self.course_numbers(), teacher)
