"""Contexts: the tree of places in which Moodle gives roles; every row carries the path of ids down to it.

Moodle makes a missing row at the first use of the thing, but a role can only be given once the row is there, so
whoever writes the thing writes the context. A path ends with the row's own id: first the row, then the path.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    String,
    Table,
    cast,
    insert,
    literal,
    null,
    select,
    update,
)

from dss_moodle_db.dialect import one_of
from dss_moodle_db.site import CATEGORY_LEVEL, COURSE_LEVEL, USER_LEVEL

if TYPE_CHECKING:
    from dss_moodle_db.client import Client


def ensure_user_contexts(client: Client, connection: Connection, users: Iterable[int]) -> None:
    """Make the contexts of accounts that have none, and complete those without a path."""
    _, top = client.site.system_context
    user = client.tables.user
    context = client.tables.context
    wanted = list(users)
    # accounts that were just made have none, unless somebody has left some behind: to look is far cheaper than to
    # ask for each of them
    beyond = select(context.c.id).where(
        context.c.contextlevel == USER_LEVEL, context.c.instanceid >= min(wanted, default=0)
    )
    chosen = one_of(user.c.id, wanted)
    if connection.execute(beyond.limit(1)).first() is None:
        connection.execute(_insert_contexts(client, USER_LEVEL, user, chosen))
    else:
        _insert_missing(client, connection, USER_LEVEL, user, chosen)
    _complete(client, connection, USER_LEVEL, one_of(context.c.instanceid, wanted), top)


def ensure_course_contexts(client: Client, connection: Connection, courses: Iterable[int]) -> None:
    """Make the contexts of courses that have none, below their category's."""
    course, context = client.tables.course, client.tables.context
    by_category: dict[int, list[int]] = {}
    query = select(course.c.id, course.c.category).where(one_of(course.c.id, courses))
    for number, category in connection.execute(query):
        by_category.setdefault(category, []).append(number)
    for category, numbers in by_category.items():
        parent = _category_path(client, connection, category)
        _insert_missing(client, connection, COURSE_LEVEL, course, one_of(course.c.id, numbers))
        _complete(client, connection, COURSE_LEVEL, one_of(context.c.instanceid, numbers), parent)


def context_ids(
    client: Client, connection: Connection, level: int, instances: Iterable[int]
) -> dict[int, int]:
    """The ids of contexts by what they belong to."""
    context = client.tables.context
    found: dict[int, int] = {}
    query = select(context.c.instanceid, context.c.id).where(
        context.c.contextlevel == level, one_of(context.c.instanceid, instances)
    )
    found.update((instance, number) for instance, number in connection.execute(query))
    return found


def _insert_missing(
    client: Client, connection: Connection, level: int, table: Table, chosen: ColumnElement[bool]
) -> None:
    context = client.tables.context
    there = select(context.c.id).where(context.c.contextlevel == level, context.c.instanceid == table.c.id)
    missing = chosen & ~there.correlate(table).exists()
    connection.execute(_insert_contexts(client, level, table, missing))


def _insert_contexts(client: Client, level: int, table: Table, chosen: ColumnElement[bool]) -> Insert:
    rows = select(literal(level), table.c.id, null(), literal(0)).where(chosen)
    return insert(client.tables.context).from_select(["contextlevel", "instanceid", "path", "depth"], rows)


def _complete(
    client: Client, connection: Connection, level: int, chosen: ColumnElement[bool], parent: str
) -> None:
    context = client.tables.context
    connection.execute(
        update(context)
        .where(
            context.c.contextlevel == level,
            chosen,
            context.c.path.is_(None),
        )
        .values(path=literal(f"{parent}/") + cast(context.c.id, String), depth=parent.count("/") + 1)
    )


def _category_path(client: Client, connection: Connection, category: int) -> str:
    """The path of a category's context; made, with its parents', where Moodle has not made it yet."""
    context, categories = client.tables.context, client.tables.course_categories
    query = select(context.c.path).where(
        context.c.contextlevel == CATEGORY_LEVEL, context.c.instanceid == category
    )
    path = connection.execute(query).scalar()
    if path is None:
        parent = connection.execute(select(categories.c.parent).where(categories.c.id == category)).scalar()
        above = _category_path(client, connection, parent) if parent else client.site.system_context[1]
        _insert_missing(client, connection, CATEGORY_LEVEL, categories, categories.c.id == category)
        _complete(client, connection, CATEGORY_LEVEL, context.c.instanceid == category, above)
        path = connection.execute(query).scalar_one()
    return str(path)
