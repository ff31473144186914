"""What `dss-run check` says of an export: which files would be read, and whether their first rows look right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from dss.attributes import model_of
from dss.errors import NotProvided, ReadError
from dss.tree import DataStoreTree, Finding
from dss_powerschool_csv.classes import Classes, Sections
from dss_powerschool_csv.client import TABLES, Exports
from dss_powerschool_csv.columns import Columns
from dss_powerschool_csv.compiling import Convert
from dss_powerschool_csv.courses import Courses
from dss_powerschool_csv.enrollments import Enrollments
from dss_powerschool_csv.guardians import Guardians
from dss_powerschool_csv.pupils import Pupils
from dss_powerschool_csv.reading import Reading, Sheet, Silent
from dss_powerschool_csv.students import Students
from dss_powerschool_csv.teachers import Staff, Teachers

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_powerschool_csv.newest import Chosen

_Start = Callable[[Sheet], Convert]
_WITHOUT = {
    "students": ("Enroll_Status", "so every student in the file is taken for active"),
    "teachers": ("Status", "so every teacher in the file is taken for active"),
    "enrollments": ("DateLeft", "so only dropped rows (negative SectionID) end an enrolment"),
}


def check(tree: DataStoreTree, exports: Exports) -> Iterator[Finding]:
    """Look at every branch's files; reads no more of each than its first block."""
    exports.look_again()
    there = {branch.__name__ for branch in tree.branches}
    for branch in ("students", "guardians", "teachers", "courses", "classes", "enrollments"):
        if branch not in there:
            continue
        try:
            yield from _check_branch(tree, exports, branch)
        except NotProvided as reason:
            yield Finding("ok", f"`{branch}` is left out: {reason}")
        except ReadError as error:
            told = str(error)
            yield Finding("error", told if told.startswith(f"`{branch}`") else f"`{branch}`: {told}")


def _check_branch(tree: DataStoreTree, exports: Exports, branch: str) -> Iterator[Finding]:
    reading, start = _reader(tree, exports, branch)
    source = "students" if branch == "guardians" else branch
    for file in exports.files(source):
        with exports.open(source, file) as opened:
            sheet = Sheet(file.name, Columns(opened.names, TABLES[source]), opened.form.header)
            start(sheet)
            if branch == "guardians":
                continue
            yield Finding(
                "ok",
                f"`{branch}`: `{file.name}`, {_described(file)}{len(opened.names)} columns, {opened.form.encoding}",
            )
            column, consequence = _WITHOUT.get(branch, ("", ""))
            if column and sheet.place(column) is None:
                yield Finding("warning", f"`{branch}`: `{file.name}` has no column `{column}`, {consequence}")
    if branch == "guardians":
        yield Finding("ok", f"`guardians` are derived from the students by {exports.options.guardians.key}")
        return
    if reading is not None and (unsaid := _unsaid(getattr(tree, branch), reading.absent or ())):
        yield Finding("warning", f"`{branch}`: no column for {', '.join(unsaid)}; nothing is said of these")
    for other in exports.undeclared(branch):
        yield Finding(
            "warning",
            f"`{branch}`: `{other.name}` is of a school that `schools` does not list; it is not read",
        )
    for note in exports.dates_differ(branch):
        yield Finding("warning", f"`{branch}`: {note}")


def _unsaid(branch: type[DataStoreBranch], absent: Iterable[str]) -> list[str]:
    """Those of the attributes without a column that the model has and does not work out for itself."""
    # a branch of its own, since what a check finds is not what the branch has been told by a reading
    probe = branch.bind(branch.tree)
    probe.absent(*absent)
    model = model_of(probe.klass)
    return sorted(name for name in probe.unsaid() if model.dynamic or name in model.names)


def _described(file: Chosen) -> str:
    version = f"version {file.version}" if file.version else ""
    older = f"the newest of {len(file.passed_over) + 1}" if file.passed_over else ""
    return "".join(
        f"{text}, " for text in (f"school {file.school}" if file.school else "", version, older) if text
    )


def _reader(tree: DataStoreTree, exports: Exports, branch: str) -> tuple[Reading | None, _Start]:
    """What would read a branch."""
    tell = Silent()
    if branch == "students":
        students = Students(tree, exports, tell)
        return students.reading, students.start
    if branch == "guardians":
        return None, Guardians(tree, exports, tell).start
    if branch == "teachers":
        teachers = Teachers(tree, exports, tell)
        return teachers.reading, teachers.start
    if branch == "courses":
        courses = Courses(exports, tell)
        return courses.reading, courses.start
    if branch == "classes":
        staff = Staff() if exports.provides("teachers") else None
        classes = Classes(exports, tell, staff, None, str)
        return classes.reading, classes.start
    pupils = Pupils() if exports.provides("students") else None
    sections = Sections() if exports.provides("classes") else None
    enrollments = Enrollments(tree, exports, tell, pupils, sections)
    return enrollments.reading, enrollments.start
