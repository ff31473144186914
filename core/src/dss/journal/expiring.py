"""Forgetting: people's names and values are kept for a time only."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from dss import clock
from dss.journal.coding import moment
from dss.journal.database import Database
from dss.journal.schema import PLACES
from dss.journal.sections import Sections


def expire(database: Database, sections: Sections, before: datetime.datetime) -> int:
    """Forget lines, reasons and native ids of runs that began before a moment, and approvals that lapsed before it.

    What happened to which record stays: branch, idnumber, kind, attribute, outcome. Runs that have not ended keep
    everything, since they may have to be resumed.

    Returns:
        How many runs there were.
    """
    rows = database.rows("SELECT number, began, ended IS NOT NULL AND NOT expired FROM runs ORDER BY number")
    times = _true_times([datetime.datetime.fromisoformat(began) for _, began, _ in rows], clock.now())
    past = [number for (number, _, is_due), time in zip(rows, times, strict=True) if is_due and time < before]
    for number in past:
        with database.writing() as connection:
            for section, _ in sections.of(number):
                ids = (section << PLACES, (section + 1 << PLACES) - 1)
                connection.execute("UPDATE actions SET line = NULL WHERE id BETWEEN ? AND ?", ids)
                connection.execute(
                    "UPDATE outcomes SET reason = NULL, native = NULL WHERE id BETWEEN ? AND ?"
                    " AND (reason IS NOT NULL OR native IS NOT NULL)",
                    ids,
                )
            connection.execute("UPDATE runs SET expired = 1, reason = '' WHERE number = ?", (number,))
    with database.writing() as connection:
        lapsed = connection.execute("DELETE FROM approvals WHERE until < ?", (moment(before),)).rowcount
    if past or lapsed:
        database.empty_log()
    return len(past)


def _true_times(began: Sequence[datetime.datetime], now: datetime.datetime) -> Iterator[datetime.datetime]:
    """When runs really began, as far as can be told where the clock has been wrong.

    Their order is certain. A time that is still to come is wrong; one before that of an earlier run is, too.
    """
    past = [time for time in began if time <= now]
    latest = min(past, default=now)
    for time in began:
        if time <= now:
            latest = max(latest, time)
        yield latest
