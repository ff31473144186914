"""From a URL to an engine."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, Table, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from dss.errors import ConfigError
from dss_moodle_db.dialect.base import DIALECT, Dialect, Session
from dss_moodle_db.dialect.mariadb import MariaDB
from dss_moodle_db.dialect.postgresql import PostgreSQL
from dss_moodle_db.dialect.sqlite import SQLite

DIALECTS: tuple[Dialect, ...] = (SQLite(), PostgreSQL(), MariaDB())

_OTHER_NAMES = {"mysql": "mariadb", "postgres": "postgresql"}

_EXTRAS = {"postgresql": "dss-moodle-db[postgresql]", "mariadb": "dss-moodle-db[mariadb]"}


def dialect_of(where: Engine | Connection | Table) -> Dialect:
    """The kind of database that something is in.

    Args:
        where: of a table, one that was found in a database; what was only defined counts as SQLite's.
    """
    name = where.metadata.info.get(DIALECT, "sqlite") if isinstance(where, Table) else where.dialect.name
    return _named(name) or DIALECTS[0]


def _named(name: str) -> Dialect | None:
    name = _OTHER_NAMES.get(name, name)
    return next((one for one in DIALECTS if one.name == name), None)


def driver_of(connection: Connection) -> Any:
    """The driver's own connection; None when it is lost."""
    return None if connection.invalidated else connection.connection.dbapi_connection


def is_in_transaction(connection: Connection) -> bool:
    """Whether the transaction goes on, as far as the driver knows: some end by themselves, as on a full disk."""
    driver = driver_of(connection)
    return driver is None or dialect_of(connection).is_in_transaction(driver)


def database_url(text: str, folder: Path | None = None) -> URL:
    """The parsed URL, with a driver; the path of a SQLite file counts from `folder`.

    Raises:
        ConfigError: the text is no database URL. The text itself is not repeated, as it may hold a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError(
            "`url` is no database URL; wanted is `sqlite:///moodle.db`, or "
            "`postgresql://user:password@host/name`, or `mariadb://user:password@host/name`"
        ) from None
    dialect = _named(url.drivername)
    if dialect is not None and dialect.default_driver:
        # MySQL is no MariaDB, and SQLAlchemy asks
        named = dialect.default_driver
        url = url.set(drivername=f"mysql+{named.partition('+')[2]}" if url.drivername == "mysql" else named)
    path = _file_of(url)
    return url if path is None or folder is None else url.set(database=str(folder / path))


def _file_of(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def new_engine(
    text: str | URL, folder: Path | None = None, *, create: bool = False, session: Session | None = None
) -> Engine:
    """An engine whose transactions really are transactions.

    Args:
        text: the database URL.
        folder: what a relative path of a SQLite file counts from.
        create: whether a SQLite file that is not there may be made.
        session: how connections are opened.

    Raises:
        ConfigError: no such database file, or the driver for this kind of database is not installed.
    """
    url = database_url(text, folder) if isinstance(text, str) else text
    session = session or Session()
    path = _file_of(url)
    if path is not None and not create and not path.is_file():
        raise ConfigError(
            f"no database at `{path}`; correct `url`, or make an empty site there with "
            "`dss_moodle_db.embedded.create_site`"
        )
    dialect = _named(url.get_backend_name())
    if dialect is None:
        raise ConfigError(
            f"`url` names `{url.drivername}`; Moodle's database can be reached in SQLite, PostgreSQL, MariaDB and MySQL"
        )
    try:
        engine = create_engine(
            url,
            pool_pre_ping=dialect.is_shared,
            hide_parameters=True,
            connect_args=dialect.connect_args(session),
        )
    except NoSuchModuleError as error:
        raise ConfigError(f"`url` names `{url.drivername}`, which no installed package knows") from error
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the driver `{error.name}` for `{url.drivername}` is not installed: "
            f"`pip install {_EXTRAS.get(dialect.name, error.name)}`"
        ) from error
    dialect.prepare(engine, session)
    event.listen(engine, "handle_error", _close_cursor)
    return engine


def _close_cursor(error: ExceptionContext) -> None:
    """Close what a lost connection leaves open: drivers complain of cursors that nobody has closed."""
    cursor = getattr(error.execution_context, "cursor", None)
    if error.is_disconnect and cursor is not None:
        with suppress(Exception):
            cursor.close()
