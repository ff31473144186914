"""Classes that go to another course: Moodle cannot move a group, so another one takes its place there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from sqlalchemy import Connection, select

from dss_moodle_db.book import Book
from dss_moodle_db.dialect import insert_many, one_of, update_many
from dss_moodle_db.enrolments import read_enrolments_of_groups
from dss_moodle_db.marks import ended, marked
from dss_moodle_db.references import people_ids

if TYPE_CHECKING:
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client


@attrs.frozen
class Move:
    """One class and where it goes.

    Attributes:
        class_: its idnumber.
        group: the id of the group it has.
        course: the id of the course it is in.
        to: the id of the course it is to be in.
        name: what the group there is called; None for the name it has.
    """

    class_: str
    group: int
    course: int
    to: int
    name: str | None


def move_groups(tree: DataStoreTree, connection: Connection, moves: Sequence[Move]) -> dict[str, int]:
    """Give classes a group in the other course, and take the people of ours along.

    The group that a class had is let go as if the class had ended, with whomever we do not know in it. Who is
    suspended in a class loses the place in it.

    Returns:
        The ids of the groups there, by class.
    """
    if not moves:
        return {}
    client: Client = tree.client
    seats = list(read_enrolments_of_groups(client, [move.group for move in moves]))
    groups = _groups_there(client, connection, moves)
    people = people_ids(tree, connection, {person for _, person, _, _ in seats})
    book = Book(client, {id_ for move in moves for id_ in (move.course, move.to)}, set(people.values()))
    book.read(connection)
    by_class = {move.class_: move for move in moves}
    for class_, person, role_name, enabled in seats:
        move, user = by_class[class_], people.get(person)
        if user is None:
            continue
        role = client.site.course_roles[role_name].id
        book.standing(user, move.course).leave(move.group, role)
        if enabled and (user, groups[class_]) not in book.foreign:
            book.standing(user, move.to).enrol(groups[class_], role)
    book.write(connection)
    group = client.tables.groups
    ends = [(move.group, ended(client.options.mark, move.class_)) for move in moves]
    update_many(connection, group, ["id", "idnumber"], ends, {"timemodified": client.now})
    return groups


def _groups_there(client: Client, connection: Connection, moves: Sequence[Move]) -> dict[str, int]:
    """Groups in the other courses, by class: those that were left there once, or new ones."""
    group, mark = client.tables.groups, client.options.mark
    names = _names(client, connection, [move.group for move in moves])
    back = ids_by_text(client, connection, [ended(mark, move.class_) for move in moves])
    making: list[tuple[Any, ...]] = []
    returning: list[tuple[Any, ...]] = []
    for move in moves:
        text, name = marked(mark, move.class_), move.name or names[move.group]
        old = back.get((move.to, ended(mark, move.class_)))
        if old is not None:
            returning.append((old, text, name))
        else:
            making.append((text, name, move.to))
    update_many(connection, group, ["id", "idnumber", "name"], returning, {"timemodified": client.now})
    insert_many(connection, group, ["idnumber", "name", "courseid"], making, new_group(client))
    client.groups_made += len(making)
    there = ids_by_text(client, connection, [marked(mark, move.class_) for move in moves])
    return {move.class_: there[move.to, marked(mark, move.class_)] for move in moves}


def new_group(client: Client) -> dict[str, Any]:
    """What all new groups have in common."""
    now = client.now
    return {"description": "", "descriptionformat": 1, "timecreated": now, "timemodified": now}


def _names(client: Client, connection: Connection, groups: Collection[int]) -> dict[int, str]:
    group = client.tables.groups
    found: dict[int, str] = {}
    query = select(group.c.id, group.c.name).where(one_of(group.c.id, groups))
    found.update((number, name) for number, name in connection.execute(query))
    return found


def ids_by_text(
    client: Client, connection: Connection, stored: Collection[str]
) -> dict[tuple[int, str], int]:
    """Groups by course and by what they have as ID number."""
    group = client.tables.groups
    found: dict[tuple[int, str], int] = {}
    query = select(group.c.courseid, group.c.idnumber, group.c.id).where(one_of(group.c.idnumber, stored))
    found.update(((course, text), number) for course, text, number in connection.execute(query))
    return found
