"""Reading people: the accounts in a branch's scope cohort."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, func, select

from dss.importers import NATIVE, Holder, Rows, Scope
from dss.store import REFUSED
from dss_moodle_db.dialect import one_of, one_of_any_case, streamed
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.places import Place, find_places
from dss_moodle_db.scopes import find_scopes
from dss_moodle_db.site import USER_LEVEL
from dss_moodle_db.usernames import Username, stored_form

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss_moodle_db.client import Client

COLUMNS = {"given_name": "firstname", "family_name": "lastname", "email": "email", "username": "username"}
"""The columns in which Moodle keeps what every person has."""

ROWS_AT_ONCE = 2000


def read_people(client: Client, branch: type[DataStoreBranch]) -> Rows:
    """All accounts in the branch's scope."""
    with client.reading() as connection:
        scope = find_scopes(client, connection).get(branch.__name__)
        places = find_places(client, connection, branch.names())
    fields = _fields(client, branch, places)
    query = _accounts(client, places)
    member = client.tables.cohort_members
    query = query.join(member, member.c.userid == client.tables.user.c.id).where(
        member.c.cohortid == (-1 if scope is None else scope)
    )
    return Rows(fields, _read(client, branch, query, "guardians" in fields))


def read_people_by_idnumber(
    client: Client, branch: type[DataStoreBranch], idnumbers: Collection[str], scope: Scope
) -> Rows:
    """Some accounts, by ID number: those in the branch's scope, or any of the site."""
    user, member = client.tables.user, client.tables.cohort_members
    with client.reading() as connection:
        cohort = find_scopes(client, connection).get(branch.__name__)
        places = find_places(client, connection, branch.names())
    base = _accounts(client, places)
    fields = _fields(client, branch, places)
    if scope is Scope.OURS:
        base = base.join(member, member.c.userid == user.c.id).where(
            member.c.cohortid == (-1 if cohort is None else cohort)
        )
    query = base.where(one_of(user.c.idnumber, idnumbers))
    if scope is Scope.OURS:
        return Rows(fields, _read(client, branch, query, "guardians" in fields))
    return Rows((*fields, REFUSED), _read_anywhere(client, query, "guardians" in fields))


def find_people(client: Client, attribute: str, values: Collection[Any]) -> Iterator[Holder]:
    """Whoever holds these values, deleted accounts included: Moodle's index on usernames counts them too."""
    user = client.tables.user
    column = user.c[COLUMNS[attribute]]
    is_username = attribute == "username"
    asked: dict[str, list[str]] = {}
    for value in values:
        if isinstance(value, str):
            asked.setdefault(stored_form(value) if is_username else value, []).append(value)
    # an account made by hand may have capitals, and Moodle takes both for one username
    among = one_of_any_case if is_username else one_of
    query = select(
        user.c.id,
        user.c.idnumber,
        column,
        user.c.firstname,
        user.c.lastname,
        user.c.email,
        user.c.deleted,
    ).where(among(column, asked), user.c.mnethostid == client.site.mnethostid)
    with client.reading() as connection:
        for number, idnumber, held, first, last, email, deleted in connection.execute(query):
            wanted = asked.get(stored_form(held) if is_username else held)
            if wanted is None:
                continue
            why = "a deleted account" if deleted else client.site.why_untouchable(number, str(held))
            record = {"given_name": first, "family_name": last, "email": email, attribute: held}
            if why is not None:
                record["name"] = why
            key = normal_idnumber(idnumber) if not deleted else None
            yield from (Holder(value, number, key, record) for value in wanted)


def _fields(client: Client, branch: type[DataStoreBranch], places: Iterable[Place]) -> tuple[str, ...]:
    fields = ("idnumber", NATIVE, *COLUMNS, "enabled", *(place.attribute for place in places))
    return (
        (*fields, "guardians") if client.options.guardian_role and "guardians" in branch.names() else fields
    )


def _accounts(client: Client, places: Iterable[Place]) -> Select[Any]:
    user, data = client.tables.user, client.tables.user_info_data
    query = select(
        user.c.id, user.c.suspended, user.c.idnumber, *(user.c[column] for column in COLUMNS.values())
    ).where(user.c.deleted == 0, user.c.mnethostid == client.site.mnethostid)
    for place in places:
        if place.column:
            query = query.add_columns(user.c[place.column])
        else:
            one = data.alias(f"profile_{place.field}")
            query = query.add_columns(func.coalesce(one.c.data, place.default)).outerjoin(
                one, (one.c.userid == user.c.id) & (one.c.fieldid == place.field)
            )
    return query.order_by(user.c.id)


def _read(
    client: Client, branch: type[DataStoreBranch], query: Select[Any], with_guardians: bool
) -> Iterator[tuple[Any, ...]]:
    untouchable = client.site.untouchable
    nobody: frozenset[str] = frozenset()
    nameless = 0
    with client.reading() as connection:
        guardians = _guardians(client, connection) if with_guardians else {}
        with streamed(connection, query, ROWS_AT_ONCE) as rows:
            for number, suspended, text, first, last, email, username, *more in rows:
                idnumber = normal_idnumber(text)
                if idnumber is None:
                    nameless += 1
                    continue
                if number in untouchable or username == "guest":
                    why = client.site.why_untouchable(number, username)
                    branch.freeze(idnumber, f"account {number} {username!r} is {why}: it is left alone")
                    continue
                if with_guardians:
                    more.append(guardians.get(number, nobody))
                yield idnumber, number, first, last, email, Username(username), suspended == 0, *more
    if nameless:
        cohort = client.options.cohorts[branch.__name__]
        have = "1 account" if nameless == 1 else f"{nameless} accounts"
        branch.note(f"without an ID number, and so left alone: {have} in cohort `{cohort}`")


def _read_anywhere(client: Client, query: Select[Any], with_guardians: bool) -> Iterator[tuple[Any, ...]]:
    """Accounts of the whole site; those that nobody may touch say so."""
    with client.reading() as connection:
        for number, suspended, text, first, last, email, username, *more in connection.execute(query):
            idnumber = normal_idnumber(text)
            if idnumber is None:
                continue
            why = client.site.why_untouchable(number, username)
            refused = None if why is None else f"it is {why}"
            guardians = [None] if with_guardians else []
            yield (
                *(idnumber, number, first, last, email, Username(username), suspended == 0),
                *(*more, *guardians, refused),
            )


def _guardians(client: Client, connection: Connection) -> dict[int, frozenset[str]]:
    """ID numbers of the guardians in our scope, by the child's account: whoever holds the role over the child."""
    role = client.site.guardian_role
    scopes = find_scopes(client, connection)
    assert role is not None
    tables = client.tables
    given, context, guardian = tables.role_assignments, tables.context, tables.user
    theirs, ours = tables.cohort_members.alias("theirs"), tables.cohort_members.alias("ours")
    query = (
        select(context.c.instanceid, guardian.c.idnumber)
        .select_from(given)
        .join(context, context.c.id == given.c.contextid)
        .join(guardian, guardian.c.id == given.c.userid)
        .join(theirs, theirs.c.userid == guardian.c.id)
        .join(ours, ours.c.userid == context.c.instanceid)
        .where(
            context.c.contextlevel == USER_LEVEL,
            given.c.roleid == role.id,
            given.c.component == "",
            guardian.c.deleted == 0,
            theirs.c.cohortid == scopes.get("guardians", -1),
            ours.c.cohortid == scopes.get("students", -1),
        )
    )
    found: dict[int, set[str]] = {}
    with streamed(connection, query, ROWS_AT_ONCE) as rows:
        for child, text in rows:
            idnumber = normal_idnumber(text)
            if idnumber is not None:
                found.setdefault(child, set()).add(idnumber)
    return {child: frozenset(numbers) for child, numbers in found.items()}
