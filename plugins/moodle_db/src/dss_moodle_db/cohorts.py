"""Cohorts whose ID numbers carry our mark, with those of their members who are in our scope."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from dss.importers import NATIVE, Rows, Scope
from dss.store import REFUSED
from dss_moodle_db.dialect import one_of, streamed
from dss_moodle_db.keys import normal_idnumber
from dss_moodle_db.marks import marked, unmarked
from dss_moodle_db.scopes import in_any_scope, scope_ids

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

FIELDS = ("idnumber", NATIVE, "name", "members")
ROWS_AT_ONCE = 2000


def read_cohorts(client: Client) -> Rows:
    """All cohorts of ours."""
    cohort = client.tables.cohort
    ours = cohort.c.idnumber.startswith(client.options.mark, autoescape=True)
    return Rows(FIELDS, _read(client, _cohorts(client).where(ours, cohort.c.component == "")))


def read_cohorts_by_idnumber(client: Client, idnumbers: Collection[str], scope: Scope) -> Rows:
    """Some cohorts: ours, or those that have our ID number but belong to another plugin."""
    cohort = client.tables.cohort
    wanted = [marked(client.options.mark, idnumber) for idnumber in idnumbers]
    query = _cohorts(client).where(one_of(cohort.c.idnumber, wanted))
    if scope is Scope.OURS:
        return Rows(FIELDS, _read(client, query.where(cohort.c.component == "")))
    return Rows(
        (*FIELDS, REFUSED),
        _read_foreign(client, query.where(cohort.c.component != "")),
    )


def _cohorts(client: Client) -> Select[Any]:
    cohort = client.tables.cohort
    return select(cohort.c.id, cohort.c.idnumber, cohort.c.name, cohort.c.component).order_by(cohort.c.id)


def _read(client: Client, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    nobody: frozenset[str] = frozenset()
    with client.reading() as connection:
        found = connection.execute(query).all()
        members = _members(client, connection, query)
        for number, text, name, _ in found:
            idnumber = normal_idnumber(unmarked(client.options.mark, text))
            if idnumber is not None:
                yield idnumber, number, name, frozenset(members.get(number, nobody))


def _members(client: Client, connection: Connection, cohorts: Select[Any]) -> dict[int, set[str]]:
    member, user = client.tables.cohort_members, client.tables.user
    ours = in_any_scope(client, scope_ids(client, connection))
    query = (
        select(member.c.cohortid, user.c.idnumber)
        .join(user, user.c.id == member.c.userid)
        .where(
            member.c.cohortid.in_(cohorts.order_by(None).with_only_columns(client.tables.cohort.c.id)),
            user.c.deleted == 0,
            user.c.id.in_(ours),
            user.c.id.not_in(list(client.site.untouchable)),
        )
    )
    found: dict[int, set[str]] = {}
    with streamed(connection, query, ROWS_AT_ONCE) as rows:
        for number, text in rows:
            idnumber = normal_idnumber(text)
            if idnumber is not None:
                found.setdefault(number, set()).add(idnumber)
    return found


def _read_foreign(client: Client, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    with client.reading() as connection:
        for number, text, name, component in connection.execute(query):
            idnumber = unmarked(client.options.mark, text)
            yield idnumber, number, name, None, f"it belongs to the plugin `{component}`"
