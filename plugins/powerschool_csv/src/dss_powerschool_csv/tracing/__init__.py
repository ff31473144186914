"""Where each value of one record came from: for `dss-run explain`, never in a normal run."""

from __future__ import annotations

from collections.abc import Iterator

from dss.importers import Origin
from dss.tree import DataStoreTree
from dss_powerschool_csv.client import Exports
from dss_powerschool_csv.tracing.lessons import WhoIsWho, trace_class, trace_course, trace_enrollment
from dss_powerschool_csv.tracing.people import trace_guardian, trace_student, trace_teacher

__all__ = ["trace"]


def trace(
    known: WhoIsWho, tree: DataStoreTree, exports: Exports, branch: str, idnumber: str
) -> Iterator[Origin]:
    """Tell of the cells that one record was made of.

    Args:
        known: who is who in files of other branches.
        tree: the tree.
        exports: its files.
        branch: the branch.
        idnumber: as the reader gives it.

    Raises:
        NotProvided: the export has no such branch.
        ReadError: a file cannot be read.
    """
    if branch == "students":
        yield from trace_student(tree, exports, idnumber)
    elif branch == "guardians":
        yield from trace_guardian(tree, exports, idnumber)
    elif branch == "teachers":
        yield from trace_teacher(tree, exports, idnumber)
    elif branch == "courses":
        yield from trace_course(exports, idnumber)
    elif branch == "classes":
        yield from trace_class(known, tree, exports, idnumber)
    elif branch == "enrollments":
        yield from trace_enrollment(known, tree, exports, idnumber)
