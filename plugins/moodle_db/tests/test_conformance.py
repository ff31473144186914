"""The connector does all that it declares, and touches nothing else: the suite of `dss.testing`, on a Moodle in SQL."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from dss.keys import key, split_key
from dss.testing import System, TargetSuite, Wire
from dss_moodle_db import cohorts, courses, enrolments, groups, people

CATEGORY, ELSEWHERE = "Category 1", "Category 2"
CLASSES = 100
PEOPLE = ("students", "teachers", "guardians")
COLUMNS = {
    "given_name": "firstname",
    "family_name": "lastname",
    "email": "email",
    "username": "username",
    "homeroom": "department",
}
ROLES = {"student": "student", "teacher": "editingteacher"}
STAMPS = ("timemodified", "timecreated", "timeadded")
"""When Moodle was told something says nothing of what it was told."""
IN_A_COURSE = (
    "SELECT m.id, m.userid, m.groupid, g.courseid, g.idnumber AS class_, u.idnumber AS person, r.id AS given,"
    " r.roleid, m.itemid, e.id AS enrolment, e.status FROM mdl_groups_members m"
    " JOIN mdl_groups g ON g.id = m.groupid JOIN mdl_user u ON u.id = m.userid"
    " JOIN mdl_context c ON c.contextlevel = 50 AND c.instanceid = g.courseid"
    " JOIN mdl_role_assignments r ON r.contextid = c.id AND r.userid = u.id"
    " JOIN mdl_enrol i ON i.courseid = g.courseid AND i.enrol = 'manual'"
    " JOIN mdl_user_enrolments e ON e.enrolid = i.id AND e.userid = u.id"
    " WHERE m.component = '' AND g.idnumber LIKE 'dss:%'"
)


class MoodleInSql(System):
    """A Moodle, reached by plain SQL.

    Args:
        site: the conftest's `Site`, or one with the same methods for another database.
    """

    def __init__(self, site: Any) -> None:
        self.site = site
        site.parent_role()
        self.grade = site.add("user_info_field", shortname="grade", name="Grade", datatype="text")
        self.elsewhere = site.add("course_categories", name=ELSEWHERE, depth=1, path="")
        site.change(
            "UPDATE mdl_course_categories SET path = ? WHERE id = ?", f"/{self.elsewhere}", self.elsewhere
        )
        self.site.context(40, self.elsewhere, "/1")
        for branch in PEOPLE:
            self.cohort(f"dss-{branch}", branch)

    def options(self) -> Mapping[str, Any]:
        """The table `[trees.NAME]` for it."""
        return {
            "url": self.site.url_option,
            "category": CATEGORY,
            "guardian_role": "parent",
            "fields": {"homeroom": "department", "grade": "profile:grade"},
        }

    def seed(self, branch: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records there as the connector would find its own, or give those that are there already these values."""
        for record in records:
            if branch in PEOPLE:
                user = self.person(record)
                cohort = self.site.one("cohort", f"dss-{branch}")
                if not self.site.rows(
                    "SELECT id FROM mdl_cohort_members WHERE cohortid = ? AND userid = ?", cohort, user
                ):
                    self.site.add("cohort_members", cohortid=cohort, userid=user)
            elif branch == "courses":
                self.course(record, 1)
            elif branch == "classes":
                self.group(record, "dss:")
            elif branch == "enrollments":
                self.enrollment(record)
            else:
                self.members(record)

    def seed_outside(self, branch: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records there that others made, or that other plugins keep."""
        for record in records:
            if branch in PEOPLE:
                self.person(record)
            elif branch == "courses":
                self.course(record, self.elsewhere)
            elif branch == "classes":
                self.group(record, "")
            elif branch == "enrollments":
                class_, person = (
                    self.site.one("groups", f"dss:{record['class_']}"),
                    self.site.one("user", record["person"]),
                )
                self.site.add(
                    "groups_members", groupid=class_, userid=person, component="enrol_other", itemid=1
                )
            else:
                self.cohort(f"dss:{record['idnumber']}", record["name"], component="tool_other")

    def remove(self, branch: str, idnumbers: Sequence[str]) -> None:
        """Take records away, as Moodle does."""
        for idnumber in idnumbers:
            if branch in PEOPLE:
                user = self.site.one("user", idnumber)
                gone = {"deleted": 1, "username": f"{idnumber}@gone.1", "email": "0" * 32, "idnumber": ""}
                self.change("user", user, gone)
                for table in ("cohort_members", "groups_members", "user_enrolments", "role_assignments"):
                    self.site.change(f"DELETE FROM mdl_{table} WHERE userid = ?", user)
            elif branch == "enrollments":
                for row in self.seats():
                    if row["idnumber"] == idnumber:
                        self.site.change("DELETE FROM mdl_groups_members WHERE id = ?", row["id"])
                        self.site.change("DELETE FROM mdl_role_assignments WHERE id = ?", row["given"])
                        self.site.change("DELETE FROM mdl_user_enrolments WHERE id = ?", row["enrolment"])
            else:
                table = {"courses": "course", "classes": "groups", "cohorts": "cohort"}[branch]
                mark = "" if branch == "courses" else "dss:"
                self.site.change(f"DELETE FROM mdl_{table} WHERE idnumber = ?", mark + idnumber)

    def dump(self) -> Any:
        """All rows of all tables, without times, and without SQLite's own note of which ids it has given already."""
        return {
            table: [
                {name: value for name, value in row.items() if name not in STAMPS}
                for row in self.site.rows(f'SELECT * FROM "{table}" ORDER BY 1')
            ]
            for table in self.site.tables()
            if not table.startswith("sqlite_")
        }

    # -- reading back ----------------------------------------------------------------------------------------------

    def read_back(self, branch: str) -> Iterable[Mapping[str, Any]]:
        """All records of ours."""
        if branch in PEOPLE:
            return [self.person_found(branch, row) for row in self.members_of(f"dss-{branch}")]
        if branch == "courses":
            found = self.site.rows(
                "SELECT idnumber, fullname AS name FROM mdl_course WHERE category = 1 AND idnumber <> ''"
            )
            return [row for row in found if not row["idnumber"].startswith("ended:")]
        if branch == "classes":
            found = self.site.rows(
                "SELECT g.idnumber, g.name, c.idnumber AS course FROM mdl_groups g"
                " JOIN mdl_course c ON c.id = g.courseid WHERE g.idnumber LIKE 'dss:%'"
            )
            return [{**row, "idnumber": row["idnumber"].removeprefix("dss:")} for row in found]
        if branch == "enrollments":
            return [
                {
                    "idnumber": row["idnumber"],
                    **dict(zip(("class_", "person", "role"), split_key(row["idnumber"]), strict=True)),
                    "enabled": row["status"] == 0,
                }
                for row in self.seats()
            ]
        found = self.site.rows(
            "SELECT idnumber, name FROM mdl_cohort WHERE idnumber LIKE 'dss:%' AND component = ''"
        )
        return [
            {
                "idnumber": row["idnumber"].removeprefix("dss:"),
                "name": row["name"],
                "members": frozenset(one["idnumber"] for one in self.members_of(row["idnumber"])),
            }
            for row in found
        ]

    def members_of(self, cohort: str) -> list[dict[str, Any]]:
        """The accounts in a cohort."""
        return list(
            self.site.rows(
                "SELECT u.* FROM mdl_cohort c JOIN mdl_cohort_members m ON m.cohortid = c.id"
                " JOIN mdl_user u ON u.id = m.userid WHERE c.idnumber = ?",
                cohort,
            )
        )

    def person_found(self, branch: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """An account, in the branch's own words."""
        found = {"idnumber": row["idnumber"], "enabled": not row["suspended"]}
        found.update({name: row[column] for name, column in COLUMNS.items()})
        if branch != "students":
            del found["homeroom"]
            return found
        texts = self.site.rows("SELECT data FROM mdl_user_info_data WHERE userid = ?", row["id"])
        found["grade"] = texts[0]["data"] if texts else None
        guardians = self.site.rows(
            "SELECT u.idnumber FROM mdl_role_assignments r JOIN mdl_context c ON c.id = r.contextid"
            " JOIN mdl_user u ON u.id = r.userid WHERE c.contextlevel = 30 AND c.instanceid = ?",
            row["id"],
        )
        found["guardians"] = frozenset(one["idnumber"] for one in guardians)
        return found

    def seats(self, condition: str = "", *values: object) -> list[dict[str, Any]]:
        """Who is in which class, in which role."""
        roles = {self.site.role(shortname): role for role, shortname in ROLES.items()}
        return [
            {**row, "idnumber": key(row["class_"].removeprefix("dss:"), row["person"], roles[row["roleid"]])}
            for row in self.site.rows(IN_A_COURSE + condition, *values)
            if row["itemid"] in (0, row["roleid"])
        ]

    # -- seeding ---------------------------------------------------------------------------------------------------

    def change(self, table: str, number: int, values: Mapping[str, Any]) -> None:
        """Change a row."""
        for column, value in values.items():
            self.site.change(f"UPDATE mdl_{table} SET {column} = ? WHERE id = ?", value, number)

    def person(self, record: Mapping[str, Any]) -> int:
        """An account with its context, its profile, and those who hold the role of a parent over it."""
        values = {column: record[name] for name, column in COLUMNS.items() if record.get(name) is not None}
        if record.get("enabled") is not None:
            values["suspended"] = int(not record["enabled"])
        user = self.site.one("user", record["idnumber"])
        if user:
            self.change("user", user, values)
        else:
            user = self.site.account(
                values.pop("username"), idnumber=record["idnumber"], auth="manual", **values
            )
            self.site.context(30, user, "/1")
        if record.get("grade") is not None:
            self.site.change("DELETE FROM mdl_user_info_data WHERE userid = ?", user)
            self.site.add("user_info_data", userid=user, fieldid=self.grade, data=record["grade"])
        if record.get("guardians") is not None:
            child, parent = self.site.context_of(30, user), self.site.role("parent")
            self.site.change("DELETE FROM mdl_role_assignments WHERE contextid = ?", child)
            for guardian in record["guardians"]:
                self.site.add(
                    "role_assignments", roleid=parent, contextid=child, userid=self.site.one("user", guardian)
                )
        return int(user)

    def course(self, record: Mapping[str, Any], category: int) -> None:
        """A course with its context and the manual enrolment."""
        values = {"fullname": record["name"]} if record.get("name") is not None else {}
        number = self.site.one("course", record["idnumber"])
        if number:
            self.change("course", number, values)
            return
        names = {"idnumber": record["idnumber"], "shortname": record["idnumber"]}
        number = self.site.add("course", category=category, **names, **values)
        self.site.context(50, number, f"/1/{self.site.context_of(40, category)}")
        self.site.add("enrol", enrol="manual", courseid=number, roleid=self.site.role("student"))

    def group(self, record: Mapping[str, Any], mark: str) -> None:
        """A group of a course."""
        values: dict[str, Any] = {"name": record["name"]} if record.get("name") is not None else {}
        if record.get("course") is not None:
            values["courseid"] = self.site.one("course", record["course"])
        number = self.site.one("groups", mark + record["idnumber"])
        if number:
            self.change("groups", number, values)
        else:
            self.site.add("groups", idnumber=mark + record["idnumber"], **values)

    def enrollment(self, record: Mapping[str, Any]) -> None:
        """The manual enrolment, the role in the course, and the place in the group."""
        class_, person, role = split_key(record["idnumber"])
        status = int(record.get("enabled") is False)
        group, user = self.site.one("groups", f"dss:{class_}"), self.site.one("user", person)
        for row in self.seats(" AND m.groupid = ? AND m.userid = ?", group, user):
            if row["idnumber"] == record["idnumber"]:
                self.change("user_enrolments", row["enrolment"], {"status": status})
                return
        course = self.site.value("SELECT courseid FROM mdl_groups WHERE id = ?", group)
        method = self.site.value("SELECT id FROM mdl_enrol WHERE courseid = ? AND enrol = 'manual'", course)
        self.site.add("user_enrolments", enrolid=method, userid=user, status=status)
        given = self.site.role(ROLES[role])
        self.site.add(
            "role_assignments", roleid=given, contextid=self.site.context_of(50, course), userid=user
        )
        self.site.add("groups_members", groupid=group, userid=user)

    def cohort(self, idnumber: str, name: str, **values: object) -> int:
        """A cohort in the system context."""
        number = self.site.one("cohort", idnumber)
        if number:
            self.change("cohort", number, {"name": name, **values})
            return int(number)
        times = {"timecreated": 1, "timemodified": 1}
        more = {"description": "", "descriptionformat": 1, "contextid": 1, **times, **values}
        return int(self.site.add("cohort", idnumber=idnumber, name=name, **more))

    def members(self, record: Mapping[str, Any]) -> None:
        """A cohort of ours, and who is in it."""
        number = self.cohort(f"dss:{record['idnumber']}", record.get("name") or record["idnumber"])
        if record.get("members") is not None:
            self.site.change("DELETE FROM mdl_cohort_members WHERE cohortid = ?", number)
            for person in record["members"]:
                self.site.add("cohort_members", cohortid=number, userid=self.site.one("user", person))


class MoodleSuite(TargetSuite):
    """What the kit asks of a system that is read and written."""

    connector = "moodle_db"
    many = 600
    unstorable = {  # noqa: RUF012  as the kit declares it
        "html": "Moodle takes markup out of names",
        "long": "names have columns of 100 to 255 characters",
        "nul": "Moodle takes NUL characters out of texts, and PostgreSQL does not store them",
    }

    @pytest.fixture(autouse=True)
    def small_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rows come in small blocks, so that there is a middle in which reading may break."""
        for module in (people, courses, groups, enrolments, cohorts):
            monkeypatch.setattr(module, "ROWS_AT_ONCE", 50)

    # -- samples ---------------------------------------------------------------------------------------------------

    def record(self, branch: str, number: int) -> dict[str, Any]:
        """Every second enrollment is that of a teacher; where there are many, they are of a few classes, as in life."""
        if branch != "enrollments":
            return super().record(branch, number)
        role, people = ("student", "students") if number % 2 else ("teacher", "teachers")
        values = {
            "class_": self.idnumber("classes", number if number <= CLASSES else number % CLASSES + 1),
            "person": self.idnumber(people, number),
            "role": role,
        }
        return {"idnumber": key(*values.values()), **values, "enabled": True}

    # -- between connector and database ----------------------------------------------------------------------------

    def tap(self, client: Any, wire: Wire) -> None:
        """A call is a statement, or the commit; it is broken where the driver is called. An item is a row."""
        dialect = client.engine.dialect

        def told_of(method: str) -> Callable[..., bool]:
            def told(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
                word = statement.split(None, 1)[0].lower()
                if word not in ("select", "insert", "update", "delete"):
                    return False
                call = wire.before(word, (statement, parameters), writes=word != "select")
                getattr(cursor, method)(statement, parameters)
                wire.after(call)
                if word == "select" and context is not None:
                    context.cursor = Watched(cursor, wire)
                return True

            return told

        event.listen(client.engine, "do_execute", told_of("execute"))
        event.listen(client.engine, "do_executemany", told_of("executemany"))
        commit = dialect.do_commit

        def watched_commit(connection: Any) -> None:
            call = wire.before("commit", writes=True)
            commit(connection)
            wire.after(call)

        dialect.do_commit = watched_commit
        wire.is_tapped = True


class TestInSQLite(MoodleSuite):
    """A Moodle in a file."""

    @pytest.fixture
    def system(self, make_site: Callable[[], Any]) -> MoodleInSql:
        """A fresh site."""
        return MoodleInSql(make_site())

    def lost(self) -> BaseException:
        """What the driver raises when the file cannot be read any more."""
        return sqlite3.OperationalError("disk I/O error")

    def busy(self) -> BaseException:
        """What the driver raises when another process writes."""
        return sqlite3.OperationalError("database is locked")

    def refused(self) -> BaseException:
        """What the driver raises when a unique index refuses a row."""
        return sqlite3.IntegrityError("UNIQUE constraint failed: mdl_user.mnethostid, mdl_user.username")


class TestInPostgreSQL(MoodleSuite):
    """A Moodle in PostgreSQL."""

    @pytest.fixture
    def system(self, postgresql: Any) -> Iterator[MoodleInSql]:
        """A fresh site."""
        with postgresql.site() as site:
            yield MoodleInSql(site)

    def lost(self) -> BaseException:
        """What the driver raises when the server goes away."""
        import psycopg

        return psycopg.OperationalError("server closed the connection unexpectedly")

    def busy(self) -> BaseException:
        """What the driver raises when somebody else's lock lasts too long."""
        import psycopg

        return psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")

    def refused(self) -> BaseException:
        """What the driver raises when a unique index refuses a row."""
        import psycopg

        return psycopg.errors.UniqueViolation("duplicate key value violates unique constraint")


class TestInMariaDB(MoodleSuite):
    """A Moodle in MariaDB."""

    @pytest.fixture
    def system(self, mariadb: Any) -> Iterator[MoodleInSql]:
        """A fresh site."""
        with mariadb.site() as site:
            yield MoodleInSql(site)

    def lost(self) -> BaseException:
        """What the driver raises when the server goes away."""
        return _of_pymysql("OperationalError", 2013, "Lost connection to server during query")

    def busy(self) -> BaseException:
        """What the driver raises when somebody else's lock lasts too long."""
        return _of_pymysql("OperationalError", 1205, "Lock wait timeout exceeded; try restarting transaction")

    def refused(self) -> BaseException:
        """What the driver raises when a unique index refuses a row."""
        return _of_pymysql(
            "IntegrityError", 1062, "Duplicate entry '1-x' for key 'mdl_user_mnet_username_uix'"
        )


def _of_pymysql(name: str, number: int, text: str) -> BaseException:
    error: BaseException = getattr(importlib.import_module("pymysql.err"), name)(number, text)
    return error


class Watched:
    """A driver's cursor whose rows are counted."""

    def __init__(self, cursor: Any, wire: Wire) -> None:
        self._cursor, self._wire = cursor, wire

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._cursor, name)
        return partial(self._fetch, found) if name.startswith("fetch") else found

    def _fetch(self, fetch: Callable[..., Any], *size: int) -> Any:
        given = fetch(*size)
        for _ in given if isinstance(given, list) else [given]:
            self._wire.take()
        return given
