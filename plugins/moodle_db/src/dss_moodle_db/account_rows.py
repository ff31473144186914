"""Rows of the user table: what may stand in them, which of them may be touched, and how they are changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select, update

from dss_moodle_db.dialect import one_of, update_many
from dss_moodle_db.limits import too_long
from dss_moodle_db.people import COLUMNS, find_people
from dss_moodle_db.places import Place
from dss_moodle_db.texts import markup_problem
from dss_moodle_db.usernames import stored_form, username_problem

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

NEEDED = ("firstname", "lastname", "email")
"""Whoever lacks one of these is sent to `Edit profile` at every login until it is filled in."""

PLAIN = frozenset(
    (
        "username",
        "firstname",
        "lastname",
        "email",
        "middlename",
        "alternatename",
        "firstnamephonetic",
        "lastnamephonetic",
    )
)
"""Columns in which Moodle allows no tag at all; in the others, those for several languages."""


def wanted_values(client: Client, item: Any, places: Iterable[Place]) -> tuple[dict[str, Any], str | None]:
    """The columns of an account as an item wants them, and what is wrong with them.

    What the source says nothing about (None) is left out.
    """
    values: dict[str, Any] = {}
    for attribute, column in COLUMNS.items():
        value = getattr(item, attribute, None)
        if value is not None:
            values[column] = stored_form(value) if attribute == "username" else value
    for place in places:
        value = getattr(item, place.attribute, None)
        if value is None:
            continue
        problem = place.problem(value)
        if problem is not None:
            return values, problem
        if place.column:
            values[place.column] = value
    return values, problem_of(client, values)


def problem_of(client: Client, values: Mapping[str, Any]) -> str | None:
    """Why Moodle would not take these columns of an account; None when it would."""
    if "username" in values:
        problem = username_problem(values["username"], extended=client.site.extended_usernames)
        if problem is not None:
            return problem
    for column in NEEDED:
        value = values.get(column)
        if isinstance(value, str) and not value.strip():
            return needed(column)
    return too_long(client.tables.user, values) or markup_problem(values, PLAIN)


def needed(column: str) -> str:
    """The reason for refusing an account without one of the columns that Moodle needs."""
    return f"`{column}` is blank, and Moodle lets nobody on who has none; fill it in in the source"


def username_held(client: Client, username: str | None, own: int | None) -> str | None:
    """Who but the account `own` has a username: what a database refuses an account for, as a rule."""
    if not username:
        return None
    for holder in find_people(client, "username", [username]):
        if holder.native == own:
            continue
        name = f"{holder.record['given_name']} {holder.record['family_name']}".strip()
        who = f"account {holder.native}" + (f" ({name!r})" if name else "")
        return f"username {stored_form(username)!r} is held by {who} already"
    return None


def ordinary_accounts(
    client: Client, connection: Connection, numbers: Iterable[int], columns: Iterable[str] = ()
) -> list[Any]:
    """Those of these accounts that may be changed, with the columns asked for; nobody else changes them meanwhile."""
    user = client.tables.user
    asked = [user.c[column] for column in dict.fromkeys(("id", "username", *columns))]
    query = (
        select(*asked)
        .where(one_of(user.c.id, numbers), user.c.deleted == 0, user.c.mnethostid == client.site.mnethostid)
        # always in the same order, or two that lock the same rows would wait for each other
        .order_by(user.c.id)
        .with_for_update()
    )
    found = connection.execute(query).all()
    return [row for row in found if client.site.why_untouchable(row.id, row.username) is None]


def change_accounts(client: Client, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change accounts; their usernames in the order given, since one may be free only after an earlier change.

    Args:
        client: the client.
        connection: inside a transaction.
        rows: the new values by column, with the account's id as `number`; one row an account.
    """
    user, now = client.tables.user, client.now
    by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    usernames = []
    for row in rows:
        columns = tuple(sorted(row.keys() - {"number", "username"}))
        if columns:
            by_columns.setdefault(columns, []).append((row["number"], *(row[name] for name in columns)))
        if "username" in row:
            usernames.append({"number": row["number"], "to": row["username"]})
    for columns, together in by_columns.items():
        update_many(connection, user, ["id", *columns], together, {"timemodified": now})
    if usernames:
        statement = update(user).where(user.c.id == bindparam("number"))
        connection.execute(statement.values(username=bindparam("to"), timemodified=now), usernames)
