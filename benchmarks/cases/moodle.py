"""The connector moodle_db on SQLite: how many queries a plan takes, and what creating many users costs.

The raw side puts exactly the rows that dss wrote, read back from its database, into the same tables of a fresh
one: one `executemany` a table in one transaction, with nothing to look up and every id known beforehand.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import attrs
from sqlalchemy import event

from benchmarks.measure import Measured
from dss import DataStoreBranch, DataStoreTree, DefaultImporter, Rows
from dss.apply import apply
from dss.plan import make_plan
from dss.school import Students
from dss_moodle_db.embedded import create_site

FIELDS = ("idnumber", "given_name", "family_name", "email", "username", "enabled")
PREFIX = "mdl_"
TOUCHED = ("user", "context", "cohort_members")


class SchoolBranches(DataStoreBranch):
    """What the school has."""


class SchoolStudents(Students, SchoolBranches):
    """Its students."""


class Importer(DefaultImporter):
    """Gives numbered students."""

    def readin_branch(self, branch: type[DataStoreBranch]) -> Rows:
        """Students from number `first` on; those whose number ends in `00` have the family name `family`."""
        options = self.tree.options
        return Rows(FIELDS, map(self.row, range(options.first, options.first + options.students)))

    def row(self, number: int) -> tuple[object, ...]:
        """One student."""
        family = self.tree.options.family if number % 100 == 0 else self.tree.options.everybody
        username = f"student{number}"
        return (str(100_000 + number), "Ada", family, f"{username}@school.example", username, True)


class School(DataStoreTree):
    """A school with invented students."""

    __branches__: ClassVar[type] = SchoolBranches
    __importer__: ClassVar[type] = Importer

    @attrs.frozen
    class Options:
        """How many students, from which number on, and the family name of one in a hundred, and of all others."""

        students: int
        first: int = 0
        family: str = "Dvor"
        everybody: str = "Berg"


class Moodle(DataStoreTree):
    """The Moodle, as the connector gives it."""

    __connector__: ClassVar[str] = "moodle_db"


def site(path: Path) -> Moodle:
    """A fresh site in a SQLite file."""
    path.unlink(missing_ok=True)
    create_site(f"sqlite:///{path}")
    return Moodle(url=f"sqlite:///{path}")


def moodle_dss(folder: Path, users: int) -> Measured:
    """All users into an empty site, planned and then carried out; afterwards nothing is left to do."""
    school, moodle = School(students=users), site(folder / "dss.db")
    measured = Measured()
    with measured.phase("read"):
        +school
        moodle.read(["students"])
    with measured.phase("plan"):
        plan = make_plan(school, moodle, ["students"])
    with measured.phase("apply"):
        report = apply(moodle, plan.actions)
    if report.undone:
        raise ValueError(f"{len(report.undone)} were not done, the first: {report.undone[0]}")
    moodle.read(["students"])
    left = list(school - moodle)
    if left or len(moodle.students) != users:
        raise ValueError(
            f"{len(moodle.students)} of {users} users are there, {len(left)} differences are left"
        )
    moodle.close()
    return measured


def moodle_raw(folder: Path, users: int) -> Measured:
    """The same rows by `executemany`; `moodle_dss` must have been run in this folder before."""
    fresh = folder / "raw.db"
    site(fresh).close()
    with sqlite3.connect(folder / "dss.db") as source, sqlite3.connect(fresh) as target:
        known = {table: largest(target, table) for table in TOUCHED}
        rows = {table: written(source, table, known[table]) for table in TOUCHED}
        names = {table: columns(source, table) for table in TOUCHED}
    for table in TOUCHED:
        if len(rows[table]) != users:
            raise ValueError(f"dss wrote {len(rows[table])} rows into `{table}` for {users} users")
    measured = Measured()
    connection = sqlite3.connect(fresh, isolation_level=None)
    with measured.phase("apply"):
        connection.execute("BEGIN IMMEDIATE")
        for table in TOUCHED:
            marks = ", ".join("?" * len(names[table]))
            connection.executemany(f'INSERT INTO "{PREFIX}{table}" VALUES ({marks})', rows[table])
        connection.execute("COMMIT")
    connection.close()
    return measured


def largest(connection: sqlite3.Connection, table: str) -> int:
    """The highest id in a table, 0 when it is empty."""
    found = connection.execute(f'SELECT coalesce(max(id), 0) FROM "{PREFIX}{table}"').fetchone()[0]
    return int(found)


def written(connection: sqlite3.Connection, table: str, after: int) -> list[tuple[object, ...]]:
    """The rows with a higher id than `after`."""
    return connection.execute(
        f'SELECT * FROM "{PREFIX}{table}" WHERE id > ? ORDER BY id', (after,)
    ).fetchall()


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The table's columns in order."""
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{PREFIX}{table}")')]


@contextmanager
def counted(moodle: Moodle, counts: Counter[str]) -> Iterator[None]:
    """Count the statements sent to the database, by their first word."""

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counts[statement.split(None, 1)[0].upper()] += 1

    engine = moodle.client.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


def planning_queries(folder: Path, students: int) -> dict[str, int]:
    """Statements that reading the site and planning takes, for one size.

    Returns:
        `all new` for an empty site, `few changes` for one that differs in one in a hundred records three ways.
    """
    moodle = site(folder / f"queries-{students}.db")
    school = School(students=students)
    first, second = Counter[str](), Counter[str]()
    +school
    with counted(moodle, first):
        moodle.read(["students"])
        plan = make_plan(school, moodle, ["students"])
    expect(len(plan.actions), students, plan.errors)
    school >> moodle
    later = School(students=students, first=students // 100, family="Dvorsen")
    +later
    with counted(moodle, second):
        moodle.read(["students"])
        plan = make_plan(later, moodle, ["students"])
    changed = sum(1 for number in range(students // 100, students) if number % 100 == 0)
    expect(len(plan.actions), 2 * (students // 100) + changed, plan.errors)
    moodle.close()
    return {"all new": first.total(), "few changes": second.total()}


def expect(there: int, wanted: int, errors: object) -> None:
    """Refuse a plan that is not what the two sides' numbers make certain."""
    if there != wanted or errors:
        raise ValueError(f"the plan has {there} actions where {wanted} are right; errors: {errors}")
