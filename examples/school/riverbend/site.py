"""A Moodle database being filled the way Moodle itself fills it, row by row, with plain SQL."""

from __future__ import annotations

import sqlite3

MANUAL_AUTH, LONG_AGO, SPRING = "manual", 1_500_000_000, 1_775_000_000
SYSTEM, USER_LEVEL, CATEGORY_LEVEL, COURSE_LEVEL = 1, 30, 40, 50


class Site:
    """The database behind one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def add(self, table: str, **values: object) -> int:
        """Insert a row and return its id."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        statement = f"INSERT INTO mdl_{table} ({columns}) VALUES ({marks})"
        done = self.connection.execute(statement, tuple(values.values()))
        return int(done.lastrowid or 0)

    def find(self, table: str, column: str, value: object) -> int:
        """The id of a row."""
        found = self.connection.execute(f"SELECT id FROM mdl_{table} WHERE {column} = ?", (value,)).fetchone()
        return int(found[0])

    def context(self, level: int, instance: int, above: int = SYSTEM) -> int:
        """Make the context of a user, category or course."""
        number = self.add("context", contextlevel=level, instanceid=instance)
        (path,) = self.connection.execute("SELECT path FROM mdl_context WHERE id = ?", (above,)).fetchone()
        place = f"{path}/{number}"
        self.connection.execute(
            "UPDATE mdl_context SET path = ?, depth = ? WHERE id = ?", (place, place.count("/"), number)
        )
        return number

    def account(
        self, username: str, first: str, last: str, email: str, idnumber: str = "", **more: object
    ) -> int:
        """An account with its context."""
        values: dict[str, object] = {
            "auth": MANUAL_AUTH,
            "timecreated": LONG_AGO,
            "timemodified": LONG_AGO,
            **more,
        }
        number = self.add(
            "user", username=username, firstname=first, lastname=last, email=email, idnumber=idnumber,
            confirmed=1, mnethostid=1, password="not cached", **values,
        )  # fmt: skip
        self.context(USER_LEVEL, number)
        return number

    def cohort(self, idnumber: str, name: str, *members: int) -> int:
        """A cohort of the whole site."""
        number = self.add(
            "cohort", contextid=SYSTEM, name=name, idnumber=idnumber, description="", descriptionformat=1,
            timecreated=LONG_AGO, timemodified=LONG_AGO,
        )  # fmt: skip
        for member in members:
            self.join(number, member)
        return number

    def join(self, cohort: int, member: int) -> None:
        """Put an account into a cohort."""
        self.add("cohort_members", cohortid=cohort, userid=member, timeadded=LONG_AGO)

    def category(self, name: str, idnumber: str) -> tuple[int, int]:
        """A category at the top, and its context."""
        number = self.add("course_categories", name=name, idnumber=idnumber, depth=1, timemodified=LONG_AGO)
        self.connection.execute(
            "UPDATE mdl_course_categories SET path = ?, sortorder = ? WHERE id = ?",
            (f"/{number}", 10000 * number, number),
        )
        return number, self.context(CATEGORY_LEVEL, number)

    def course(
        self, category: tuple[int, int], shortname: str, name: str, idnumber: str = ""
    ) -> tuple[int, int]:
        """A course with its first section and manual enrolment; returns its id and its context."""
        number = self.add(
            "course", category=category[0], shortname=shortname, fullname=name, idnumber=idnumber,
            format="topics", startdate=LONG_AGO, timecreated=LONG_AGO,
            timemodified=LONG_AGO, cacherev=LONG_AGO,
        )  # fmt: skip
        self.connection.execute(
            "UPDATE mdl_course SET sortorder = ? WHERE id = ?", (10000 * category[0] + number, number)
        )
        self.connection.execute(
            "UPDATE mdl_course_categories SET coursecount = coursecount + 1 WHERE id = ?", (category[0],)
        )
        self.add(
            "course_sections", course=number, section=0, summary="", summaryformat=1, sequence="", visible=1
        )
        context = self.context(COURSE_LEVEL, number, category[1])
        self.method(number, "manual")
        return number, context

    def method(self, course: int, name: str, **more: object) -> int:
        """A way into a course."""
        return self.add(
            "enrol", enrol=name, courseid=course, status=0, roleid=self.role("student"),
            timecreated=LONG_AGO, timemodified=LONG_AGO, **more,
        )  # fmt: skip

    def role(self, shortname: str) -> int:
        """The id of a role."""
        return self.find("role", "shortname", shortname)

    def parent_role(self) -> int:
        """The role of a parent over a child, which a fresh Moodle does not have."""
        number = self.add(
            "role", shortname="parent", name="Parent", description="", sortorder=20, archetype=""
        )
        self.add("role_context_levels", roleid=number, contextlevel=USER_LEVEL)
        return number

    def enrol(self, course: tuple[int, int], method: int, person: int, role: str, plugin: str = "") -> None:
        """Let a person into a course, with a role; `plugin` owns the role where it is not manual."""
        self.add(
            "user_enrolments", enrolid=method, userid=person, status=0, timeend=0,
            timecreated=LONG_AGO, timemodified=LONG_AGO,
        )  # fmt: skip
        self.add(
            "role_assignments", roleid=self.role(role), contextid=course[1], userid=person,
            component=plugin, itemid=method if plugin else 0, timemodified=LONG_AGO,
        )  # fmt: skip

    def group(self, course: int, name: str, idnumber: str, *members: int) -> int:
        """A group in a course."""
        number = self.add(
            "groups",
            courseid=course,
            name=name,
            idnumber=idnumber,
            timecreated=LONG_AGO,
            timemodified=LONG_AGO,
        )
        for member in members:
            self.add("groups_members", groupid=number, userid=member, timeadded=LONG_AGO)
        return number
