"""Who may see a child's pages: a role that the guardian holds in the context of the child's account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from dss.actions import Action, Kind, Result
from dss_moodle_db.contexts import context_ids, ensure_user_contexts
from dss_moodle_db.dialect import delete_many, insert_many, one_of
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.references import people_ids, standing_ids
from dss_moodle_db.sessions import mark_dirty
from dss_moodle_db.site import USER_LEVEL

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.tree import DataStoreTree
    from dss_moodle_db.client import Client


def change_guardians(
    tree: DataStoreTree, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Give guardians their role over children, and take it away."""
    return isolated(connection, actions, lambda some: _change(tree, connection, branch, some), refuse)


def _change(
    tree: DataStoreTree, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    client: Client = tree.client
    role = client.site.guardian_role
    if role is None:
        return [action.failed("`guardian_role` is not set") for action in actions]
    given = client.tables.role_assignments
    children = standing_ids(branch, connection, client.tables.user, actions)
    guardians = people_ids(tree, connection, [action.value for action in actions])
    ensure_user_contexts(client, connection, children.values())
    contexts = context_ids(client, connection, USER_LEVEL, children.values())
    there: set[tuple[int, int]] = set()
    query = select(given.c.contextid, given.c.userid).where(
        one_of(given.c.contextid, contexts.values()), given.c.roleid == role.id, given.c.component == ""
    )
    there.update((context, user) for context, user in connection.execute(query))
    results: list[Result] = []
    giving: list[tuple[int, int]] = []
    taking: list[tuple[int, int]] = []
    for action in actions:
        context = contexts.get(children.get(action.idnumber, 0))
        guardian = guardians.get(action.value)
        adding = action.kind is Kind.ADD
        if context is None:
            results.append(action.failed("the child has no account in Moodle"))
        elif guardian is None:
            results.append(action.failed(f"guardian {action.value!r} has no account of ours in Moodle"))
        elif ((context, guardian) in there) is adding:
            results.append(action.already())
        else:
            (giving if adding else taking).append((context, guardian))
            results.append(action.done())
    where = ["contextid", "userid"]
    insert_many(connection, given, where, giving, {"roleid": role.id, "timemodified": client.now})
    by_hand = (given.c.roleid == role.id) & (given.c.component == "")
    delete_many(connection, given, where, taking, by_hand)
    mark_dirty(client, connection, [guardian for _, guardian in (*giving, *taking)])
    return results
