"""A school on the left, filled by hand, and a Moodle in a SQLite file on the right."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Engine, event

from dss import school as vocabulary
from dss.actions import Action
from dss.apply import apply
from dss.branches import DataStoreBranch
from dss.keys import key
from dss.plan import make_plan
from dss.report import Report
from dss.tree import DataStoreTree
from dss_moodle_db.branches import MoodleTree
from dss_moodle_db.embedded import create_site

CATEGORY = "Category 1"


class SchoolBranches(DataStoreBranch):
    allow_empty = True


class Guardians(vocabulary.Guardians, SchoolBranches):
    pass


class Students(vocabulary.Students, SchoolBranches):
    pass


class Teachers(vocabulary.Teachers, SchoolBranches):
    pass


class Courses(vocabulary.Courses, SchoolBranches):
    pass


class Classes(vocabulary.Classes, SchoolBranches):
    pass


class Enrollments(vocabulary.Enrollments, SchoolBranches):
    pass


class Cohorts(vocabulary.Cohorts, SchoolBranches):
    pass


class School(DataStoreTree):
    """What is needed, made record by record."""

    __branches__ = SchoolBranches

    def person(self, branch: str, idnumber: str, **given: Any) -> Any:
        """A person with everything that Moodle wants, unless given otherwise."""
        values = {
            "given_name": f"Given {idnumber}",
            "family_name": f"Family {idnumber}",
            "email": f"{idnumber.lower()}@school.example",
            "username": f"user{idnumber.lower()}",
            "enabled": True,
            **given,
        }
        return getattr(self, branch).make(idnumber, **values)

    def course(self, idnumber: str, *classes: str) -> None:
        """A course with classes."""
        self.courses.make(idnumber, name=f"Course {idnumber}")
        for class_ in classes:
            self.classes.make(class_, name=f"Class {class_}", course=idnumber)

    def enrol(self, class_: str, person: str, role: str = "student", enabled: bool = True) -> str:
        """An enrollment; returns its key."""
        idnumber = key(class_, person, role)
        self.enrollments.make(idnumber, class_=class_, person=person, role=role, enabled=enabled)
        return idnumber


class Site:
    """A Moodle's database, looked at and filled by plain SQL."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        _without_waiting(self.connection)
        self.trees: list[MoodleTree] = []

    def tree(self, **options: Any) -> MoodleTree:
        """A tree of this Moodle; closed after the test."""
        tree = MoodleTree(**{"url": self.url, "category": CATEGORY, **options})
        self.trees.append(tree)
        return tree

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a query."""
        return [dict(row) for row in self.connection.execute(statement, values)]

    def row(self, statement: str, *values: object) -> dict[str, Any]:
        """The one row of a query."""
        (row,) = self.rows(statement, *values)
        return row

    def value(self, statement: str, *values: object) -> Any:
        """The one value of a query."""
        (value,) = self.row(statement, *values).values()
        return value

    def add(self, table: str, **values: object) -> int:
        """Insert a row; returns its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        statement = f"INSERT INTO mdl_{table} ({names}) VALUES ({marks})"
        return int(self.connection.execute(statement, tuple(values.values())).lastrowid or 0)

    def change(self, statement: str, *values: object) -> None:
        """Run any other statement."""
        self.connection.execute(statement, values)

    def account(self, username: str, **values: object) -> int:
        """An account somebody made by hand."""
        return self.add("user", **{"username": username, "mnethostid": 1, "confirmed": 1, **values})

    def user(self, idnumber: str) -> dict[str, Any]:
        """The account with this ID number."""
        return self.row("SELECT * FROM mdl_user WHERE idnumber = ?", idnumber)

    def join(self, cohort: str, user: int) -> None:
        """Put an account into a cohort."""
        number = self.value("SELECT id FROM mdl_cohort WHERE idnumber = ?", cohort)
        self.add("cohort_members", cohortid=number, userid=user)

    def members(self, cohort: str) -> set[str]:
        """ID numbers of the members of a cohort."""
        found = self.rows(
            "SELECT u.idnumber FROM mdl_cohort c JOIN mdl_cohort_members m ON m.cohortid = c.id"
            " JOIN mdl_user u ON u.id = m.userid WHERE c.idnumber = ?",
            cohort,
        )
        return {row["idnumber"] for row in found}

    def role(self, shortname: str) -> int:
        """A role's id."""
        return int(self.value("SELECT id FROM mdl_role WHERE shortname = ?", shortname))

    def one(self, table: str, idnumber: str) -> int:
        """The id of the row with an ID number; 0 when there is none."""
        found = self.rows(f"SELECT id FROM mdl_{table} WHERE idnumber = ?", idnumber)
        return int(found[0]["id"]) if found else 0

    def context(self, level: int, instance: int, parent: str) -> int:
        """Make a context."""
        number = int(
            self.add("context", contextlevel=level, instanceid=instance, depth=parent.count("/") + 1)
        )
        self.change("UPDATE mdl_context SET path = ? WHERE id = ?", f"{parent}/{number}", number)
        return number

    def context_of(self, level: int, instance: int) -> int:
        """The context of something."""
        return int(
            self.value(
                "SELECT id FROM mdl_context WHERE contextlevel = ? AND instanceid = ?", level, instance
            )
        )

    def parent_role(self) -> int:
        """Make the role of a parent, which a fresh site does not have."""
        number = self.add("role", shortname="parent", name="Parent", description="", sortorder=20)
        self.add("role_context_levels", roleid=number, contextlevel=30)
        return number

    def tables(self) -> list[str]:
        """The names of all tables."""
        return [row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything, by table."""
        return {
            name: [tuple(row) for row in self.connection.execute(f'SELECT * FROM "{name}" ORDER BY 1')]
            for name in self.tables()
        }


def _without_waiting(connection: sqlite3.Connection, _record: object = None) -> None:
    """No test pulls the plug, so nothing need wait for the disk."""
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    event.listen(Engine, "connect", _without_waiting)
    yield
    event.remove(Engine, "connect", _without_waiting)


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh site, to be copied."""
    path = tmp_path_factory.mktemp("moodle") / "empty.db"
    create_site(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_site(empty_site: Path, tmp_path: Path) -> Iterator[Callable[[], Site]]:
    """Fresh sites, as many as are asked for."""
    made: list[Site] = []

    def make() -> Site:
        path = tmp_path / f"moodle{len(made)}.db"
        shutil.copyfile(empty_site, path)
        made.append(Site(path))
        return made[-1]

    yield make
    for site in made:
        for tree in site.trees:
            tree.close()
        site.connection.close()


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    """A fresh site."""
    return make_site()


@pytest.fixture
def moodle(site: Site) -> MoodleTree:
    """The tree of the fresh site."""
    return site.tree()


@pytest.fixture
def school() -> School:
    """A school without anybody."""
    return School()


@pytest.fixture
def make_school() -> Callable[[], School]:
    """Schools without anybody, as many as are asked for."""
    return School


@attrs.frozen
class Found:
    """What a plan holds, in lists."""

    actions: list[Action]
    errors: list[Action]
    notes: list[str]


Planned = Callable[[School, MoodleTree], Found]
Synced = Callable[[School, MoodleTree], Report]


@pytest.fixture
def plan() -> Planned:
    """Read the Moodle and plan."""

    def planned(school: School, moodle: MoodleTree) -> Found:
        +moodle
        made = make_plan(school, moodle)
        return Found(list(made.actions), list(made.errors), list(made.notes))

    return planned


@pytest.fixture
def sync() -> Synced:
    """Read the Moodle, carry everything out, and see that nothing of what was done is left to do."""

    def synced(school: School, moodle: MoodleTree) -> Report:
        +moodle
        made = make_plan(school, moodle)
        report = apply(moodle, made.actions)
        +moodle
        undone = {_named(result.action) for result in report.undone if result.action is not None}
        left = {_named(action) for action in make_plan(school, moodle).actions}
        assert left <= undone
        return report

    return synced


def _named(action: Action) -> tuple[object, ...]:
    return action.branch, action.kind, action.idnumber, action.attribute


LONG = (
    "test_a_death_at_any_write_loses_nothing",
    "test_a_busy_system_is_asked_again_after_a_pause",
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
)
"""Checks of the kit that make many runs, end processes, or wait: minutes for all branches."""
FIRST = ("students", "courses", "enrollments")
"""Branches that tell whether something is wrong; the others are read and written much like one of these."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what of the kit's checks takes minutes."""
    for item in items:
        if "test_conformance" not in item.nodeid:
            continue
        callspec: Any = getattr(item, "callspec", None)
        branch = callspec.params.get("branch", FIRST[0]) if callspec is not None else FIRST[0]
        if item.name.startswith(LONG) or branch not in FIRST:
            item.add_marker(pytest.mark.slow)
