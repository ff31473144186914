"""A folder with a small, sound export, which a test then spoils in one way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dss_powerschool_csv.tree import PowerSchool

COLUMNS = {
    "students": (
        "ID Student_Number First_Name Last_Name Enroll_Status Grade_Level Home_Room Student_Email GuardianEmail"
        " Network_ID"
    ),
    "teachers": "ID TeacherNumber First_Name Last_Name Email_Addr Status LoginID",
    "courses": "Course_Number Course_Name CreditType",
    "classes": "ID Course_Number Section_Number Teacher",
    "enrollments": "ID StudentID SectionID TermID DateEnrolled DateLeft",
}
FILES = {
    "students": "students.txt",
    "teachers": "teachers.txt",
    "courses": "courses.txt",
    "classes": "sections.txt",
    "enrollments": "cc.txt",
}
ROWS = {
    "students": [
        [
            "501",
            "1001",
            "Ada",
            "Berg",
            "0",
            "7",
            "7A",
            "ada@school.example",
            "eva@home.example,jon@home.example",
            "ada.berg",
        ],
        ["502", "1002", "Bo", "Ek", "-1", "0", "KA", "bo@school.example", "mia@home.example", ""],
        ["503", "1003", "Cleo", "Holm", "2", "8", "", "", "zoe@home.example", ""],
    ],
    "teachers": [
        ["81", "21", "Dina", "Moss", "dmoss@school.example", "1", "dmoss"],
        ["82", "22", "Egon", "Ray", "eray@school.example", "1", "##eray"],
        ["83", "23", "Fay", "Old", "fold@school.example", "2", "fold"],
    ],
    "courses": [["MA7", "Mathematics 7", "Science"], ["EN7", "English 7", "Languages"]],
    "classes": [["3001", "MA7", "1", "81"], ["3002", "EN7", "1", "82"], ["3003", "EN7", "2", "0"]],
    "enrollments": [
        ["9001", "501", "3001", "3600", "08/24/2026", "06/19/2027"],
        ["9002", "502", "3002", "3600", "08/24/2026", "06/19/2027"],
        ["9003", "501", "3002", "3600", "8/24/2026", "0/0/0"],
    ],
}


class Export:
    """An export in a folder; its tables may be changed before it is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = {branch: [list(row) for row in rows] for branch, rows in ROWS.items()}
        self.options: dict[str, Any] = {"today": "2026-10-01"}
        for branch, columns in COLUMNS.items():
            self.options[branch] = {"files": FILES[branch], "columns": columns.split()}

    def text(self, branch: str) -> str:
        """A table as AutoSend writes it."""
        return "".join("\t".join(row) + "\n" for row in self.rows[branch])

    def write(self) -> Export:
        """Write all tables that the test has not written itself."""
        for branch, name in FILES.items():
            path = self.folder / name
            if not path.exists():
                path.write_bytes(self.text(branch).encode())
        return self

    def put(self, name: str, data: str | bytes) -> Export:
        """Write one file, as it is."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return self

    def set(self, branch: str, **options: Any) -> Export:
        """Change the options of one branch."""
        self.options.setdefault(branch, {}).update(options)
        return self

    def tree(self, **options: Any) -> PowerSchool:
        """The tree, unread."""
        self.write()
        tree = PowerSchool(**{"folder": str(self.folder), **self.options, **options})
        tree.set_idnumber_templates({"teachers": "T{idnumber}", "guardians": "G{idnumber}"})
        return tree

    def read(self, *branches: str, **options: Any) -> PowerSchool:
        """The tree, read in."""
        tree = self.tree(**options)
        tree.read(branches or None)
        return tree


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """A small export of five tables, without header lines."""
    return Export(tmp_path)


@pytest.fixture
def cc(export: Export) -> Callable[..., Export]:
    """Put rows into CC: `cc([...], [...])` replaces those there are."""

    def put(*rows: list[str]) -> Export:
        export.rows["enrollments"] = [list(row) for row in rows]
        return export

    return put
