"""Writing cohorts and their members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from dss.actions import Action, Kind, Result
from dss_moodle_db.dialect import delete_many, insert_many, one_of, update_many
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.limits import too_long
from dss_moodle_db.marks import ended, marked
from dss_moodle_db.references import people_ids, standing_ids
from dss_moodle_db.refusals import name_problem
from dss_moodle_db.texts import markup_problem

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client


def create_cohorts(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Make cohorts of the whole site, or bring back those that had ended."""
    return isolated(connection, actions, lambda some: _make(client, connection, some), refuse)


def _make(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    cohort = client.tables.cohort
    mark, now = client.options.mark, client.now
    there = _ids(client, connection, [marked(mark, action.idnumber) for action in actions])
    back = _ids(client, connection, [ended(mark, action.idnumber) for action in actions])
    results: list[Result] = []
    rows: list[tuple[str, str]] = []
    making: list[Action] = []
    returning: list[tuple[Any, ...]] = []
    for action in actions:
        stored = marked(mark, action.idnumber)
        values = {"name": getattr(action.right, "name", None) or action.idnumber, "idnumber": stored}
        problem = too_long(cohort, values) or markup_problem(values)
        old = back.get(ended(mark, action.idnumber))
        if problem is not None:
            results.append(action.failed(problem))
        elif stored in there:
            results.append(action.already(native=there[stored]))
        elif old is not None:
            returning.append((old, stored, values["name"]))
            results.append(action.done(native=old))
        else:
            rows.append((stored, values["name"]))
            making.append(action)
    shown = {"visible": 1, "timemodified": now}
    update_many(connection, cohort, ["id", "idnumber", "name"], returning, shown)
    if rows:
        fixed = {
            **shown,
            "contextid": client.site.system_context[0],
            "description": "",
            "descriptionformat": 1,
            "component": "",
            "timecreated": now,
        }
        insert_many(connection, cohort, ["idnumber", "name"], rows, fixed)
        numbers = _ids(client, connection, [stored for stored, _ in rows])
        results.extend(action.done(native=numbers[marked(mark, action.idnumber)]) for action in making)
    return results


def _ids(client: Client, connection: Connection, stored: Iterable[str]) -> dict[str, int]:
    cohort = client.tables.cohort
    found: dict[str, int] = {}
    query = select(cohort.c.idnumber, cohort.c.id).where(
        one_of(cohort.c.idnumber, stored), cohort.c.component == ""
    )
    found.update((text, number) for text, number in connection.execute(query))
    return found


def change_cohorts(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Give cohorts their wanted names."""
    numbers = standing_ids(branch, connection, client.tables.cohort, actions)

    def work(some: Sequence[Action]) -> list[Result]:
        results, rows = [], []
        for action in some:
            problem = name_problem(client.tables.cohort, "name", "a cohort", action.wanted or "")
            if action.idnumber not in numbers:
                problem = "the cohort is gone from Moodle"
            elif action.attribute != "name":
                problem = f"Moodle has no place for `{action.attribute}` of a cohort"
            results.append(action.failed(problem) if problem else action.done())
            if not problem:
                rows.append((numbers[action.idnumber], action.wanted))
        times = {"timemodified": client.now}
        update_many(connection, client.tables.cohort, ["id", "name"], rows, times)
        return results

    return isolated(connection, actions, work, refuse)


def change_members(
    tree: DataStoreTree, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Put people into cohorts, and take them out."""
    return isolated(connection, actions, lambda some: _change_members(tree, connection, branch, some), refuse)


def _change_members(
    tree: DataStoreTree, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    client: Client = tree.client
    member = client.tables.cohort_members
    people = people_ids(tree, connection, [action.value for action in actions])
    cohorts = standing_ids(branch, connection, client.tables.cohort, actions)
    there: set[tuple[int, int]] = set()
    query = select(member.c.cohortid, member.c.userid).where(
        one_of(member.c.cohortid, cohorts.values()), one_of(member.c.userid, people.values())
    )
    there.update((cohort, user) for cohort, user in connection.execute(query))
    results: list[Result] = []
    joining: list[tuple[int, int]] = []
    leaving: list[tuple[int, int]] = []
    for action in actions:
        cohort, user = cohorts.get(action.idnumber), people.get(action.value)
        adding = action.kind is Kind.ADD
        if cohort is None:
            results.append(action.failed("the cohort is gone from Moodle"))
        elif user is None:
            results.append(action.failed(f"{action.value!r} has no account of ours in Moodle"))
        elif ((cohort, user) in there) is adding:
            results.append(action.already())
        else:
            (joining if adding else leaving).append((cohort, user))
            results.append(action.done())
    where = ["cohortid", "userid"]
    insert_many(connection, member, where, joining, {"timeadded": client.now})
    delete_many(connection, member, where, leaving)
    return results


def end_cohorts(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Empty cohorts, hide them and take them out of our scope; whatever is set up on them keeps its cohort."""
    mark = client.options.mark
    member = client.tables.cohort_members

    numbers = standing_ids(branch, connection, client.tables.cohort, actions)

    def work(some: Sequence[Action]) -> list[Result]:
        results, rows = [], []
        for action in some:
            to = ended(mark, action.idnumber)
            problem = too_long(client.tables.cohort, {"idnumber": to})
            if action.idnumber not in numbers:
                problem = "the cohort is gone from Moodle"
            results.append(action.failed(problem) if problem else action.done())
            if not problem:
                rows.append((numbers[action.idnumber], to))
        hidden = {"visible": 0, "timemodified": client.now}
        update_many(connection, client.tables.cohort, ["id", "idnumber"], rows, hidden)
        connection.execute(delete(member).where(one_of(member.c.cohortid, [number for number, _ in rows])))
        return results

    return isolated(connection, actions, work, refuse)
