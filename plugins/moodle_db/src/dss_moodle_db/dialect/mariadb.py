"""MariaDB and MySQL, by PyMySQL."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    BINARY,
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    cast,
    event,
    func,
    or_,
)
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.types import UserDefinedType

from dss.errors import ConfigError
from dss_moodle_db.dialect.base import WRITES, Dialect, Session

BUSY = frozenset(
    (
        1205,  # waited too long for a lock
        1213,  # deadlock
        1020,  # the row has changed since it was read
        1040,  # too many connections
        1053,  # the server is shutting down
        1927,  # the connection was killed
        2002,  # nobody listens there
        2003,  # the same
        2006,  # the server has gone away
        2013,  # the connection was lost
    )
)
"""Error numbers after which the same may well succeed."""

IN_TRANSACTION = 1
"""The bit of the server's status that says so."""

_WHERE = re.compile(r" for (?:key|column) \S+(?: at row \d+)?$| at row \d+$")


class MariaDB(Dialect):
    """A server; MySQL is spoken to in the same way."""

    name: ClassVar[str] = "mariadb"
    drivers = ("pymysql", "MySQLdb")
    default_driver = "mariadb+pymysql"
    backslashes = True
    streams_while_writing = False

    def connect_args(self, session: Session) -> dict[str, Any]:
        """How a server that is gone is noticed, and TLS."""
        args: dict[str, Any] = {
            "connect_timeout": session.connect_seconds,
            "charset": "utf8mb4",
            "program_name": "datastoresync",
        }
        if session.statement_seconds:
            # the server ends a statement by itself; this is for one that does not answer any more
            args["read_timeout"] = args["write_timeout"] = (
                session.statement_seconds + session.lock_seconds + 15
            )
        if session.tls:
            args["ssl"] = _tls(session)
        return args

    def prepare(self, engine: Engine, session: Session) -> None:
        """Let whoever reads see one state, and whoever writes what is committed when a row is locked."""

        @event.listens_for(engine, "connect")
        def _connected(dbapi_connection: Any, _record: Any) -> None:
            if session.tls and not _is_encrypted(dbapi_connection):
                dbapi_connection.close()
                raise ConfigError("`tls` is wanted, and the database server does not offer it")
            with dbapi_connection.cursor() as cursor:
                cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {session.lock_seconds}")
                limit = (
                    f"max_statement_time = {session.statement_seconds}"
                    if "mariadb" in dbapi_connection.get_server_info().lower()
                    else f"max_execution_time = {session.statement_seconds * 1000}"
                )
                cursor.execute(f"SET SESSION {limit}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            if connection.get_execution_options().get(WRITES, False):
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                connection.exec_driver_sql("START TRANSACTION READ WRITE")
            else:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def is_in_transaction(self, driver: Any) -> bool:
        """A deadlock takes all of it back, and says so only once."""
        return bool(getattr(driver, "server_status", IN_TRANSACTION) & IN_TRANSACTION)

    def without_transactions(self, connection: Connection, tables: Iterable[str]) -> dict[str, str]:
        """Some of its engines have none."""
        query = (
            "SELECT t.table_name, t.engine FROM information_schema.tables t"
            " JOIN information_schema.engines e ON e.engine = t.engine"
            " WHERE t.table_schema = database() AND (e.transactions IS NULL OR e.transactions <> 'YES')"
        )
        asked = set(tables)
        return {name: engine for name, engine in connection.exec_driver_sql(query) if name in asked}

    def is_busy(self, error: DBAPIError) -> bool:
        """A lock, a deadlock, or a server that is not there just now."""
        return _number(error) in BUSY

    def is_of_the_record(self, error: DBAPIError) -> bool:
        """A violated constraint, or a value that the column cannot hold."""
        return isinstance(error, IntegrityError | DataError)

    def reason(self, error: DBAPIError) -> str:
        """The message; of a record, without the value that it quotes."""
        arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
        text = " ".join(str(arguments[1] if len(arguments) > 1 else error.orig).split())
        if self.is_of_the_record(error) and "'" in text:
            where = _WHERE.search(text)
            text = text[: text.index("'")].rstrip() + (where[0] if where else "")
        return text

    def among(self, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """As a list that the driver writes out.

        Texts are compared byte by byte: its collations take `Åsa` and `asa` for one. That alone would use no index.
        """
        alike = _in(column, values)
        if isinstance(values[0], int):
            return alike
        return alike & _in(cast(column, BINARY), [value.encode() for value in values])

    def among_any_case(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """By the column's own collation, or by letters where that tells capitals apart."""
        return or_(_in(column, values), _in(func.lower(column), values))

    def rows_as_table(self, columns: Mapping[str, type]) -> str:
        """Each value with its type."""
        picked = ", ".join(
            f"{name} {'BIGINT' if kind is int else 'LONGTEXT'} PATH '$[{place}]'"
            for place, (name, kind) in enumerate(columns.items())
        )
        return f"SELECT * FROM JSON_TABLE(:given, '$[*]' COLUMNS ({picked})) AS one"


class _Listed(UserDefinedType[list[Any]]):
    """A list that the driver writes out by itself, parentheses included."""

    cache_ok = True


def _in(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    given: Any = bindparam(None, list(values), type_=_Listed(), unique=True)
    found: ColumnElement[bool] = column.op("IN", is_comparison=True)(given)
    return found


def _number(error: DBAPIError) -> int | None:
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


def _tls(session: Session) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=session.tls_ca)
    if session.tls != "verify":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if session.tls_certificate:
        context.load_cert_chain(session.tls_certificate, session.tls_key)
    return context


def _is_encrypted(dbapi_connection: Any) -> bool:
    """Where the server offers no TLS the driver goes on without, and says nothing."""
    with dbapi_connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
        row = cursor.fetchone()
    return bool(row and row[1])
