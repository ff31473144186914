"""Giving back what was taken over: accounts and groups as they were found, and none of ours any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from dss.actions import Action, Result
from dss_moodle_db.account_rows import change_accounts, ordinary_accounts, username_held
from dss_moodle_db.dialect import one_of, update_many
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.people import COLUMNS
from dss_moodle_db.places import Place, find_places, store_profile
from dss_moodle_db.scopes import find_scopes
from dss_moodle_db.sessions import end_sessions

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client


def release_accounts(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Put what was found back into accounts, and take them out of the branch's scope."""
    places = find_places(client, connection, branch.names())

    def refuse_user(action: Action, reason: str) -> list[Result]:
        assert action.adopts is not None
        username = action.adopts.was.get("username")
        return refuse(action, username_held(client, username, action.adopts.native) or reason)

    return isolated(
        connection,
        actions,
        lambda some: _release_accounts(client, connection, branch, places, some),
        refuse_user,
    )


def _release_accounts(
    client: Client,
    connection: Connection,
    branch: type[DataStoreBranch],
    places: Iterable[Place],
    actions: Sequence[Action],
) -> list[Result]:
    member = client.tables.cohort_members
    scopes = find_scopes(client, connection)
    numbers = [int(action.adopts.native) for action in actions if action.adopts is not None]
    there = {row.id for row in ordinary_accounts(client, connection, numbers)}
    others = {number: name for name, number in scopes.items() if name != branch.__name__}
    query = select(member.c.userid, member.c.cohortid).where(
        member.c.cohortid.in_(list(others) or [-1]), one_of(member.c.userid, numbers)
    )
    staying: dict[int, str] = {}
    staying.update((user, others[cohort]) for user, cohort in connection.execute(query))
    results: list[Result] = []
    rows: list[dict[str, Any]] = []
    texts: list[tuple[int, Place, str]] = []
    released: list[int] = []
    for action, number in zip(actions, numbers, strict=True):
        if number not in there:
            results.append(action.failed("its account is gone, or is to be left alone"))
        elif number in staying:
            results.append(action.failed(f"account {number} is still one of our {staying[number]}"))
        else:
            assert action.adopts is not None
            was = action.adopts.was
            rows.append({"number": number, **_columns(was, places)})
            texts += [
                (number, place, was[place.attribute])
                for place in places
                if not place.column and was.get(place.attribute) is not None
            ]
            released.append(number)
            results.append(action.done())
    change_accounts(client, connection, rows)
    store_profile(client, connection, texts)
    end_sessions(client, connection, [row["number"] for row in rows if row.get("suspended")])
    connection.execute(
        delete(member).where(
            member.c.cohortid == scopes.get(branch.__name__, -1), one_of(member.c.userid, released)
        )
    )
    return results


def _columns(was: Any, places: Iterable[Place]) -> dict[str, Any]:
    """The columns of an account as they were, in the very spelling."""
    columns = {**COLUMNS, **{place.attribute: place.column for place in places if place.column}}
    found: dict[str, Any] = {
        column: str(was[attribute]) for attribute, column in columns.items() if was.get(attribute) is not None
    }
    if was.get("enabled") is not None:
        found["suspended"] = int(not was["enabled"])
    return found


def release_groups(client: Client, connection: Connection, actions: Sequence[Action]) -> list[Result]:
    """Give groups their names and ID numbers back, without our mark."""
    group = client.tables.groups

    def work(some: Sequence[Action]) -> list[Result]:
        numbers = [int(action.adopts.native) for action in some if action.adopts is not None]
        query = select(group.c.id).where(one_of(group.c.id, numbers)).order_by(group.c.id).with_for_update()
        there = set(connection.execute(query).scalars())
        results, rows = [], []
        for action, number in zip(some, numbers, strict=True):
            assert action.adopts is not None
            if number not in there:
                results.append(action.failed("the group is gone from Moodle"))
                continue
            name = action.adopts.was.get("name") or getattr(action.right, "name", None) or action.idnumber
            rows.append((number, action.idnumber, name))
            results.append(action.done())
        update_many(connection, group, ["id", "idnumber", "name"], rows, {"timemodified": client.now})
        return results

    return isolated(connection, actions, work, refuse)
