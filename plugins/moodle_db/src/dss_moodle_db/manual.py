"""The manual enrolment method: one row a course, by which people can be let in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from dss_moodle_db.dialect import insert_many, one_of

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

METHOD = "manual"

DAY = 24 * 60 * 60


def ensure_instances(client: Client, connection: Connection, courses: Iterable[int]) -> dict[int, int]:
    """The ids of the courses' manual enrolment methods, made where there is none."""
    wanted = sorted(set(courses))
    found = _instances(client, connection, wanted)
    missing = [course for course in wanted if course not in found]
    if not missing:
        return found
    enrol = client.tables.enrol
    now = client.now
    places: dict[int, int] = {}
    query = (
        select(enrol.c.courseid, func.max(enrol.c.sortorder))
        .where(one_of(enrol.c.courseid, missing))
        .group_by(enrol.c.courseid)
    )
    places.update((course, last + 1) for course, last in connection.execute(query))
    rows = [(course, places.get(course, 0)) for course in missing]
    fixed = {
        "enrol": METHOD,
        "status": 0,
        "roleid": client.site.course_roles["student"].id,
        "enrolperiod": 0,
        "expirynotify": 0,
        "expirythreshold": DAY,
        "notifyall": 0,
        "timecreated": now,
        "timemodified": now,
    }
    insert_many(connection, enrol, ["courseid", "sortorder"], rows, fixed)
    return _instances(client, connection, wanted)


def _instances(client: Client, connection: Connection, courses: Iterable[int]) -> dict[int, int]:
    enrol = client.tables.enrol
    found: dict[int, int] = {}
    query = (
        select(enrol.c.courseid, func.min(enrol.c.id))
        .where(enrol.c.enrol == METHOD, one_of(enrol.c.courseid, courses))
        .group_by(enrol.c.courseid)
    )
    found.update((course, number) for course, number in connection.execute(query))
    return found
