"""Changing people: accounts renamed, suspended and revived, and let go. None is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from dss.actions import Action, Result
from dss_moodle_db.account_rows import change_accounts, ordinary_accounts, problem_of, username_held
from dss_moodle_db.dialect import one_of
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.people import COLUMNS
from dss_moodle_db.places import Place, find_places, store_profile
from dss_moodle_db.references import own_ids
from dss_moodle_db.scopes import find_scopes
from dss_moodle_db.sessions import end_sessions
from dss_moodle_db.usernames import stored_form

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client


def change(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Bring single attributes of accounts to what is wanted."""
    places = {place.attribute: place for place in find_places(client, connection, branch.names())}
    records = [list(group) for _, group in groupby(actions, key=lambda action: action.idnumber)]

    def work(some: Sequence[list[Action]]) -> list[Result]:
        return _change(client, connection, branch, places, some)

    def refuse_record(record: list[Action], reason: str) -> list[Result]:
        wanted = next((action.wanted for action in record if action.attribute == "username"), None)
        reason = username_held(client, wanted, record[0].native) or reason
        return [action.failed(reason) for action in record]

    return isolated(connection, records, work, refuse_record)


def _change(
    client: Client,
    connection: Connection,
    branch: type[DataStoreBranch],
    places: Mapping[str, Place],
    records: Sequence[list[Action]],
) -> list[Result]:
    numbers = own_ids(branch, (record[0] for record in records))
    there = {row.id for row in ordinary_accounts(client, connection, numbers.values())}
    results: list[Result] = []
    plain: list[dict[str, Any]] = []
    usernames: list[dict[str, Any]] = []
    texts: list[tuple[int, Place, str]] = []
    suspended: list[int] = []
    for record in records:
        number = numbers.get(record[0].idnumber)
        row: dict[str, Any] = {}
        for action in record:
            column, value, problem = _new_value(client, places, action)
            if number is None or number not in there:
                problem = "its account is gone, or is one that must be left alone"
            if problem is not None or number is None:
                results.append(action.failed(problem or ""))
                continue
            if column == "username":
                usernames.append({"number": number, "username": value})
            elif column:
                row[column] = value
            else:
                texts.append((number, places[str(action.attribute)], value))
            if column == "suspended" and value:
                suspended.append(number)
            results.append(action.done())
        if row:
            plain.append({"number": number, **row})
    change_accounts(client, connection, [*plain, *usernames])
    store_profile(client, connection, texts)
    end_sessions(client, connection, suspended)
    return results


def _new_value(client: Client, places: Mapping[str, Place], action: Action) -> tuple[str, Any, str | None]:
    """Column (empty for a profile field), value, and what is wrong with it."""
    attribute, wanted = str(action.attribute), action.wanted
    if attribute == "enabled":
        return "suspended", int(not wanted), None
    place = places.get(attribute)
    if place is not None:
        problem = place.problem(wanted)
        return (
            place.column,
            wanted,
            problem or (problem_of(client, {place.column: wanted}) if place.column else None),
        )
    column = COLUMNS.get(attribute)
    if column is None:
        return "", None, f"Moodle has no place for `{attribute}`; name one under `fields`"
    value = stored_form(wanted) if column == "username" else wanted
    return column, value, problem_of(client, {column: value})


def end(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Let people go: out of this scope while another of ours holds them, else suspended and kept in it."""
    return isolated(connection, actions, lambda some: _end(client, connection, branch, some), refuse)


def _end(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    member = client.tables.cohort_members
    scopes = find_scopes(client, connection)
    others = [number for name, number in scopes.items() if name != branch.__name__] or [-1]
    numbers = own_ids(branch, actions)
    wanted = list(numbers.values())
    there = {row.id for row in ordinary_accounts(client, connection, wanted)}
    staying: set[int] = set()
    query = select(member.c.userid).where(member.c.cohortid.in_(others), one_of(member.c.userid, wanted))
    staying.update(connection.execute(query).scalars())
    results = []
    for action in actions:
        gone = numbers.get(action.idnumber) not in there
        results.append(
            action.failed("its account is gone, or is to be left alone") if gone else action.done()
        )
    connection.execute(
        delete(member).where(
            member.c.cohortid == scopes[branch.__name__], one_of(member.c.userid, there & staying)
        )
    )
    ending = sorted(there - staying)
    change_accounts(client, connection, [{"number": number, "suspended": 1} for number in ending])
    end_sessions(client, connection, ending)
    return results
