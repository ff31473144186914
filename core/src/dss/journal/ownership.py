"""Which of a target's records are ours: what dss made, took over, or found on both sides."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from dss.journal.coding import native, text, unnative, untext
from dss.journal.database import Database
from dss.journal.sections import Scopes

_AGAIN = "ON CONFLICT (scope, idnumber) DO UPDATE SET native = coalesce(excluded.native, native)"
_WRITE = f"INSERT INTO owned VALUES (?, ?, ?, ?, ?) {_AGAIN}"
_WRITE_SETTLED = """INSERT INTO owned SELECT ?, a.idnumber, o.native, ?, ?
    FROM actions a JOIN outcomes o ON o.id = a.id WHERE a.id BETWEEN ? AND ?
    ON CONFLICT (scope, idnumber) DO UPDATE SET native = excluded.native"""
"""What is made again is another record of the target: its id is the new one, or is not known, but never the old one."""


class Owned:
    """The record of what is ours, by target and branch.

    Args:
        database: the journal's.
        scopes: numbers of branches.
    """

    def __init__(self, database: Database, scopes: Scopes) -> None:
        self._database, self._scopes = database, scopes

    def of(self, target: str, branch: str) -> dict[str, Any] | None:
        """What is ours, with native ids (None where unknown).

        None where the record is not `complete`: then what is not in it may yet be ours, and nobody can say whose it is.
        """
        return self.rows(target, branch) if self.is_complete(target, branch) else None

    def rows(self, target: str, branch: str) -> dict[str, Any]:
        """What is known to be ours, whether or not that is all."""
        scope = self._scopes.find(target, branch)
        if scope is None:
            return {}
        found = self._database.each("SELECT idnumber, native FROM owned WHERE scope = ?", (scope,))
        return {
            idnumber if type(idnumber) is str else untext(idnumber): unnative(own) for idnumber, own in found
        }

    def is_complete(self, target: str, branch: str) -> bool:
        """Whether what is not in the record is known not to be ours."""
        row = self._database.row(
            "SELECT complete FROM scopes WHERE target = ? AND branch = ?", (text(target), text(branch))
        )
        return row is not None and bool(row[0])

    def complete(self, target: str, branch: str) -> None:
        """Say that the record now is complete; from then on `of` gives it."""
        with self._database.writing() as connection:
            scope = self._scopes.make(connection, target, branch)
            connection.execute("UPDATE scopes SET complete = 1 WHERE number = ?", (scope,))

    def add(self, target: str, branch: str, items: Iterable[tuple[str, Any]], run: int, how: str) -> None:
        """Take records as ours; of those that are already, only the native id is brought up to date.

        Args:
            target: the system.
            branch: of the records.
            items: idnumber and native id (None where unknown).
            run: number of the run that found out.
            how: in a word: made, adopted, joined, matched.
        """
        with self._database.writing() as connection:
            self.write(connection, target, branch, items, run, how)

    def remove(self, target: str, branch: str, idnumbers: Iterable[str]) -> None:
        """Let records go: they are not ours any more."""
        with self._database.writing() as connection:
            scope = self._scopes.make(connection, target, branch)
            connection.executemany(
                "DELETE FROM owned WHERE scope = ? AND idnumber = ?",
                ((scope, text(idnumber)) for idnumber in idnumbers),
            )

    def write(
        self,
        connection: sqlite3.Connection,
        target: str,
        branch: str,
        items: Iterable[tuple[str, Any]],
        run: int,
        how: str,
    ) -> None:
        """As `add`, within a transaction."""
        scope = self._scopes.make(connection, target, branch)
        connection.executemany(
            _WRITE, ((scope, text(idnumber), native(own), run, how) for idnumber, own in items)
        )

    def write_settled(
        self,
        connection: sqlite3.Connection,
        target: str,
        branch: str,
        ids: tuple[int, int],
        run: int,
        how: str,
    ) -> None:
        """As `write`, for actions from the first to the last of these ids, which have just been settled."""
        scope = self._scopes.make(connection, target, branch)
        connection.execute(_WRITE_SETTLED, (scope, run, how, *ids))

    def move(self, connection: sqlite3.Connection, target: str, branch: str, idnumber: str, own: Any) -> None:
        """The target has made a record anew, under another id; within a transaction. What is not ours stays so."""
        scope = self._scopes.make(connection, target, branch)
        connection.execute(
            "UPDATE owned SET native = ? WHERE scope = ? AND idnumber = ?",
            (native(own), scope, text(idnumber)),
        )

    def take_back(
        self, connection: sqlite3.Connection, target: str, branch: str, idnumber: str, run: int
    ) -> None:
        """What this run took for made was not; within a transaction."""
        scope = self._scopes.make(connection, target, branch)
        connection.execute(
            "DELETE FROM owned WHERE scope = ? AND idnumber = ? AND run = ?", (scope, text(idnumber), run)
        )
