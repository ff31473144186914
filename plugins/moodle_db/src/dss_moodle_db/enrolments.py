"""Reading enrollments: people of ours, in groups of ours, with our roles in the course by the manual method."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from dss.importers import NATIVE, Rows, Scope
from dss.keys import key, split_key
from dss.store import REFUSED
from dss_moodle_db.courses import below_our_category, is_our_course
from dss_moodle_db.dialect import one_of, streamed
from dss_moodle_db.groups import is_our_group
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.manual import METHOD
from dss_moodle_db.marks import marked, unmarked
from dss_moodle_db.scopes import in_any_scope, scope_ids
from dss_moodle_db.site import COURSE_LEVEL

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

FIELDS = ("idnumber", "class_", "person", "role", "enabled")
"""An enrollment has no id of its own: it is three rows, and whoever comes back to a class gets new ones."""
ROWS_AT_ONCE = 5000


def read_enrolments(client: Client) -> Rows:
    """All enrollments of ours."""
    with client.reading() as connection:
        query = _enrolments(client, connection).where(is_our_group(client))
    return Rows(FIELDS, _read(client, query, None))


def read_enrolments_by_idnumber(client: Client, idnumbers: Collection[str], scope: Scope) -> Rows:
    """Some enrollments: ours, or memberships that another plugin keeps and that stand in the way."""
    mark = client.options.mark
    group, user = client.tables.groups, client.tables.user
    wanted = frozenset(idnumbers)
    parts = [split_key(idnumber) for idnumber in idnumbers]
    with client.reading() as connection:
        base = _enrolments(client, connection) if scope is Scope.OURS else _foreign(client)
    query = base.where(
        one_of(group.c.idnumber, (marked(mark, each[0]) for each in parts)),
        one_of(user.c.idnumber, (each[1] for each in parts if len(each) == 3)),
    )
    if scope is Scope.OURS:
        return Rows(FIELDS, _read(client, query, wanted))
    return Rows((*FIELDS, NATIVE, REFUSED), _read_foreign(client, query, wanted))


def read_enrolments_of_groups(
    client: Client, groups: Collection[int]
) -> Iterator[tuple[str, str, str, bool]]:
    """Class, person, role and whether enabled, of the enrollments of ours in some groups of ours."""
    with client.reading() as connection:
        query = _enrolments(client, connection)
    query = query.where(is_our_group(client), one_of(client.tables.groups.c.id, groups))
    return (
        (class_, person, role, enabled) for _, class_, person, role, enabled in _read(client, query, None)
    )


def _enrolments(client: Client, connection: Connection) -> Select[Any]:
    tables = client.tables
    member, group, course = tables.groups_members, tables.groups, tables.course
    category, user, enrol = tables.course_categories, tables.user, tables.enrol
    enrolment, context, given = tables.user_enrolments, tables.context, tables.role_assignments
    roles = [role.id for role in client.site.course_roles.values()]
    return (
        select(
            *(group.c.idnumber, course.c.idnumber, user.c.id, user.c.idnumber),
            *(given.c.roleid, member.c.itemid, enrolment.c.status),
        )
        .select_from(member)
        .join(group, group.c.id == member.c.groupid)
        .join(course, course.c.id == group.c.courseid)
        .join(category, category.c.id == course.c.category)
        .join(user, user.c.id == member.c.userid)
        .join(enrol, (enrol.c.courseid == course.c.id) & (enrol.c.enrol == METHOD))
        .join(enrolment, (enrolment.c.enrolid == enrol.c.id) & (enrolment.c.userid == user.c.id))
        .join(context, (context.c.contextlevel == COURSE_LEVEL) & (context.c.instanceid == course.c.id))
        .join(given, (given.c.contextid == context.c.id) & (given.c.userid == user.c.id))
        .where(
            below_our_category(client),
            member.c.component == "",
            given.c.component == "",
            given.c.roleid.in_(roles),
            user.c.deleted == 0,
            user.c.mnethostid == client.site.mnethostid,
            user.c.id.in_(in_any_scope(client, scope_ids(client, connection))),
        )
        .order_by(member.c.id)
    )


def _read(client: Client, query: Select[Any], wanted: frozenset[str] | None) -> Iterator[tuple[Any, ...]]:
    mark, untouchable = client.options.mark, client.site.untouchable
    names = {role.id: name for name, role in client.site.course_roles.items()}
    classes: dict[tuple[str, str], str | None] = {}
    with client.reading() as connection, streamed(connection, query, ROWS_AT_ONCE) as rows:
        for stored, course, account, person_text, role, note, status in rows:
            if (stored, course) not in classes:
                ours = normal_idnumber(unmarked(mark, stored)) if is_our_course(client, course) else None
                classes[stored, course] = ours
            class_, person = classes[stored, course], normal_idnumber(person_text)
            if class_ is None or person is None or account in untouchable or (note in names and note != role):
                continue
            idnumber = key(class_, person, names[role])
            if wanted is None or idnumber in wanted:
                yield idnumber, class_, person, names[role], status == 0


def _foreign(client: Client) -> Select[Any]:
    member, group, user = client.tables.groups_members, client.tables.groups, client.tables.user
    return (
        select(member.c.id, group.c.idnumber, user.c.idnumber, member.c.component)
        .join(group, group.c.id == member.c.groupid)
        .join(user, user.c.id == member.c.userid)
        .where(member.c.component != "", user.c.deleted == 0)
    )


def _read_foreign(client: Client, query: Select[Any], wanted: frozenset[str]) -> Iterator[tuple[Any, ...]]:
    with client.reading() as connection:
        for number, stored, person, component in connection.execute(query):
            class_ = unmarked(client.options.mark, stored)
            for role in client.site.course_roles:
                idnumber = key(class_ or "", person, role)
                if idnumber in wanted:
                    why = f"the plugin `{component}` keeps the membership in that group"
                    yield idnumber, class_, person, role, None, number, why
