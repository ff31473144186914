"""Making people: new accounts, existing ones taken over, and people of one branch who join another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from dss.actions import Action, Result
from dss.attributes import Flow
from dss_moodle_db.account_rows import (
    change_accounts,
    needed,
    ordinary_accounts,
    username_held,
    wanted_values,
)
from dss_moodle_db.contexts import ensure_user_contexts
from dss_moodle_db.dialect import insert_many, one_of
from dss_moodle_db.isolate import isolated, refuse
from dss_moodle_db.limits import too_long
from dss_moodle_db.people import COLUMNS
from dss_moodle_db.places import Place, find_places, store_profile
from dss_moodle_db.scopes import ensure_scope, join_scope
from dss_moodle_db.texts import markup_problem
from dss_moodle_db.usernames import username_problem

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client

NO_PASSWORD = "not cached"
"""What Moodle itself stores for accounts whose password lives elsewhere; nobody can log in with it."""

_SITE_PREFERENCES = ("maildisplay", "mailformat", "maildigest", "autosubscribe", "trackforums")


def create(
    client: Client, connection: Connection, branch: type[DataStoreBranch], actions: Sequence[Action]
) -> list[Result]:
    """Make accounts, take over existing ones, or let people of another branch join this one."""
    scope = ensure_scope(client, connection, branch.__name__)
    places = find_places(client, connection, branch.names())
    fresh = [action for action in actions if action.adopts is None and action.joins is None]
    joining = [action for action in actions if action.joins is not None]
    adopting = [action for action in actions if action.adopts is not None and action.joins is None]

    def refuse_user(action: Action, reason: str) -> list[Result]:
        own = None if action.adopts is None else action.adopts.native
        return refuse(action, username_held(client, getattr(action.right, "username", None), own) or reason)

    return [
        *isolated(
            connection, fresh, lambda some: _make(client, connection, scope, places, some), refuse_user
        ),
        *isolated(
            connection,
            adopting,
            lambda some: _adopt(client, connection, branch, scope, places, some),
            refuse_user,
        ),
        *isolated(connection, joining, lambda some: _join(client, connection, scope, some), refuse),
    ]


def _site_defaults(client: Client) -> dict[str, Any]:
    """What Moodle fills in for a new account from the site's settings."""
    config = client.site.config
    columns = client.tables.user.c
    found: dict[str, Any] = {}
    for name in _SITE_PREFERENCES:
        if config.get(f"defaultpreference_{name}", "").isdigit() and name in columns:
            found[name] = int(config[f"defaultpreference_{name}"])
    for name, setting in (("lang", "lang"), ("city", "defaultcity"), ("calendartype", "calendartype")):
        if config.get(setting) and name in columns:
            found[name] = config[setting]
    if config.get("country", "0") not in ("", "0"):
        found["country"] = config["country"]
    taken = set(client.options.fields.values())
    return {name: value for name, value in found.items() if name not in taken}


def _make(
    client: Client, connection: Connection, scope: int, places: list[Place], actions: Sequence[Action]
) -> list[Result]:
    user = client.tables.user
    fixed = _fixed_values(client)
    varying = dict.fromkeys((*COLUMNS.values(), *(place.column for place in places if place.column)), "")
    held = _held_idnumbers(client, connection, [action.idnumber for action in actions])
    ours = _members(client, connection, scope, held)
    results: list[Result] = []
    rows: list[tuple[Any, ...]] = []
    making: list[tuple[str, Action]] = []
    constant = tuple(fixed.values())
    no_login = client.site.auth_problem(client.options.auth)
    for action in actions:
        idnumber = action.idnumber
        values, problem = wanted_values(client, action.right, places)
        problem = problem or no_login or _idnumber_problem(client, idnumber)
        if "username" not in values:
            problem = username_problem("", extended=True)
        elif problem is None:
            problem = next(
                (needed(column) for column in ("firstname", "lastname") if column not in values), None
            )
        if idnumber in held:
            if len(held[idnumber]) == 1 and held[idnumber][0] in ours:
                results.append(action.already(native=held[idnumber][0]))
                continue
            holders = ", ".join(map(str, held[idnumber]))
            problem = f"ID number {idnumber!r} is held by account {holders} already"
        if problem is not None:
            results.append(action.failed(problem))
            continue
        suspended = int(getattr(action.right, "enabled", None) is False)
        rows.append((*constant, *{**varying, **values}.values(), idnumber, suspended))
        making.append((values["username"], action))
    if not rows:
        return results
    last = connection.execute(select(func.max(user.c.id))).scalar() or 0
    insert_many(connection, user, [*fixed, *varying, "idnumber", "suspended"], rows)
    query = select(user.c.username, user.c.id).where(user.c.id > last)
    by_username = {username: number for username, number in connection.execute(query)}  # noqa: C416
    made = [(by_username[username], action) for username, action in making]
    numbers = [number for number, _ in made]
    ensure_user_contexts(client, connection, numbers)
    join_scope(client, connection, scope, numbers)
    _store_places(client, connection, places, made)
    results.extend(action.done(native=number) for number, action in made)
    return results


def _idnumber_problem(client: Client, idnumber: str) -> str | None:
    """Why Moodle would not take an ID number."""
    values = {"idnumber": idnumber}
    return too_long(client.tables.user, values) or markup_problem(values)


def _fixed_values(client: Client) -> dict[str, Any]:
    """What all new accounts have in common; most of it is wrong or missing when left to the columns' defaults."""
    now = client.now
    return {
        **_site_defaults(client),
        "auth": client.options.auth,
        "password": NO_PASSWORD,
        "confirmed": 1,
        "mnethostid": client.site.mnethostid,
        "timecreated": now,
        "timemodified": now,
    }


def _held_idnumbers(client: Client, connection: Connection, idnumbers: Iterable[str]) -> dict[str, list[int]]:
    """Who has these ID numbers; nothing in the database keeps two accounts from having one."""
    user = client.tables.user
    found: dict[str, list[int]] = {}
    # deleted ones are left out here: with that condition PostgreSQL expects hardly a row of a site that it has not
    # looked through yet, and compares every account with every number
    query = select(user.c.id, user.c.idnumber, user.c.deleted).where(one_of(user.c.idnumber, idnumbers))
    for number, idnumber, deleted in connection.execute(query):
        if not deleted:
            found.setdefault(idnumber, []).append(number)
    return found


def _members(client: Client, connection: Connection, scope: int, held: Mapping[str, list[int]]) -> set[int]:
    """Which of these accounts are in the scope already, by a run that was cut short."""
    if not held:
        return set()
    member = client.tables.cohort_members
    asked = [number for numbers in held.values() for number in numbers]
    query = select(member.c.userid).where(member.c.cohortid == scope, one_of(member.c.userid, asked))
    return set(connection.execute(query).scalars())


def _store_places(
    client: Client, connection: Connection, places: Iterable[Place], people: Iterable[tuple[int, Action]]
) -> None:
    profile = [place for place in places if not place.column]
    if profile:
        texts = [
            (number, place, getattr(action.right, place.attribute, None))
            for number, action in people
            for place in profile
        ]
        store_profile(client, connection, [(n, place, text) for n, place, text in texts if text is not None])


def _adopt(
    client: Client,
    connection: Connection,
    branch: type[DataStoreBranch],
    scope: int,
    places: list[Place],
    actions: Sequence[Action],
) -> list[Result]:
    mapped = [place.column for place in places if place.column]
    columns = [*COLUMNS.values(), "suspended", *mapped]
    kept = _kept_columns(branch, places)
    numbers = [action.adopts.native for action in actions if action.adopts is not None]
    there = {row.id: row for row in ordinary_accounts(client, connection, numbers, columns)}
    held = _held_idnumbers(client, connection, [action.idnumber for action in actions])
    results, rows, adopted = [], [], []
    for action, number in zip(actions, numbers, strict=True):
        values, problem = wanted_values(client, action.right, places)
        problem = problem or _idnumber_problem(client, action.idnumber)
        others = [other for other in held.get(action.idnumber, []) if other != number]
        if number not in there:
            problem = f"account {number} is gone, or is one that must be left alone: it cannot be adopted"
        elif others:
            problem = f"ID number {action.idnumber!r} is held by account {others[0]} already"
        if problem is not None:
            results.append(action.failed(problem))
            continue
        was = {column: getattr(there[number], column) for column in columns}
        values = {name: value for name, value in values.items() if name not in kept or not was[name]}
        if values.get("username") == was["username"]:
            # a username is changed by a statement of its own
            del values["username"]
        del was["username"]
        enabled = getattr(action.right, "enabled", None)
        suspended = was["suspended"] if enabled is None else int(not enabled)
        rows.append({**was, **values, "suspended": suspended, "idnumber": action.idnumber, "number": number})
        adopted.append((number, action))
    change_accounts(client, connection, rows)
    numbers = [number for number, _ in adopted]
    ensure_user_contexts(client, connection, numbers)
    join_scope(client, connection, scope, numbers)
    _store_places(client, connection, places, adopted)
    results.extend(action.done(native=number) for number, action in adopted)
    return results


def _kept_columns(branch: type[DataStoreBranch], places: Iterable[Place]) -> set[str]:
    """The columns that only a new account gets, or one that has nothing there."""
    columns = {**COLUMNS, **{place.attribute: place.column for place in places if place.column}}
    return {
        columns[attribute]
        for attribute, flow in branch.flow.items()
        if attribute in columns and flow in (Flow.KEEP, Flow.CREATE_ONLY)
    }


def _join(client: Client, connection: Connection, scope: int, actions: Sequence[Action]) -> list[Result]:
    held = _held_idnumbers(client, connection, [action.idnumber for action in actions])
    results, joining = [], []
    for action in actions:
        numbers = held.get(action.idnumber, [])
        if len(numbers) != 1:
            many = f"{len(numbers)} accounts have" if numbers else "no account has"
            results.append(action.failed(f"{many} the ID number {action.idnumber!r}"))
        elif numbers[0] in client.site.untouchable:
            results.append(action.failed(f"account {numbers[0]} is {client.site.untouchable[numbers[0]]}"))
        else:
            joining.append(numbers[0])
            results.append(action.done(native=numbers[0]))
    join_scope(client, connection, scope, joining)
    return results
