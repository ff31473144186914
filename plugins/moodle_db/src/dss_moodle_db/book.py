"""Where a batch's people stand in its courses: read at once, changed person by person, written at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Connection, delete, select, update

from dss_moodle_db.contexts import context_ids, ensure_course_contexts
from dss_moodle_db.dialect import delete_many, insert_many, one_of, update_many
from dss_moodle_db.groups import is_our_group
from dss_moodle_db.manual import ensure_instances
from dss_moodle_db.sessions import mark_dirty
from dss_moodle_db.site import COURSE_LEVEL
from dss_moodle_db.standing import Standing

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

Where = tuple[int, int]
"""A person's account and a course."""


@attrs.define
class Book:
    """Where some people stand in some courses: as it was read, and as it is to be.

    Attributes:
        client: the client.
        courses: the courses looked at.
        people: the accounts looked at.
        foreign: memberships that another plugin keeps, by account and group, with the plugin's name.
    """

    client: Client
    courses: set[int]
    people: set[int]
    foreign: dict[Where, str] = attrs.field(factory=dict)
    _was: dict[Where, Standing] = attrs.field(factory=dict)
    _now: dict[Where, Standing] = attrs.field(factory=dict)
    _instances: dict[int, int] = attrs.field(factory=dict)
    _contexts: dict[int, int] = attrs.field(factory=dict)
    _enrolments: dict[Where, int] = attrs.field(factory=dict)
    _memberships: dict[Where, int] = attrs.field(factory=dict)

    def standing(self, user: int, course: int) -> Standing:
        """Where a person stands in a course, to be changed in place."""
        where = (user, course)
        if where not in self._now:
            ours = frozenset(role.id for role in self.client.site.course_roles.values())
            self._now[where] = self._was.setdefault(where, Standing(ours)).copy()
        return self._now[where]

    def read(self, connection: Connection) -> None:
        """Read everything about these people in these courses, in a few questions."""
        self._instances = ensure_instances(self.client, connection, self.courses)
        ensure_course_contexts(self.client, connection, self.courses)
        self._contexts = context_ids(self.client, connection, COURSE_LEVEL, self.courses)
        self._read_enrolments(connection)
        self._read_roles(connection)
        self._read_groups(connection)

    def _at(self, user: int, course: int) -> Standing:
        ours = frozenset(role.id for role in self.client.site.course_roles.values())
        return self._was.setdefault((user, course), Standing(ours))

    def _read_enrolments(self, connection: Connection) -> None:
        enrolment = self.client.tables.user_enrolments
        of = {self._instances[course]: course for course in self.courses}
        query = (
            select(enrolment.c.id, enrolment.c.userid, enrolment.c.enrolid, enrolment.c.status)
            .where(one_of(enrolment.c.enrolid, of), one_of(enrolment.c.userid, self.people))
            .order_by(enrolment.c.id)
            .with_for_update()
        )
        for number, user, instance, status in connection.execute(query):
            self._at(user, of[instance]).active = status == 0
            self._enrolments[user, of[instance]] = number

    def _read_roles(self, connection: Connection) -> None:
        given = self.client.tables.role_assignments
        of = {self._contexts[course]: course for course in self.courses}
        query = select(given.c.userid, given.c.contextid, given.c.roleid).where(
            one_of(given.c.contextid, of), one_of(given.c.userid, self.people), given.c.component == ""
        )
        for user, context, role in connection.execute(query):
            standing = self._at(user, of[context])
            if role in standing.ours:
                standing.roles.add(role)
            else:
                standing.other_roles = True

    def _read_groups(self, connection: Connection) -> None:
        member, group = self.client.tables.groups_members, self.client.tables.groups
        query = (
            select(
                *(member.c.id, member.c.userid, group.c.courseid, group.c.id),
                *(member.c.component, member.c.itemid),
            )
            .join(group, group.c.id == member.c.groupid)
            .where(
                one_of(group.c.courseid, self.courses),
                one_of(member.c.userid, self.people),
                is_our_group(self.client),
            )
            .order_by(member.c.id)
            .with_for_update(of=member)
        )
        for membership, user, course, number, component, note in connection.execute(query):
            if component:
                self.foreign[user, number] = component
            else:
                self._at(user, course).groups[number] = note
                self._memberships[user, number] = membership

    # -- writing ---------------------------------------------------------------------------------------------------

    def write(self, connection: Connection) -> None:
        """Store what has changed."""
        changed = {where: now for where, now in self._now.items() if now != self._was[where]}
        if not changed:
            return
        self._write_enrolments(connection, changed)
        self._write_roles(connection, changed)
        self._write_groups(connection, changed)
        mark_dirty(self.client, connection, [user for user, _ in changed])

    def _write_enrolments(self, connection: Connection, changed: dict[Where, Standing]) -> None:
        enrolment = self.client.tables.user_enrolments
        now = self.client.now
        made: list[tuple[int, int, int]] = []
        switched: dict[int, list[tuple[int, int]]] = {}
        for (user, course), standing in changed.items():
            was = self._was[user, course]
            if standing.active is None or standing.active == was.active:
                continue
            status = 0 if standing.active else 1
            if was.active is None:
                made.append((self._instances[course], user, status))
            else:
                switched.setdefault(status, []).append((self._enrolments[user, course], status))
        fixed = {"timestart": 0, "timeend": 0, "timecreated": now, "timemodified": now}
        insert_many(connection, enrolment, ["enrolid", "userid", "status"], made, fixed)
        for status, rows in switched.items():
            # who comes back must not meet an end that has passed meanwhile
            end = {"timeend": 0} if status == 0 else {}
            update_many(connection, enrolment, ["id", "status"], rows, {"timemodified": now, **end})

    def _write_roles(self, connection: Connection, changed: dict[Where, Standing]) -> None:
        given = self.client.tables.role_assignments
        giving: list[tuple[int, int, int]] = []
        taking: list[tuple[int, int, int]] = []
        for (user, course), standing in changed.items():
            was = self._was[user, course].roles
            context = self._contexts[course]
            giving.extend((role, context, user) for role in sorted(standing.roles - was))
            taking.extend((role, context, user) for role in sorted(was - standing.roles))
        columns = ["roleid", "contextid", "userid"]
        insert_many(connection, given, columns, giving, {"timemodified": self.client.now})
        delete_many(connection, given, columns, taking, given.c.component == "")

    def _write_groups(self, connection: Connection, changed: dict[Where, Standing]) -> None:
        member = self.client.tables.groups_members
        joining: list[tuple[int, int, int]] = []
        leaving: list[int] = []
        noting: list[tuple[int, int]] = []
        touched: set[int] = set()
        for (user, course), standing in changed.items():
            was = self._was[user, course].groups
            for number, note in standing.groups.items():
                if number not in was:
                    joining.append((number, user, note))
                    touched.add(number)
                elif was[number] != note:
                    noting.append((self._memberships[user, number], note))
            gone = [number for number in was if number not in standing.groups]
            leaving.extend(self._memberships[user, number] for number in gone)
            touched.update(gone)
        now = self.client.now
        fixed = {"timeadded": now, "component": ""}
        insert_many(connection, member, ["groupid", "userid", "itemid"], joining, fixed)
        update_many(connection, member, ["id", "itemid"], noting)
        connection.execute(delete(member).where(one_of(member.c.id, leaving)))
        group = self.client.tables.groups
        # as Moodle itself does with whoever joins or leaves
        connection.execute(update(group).where(one_of(group.c.id, touched)).values(timemodified=now))
