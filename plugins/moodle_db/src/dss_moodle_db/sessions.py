"""What a direct write leaves stale in the sessions of people who are logged in, and how Moodle is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update

from dss_moodle_db.dialect import insert_many, one_of

if TYPE_CHECKING:
    from dss_moodle_db.client import Client

DIRTY_USERS = "accesslib/dirtyusers"


def end_sessions(client: Client, connection: Connection, users: Iterable[int]) -> None:
    """Log people out. A suspended account is refused at login at once, but a session would live on."""
    sessions = client.tables.sessions
    connection.execute(delete(sessions).where(one_of(sessions.c.userid, users)))


def mark_dirty(client: Client, connection: Connection, users: Iterable[int]) -> None:
    """Make Moodle look up the rights of these people again, where they are logged in.

    Otherwise a person taken out of a course stays in it until logout. Whoever has never been logged in has no
    session and needs no mark.
    """
    flags, user = client.tables.cache_flags, client.tables.user
    now = client.now
    fresh = {"value": "1", "timemodified": now, "expiry": now + client.site.session_timeout}
    seen = select(user.c.id).where(one_of(user.c.id, users), user.c.lastaccess > 0)
    names = [str(number) for number in connection.execute(seen).scalars()]
    if not names:
        return
    ours = (flags.c.flagtype == DIRTY_USERS) & one_of(flags.c.name, names)
    connection.execute(update(flags).where(ours).values(fresh))
    there = set(connection.execute(select(flags.c.name).where(ours)).scalars())
    missing = [(name,) for name in names if name not in there]
    insert_many(connection, flags, ["name"], missing, {"flagtype": DIRTY_USERS, **fresh})
