"""From idnumbers to Moodle's own ids, for what an action refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, select

from dss.importers import Scope
from dss.store import KEY, NATIVE
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.dialect import one_of
from dss_moodle_db.groups import is_our_group, read_groups_by_idnumber
from dss_moodle_db.scopes import in_any_scope, scope_ids

if TYPE_CHECKING:
    from dss.actions import Action
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client


def known_ids(tree: DataStoreTree, branches: Iterable[str], idnumbers: Iterable[str]) -> dict[str, int]:
    """What this run has read or made itself."""
    stores = [
        getattr(tree, name) for name in branches if name in {branch.__name__ for branch in tree.branches}
    ]
    found: dict[str, int] = {}
    for idnumber in idnumbers:
        for store in stores:
            number = store.native(idnumber)
            if number is not None:
                found[idnumber] = number
                break
    return found


def people_ids(tree: DataStoreTree, connection: Connection, idnumbers: Iterable[str]) -> dict[str, int]:
    """The accounts of people in our scope; whoever has no account, or more than one, is left out."""
    wanted = set(idnumbers)
    found = known_ids(tree, PEOPLE, wanted)
    client: Client = tree.client
    user = client.tables.user
    missing = sorted(wanted - found.keys())
    if not missing:
        return found
    ours = in_any_scope(client, scope_ids(client, connection))
    seen: dict[str, list[int]] = {}
    query = select(user.c.id, user.c.idnumber).where(
        one_of(user.c.idnumber, missing), user.c.deleted == 0, user.c.id.in_(ours)
    )
    for number, idnumber in connection.execute(query):
        if number not in client.site.untouchable:
            seen.setdefault(idnumber, []).append(number)
    found.update((idnumber, numbers[0]) for idnumber, numbers in seen.items() if len(numbers) == 1)
    return found


def own_ids(branch: type[DataStoreBranch], actions: Iterable[Action]) -> dict[str, int]:
    """The records that actions are about: as the plan knows them, else looked up; one that is gone is left out."""
    found: dict[str, int] = {}
    missing: set[str] = set()
    for action in actions:
        number = action.native if action.native is not None else branch.native(action.idnumber)
        if number is None:
            missing.add(action.idnumber)
        else:
            found[action.idnumber] = int(number)
    if missing and branch.tree.importer is not None:
        for record in branch.tree.importer.readin_items(branch, missing):
            found[record[KEY]] = record[NATIVE]
    return found


def standing_ids(
    branch: type[DataStoreBranch], connection: Connection, table: Table, actions: Iterable[Action]
) -> dict[str, int]:
    """As `own_ids`, without those whose row somebody has deleted since the plan was made."""
    found = own_ids(branch, actions)
    there = set(connection.execute(select(table.c.id).where(one_of(table.c.id, found.values()))).scalars())
    return {idnumber: number for idnumber, number in found.items() if number in there}


def standing_groups(
    tree: DataStoreTree, connection: Connection, classes: Iterable[str], known: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    """Groups of ours with their courses, by class, as the database has them now.

    Args:
        tree: the tree.
        connection: the batch's transaction.
        classes: idnumbers of classes.
        known: the groups they had when the plan was made. A class that has gone to another course since then, be
            it earlier in the same run, has another one.
    """
    client: Client = tree.client
    found = _with_course(client, connection, known)
    missing = set(classes) - found.keys()
    if missing:
        rows = read_groups_by_idnumber(client, missing, Scope.OURS).rows
        found.update(_with_course(client, connection, {row[0]: row[1] for row in rows}))
    return found


def _with_course(
    client: Client, connection: Connection, groups: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    group = client.tables.groups
    query = select(group.c.id, group.c.courseid).where(
        one_of(group.c.id, set(groups.values())), is_our_group(client)
    )
    courses: dict[int, int] = {}
    courses.update((number, course) for number, course in connection.execute(query))
    return {class_: (number, courses[number]) for class_, number in groups.items() if number in courses}
