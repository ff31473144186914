"""SQLite: the embedded default."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, Engine, event, func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from dss_moodle_db.dialect.base import HURRIES, WRITES, Dialect, Session


class SQLite(Dialect):
    """A file, or a database in memory."""

    name: ClassVar[str] = "sqlite"
    drivers = ("sqlite3",)
    is_shared = False

    def connect_args(self, session: Session) -> dict[str, Any]:
        """How long to wait for another process to end its transaction."""
        return {"timeout": session.lock_seconds}

    def prepare(self, engine: Engine, session: Session) -> None:
        """Let transactions begin when we say so, and those that write be the only ones at once."""

        @event.listens_for(engine, "connect")
        def _no_begin_by_the_driver(dbapi_connection: Any, _record: Any) -> None:
            # The driver begins a transaction only before some statements and ends it before others, which
            # breaks savepoints and lets two runs read before either writes.
            dbapi_connection.isolation_level = None
            # SQLite's own knows ASCII only
            dbapi_connection.create_function("lower", 1, _lower, deterministic=True)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            if not options.get(WRITES, False):
                connection.exec_driver_sql("BEGIN")
            elif not options.get(HURRIES, False):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                finally:
                    # to commit may still have to wait for somebody who reads
                    connection.exec_driver_sql(f"PRAGMA busy_timeout = {session.lock_seconds * 1000}")

    def is_in_transaction(self, driver: Any) -> bool:
        """SQLite may end one by itself, as on a full disk."""
        return not isinstance(driver, sqlite3.Connection) or driver.in_transaction

    def keep_in_memory(self, driver: Any) -> None:
        """By itself it writes into its file when its cache is full, and shuts out those who only read."""
        if isinstance(driver, sqlite3.Connection):
            driver.execute("PRAGMA cache_spill = OFF")

    @contextmanager
    def never_stored(self, driver: Any) -> Iterator[None]:
        """Refuse whatever ends a transaction."""
        if not isinstance(driver, sqlite3.Connection):
            yield
            return
        driver.set_authorizer(_no_commit)
        try:
            yield
        finally:
            driver.set_authorizer(None)

    def is_busy(self, error: DBAPIError) -> bool:
        """Somebody else writes."""
        text = str(error.orig).lower()
        return isinstance(error, OperationalError) and ("locked" in text or "busy" in text)

    def is_of_the_record(self, error: DBAPIError) -> bool:
        """All but what the file, or the statement itself, is to blame for."""
        return not isinstance(error, OperationalError)

    def among(self, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """As one JSON text, since a statement takes a limited number of values."""
        given = func.json_each(_as_json(values)).table_valued("value")
        return column.in_(select(given.c.value))

    def among_any_case(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """By Python's own lower case."""
        return self.among(func.lower(column), values)

    def rows_as_table(self, columns: Mapping[str, type]) -> str:
        """What is in a JSON array has the types of JSON."""
        picked = ", ".join(f"value ->> '$[{place}]' AS {name}" for place, name in enumerate(columns))
        return f"SELECT {picked} FROM json_each(:given)"


def _as_json(values: Sequence[Any]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _no_commit(action: int, *_: object) -> int:
    denied = action in (sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK
