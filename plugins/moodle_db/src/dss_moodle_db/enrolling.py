"""Writing enrollments: enrolled, suspended and revived, and ended, class by class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from dss.actions import Action, Kind, Result
from dss.keys import split_key
from dss_moodle_db.book import Book
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.references import known_ids, people_ids, standing_groups
from dss_moodle_db.standing import Standing

if TYPE_CHECKING:
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client


def change_enrolments(tree: DataStoreTree, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Enrol people in classes, suspend and revive them there, and end classes for them."""
    return isolated(connection, actions, lambda some: _change(tree, connection, some), refuse)


def _change(tree: DataStoreTree, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    client: Client = tree.client
    keys = {action.idnumber: split_key(action.idnumber) for action in actions}
    classes = {parts[0] for parts in keys.values()}
    groups = standing_groups(tree, connection, classes, known_ids(tree, ("classes",), classes))
    people = people_ids(tree, connection, {parts[1] for parts in keys.values() if len(parts) == 3})
    book = Book(client, {course for _, course in groups.values()}, set(people.values()))
    book.read(connection)
    results = []
    for action in actions:
        step, problem = _step(action)
        parts = keys[action.idnumber]
        if len(parts) != 3 or parts[2] not in client.site.course_roles:
            results.append(action.failed(f"{action.idnumber!r} is no class, person and role of ours"))
            continue
        class_, person, role_name = parts
        (group, course), user = groups.get(class_, (None, None)), people.get(person)
        if group is None or course is None:
            problem = f"class {class_!r} has no group of ours in Moodle"
        elif user is None:
            problem = f"{person!r} has no account of ours in Moodle"
        elif (user, group) in book.foreign:
            problem = f"the plugin `{book.foreign[user, group]}` keeps the membership in that group"
        if problem or step is None or user is None or course is None or group is None:
            results.append(action.failed(problem or "nothing to do"))
            continue
        step(book.standing(user, course), group, client.site.course_roles[role_name].id)
        results.append(action.done())
    book.write(connection)
    return results


Step = Callable[[Standing, int, int], None]


def _step(action: Action) -> tuple[Step | None, str | None]:
    if action.kind is Kind.OLD:
        return Standing.leave, None
    if action.kind is Kind.NEW or (action.attribute == "enabled" and action.wanted):
        return Standing.enrol, None
    if action.attribute == "enabled":
        return Standing.disable, None
    return None, f"`{action.attribute}` of an enrollment is part of its key and cannot change"
