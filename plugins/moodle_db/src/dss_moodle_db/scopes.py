"""Which accounts are ours: those in the cohort of a people branch.

Moodle keeps everybody in one table; a cohort a branch tells whom of them a branch holds. These cohorts are found by
ID number, lie in the system context, and are made by the first run that needs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Select, insert, literal, select

from dss.errors import ConfigError
from dss_moodle_db.dialect import one_of
from dss_moodle_db.limits import too_long

if TYPE_CHECKING:
    from dss_moodle_db.client import Client


def find_scopes(client: Client, connection: Connection) -> dict[str, int]:
    """The ids of the scope cohorts that are there, by branch.

    Raises:
        ConfigError: two cohorts have one of the ID numbers, or it is another plugin's cohort.
    """
    cohort = client.tables.cohort
    wanted = {idnumber: branch for branch, idnumber in client.options.cohorts.items()}
    query = select(cohort.c.id, cohort.c.idnumber, cohort.c.component).where(
        cohort.c.idnumber.in_(list(wanted))
    )
    found: dict[str, int] = {}
    for number, idnumber, component in connection.execute(query):
        branch = wanted.get(idnumber)
        if branch is None:
            continue
        if component:
            raise ConfigError(
                f"cohort `{idnumber}` belongs to `{component}`; give `cohorts.{branch}` an ID number of our own"
            )
        if branch in found:
            raise ConfigError(
                f"two cohorts have the ID number `{idnumber}`; take it from one of them in Moodle"
            )
        found[branch] = number
    return found


def scope_ids(client: Client, connection: Connection) -> list[int]:
    """The ids of all scope cohorts; a cohort that is not there yet counts for nobody."""
    return sorted(find_scopes(client, connection).values()) or [-1]


def ensure_scope(client: Client, connection: Connection, branch: str) -> int:
    """The id of a branch's scope cohort, made when it is not there."""
    there = find_scopes(client, connection).get(branch)
    if there is not None:
        return there
    cohort = client.tables.cohort
    idnumber = client.options.cohorts[branch]
    values = {
        "contextid": client.site.system_context[0],
        "name": f"{branch.capitalize()} (datastoresync)",
        "idnumber": idnumber,
        "description": f"Whom datastoresync keeps in step as {branch}. Do not change it by hand.",
        "descriptionformat": 1,
        "visible": 0,
        "component": "",
        "timecreated": client.now,
        "timemodified": client.now,
    }
    problem = too_long(cohort, values)
    if problem:
        raise ConfigError(f"`cohorts.{branch}`: {problem}")
    connection.execute(insert(cohort), values)
    return find_scopes(client, connection)[branch]


def in_any_scope(client: Client, scopes: Iterable[int]) -> Select[tuple[int]]:
    """The ids of everybody in one of these scope cohorts, for an `IN`."""
    member = client.tables.cohort_members
    return select(member.c.userid).where(member.c.cohortid.in_(list(scopes)))


def join_scope(client: Client, connection: Connection, cohort: int, users: Iterable[int]) -> None:
    """Put accounts into a cohort; those in it already stay as they are."""
    user, member = client.tables.user, client.tables.cohort_members
    there = select(member.c.id).where(member.c.cohortid == cohort, member.c.userid == user.c.id)
    people = select(literal(cohort), user.c.id, literal(client.now)).where(
        one_of(user.c.id, users), ~there.exists()
    )
    connection.execute(insert(member).from_select(["cohortid", "userid", "timeadded"], people))
