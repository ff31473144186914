"""A folder with everything that a run needs: an export, a Moodle in step with an older one, and its journal."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from tests.faults.child import dss_run, warm_up
from tests.faults.export import MEANT, MEANT_IN, Export
from tests.moodle import make_moodle

CONFIG = """
state = "state"

[trees.sis]
connector = "powerschool_csv"
folder = "exports"
today = "2026-10-06"

[trees.sis.guardians]
names = ["Mother"]

[trees.moodle]
connector = "moodle_db"
url = "sqlite:///moodle.db"
category = "Category 1"
fields = { homeroom = "department" }
guardian_role = "parent"

[[sync]]
left = "sis"
right = "moodle"
branches = ["teachers", "guardians", "students", "courses", "classes", "enrollments", "cohorts"]

[sync.guardians]
model.left = "fault_school/Guardian"

[sync.cohorts]
derive.left = "fault_school/cohorts"

[budgets.enrollments]
count = 30

# a plan that is made anew half-way is judged anew: nothing may stand so near to a limit that half of it passes it
[guards.cohorts]
changes = 0.6
"""

OWN = "fault_school"
OWN_CODE = """
import dss.importers
import dss.school


class Guardian(dss.school.Guardian):
    @property
    def username(self):
        return (self.email or "").lower()


@dss.importers.reads("students", "teachers", "guardians")
def cohorts(tree):
    members = {}
    for pupil in tree.students:
        if pupil.enabled is not False:
            for name in ("all-students", f"grade-{pupil.grade}", f"homeroom-{pupil.homeroom}"):
                members.setdefault(name, set()).add(pupil.idnumber)
    for name, people in (("all-teachers", tree.teachers), ("all-parents", tree.guardians)):
        members[name] = {one.idnumber for one in people if one.enabled is not False}
    for name, people in members.items():
        yield {"idnumber": name, "name": name.title(), "members": frozenset(people)}
"""

PLAN = "night.plan"
"""A file with what is to be done."""
CHANGES = 3
"""What `dss-run plan` ends with where there are changes, and some are held."""
NIGHTS = 2
"""Runs that are in the journal before the night that is disturbed."""
ADOPTED = (42, 43)
"""Newcomers who have an account already that somebody made by hand."""


class Scene:
    """One such folder.

    Args:
        folder: where it is, or is to be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.moodle = folder / "moodle.db"
        self.state = folder / "state"

    def build(self) -> None:
        """Make it: two nights go well, and the export of the third lies there."""
        self.folder.mkdir(parents=True)
        (self.folder / "dss.toml").write_text(CONFIG, encoding="utf-8")
        (self.folder / f"{OWN}.py").write_text(OWN_CODE, encoding="utf-8")
        make_moodle(self.moodle)
        export = Export()
        self._night(export)
        export.let_two_leave()
        self._night(export)
        self._make_by_hand()
        export.change_everything()
        export.write(self.folder / "exports")
        meant = [f"--only=enrollments:{MEANT_IN}|{1000 + number}|student" for number in MEANT]
        self._do("approve", "--yes", *meant)
        self._do("plan", "-o", PLAN, code=CHANGES)

    def _night(self, export: Export) -> None:
        export.write(self.folder / "exports")
        self._do("apply", "--yes")
        warm_up(self.folder, OWN)

    def _do(self, *arguments: str, code: int = 0) -> None:
        ended = dss_run(self.folder, *arguments)
        if ended.code != code:
            raise RuntimeError(f"the scene could not be set: {ended}\n{ended.output}")

    def _make_by_hand(self) -> None:
        with sqlite3.connect(self.moodle) as connection:
            for number in ADOPTED:
                connection.execute(
                    "INSERT INTO mdl_user (username, firstname, lastname, email, idnumber, confirmed, mnethostid,"
                    " password) VALUES (?, 'By', 'Hand', ?, ?, 1, 1, 'not cached')",
                    (f"by.hand.{number}", f"s{number}@school.example", str(1000 + number)),
                )
        connection.close()

    def copy(self, folder: Path) -> Scene:
        """The same in another folder; anything that is there is replaced."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Scene(folder)
