"""What has to be said of each database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import attrs
from sqlalchemy import ColumnElement, Connection, Engine, Table
from sqlalchemy.exc import DBAPIError

WRITES = "dss_writes"
"""Execution option of a connection that is about to write: its transaction takes the write lock at once."""

HURRIES = "dss_hurries"
"""Execution option of a connection that is about to write, and is not to wait for the lock."""

DIALECT = "dss_dialect"
"""Where reflected tables say which kind of database they are in."""


@attrs.frozen(kw_only=True)
class Session:
    """How a connection is opened, and how patient it is.

    Attributes:
        lock_seconds: how long somebody else's lock is waited for.
        statement_seconds: how long one statement may take; 0 is without end. SQLite has no such limit.
        tls: `""` as the URL says; `require` encrypted; `verify` encrypted, and the server is who it says it is.
        tls_ca: file with the certificates of whom we trust; None is whom the system trusts.
        tls_certificate: file with our own certificate, where the server wants one.
        tls_key: file with its key.
    """

    lock_seconds: int = 15
    statement_seconds: int = 600
    tls: str = ""
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @property
    def connect_seconds(self) -> int:
        """How long the server may take to answer at all."""
        return 10


class Dialect:
    """Base of all kinds of databases.

    Attributes:
        name: as SQLAlchemy calls it.
        drivers: the modules of the drivers whose errors it knows.
        default_driver: what a URL that names none is given.
        is_shared: whether it is a server, that others use at the same time.
        backslashes: whether a backslash in a text keeps a quote from ending it.
        streams_while_writing: whether a result may still be on its way while the same connection is asked again.
    """

    name: ClassVar[str]
    drivers: ClassVar[tuple[str, ...]]
    default_driver: ClassVar[str] = ""
    is_shared: ClassVar[bool] = True
    backslashes: ClassVar[bool] = False
    streams_while_writing: ClassVar[bool] = True

    def connect_args(self, session: Session) -> dict[str, Any]:
        """What the driver is told when it connects."""
        return {}

    def prepare(self, engine: Engine, session: Session) -> None:
        """Make the engine's transactions real transactions."""

    # -- one transaction -------------------------------------------------------------------------------------------

    def is_in_transaction(self, driver: Any) -> bool:
        """Whether the transaction goes on, as far as the driver knows."""
        raise NotImplementedError

    def keep_in_memory(self, driver: Any) -> None:
        """Write nothing to the disk before a commit; to be called before the transaction begins."""

    @contextmanager
    def never_stored(self, driver: Any) -> Iterator[None]:
        """Keep a transaction from being stored even by the driver itself, where the database can be told so."""
        yield

    def without_transactions(self, connection: Connection, tables: Iterable[str]) -> dict[str, str]:
        """Those of these tables that take nothing back, with the engine that keeps them."""
        return {}

    def count_on(self, connection: Connection, tables: Iterable[Table]) -> None:
        """Let the next ids follow those that rows were given by hand."""

    # -- what went wrong -------------------------------------------------------------------------------------------

    def is_busy(self, error: DBAPIError) -> bool:
        """Whether the statement may well succeed when it is tried again."""
        raise NotImplementedError

    def is_of_the_record(self, error: DBAPIError) -> bool:
        """Whether the database refused what was to be stored, and would take other records."""
        raise NotImplementedError

    def reason(self, error: DBAPIError) -> str:
        """What the database says, without the values that it says it of: they may be personal."""
        return " ".join(str(error.orig).split())

    # -- values ----------------------------------------------------------------------------------------------------

    def among(self, column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """The condition that a column has one of these values, all integers or all texts, exactly."""
        raise NotImplementedError

    def among_any_case(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """A condition for a column with one of these lower-case texts, however it is written there; or for a few more.

        No two databases lower-case letters beyond ASCII alike, so whoever asks looks again.
        """
        raise NotImplementedError

    def rows_as_table(self, columns: Mapping[str, type]) -> str:
        """A query that gives the rows of a JSON array of arrays, bound as `:given`.

        Args:
            columns: names, and whether `int` or `str`.
        """
        raise NotImplementedError
