"""Classes: groups of our courses whose ID numbers carry our mark."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, select

from dss.importers import NATIVE, Rows, Scope
from dss.store import REFUSED
from dss_moodle_db.courses import below_our_category, is_our_course
from dss_moodle_db.dialect import one_of, streamed
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.marks import marked, unmarked

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

ROWS_AT_ONCE = 2000


def is_our_group(client: Client) -> ColumnElement[bool]:
    """The condition on `groups` for those with our mark."""
    return client.tables.groups.c.idnumber.startswith(client.options.mark, autoescape=True)


def read_groups(client: Client) -> Rows:
    """All groups of ours."""
    query = _groups(client).where(below_our_category(client), is_our_group(client))
    return Rows(("idnumber", NATIVE, "name", "course"), _read(client, query))


def _groups(client: Client) -> Select[Any]:
    group, course, category = client.tables.groups, client.tables.course, client.tables.course_categories
    return (
        select(group.c.id, group.c.idnumber, group.c.name, course.c.idnumber, category.c.path)
        .join(course, course.c.id == group.c.courseid)
        .join(category, category.c.id == course.c.category)
        .order_by(group.c.id)
    )


def _read(client: Client, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    with client.reading() as connection, streamed(connection, query, ROWS_AT_ONCE) as rows:
        for number, text, name, course, _ in rows:
            idnumber = normal_idnumber(unmarked(client.options.mark, text))
            if idnumber is not None and is_our_course(client, course):
                yield idnumber, number, name, normal_idnumber(course)


def read_groups_by_idnumber(client: Client, idnumbers: Collection[str], scope: Scope) -> Rows:
    """Some groups: ours, or (to be adopted) those whose ID number is the class's without our mark."""
    group = client.tables.groups
    mark = client.options.mark
    wanted = [marked(mark, idnumber) for idnumber in idnumbers]
    if scope is Scope.OURS:
        query = _groups(client).where(below_our_category(client), one_of(group.c.idnumber, wanted))
        return Rows(("idnumber", NATIVE, "name", "course"), _read(client, query))
    query = _groups(client).where(one_of(group.c.idnumber, [*wanted, *idnumbers]))
    return Rows(("idnumber", NATIVE, "name", "course", REFUSED), _read_anywhere(client, query))


def _read_anywhere(client: Client, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    ours = client.site.category
    with client.reading() as connection:
        for number, text, name, course, path in connection.execute(query):
            inside = path == ours.path or path.startswith(f"{ours.path}/")
            why = f"its course `{course}` is none of ours"
            idnumber = unmarked(client.options.mark, text) or text
            yield (
                idnumber,
                number,
                name,
                course,
                None if inside and is_our_course(client, course) else why,
            )
