"""Courses: those with an ID number in, or below, the configured category."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, select

from dss.importers import NATIVE, Rows, Scope
from dss.store import REFUSED
from dss_moodle_db.dialect import one_of, streamed
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.marks import is_ended

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

ROWS_AT_ONCE = 2000


def below_our_category(client: Client) -> ColumnElement[bool]:
    """The condition on `course_categories` for our category and all below it."""
    path = client.tables.course_categories.c.path
    ours = client.site.category.path
    return (path == ours) | path.like(f"{ours}/%")


def is_our_course(client: Client, idnumber: str) -> bool:
    """Whether a course of our category, by its ID number, is one that the source has."""
    return normal_idnumber(idnumber) is not None and not is_ended(client.options.mark, idnumber)


def read_courses(client: Client) -> Rows:
    """All courses of ours."""
    query = _courses(client).where(below_our_category(client), client.tables.course.c.idnumber != "")
    return Rows(("idnumber", NATIVE, "name"), _read(client, query))


def read_courses_by_idnumber(client: Client, idnumbers: Collection[str], scope: Scope) -> Rows:
    """Some courses, by ID number: ours, or any of the site."""
    course = client.tables.course
    query = _courses(client).where(one_of(course.c.idnumber, idnumbers))
    if scope is Scope.OURS:
        return Rows(("idnumber", NATIVE, "name"), _read(client, query.where(below_our_category(client))))
    return Rows(("idnumber", NATIVE, "name", REFUSED), _read_anywhere(client, query))


def _courses(client: Client) -> Select[Any]:
    course, category = client.tables.course, client.tables.course_categories
    return (
        select(course.c.id, course.c.idnumber, course.c.fullname, category.c.path)
        .join(category, category.c.id == course.c.category)
        .order_by(course.c.id)
    )


def _read(client: Client, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    with client.reading() as connection, streamed(connection, query, ROWS_AT_ONCE) as rows:
        for number, text, name, _ in rows:
            idnumber = normal_idnumber(text)
            if idnumber is not None and not is_ended(client.options.mark, text):
                yield idnumber, number, name


def _read_anywhere(client: Client, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    ours = client.site.category
    names = {category.path: category.name for category in client.site.categories}
    with client.reading() as connection:
        for number, idnumber, name, path in connection.execute(query):
            inside = path == ours.path or path.startswith(f"{ours.path}/")
            why = f"it lies in the category `{names.get(path, path)}`; move it below `{ours.name}` in Moodle"
            yield idnumber, number, name, None if inside else why
