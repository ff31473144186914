"""Rows locked before they are read again: until the batch is stored nobody else, Moodle included, changes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import Table, select

from dss.keys import split_key
from dss_moodle_db.config import PEOPLE
from dss_moodle_db.dialect import one_of
from dss_moodle_db.manual import METHOD
from dss_moodle_db.marks import marked

if TYPE_CHECKING:
    from dss_moodle_db.client import Client


def lock(client: Client, branch: str, idnumbers: Collection[str]) -> None:
    """Lock the rows behind some records, in the order of their ids, so that two who lock never wait for each other.

    What was read before a run could have changed since; what is read after this stays as it is. SQLite needs none of
    it, since whoever writes there has the database alone.

    Args:
        client: within a batch.
        branch: the branch's name.
        idnumbers: the records' idnumbers.
    """
    if not client.dialect.is_shared:
        return
    tables, mark = client.tables, client.options.mark
    if branch in PEOPLE:
        _lock(client, tables.user, idnumbers)
    elif branch == "courses":
        _lock(client, tables.course, idnumbers)
    elif branch == "classes":
        _lock(client, tables.groups, [marked(mark, idnumber) for idnumber in idnumbers])
    elif branch == "cohorts":
        _lock(client, tables.cohort, [marked(mark, idnumber) for idnumber in idnumbers])
    else:
        _lock_enrolments(client, idnumbers)


def _lock(client: Client, table: Table, idnumbers: Collection[str]) -> None:
    query = select(table.c.id).where(one_of(table.c.idnumber, idnumbers)).order_by(table.c.id)
    with client.reading() as connection:
        connection.execute(query.with_for_update()).all()


def _lock_enrolments(client: Client, idnumbers: Collection[str]) -> None:
    """Both of what lets a person into a class; roles cannot be changed, only given and taken away."""
    tables, mark = client.tables, client.options.mark
    group, user, enrol = tables.groups, tables.user, tables.enrol
    member, enrolment = tables.groups_members, tables.user_enrolments
    parts = [split_key(idnumber) for idnumber in idnumbers]
    whose = one_of(user.c.idnumber, [part[1] for part in parts if len(part) == 3])
    where = one_of(group.c.idnumber, [marked(mark, part[0]) for part in parts])
    enrolments = (
        select(enrolment.c.id)
        .join(enrol, (enrol.c.id == enrolment.c.enrolid) & (enrol.c.enrol == METHOD))
        .join(group, group.c.courseid == enrol.c.courseid)
        .join(user, user.c.id == enrolment.c.userid)
        .where(where, whose)
        .order_by(enrolment.c.id)
        .with_for_update(of=enrolment)
    )
    memberships = (
        select(member.c.id)
        .join(group, group.c.id == member.c.groupid)
        .join(user, user.c.id == member.c.userid)
        .where(where, whose)
        .order_by(member.c.id)
        .with_for_update(of=member)
    )
    with client.reading() as connection:
        connection.execute(enrolments).all()
        connection.execute(memberships).all()
