"""The connector's connection to a roster: every statement goes through `rows` or `write`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dss.rehearsal import Rehearsal


class Client:
    """One open connection."""

    def __init__(self, path: Path, password: str) -> None:
        self.path = path
        self._password = password
        self._rehearsal: Rehearsal | None = None
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=1)
        self.connection.execute("PRAGMA synchronous = OFF")

    def close(self) -> None:
        """Close the connection; what is not committed is taken back."""
        self.connection.close()

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """What a query answers, row by row."""
        # not `yield from`: of a broken connector a reading may still be open when the connection is closed
        for row in self.connection.execute(query, values):  # noqa: UP028
            yield row

    def write(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Carry out one statement."""
        cursor = self.connection.execute(statement, values)
        self.note(statement, values)
        return cursor

    def note(self, statement: str, values: Sequence[Any]) -> None:
        """Tell the dry run, where there is one, of a statement."""
        if self._rehearsal is not None:
            self._rehearsal.add(statement)

    def commit(self) -> None:
        """Store what the transaction has written."""
        self.connection.execute("COMMIT")

    def roll_back(self) -> None:
        """Take back what the transaction has written, unless it is over."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction; in a dry run a part of that one's."""
        if self._rehearsal is not None:
            with self.savepoint():
                yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.commit()
        finally:
            self.roll_back()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction: when the block raises, that part alone is taken back."""
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO part")
            self.connection.execute("RELEASE part")
            raise
        self.connection.execute("RELEASE part")

    @contextmanager
    def rehearsing(self) -> Iterator[Rehearsal]:
        """One transaction around a dry run, taken back at its end."""
        self.connection.execute("BEGIN IMMEDIATE")
        self._rehearsal = Rehearsal()
        try:
            yield self._rehearsal
        finally:
            self._rehearsal = None
            self.roll_back()
