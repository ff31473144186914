"""Where each value of one record stands in the database: for `dss-run explain`, never in a normal run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, Table, select

from dss.importers import Origin
from dss.keys import split_key
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.courses import is_our_course
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.manual import METHOD
from dss_moodle_db.marks import marked
from dss_moodle_db.people import COLUMNS
from dss_moodle_db.places import Place, find_places
from dss_moodle_db.scopes import find_scopes, in_any_scope, scope_ids
from dss_moodle_db.site import COURSE_LEVEL, USER_LEVEL

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client


def trace(client: Client, branch: type[DataStoreBranch], idnumber: str) -> Iterator[Origin]:
    """Tell of the rows that one record is read from; what is there and not ours is told of as not taken."""
    name = branch.__name__
    if normal_idnumber(idnumber) != idnumber:
        return
    with client.reading() as connection:
        if name in PEOPLE:
            yield from _person(client, connection, branch, idnumber)
        elif name == "courses":
            yield from _course(client, connection, idnumber)
        elif name == "classes":
            yield from _class(client, connection, idnumber)
        elif name == "enrollments":
            yield from _enrollment(client, connection, idnumber)
        elif name == "cohorts":
            yield from _cohort(client, connection, idnumber)


def _at(table: Table, number: Any, column: str = "") -> str:
    return f"{table.name}{f'.{column}' if column else ''} of id {number}"


def _rows(connection: Connection, query: Select[Any], *idnumbers: str) -> list[Any]:
    """The rows of a query; those of other idnumbers left out, since some databases take `ab` for `AB`."""
    return [row for row in connection.execute(query) if not idnumbers or row.idnumber in idnumbers]


# -- people ------------------------------------------------------------------------------------------------------------


def _person(
    client: Client, connection: Connection, branch: type[DataStoreBranch], idnumber: str
) -> Iterator[Origin]:
    user, member = client.tables.user, client.tables.cohort_members
    cohort = client.options.cohorts[branch.__name__]
    scope = find_scopes(client, connection).get(branch.__name__, -1)
    places = find_places(client, connection, branch.names())
    columns = {*COLUMNS.values(), *(place.column for place in places if place.column)}
    query = select(
        user.c.id, user.c.idnumber, user.c.suspended, *(user.c[name] for name in sorted(columns))
    ).where(user.c.idnumber == idnumber, user.c.deleted == 0, user.c.mnethostid == client.site.mnethostid)
    for row in _rows(connection, query.order_by(user.c.id), idnumber):
        inside = _rows(
            connection, select(member.c.id).where(member.c.cohortid == scope, member.c.userid == row.id)
        )
        if inside:
            why = f"in cohort `{cohort}` ({_at(member, inside[0].id)}), so it is in our scope"
        else:
            why = f"not in cohort `{cohort}`, so it is none of our {branch.__name__}"
        untouchable = client.site.why_untouchable(row.id, row.username)
        if untouchable is not None:
            why = f"it is {untouchable}: it is left alone"
        taken = bool(inside) and untouchable is None
        yield Origin("", row.id, _at(user, row.id), why, taken)
        yield Origin("idnumber", row.idnumber, _at(user, row.id, "idnumber"), taken=taken)
        for attribute, column in COLUMNS.items():
            yield Origin(attribute, getattr(row, column), _at(user, row.id, column), taken=taken)
        suspended = "suspended" if row.suspended else "not suspended"
        yield Origin("enabled", row.suspended, _at(user, row.id, "suspended"), suspended, taken)
        for place in places:
            yield _at_place(client, connection, place, row, taken=taken)
        if client.options.guardian_role and "guardians" in branch.names():
            yield from _guardians(client, connection, row.id, taken=taken)


def _at_place(client: Client, connection: Connection, place: Place, row: Any, *, taken: bool) -> Origin:
    user, data = client.tables.user, client.tables.user_info_data
    if place.column:
        return Origin(
            place.attribute, getattr(row, place.column), _at(user, row.id, place.column), taken=taken
        )
    found = _rows(
        connection, select(data.c.data).where(data.c.userid == row.id, data.c.fieldid == place.field)
    )
    where = f"{data.name}.data of user {row.id}, profile field {place.field}"
    if found:
        return Origin(place.attribute, found[0].data, where, taken=taken)
    return Origin(
        place.attribute, place.default, where, "there is no such row, so the field's default counts", taken
    )


def _guardians(client: Client, connection: Connection, child: int, *, taken: bool) -> Iterator[Origin]:
    """Who holds the role over the child, those outside our scope as well."""
    role = client.site.guardian_role
    assert role is not None
    given, context, user = client.tables.role_assignments, client.tables.context, client.tables.user
    member = client.tables.cohort_members
    ours = find_scopes(client, connection).get("guardians", -1)
    query = (
        select(
            given.c.id,
            given.c.component,
            user.c.id.label("guardian"),
            user.c.idnumber,
            member.c.id.label("inside"),
        )
        .select_from(given)
        .join(context, context.c.id == given.c.contextid)
        .join(user, user.c.id == given.c.userid)
        .outerjoin(member, (member.c.userid == user.c.id) & (member.c.cohortid == ours))
        .where(
            context.c.contextlevel == USER_LEVEL,
            context.c.instanceid == child,
            given.c.roleid == role.id,
            user.c.deleted == 0,
        )
        .order_by(given.c.id)
    )
    for row in _rows(connection, query):
        if row.component:
            why = f"kept by the plugin `{row.component}`, and so none of ours"
        elif row.inside is None:
            why = f"account {row.guardian} is not in our scope of guardians"
        else:
            why = f"account {row.guardian} has the role `{client.options.guardian_role}` over this one"
        counts = taken and not row.component and row.inside is not None
        yield Origin("guardians", row.idnumber, _at(given, row.id), why, counts)


# -- courses and classes -----------------------------------------------------------------------------------------------


def _in_our_category(client: Client, connection: Connection, category: int) -> tuple[bool, str]:
    table, ours = client.tables.course_categories, client.site.category
    found = _rows(connection, select(table.c.path, table.c.name).where(table.c.id == category))
    path, name = found[0] if found else ("", "")
    inside = path == ours.path or path.startswith(f"{ours.path}/")
    return (
        inside,
        f"in category `{name}`, {'ours or below it' if inside else f'which is not below `{ours.name}`'}",
    )


def _course(client: Client, connection: Connection, idnumber: str) -> Iterator[Origin]:
    course = client.tables.course
    query = select(course.c.id, course.c.idnumber, course.c.fullname, course.c.category)
    for row in _rows(connection, query.where(course.c.idnumber == idnumber).order_by(course.c.id), idnumber):
        taken, why = _in_our_category(client, connection, row.category)
        yield Origin("", row.id, _at(course, row.id), why, taken)
        yield Origin("idnumber", row.idnumber, _at(course, row.id, "idnumber"), taken=taken)
        yield Origin("name", row.fullname, _at(course, row.id, "fullname"), taken=taken)


def _groups(client: Client, connection: Connection, idnumber: str) -> list[Any]:
    group, course = client.tables.groups, client.tables.course
    stored = [marked(client.options.mark, idnumber), idnumber]
    return _rows(
        connection,
        select(
            group.c.id,
            group.c.idnumber,
            group.c.name,
            group.c.courseid,
            course.c.idnumber.label("course"),
            course.c.category,
        )
        .join(course, course.c.id == group.c.courseid)
        .where(group.c.idnumber.in_(stored))
        .order_by(group.c.id),
        *stored,
    )


def _class(client: Client, connection: Connection, idnumber: str) -> Iterator[Origin]:
    group, course = client.tables.groups, client.tables.course
    mark = client.options.mark
    for row in _groups(client, connection, idnumber):
        inside, why = _in_our_category(client, connection, row.category)
        ours = row.idnumber == marked(mark, idnumber)
        if not ours:
            why = f"without our mark `{mark}`, so not ours yet; {why}"
        elif inside and not is_our_course(client, row.course):
            why = f"its course `{row.course}` is none of ours"
        taken = inside and ours and is_our_course(client, row.course)
        yield Origin("", row.id, _at(group, row.id), why, taken)
        rule = f"our mark `{mark}` before it" if ours else ""
        yield Origin("idnumber", row.idnumber, _at(group, row.id, "idnumber"), rule, taken)
        yield Origin("name", row.name, _at(group, row.id, "name"), taken=taken)
        yield Origin("course", row.course, _at(course, row.courseid, "idnumber"), "the group's course", taken)


# -- enrollments and cohorts -------------------------------------------------------------------------------------------


def _enrollment(client: Client, connection: Connection, idnumber: str) -> Iterator[Origin]:
    """Membership in the group, enrolment in the course, and role: it takes all three."""
    parts = split_key(idnumber)
    if len(parts) != 3:
        return
    class_, person, role = parts
    group, user, member = client.tables.groups, client.tables.user, client.tables.groups_members
    accounts = _rows(
        connection,
        select(user.c.id, user.c.idnumber)
        .where(user.c.idnumber == person, user.c.deleted == 0, user.c.mnethostid == client.site.mnethostid)
        .order_by(user.c.id),
        person,
    )
    for one in _groups(client, connection, class_):
        for account in accounts:
            found = list(_roles(client, connection, one.courseid, account.id, role))
            query = select(member.c.id, member.c.component)
            inside = _rows(connection, query.where(member.c.groupid == one.id, member.c.userid == account.id))
            lacking = [text for text, there in (("not in the group", inside), *_lacks(found)) if not there]
            foreign = f"kept by the plugin `{inside[0].component}`" if inside and inside[0].component else ""
            if not inside and not found:
                continue
            taken = not lacking and not foreign
            where = _at(member, inside[0].id) if inside else f"{member.name}: no row"
            why = "; ".join(filter(None, [foreign, *lacking])) or f"account {account.id} in group {one.id}"
            yield Origin("", inside[0].id if inside else None, where, why, taken)
            yield Origin("class_", one.idnumber, _at(group, one.id, "idnumber"), "the group", taken)
            yield Origin("person", account.idnumber, _at(user, account.id, "idnumber"), "the account", taken)
            yield from found


def _lacks(found: list[Origin]) -> list[tuple[str, bool]]:
    attributes = {origin.attribute for origin in found}
    return [
        ("not enrolled in the course by hand", "enabled" in attributes),
        ("without that role in the course", "role" in attributes),
    ]


def _roles(client: Client, connection: Connection, course: int, account: int, role: str) -> Iterator[Origin]:
    """The enrolment in the course by the manual method, and the role there."""
    enrol, enrolment = client.tables.enrol, client.tables.user_enrolments
    query = (
        select(enrolment.c.id, enrolment.c.status)
        .join(enrol, enrol.c.id == enrolment.c.enrolid)
        .where(enrol.c.courseid == course, enrol.c.enrol == METHOD, enrolment.c.userid == account)
    )
    for row in _rows(connection, query):
        status = "suspended" if row.status else "active"
        yield Origin("enabled", row.status, _at(enrolment, row.id, "status"), status)
    ours = client.site.course_roles.get(role)
    if ours is None:
        return
    given, context = client.tables.role_assignments, client.tables.context
    roles = (
        select(given.c.id)
        .join(context, context.c.id == given.c.contextid)
        .where(
            context.c.contextlevel == COURSE_LEVEL,
            context.c.instanceid == course,
            given.c.userid == account,
            given.c.roleid == ours.id,
            given.c.component == "",
        )
    )
    for row in _rows(connection, roles):
        yield Origin("role", ours.id, _at(given, row.id, "roleid"), f"role {ours.id} is `{role}`")


def _cohort(client: Client, connection: Connection, idnumber: str) -> Iterator[Origin]:
    cohort, member, user = client.tables.cohort, client.tables.cohort_members, client.tables.user
    stored = marked(client.options.mark, idnumber)
    query = select(cohort.c.id, cohort.c.idnumber, cohort.c.name, cohort.c.component)
    for row in _rows(connection, query.where(cohort.c.idnumber == stored).order_by(cohort.c.id), stored):
        taken = row.component == ""
        why = "" if taken else f"it belongs to the plugin `{row.component}`"
        yield Origin("", row.id, _at(cohort, row.id), why, taken)
        mark = f"our mark `{client.options.mark}` before it"
        yield Origin("idnumber", row.idnumber, _at(cohort, row.id, "idnumber"), mark, taken)
        yield Origin("name", row.name, _at(cohort, row.id, "name"), taken=taken)
        ours = set(connection.execute(in_any_scope(client, scope_ids(client, connection))).scalars())
        members = (
            select(member.c.id, member.c.userid, user.c.idnumber)
            .join(user, user.c.id == member.c.userid)
            .where(member.c.cohortid == row.id, user.c.deleted == 0)
            .order_by(user.c.idnumber, member.c.id)
        )
        for one in _rows(connection, members):
            inside = one.userid in ours and one.userid not in client.site.untouchable and bool(one.idnumber)
            rule = f"account {one.userid}" if inside else f"account {one.userid} is none of ours"
            yield Origin("members", one.idnumber, _at(member, one.id), rule, taken and inside)
