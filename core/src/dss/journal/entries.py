"""What the journal holds about single actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dss.actions import Kind, Outcome
from dss.journal.coding import text, unnative, untext
from dss.journal.database import Database
from dss.journal.rows import Entry
from dss.journal.schema import PLACES
from dss.journal.sections import Sections

AT_ONCE = 200
"""Rows read in one call. Between two calls nothing is open, so whoever goes through the entries may settle them."""

_BATCH = """(SELECT CASE WHEN s.last >= a.id THEN s.batch END
    FROM spans s WHERE s.first <= a.id ORDER BY s.first DESC LIMIT 1)"""
_SELECT = f"""SELECT a.id, a.branch, a.kind, a.idnumber, a.attribute, a.fingerprint, a.line,
        CASE WHEN o.id IS NULL THEN {_BATCH} ELSE o.batch END, o.outcome, o.reason, o.native
    FROM actions a LEFT JOIN outcomes o ON o.id = a.id"""


class Entries:
    """Reads the actions of runs.

    Args:
        database: the journal's.
        sections: numbers of syncs.
    """

    def __init__(self, database: Database, sections: Sections) -> None:
        self._database, self._sections = database, sections

    def of(
        self,
        run: int,
        sync: int | None,
        outcome: Outcome | None,
        branch: str | None,
        idnumber: str | None,
        is_open: bool,
        in_doubt: bool,
    ) -> Iterator[Entry]:
        """Those that all the conditions hold for, in the order of syncs and plans."""
        conditions, values = [""], []
        for condition, value in (("a.branch = ?", branch), ("a.idnumber = ?", idnumber)):
            if value is not None:
                conditions.append(condition)
                values.append(text(value))
        if outcome is not None:
            conditions.append("o.outcome = ?")
            values.append(outcome.value)
        if is_open or in_doubt:
            conditions.append("o.id IS NULL")
        if in_doubt:
            conditions.append(f"{_BATCH} IS NOT NULL")
        for section, place in self._sections.of(run):
            if sync is None or sync == place:
                yield from self._section(run, place, section, " AND ".join(conditions), values)

    def _section(
        self, run: int, sync: int, section: int, conditions: str, values: list[str | bytes]
    ) -> Iterator[Entry]:
        last, end = (section << PLACES) - 1, section + 1 << PLACES
        statement = f"{_SELECT} WHERE a.id > ? AND a.id < ?{conditions} ORDER BY a.id LIMIT ?"
        while rows := self._database.rows(statement, (last, end, *values, AT_ONCE)):
            for row in rows:
                yield _entry(run, sync, row)
            if len(rows) < AT_ONCE:
                return
            last = rows[-1][0]

    def about(self, branch: str, idnumber: str, limit: int) -> list[Entry]:
        """Those about one record, those of the newest run first, and within a run in the plan's order."""
        found = self._database.rows(
            "SELECT a.id, c.run, c.sync FROM actions a JOIN sections c ON c.number = a.id >> ?"
            " WHERE a.idnumber = ? AND a.branch = ? ORDER BY c.run DESC, a.id LIMIT ?",
            (PLACES, text(idnumber), text(branch), limit),
        )
        return [
            _entry(run, sync, self._database.row(f"{_SELECT} WHERE a.id = ?", (one,)))
            for one, run, sync in found
        ]


def _entry(run: int, sync: int, row: tuple[Any, ...]) -> Entry:
    one, branch, kind, idnumber, attribute, fingerprint, line, batch, outcome, reason, native = row
    return Entry(
        run,
        sync,
        one & (1 << PLACES) - 1,
        untext(branch),
        Kind(kind),
        untext(idnumber),
        None if attribute is None else untext(attribute),
        fingerprint,
        untext(line),
        batch,
        None if outcome is None else Outcome(outcome),
        untext(reason),
        unnative(native),
    )
