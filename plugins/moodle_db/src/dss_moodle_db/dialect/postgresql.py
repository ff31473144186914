"""PostgreSQL, by psycopg 3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    cast,
    event,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.exc import DBAPIError

from dss_moodle_db.dialect.base import WRITES, Dialect, Session

BUSY = frozenset(
    (
        "40001",  # could not serialize
        "40P01",  # deadlock
        "55P03",  # lock not available
        "53300",  # too many connections
        "57P01",  # the administrator ends the connection
        "57P02",  # the server crashed
        "57P03",  # it is starting, or ending
    )
)
"""Error codes after which the same may well succeed."""

_REFUSED_CLASSES = ("22", "23")
"""Classes of error codes: data exceptions, and violated constraints."""

_CONNECTING = re.compile(
    r"connection refused|timeout|timed out|server closed the connection|starting up|shutting down|"
    r"too many clients|connection reset|no route to host|network is unreachable|ssl connection has been closed",
    re.IGNORECASE,
)
"""What is said where no server could say an error code, and may be otherwise in a moment."""


class PostgreSQL(Dialect):
    """A server, also behind a pooler: whatever is set is set for one transaction."""

    name: ClassVar[str] = "postgresql"
    drivers = ("psycopg", "psycopg2", "asyncpg")
    default_driver = "postgresql+psycopg"

    def connect_args(self, session: Session) -> dict[str, Any]:
        """How a server that is gone is noticed, and TLS."""
        args: dict[str, Any] = {
            "connect_timeout": session.connect_seconds,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "application_name": "datastoresync",
        }
        if session.tls:
            args["sslmode"] = "verify-full" if session.tls == "verify" else "require"
            if session.tls == "verify":
                args["sslrootcert"] = str(session.tls_ca or "system")
        if session.tls_certificate:
            args |= {"sslcert": str(session.tls_certificate), "sslkey": str(session.tls_key)}
        return args

    def prepare(self, engine: Engine, session: Session) -> None:
        """Let whoever reads see one state, and whoever writes what is committed when a row is locked."""
        limits = (
            f"SET LOCAL lock_timeout = {session.lock_seconds * 1000 or 1};"
            f"SET LOCAL statement_timeout = {session.statement_seconds * 1000};"
            "SET LOCAL cursor_tuple_fraction = 1;"
        )

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get(WRITES, False)
            level = "READ COMMITTED READ WRITE" if writes else "REPEATABLE READ READ ONLY"
            connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL {level};{limits}")

    def is_in_transaction(self, driver: Any) -> bool:
        """Whether there is one, be it one that an error has spoilt."""
        return driver.closed or driver.info.transaction_status.name in ("INTRANS", "INERROR", "ACTIVE")

    def count_on(self, connection: Connection, tables: Iterable[Table]) -> None:
        """Its counters know nothing of rows that came with an id."""
        for table in tables:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, func.coalesce(func.max(table.c.id), 1))))

    def is_busy(self, error: DBAPIError) -> bool:
        """A lock, a deadlock, or a server that is not there just now."""
        code = _code(error)
        if code is not None:
            return code in BUSY or code.startswith("08")
        return bool(_CONNECTING.search(str(error.orig)))

    def is_of_the_record(self, error: DBAPIError) -> bool:
        """By the class of the error code."""
        code = _code(error) or ""
        return code[:2] in _REFUSED_CLASSES or (not code and type(error.orig).__name__ == "DataError")

    def reason(self, error: DBAPIError) -> str:
        """The message without its detail, which holds the row; of wrong data, without what it quotes."""
        found = getattr(getattr(error.orig, "diag", None), "message_primary", None)
        if not found:
            return super().reason(error)
        text = " ".join(str(found).split())
        if (_code(error) or "")[:2] == "22":
            text = re.sub(r'"[^"]*(?:"|\Z)', "...", text)
        return text

    def among(self, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """As one JSON array: an array of PostgreSQL's own costs the driver ten times as much."""
        listed = func.json_array_elements_text(
            cast(literal(json.dumps(values, ensure_ascii=False)), JSON)
        ).column_valued("given")
        kind = BigInteger if isinstance(values[0], int) else Text
        return column.in_(select(cast(listed, kind)))

    def among_any_case(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """Its own lower case may know ASCII only, so whatever holds other letters is looked at."""
        beyond_ascii = func.octet_length(column) != func.char_length(column)
        return or_(self.among(func.lower(column), values), beyond_ascii)

    def rows_as_table(self, columns: Mapping[str, type]) -> str:
        """Each value cast to its type."""
        picked = ", ".join(
            f"CAST(one ->> {place} AS {'bigint' if kind is int else 'text'}) AS {name}"
            for place, (name, kind) in enumerate(columns.items())
        )
        return f"SELECT {picked} FROM jsonb_array_elements(CAST(:given AS jsonb)) AS one"


def _code(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlstate", None)
    return code if isinstance(code, str) else None
