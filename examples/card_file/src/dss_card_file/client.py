"""The open card file: its tables, and the transactions in which they are read and written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from dss.errors import DssError, ReadError, StateError, TemporaryError
from dss.keys import key
from dss.rehearsal import Rehearsal

PATIENCE = 5
"""Seconds to wait for another program that writes."""


@attrs.frozen
class Table:
    """Where a branch is kept.

    Attributes:
        name: of the table; `source` is what is read instead, where that is more than one table.
        columns: what is written, by attribute of the model; a reference stands there as the other record's `id`.
        computed: what is read otherwise, or only read.
        keys: the columns that a record is looked up by.
    """

    name: str
    columns: dict[str, str]
    computed: dict[str, str] = attrs.Factory(dict)
    source: str = attrs.Factory(lambda self: self.name, takes_self=True)
    keys: str = "number"

    @property
    def read(self) -> dict[str, str]:
        """What is read, by attribute."""
        return {name: f"{self.name}.{column}" for name, column in self.columns.items()} | self.computed


_OUR_MEMBERS = """(SELECT json_group_array(number) FROM group_member JOIN reader ON reader.id = reader_id
    WHERE group_id = reader_group.id AND reader.origin = ?1 AND number IS NOT NULL)"""
TABLES = {
    "readers": Table(
        "reader",
        {
            "idnumber": "number",
            "given_name": "given_name",
            "family_name": "family_name",
            "email": "email",
            "username": "login",
            "enabled": "active",
        },
    ),
    "groups": Table("reader_group", {"idnumber": "number", "name": "name"}, {"members": _OUR_MEMBERS}),
    "books": Table("book", {"idnumber": "number", "title": "title"}),
    "loans": Table(
        "loan",
        {"reader": "reader_id", "book": "book_id", "due": "due"},
        {
            "idnumber": "dss_key(reader.number, book.number)",
            "reader": "reader.number",
            "book": "book.number",
        },
        "loan JOIN reader ON reader.id = reader_id JOIN book ON book.id = book_id",
        "reader.number, book.number",
    ),
}


class Client:
    """The open connection: every statement goes through `rows` or `write`. A file that is not there is not made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rehearsal: Rehearsal | None = None
        with self._translated(ReadError):
            self._connection = sqlite3.connect(
                f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None
            )
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.create_function("dss_key", 2, _key, deterministic=True)

    def close(self) -> None:
        """Close the connection; what is not committed is taken back."""
        self._connection.close()

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """What a query answers, row by row."""
        with self._translated(ReadError):
            yield from self._connection.execute(query, values)

    def write(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        """Carry out one statement."""
        cursor = self._run(statement, values)
        if self._rehearsal is not None:
            self._rehearsal.add(statement)
        return cursor

    def commit(self) -> None:
        """Store what the transaction has written."""
        self._run("COMMIT")

    def _run(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._translated(DssError):
            return self._connection.execute(statement, values)

    @contextmanager
    def _translated(self, kind: type[DssError]) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # this one record is refused, and the reason can be read
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise TemporaryError(f"`{self.path}` is being written by another program") from error
            raise kind(f"`{self.path}`: {error}; look at the file, or at the option `path`") from error

    # -- transactions ----------------------------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """While it lasts, all that is read is of one moment."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction: stored when the block ends well, else taken back; in a dry run a part of that."""
        if self._rehearsal is not None:
            with self.savepoint():
                yield
            return
        with self._transaction("BEGIN IMMEDIATE"):
            yield
            self.commit()

    @contextmanager
    def rehearsing(self) -> Iterator[Rehearsal]:
        """A dry run: one transaction, in which each batch is a part; taken back at its end."""
        with self._transaction("BEGIN IMMEDIATE"):
            self._rehearsal = Rehearsal()
            try:
                yield self._rehearsal
            finally:
                self._rehearsal = None
            if not self._connection.in_transaction:
                raise DssError(f"`{self.path}`: the dry run broke off; something has ended its transaction")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction: when the block raises, it alone is taken back."""
        if not self._connection.in_transaction:
            # a full disk ends a transaction, too; what was written now would be stored at once
            raise StateError(f"`{self.path}`: no transaction is open; write inside `tree.batch()`")
        self._run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._run("ROLLBACK TO part")
            raise
        finally:
            if self._connection.in_transaction:
                self._run("RELEASE part")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._run(begin)
        try:
            yield
        finally:
            # of what is committed there is nothing left to take back
            if self._connection.in_transaction:
                self._run("ROLLBACK")


def _key(*numbers: str | None) -> str | None:
    """`dss.key` for SQL: what a record is known by that is nothing but who has what."""
    return None if None in numbers else key(*map(str, numbers))
