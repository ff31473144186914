"""Writing classes: groups made, renamed, moved, let go and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from dss.actions import Action, Result
from dss.importers import Scope
from dss_moodle_db.courses import read_courses_by_idnumber
from dss_moodle_db.dialect import insert_many, update_many
from dss_moodle_db.group_moves import Move, ids_by_text, move_groups, new_group
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.limits import too_long
from dss_moodle_db.marks import ended, marked
from dss_moodle_db.references import known_ids, standing_groups, standing_ids
from dss_moodle_db.refusals import name_problem
from dss_moodle_db.texts import markup_problem

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client


def create_groups(tree: DataStoreTree, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Make groups, take over existing ones, or bring back those that had ended."""
    return isolated(connection, actions, lambda some: _make(tree, connection, some), refuse)


def _make(tree: DataStoreTree, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    client: Client = tree.client
    group = client.tables.groups
    mark, now = client.options.mark, client.now
    courses = _course_ids(tree, [getattr(action.right, "course", None) for action in actions])
    there = ids_by_text(client, connection, [marked(mark, action.idnumber) for action in actions])
    back = ids_by_text(client, connection, [ended(mark, action.idnumber) for action in actions])
    results: list[Result] = []
    rows: list[tuple[Any, ...]] = []
    making: list[tuple[Action, int]] = []
    returning: list[tuple[Any, ...]] = []
    for action in actions:
        wanted_course = getattr(action.right, "course", None)
        course = courses.get(wanted_course or "")
        values = {
            "name": getattr(action.right, "name", None) or action.idnumber,
            "idnumber": marked(mark, action.idnumber),
        }
        problem = too_long(group, values) or markup_problem(values)
        taken = there.get((course or 0, values["idnumber"]))
        old = back.get((course or 0, ended(mark, action.idnumber)))
        if action.adopts is not None:
            old = action.adopts.native
        if course is None:
            problem = f"its course {wanted_course!r} is not in Moodle" if wanted_course else None
        if taken is not None and problem is None:
            results.append(action.already(native=taken))
        elif problem is not None or course is None:
            results.append(action.failed(problem or "it names no course"))
        elif old is not None:
            returning.append((old, values["idnumber"], values["name"]))
            results.append(action.done(native=old))
        else:
            rows.append((values["idnumber"], values["name"], course))
            making.append((action, course))
    times = {"timemodified": now}
    update_many(connection, group, ["id", "idnumber", "name"], returning, times)
    if rows:
        insert_many(connection, group, ["idnumber", "name", "courseid"], rows, new_group(client))
        numbers = ids_by_text(client, connection, [text for text, _, _ in rows])
        client.groups_made += len(rows)
        results.extend(
            action.done(native=numbers[course, marked(mark, action.idnumber)]) for action, course in making
        )
    return results


def _course_ids(tree: DataStoreTree, idnumbers: Iterable[str | None]) -> dict[str, int]:
    wanted = {idnumber for idnumber in idnumbers if idnumber}
    found = known_ids(tree, ("courses",), wanted)
    missing = wanted - found.keys()
    if missing:
        found.update(
            (row[0], row[1]) for row in read_courses_by_idnumber(tree.client, missing, Scope.OURS).rows
        )
    return found


def change_groups(tree: DataStoreTree, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Give groups their wanted names; a class that goes to another course gets a group there."""
    records: dict[str, list[Action]] = {}
    for action in actions:
        records.setdefault(action.idnumber, []).append(action)

    def refuse_all(record: Sequence[Action], reason: str) -> list[Result]:
        return [action.failed(reason) for action in record]

    return isolated(
        connection, list(records.values()), lambda some: _change(tree, connection, some), refuse_all
    )


def _change(tree: DataStoreTree, connection: Connection, records: Sequence[Sequence[Action]]) -> list[Result]:
    client: Client = tree.client
    actions = [action for record in records for action in record]
    known = {action.idnumber: int(action.native) for action in actions if action.native is not None}
    groups = standing_groups(tree, connection, {record[0].idnumber for record in records}, known)
    courses = _course_ids(tree, [action.wanted for action in actions if action.attribute == "course"])
    there = ids_by_text(
        client, connection, [marked(client.options.mark, record[0].idnumber) for record in records]
    )
    results: list[Result] = []
    names: list[tuple[int, Any]] = []
    moves: list[tuple[Action, Move]] = []
    for record in records:
        here = groups.get(record[0].idnumber)
        name = None
        for action in sorted(record, key=lambda one: one.attribute == "course"):
            problem = "the group is gone from Moodle" if here is None else _problem(client, action)
            to = courses.get(action.wanted or "") if action.attribute == "course" else None
            if problem is None and action.attribute == "course" and to is None:
                problem = f"its course {action.wanted!r} is not in Moodle"
            if problem is not None or here is None:
                results.append(action.failed(problem or ""))
            elif to is None:
                name = action.wanted
                names.append((here[0], name))
                results.append(action.done())
            elif to == here[1]:
                results.append(action.already(native=here[0]))
            elif (to, marked(client.options.mark, action.idnumber)) in there:
                taken = marked(client.options.mark, action.idnumber)
                results.append(action.failed(f"course {action.wanted!r} has a group {taken!r} already"))
            else:
                moves.append((action, Move(action.idnumber, *here, to, name)))
    update_many(connection, client.tables.groups, ["id", "name"], names, {"timemodified": client.now})
    made = move_groups(tree, connection, [move for _, move in moves])
    return [*results, *(action.done(native=made[move.class_]) for action, move in moves)]


def _problem(client: Client, action: Action) -> str | None:
    if action.attribute == "course":
        return too_long(client.tables.groups, {"idnumber": ended(client.options.mark, action.idnumber)})
    if action.attribute != "name":
        return f"Moodle has no place for `{action.attribute}` of a class"
    return name_problem(client.tables.groups, "name", "a group", action.wanted or "")


def end_groups(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Take groups out of our scope; what hangs on them in Moodle (overrides, restrictions, posts) stays whole."""
    mark = client.options.mark

    numbers = standing_ids(branch, connection, client.tables.groups, actions)

    def work(some: Sequence[Action]) -> list[Result]:
        results, rows = [], []
        for action in some:
            to = ended(mark, action.idnumber)
            problem = too_long(client.tables.groups, {"idnumber": to})
            if action.idnumber not in numbers:
                problem = "the group is gone from Moodle"
            results.append(action.failed(problem) if problem else action.done())
            if not problem:
                rows.append((numbers[action.idnumber], to))
        times = {"timemodified": client.now}
        update_many(connection, client.tables.groups, ["id", "idnumber"], rows, times)
        return results

    return isolated(connection, actions, work, refuse)
