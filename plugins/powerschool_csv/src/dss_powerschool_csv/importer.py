"""Reads the branches of an export; each file is read as a stream."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dss.errors import NotProvided
from dss.importers import DefaultImporter, Rows
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
            # kept only when it has been read to its end: see `_pupils`
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
            self._classes = self._make_classes(branch)
            return self._classes.rows()
        if name == "enrollments":
            return Enrollments(tree, exports, branch, self._pupils(), self._sections()).rows()
        raise NotProvided(f"a PowerSchool export has no branch `{name}`")

    # -- who is who ------------------------------------------------------------------------------------------------

    def _pupils(self) -> Pupils | None:
        if not self._exports.provides("students"):
            return None
        if self._students is None or not self._students.reading.done:
            self._students = Students(self.tree, self._exports, Silent())
            self._students.scan()
        return self._students.pupils

    def _staff(self) -> Staff | None:
        if not self._exports.provides("teachers"):
            return None
        if self._teachers is None or not self._teachers.reading.done:
            self._teachers = Teachers(self.tree, self._exports, Silent())
            self._teachers.scan()
        return self._teachers.staff

    def _course_numbers(self) -> set[str] | None:
        if not self._exports.provides("courses"):
            return None
        if self._courses is None or not self._courses.reading.done:
            self._courses = Courses(self._exports, Silent())
            self._courses.scan()
        return self._courses.numbers

    def _sections(self) -> Sections | None:
        if not self._exports.provides("classes"):
            return None
        if self._classes is None or not self._classes.reading.done:
            self._classes = self._make_classes(Silent())
            self._classes.scan()
        return self._classes.sections

    def _make_classes(self, tell: Tell) -> Classes:
        teacher = partial(self.tree.idnumber, "teachers")
        return Classes(self._exports, tell, self._staff(), self._course_numbers(), teacher)
