"""Numbers for what is named over and over: a sync of a run, a branch of a target."""

from __future__ import annotations

import sqlite3

from dss.errors import JournalError
from dss.journal.coding import text
from dss.journal.database import Database
from dss.journal.schema import PLACES


class Sections:
    """The syncs of runs. An action's id is `base` and its place.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[int, int], int] = {}

    def base(self, run: int, sync: int) -> int:
        """The id of the action that has place 0.

        Raises:
            JournalError: the run has no such sync.
        """
        number = self._known.get((run, sync))
        if number is None:
            row = self._database.row("SELECT number FROM sections WHERE run = ? AND sync = ?", (run, sync))
            if row is None:
                raise JournalError(
                    f"the journal `{self._database.path}` knows of no sync {sync} in a run {run}"
                )
            number = self._known[run, sync] = row[0]
        return number << PLACES

    def of(self, run: int) -> list[tuple[int, int]]:
        """Number and sync of all sections of a run, in order."""
        return self._database.rows("SELECT number, sync FROM sections WHERE run = ? ORDER BY sync", (run,))


class Scopes:
    """The branches of targets.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, target: str, branch: str) -> int | None:
        """The number; None when there is none yet."""
        row = self._database.row(
            "SELECT number FROM scopes WHERE target = ? AND branch = ?", (text(target), text(branch))
        )
        return None if row is None else int(row[0])

    def make(self, connection: sqlite3.Connection, target: str, branch: str) -> int:
        """The number, given now when there is none; within a transaction."""
        connection.execute(
            "INSERT OR IGNORE INTO scopes (target, branch) VALUES (?, ?)", (text(target), text(branch))
        )
        found = self.find(target, branch)
        assert found is not None
        return found
