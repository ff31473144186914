"""A school on the left, filled by hand, and a Moodle on the right: in a SQLite file, or on a real server."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from dss import school as vocabulary
from dss.actions import Action
from dss.apply import apply
from dss.branches import DataStoreBranch
from dss.keys import key
from dss.plan import make_plan
from dss.report import Report
from dss.testing.servers import MariaDB, PostgreSQL, Server, ServerMissing
from dss.tree import DataStoreTree
from dss_moodle_db.branches import MoodleTree
from dss_moodle_db.embedded import create_site
from dss_moodle_db.tables import site_tables

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
    """A Moodle's database, looked at and filled by plain SQL, in which a `?` stands for a value."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.url_option: Any = url
        self.trees: list[MoodleTree] = []

    def run(self, statement: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        """Run a statement, outside of any transaction; its rows."""
        raise NotImplementedError

    def tables(self) -> list[str]:
        """The names of all tables."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the database."""

    def tree(self, **options: Any) -> MoodleTree:
        """A tree of this Moodle; closed after the test."""
        tree = MoodleTree(**{"url": self.url, "category": CATEGORY, **options})
        self.trees.append(tree)
        return tree

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a query."""
        return self.run(statement, values)

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
        statement = f"INSERT INTO mdl_{table} ({names}) VALUES ({marks}) RETURNING id"
        return int(self.value(statement, *values.values()))

    def change(self, statement: str, *values: object) -> None:
        """Run any other statement."""
        self.run(statement, values)

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

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything, by table."""
        return {
            name: [tuple(row.values()) for row in self.rows(f'SELECT * FROM "{name}" ORDER BY 1')]
            for name in self.tables()
        }


class SQLiteSite(Site):
    """One in a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"sqlite:///{path}")
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        _without_waiting(self.connection)

    def run(self, statement: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        """Run a statement."""
        return [dict(row) for row in self.connection.execute(statement, values)]

    def tables(self) -> list[str]:
        """The names of all tables."""
        return [row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class ServerSite(Site):
    """One on a server."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        # it holds a password, so a configuration must not have it in plain text
        self.url_option = {"env": f"DSS_TEST_{make_url(url).database}".upper()}
        os.environ[self.url_option["env"]] = url
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self.connection: Connection = self.engine.connect()
        if self.engine.dialect.name != "postgresql":
            self.connection.exec_driver_sql("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")

    def run(self, statement: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
        """Run a statement."""
        statement = statement.replace("%", "%%").replace("?", "%s")
        done = self.connection.exec_driver_sql(statement, values)
        return [dict(row) for row in done.mappings()] if done.returns_rows else []

    def tables(self) -> list[str]:
        """The names of all tables."""
        schema = "'public'" if self.engine.dialect.name == "postgresql" else "database()"
        found = self.rows(
            f"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = {schema} ORDER BY 1"
        )
        return [row["name"] for row in found]

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
        self.engine.dispose()


class Sites:
    """Fresh sites on one server, quickly: a site that is no longer needed is put back to what it was at first.

    Args:
        server: it runs.
        driver: what a URL to it begins with.
    """

    def __init__(self, server: Server, driver: str) -> None:
        self.server, self.driver = server, driver
        self._engine = create_engine(self._url(""), isolation_level="AUTOCOMMIT")
        self._free: list[str] = []
        self._made = 0
        self._new("pristine")
        create_site(self._url("pristine"))

    def _url(self, database: str) -> str:
        return self.server.url(self.driver, database)

    @property
    def _is_postgresql(self) -> bool:
        return self.driver.startswith("postgresql")

    def _new(self, name: str, template: str = "") -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{template}")

    @contextmanager
    def site(self) -> Iterator[ServerSite]:
        """One that nobody else uses."""
        name = self._taken()
        site = ServerSite(self._url(name))
        yield site
        for tree in site.trees:
            tree.close()
        site.close()
        if self._is_postgresql:
            with self._engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        else:
            self._free.append(name)

    def _taken(self) -> str:
        if self._is_postgresql:
            self._made += 1
            self._new(f"site{self._made}", " TEMPLATE pristine")
            return f"site{self._made}"
        if not self._free:
            self._made += 1
            self._new(f"site{self._made}")
            create_site(self._url(f"site{self._made}"))
            return f"site{self._made}"
        name = self._free.pop()
        with self._engine.connect() as connection:
            for table in site_tables().values():
                connection.exec_driver_sql(f"DELETE FROM {name}.{table.name}")
                connection.exec_driver_sql(
                    f"INSERT INTO {name}.{table.name} SELECT * FROM pristine.{table.name}"
                )
        return name

    def close(self) -> None:
        """Let go of the server."""
        self._engine.dispose()


def _without_waiting(connection: object, _record: object = None) -> None:
    """No test pulls the plug, so nothing need wait for the disk."""
    if isinstance(connection, sqlite3.Connection):
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


def _sites(server: Server, driver: str) -> Iterator[Sites]:
    """Sites on a server of its own; where it is not installed the tests are skipped, unless they are required."""
    pytest.importorskip(driver.partition("+")[2])
    try:
        running = server.__enter__()
    except ServerMissing as error:
        if os.environ.get("DSS_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(str(error))
    try:
        sites = Sites(running, driver)
        yield sites
        sites.close()
    finally:
        running.__exit__()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Sites]:
    """Sites in PostgreSQL."""
    yield from _sites(PostgreSQL(), "postgresql+psycopg")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Sites]:
    """Sites in MariaDB."""
    yield from _sites(MariaDB(), "mariadb+pymysql")


@pytest.fixture(params=["postgresql", "mariadb"])
def on_server(request: pytest.FixtureRequest) -> Iterator[ServerSite]:
    """A fresh site on each server."""
    sites: Sites = request.getfixturevalue(request.param)
    with sites.site() as site:
        yield site


@pytest.fixture
def make_site(empty_site: Path, tmp_path: Path) -> Iterator[Callable[[], SQLiteSite]]:
    """Fresh sites, as many as are asked for."""
    made: list[SQLiteSite] = []

    def make() -> SQLiteSite:
        path = tmp_path / f"moodle{len(made)}.db"
        shutil.copyfile(empty_site, path)
        made.append(SQLiteSite(path))
        return made[-1]

    yield make
    for site in made:
        for tree in site.trees:
            tree.close()
        site.close()


@pytest.fixture
def site(make_site: Callable[[], SQLiteSite]) -> SQLiteSite:
    """A fresh site."""
    return make_site()


@pytest.fixture
def moodle(site: SQLiteSite) -> MoodleTree:
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


ON_SERVERS = ("students", "enrollments")
"""Branches that show on a server what SQLite cannot. `DSS_EVERY_BRANCH=1` tries the kit's checks on all of them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the kit's checks as slow, and leave out what has been seen by other branches."""
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        kind = item.getparent(pytest.Class)
        if item.path.name == "test_conformance.py":
            item.add_marker(pytest.mark.slow)
        callspec: Any = getattr(item, "callspec", None)
        branch = None if callspec is None else callspec.params.get("branch")
        is_left_out = (
            kind is not None
            and kind.name in ("TestInPostgreSQL", "TestInMariaDB")
            and branch is not None
            and branch not in ON_SERVERS
            and not os.environ.get("DSS_EVERY_BRANCH")
        )
        (left_out if is_left_out else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
