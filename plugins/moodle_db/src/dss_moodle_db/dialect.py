"""Where the databases differ: how a connection is opened, how a transaction begins, how many values fit.

Everything else in this package is written once, for every database.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from dss.errors import ConfigError

WRITES = "dss_writes"
"""Execution option of a connection that is about to write: its transaction takes the write lock at once."""

HURRIES = "dss_hurries"
"""Execution option of a connection that is about to write, and is not to wait for the lock."""

LOCK_SECONDS = 15
"""How long SQLite waits for another process to end its transaction before it gives up."""

DIALECT = "dss_dialect"
"""Where reflected tables say which kind of database they are in."""


def database_url(text: str, folder: Path | None = None) -> URL:
    """The parsed URL; the path of a SQLite file counts from `folder`.

    Raises:
        ConfigError: the text is no database URL. The text itself is not repeated, as it may hold a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError(
            "`url` is no database URL; wanted is `sqlite:///moodle.db` or "
            "`dialect+driver://user:password@host/name`"
        ) from None
    path = _file_of(url)
    return url if path is None or folder is None else url.set(database=str(folder / path))


def _file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def new_engine(text: str | URL, folder: Path | None = None, *, create: bool = False) -> Engine:
    """An engine whose transactions really are transactions.

    Args:
        text: the database URL.
        folder: what a relative path of a SQLite file counts from.
        create: whether a SQLite file that is not there may be made.

    Raises:
        ConfigError: no such database file, or the driver for this kind of database is not installed.
    """
    url = database_url(text, folder) if isinstance(text, str) else text
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, create)
    try:
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except NoSuchModuleError as error:
        raise ConfigError(f"`url` names `{url.drivername}`, which no installed package knows") from error
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the driver `{error.name}` for `{url.drivername}` is not installed; "
            "install it beside dss-moodle-db"
        ) from error


def _sqlite(url: URL, create: bool) -> Engine:
    path = _file_of(url)
    if path is not None and not create and not path.is_file():
        raise ConfigError(
            f"no database at `{path}`; correct `url`, or make an empty site there with "
            "`dss_moodle_db.embedded.create_site`"
        )
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, hide_parameters=True)

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
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(LOCK_SECONDS * 1000)}")

    return engine


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def keep_in_memory(connection: Connection) -> None:
    """Let SQLite write nothing into its file before a commit; to be called before the transaction begins.

    By itself it does when its cache is full, and shuts out those who only read.
    """
    driver = _sqlite_driver(connection)
    if driver is not None:
        driver.execute("PRAGMA cache_spill = OFF")


@contextmanager
def never_stored(connection: Connection) -> Iterator[None]:
    """Keep a transaction from being stored, even by the driver itself. Only SQLite can be told so."""
    driver = _sqlite_driver(connection)
    if driver is None:
        yield
        return
    driver.set_authorizer(_no_commit)
    try:
        yield
    finally:
        driver.set_authorizer(None)


def _no_commit(action: int, *_: object) -> int:
    denied = action in (sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def is_in_transaction(connection: Connection) -> bool:
    """Whether the transaction goes on, as far as the driver knows: SQLite may end one by itself, as on a full disk."""
    driver = _sqlite_driver(connection)
    return driver is None or driver.in_transaction


def _sqlite_driver(connection: Connection) -> sqlite3.Connection | None:
    if connection.invalidated or connection.dialect.name != "sqlite":
        return None
    driver = connection.connection.dbapi_connection
    return driver if isinstance(driver, sqlite3.Connection) else None


def without_transactions(connection: Connection, tables: Iterable[str]) -> dict[str, str]:
    """Those of these tables that take nothing back, with the engine that keeps them: MariaDB may keep some so."""
    if not is_mariadb(connection):
        return {}
    query = (
        "SELECT t.table_name, t.engine FROM information_schema.tables t"
        " JOIN information_schema.engines e ON e.engine = t.engine"
        " WHERE t.table_schema = database() AND (e.transactions IS NULL OR e.transactions <> 'YES')"
    )
    asked = set(tables)
    return {name: engine for name, engine in connection.exec_driver_sql(query) if name in asked}


def is_mariadb(connection: Connection) -> bool:
    """Whether this is MariaDB, or MySQL."""
    return connection.dialect.name in ("mysql", "mariadb")


def is_busy(error: DBAPIError) -> bool:
    """Whether the statement may well succeed when it is tried again: a lock, or a connection that broke."""
    if error.connection_invalidated:
        return True
    text = str(error.orig).lower()
    return isinstance(error, OperationalError) and ("locked" in text or "busy" in text)


def is_of_the_record(error: DBAPIError) -> bool:
    """Whether the database refused what was to be stored, and would take other records."""
    return not isinstance(error, OperationalError) and not error.connection_invalidated


def one_of(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that a column has one of these values, however many there are.

    SQLite takes a limited number of values a statement, so there they go as one JSON text. Ids that lie side by
    side, as those of rows just made, are a span, which costs nothing.
    """
    listed = sorted(set(values))
    if listed and isinstance(listed[0], int) and listed[-1] - listed[0] == len(listed) - 1:
        return column.between(listed[0], listed[-1])
    return _among(column, column, listed)


def one_of_any_case(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a column has one of these texts, written in lower case, however it is written there.

    No index helps with it, so it is for questions that are asked once a run.
    """
    return _among(func.lower(column), column, sorted(set(values)))


def _among(
    looked_at: ColumnElement[Any], column: ColumnElement[Any], listed: list[Any]
) -> ColumnElement[bool]:
    table = getattr(column, "table", None)
    if isinstance(table, Table) and table.metadata.info.get(DIALECT) == "sqlite":
        given = func.json_each(json.dumps(listed)).table_valued("value")
        return looked_at.in_(select(given.c.value))
    return looked_at.in_(listed)


def insert_many(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows, given as tuples in the order of `columns`.

    The rows go to the driver as they are: texts and integers need no conversion, and preparing every row for it
    costs as much as inserting it.
    """
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(columns))
    if compiled.positional:
        order = [list(columns).index(name) for name in compiled.positiontup or ()]
        if order != sorted(order):
            rows = [tuple(row[place] for place in order) for row in rows]
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.exec_driver_sql(str(compiled), [dict(zip(columns, row, strict=True)) for row in rows])
