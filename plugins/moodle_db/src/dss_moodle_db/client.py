"""The open connection to one Moodle database, and its transactions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, MetaData, RootTransaction, Table, inspect, select
from sqlalchemy.exc import DBAPIError

from dss.errors import ConfigError, DssError, ReadError, StateError, TemporaryError
from dss.rehearsal import Rehearsal
from dss_moodle_db.columns import NEEDED, lacking
from dss_moodle_db.config import Options
from dss_moodle_db.dialect import (
    DIALECT,
    HURRIES,
    WRITES,
    Dialect,
    database_url,
    dialect_of,
    driver_of,
    is_busy,
    new_engine,
    reason,
)
from dss_moodle_db.isolate import whole_or_not
from dss_moodle_db.site import SYSTEM_LEVEL, Site
from dss_moodle_db.stage import Stage, no_other_connection
from dss_moodle_db.tables import Tables


class Client:
    """One Moodle database.

    Reading and writing go through `reading()` and `writing()`; inside a `writing()` both use its transaction, so
    what is read again there and what is written then are one step. During a dry run all of both goes through one
    transaction that is taken back.

    Attributes:
        options: what is configured.
        folder: what a relative path of a SQLite file counts from.
        groups_made: how many groups this run has made.
        checks: what is asked of values while planning, by branch and attribute; see `dss_moodle_db.refusals`.
    """

    def __init__(self, options: Options, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self.groups_made = 0
        self.checks: dict[str, Mapping[str, Callable[[Any], str | None]]] = {}
        self._writing: Connection | None = None
        self._stage: Stage | None = None
        self._was_locked = False

    @cached_property
    def engine(self) -> Engine:
        """The pool of connections; nothing is opened before it is needed."""
        return new_engine(self.options.url.reveal(), self.folder, session=self.options.session(self.folder))

    @property
    def dialect(self) -> Dialect:
        """The kind of database it is in."""
        return dialect_of(self.engine)

    def describe(self) -> str:
        """The database without its password and user."""
        url = database_url(self.options.url.reveal(), self.folder)
        bare = URL.create(url.drivername, host=url.host, port=url.port, database=url.database)
        return bare.render_as_string()

    @cached_property
    def tables(self) -> Tables:
        """The site's tables with the columns that they really have.

        Raises:
            ConfigError: tables are missing, so this is no Moodle or the prefix is another; or a table lacks columns
                that are needed.
        """
        names = [self.options.prefix + name for name in NEEDED]
        with self.reading() as connection:
            there = inspect(connection)
            missing = sorted(set(names) - set(there.get_table_names()))
            if missing:
                raise ConfigError(
                    f"{self.describe()} has no table `{missing[0]}`{_and_more(missing)}; "
                    "`url` must name Moodle's own database, and `prefix` what its table names begin with"
                )
            found = there.get_multi_columns(filter_names=names)
        wrong = lacking(
            self.options.prefix,
            {name: [each["name"] for each in columns] for (_, name), columns in found.items()},
        )
        if wrong:
            raise ConfigError(
                f"{self.describe()}: {'; '.join(wrong)}. Every Moodle from 4.1 to 5.x has that: finish an "
                "upgrade or a restore that broke off; in Moodle's folder `php admin/cli/check_database_schema.php` "
                "names what is wrong"
            )
        metadata = MetaData(info={DIALECT: self.dialect.name})
        for (_, name), columns in found.items():
            # nothing but the columns: reading indexes and keys too takes ten times as many questions
            made = (Column(each["name"], each["type"], primary_key=each["name"] == "id") for each in columns)
            Table(name, metadata, *made)
        return Tables(metadata, self.options.prefix)

    @cached_property
    def site(self) -> Site:
        """What holds for the whole site: configuration, roles, our category, whom nobody may touch."""
        return Site(self)

    @property
    def now(self) -> int:
        """The time as Moodle keeps it: Unix seconds."""
        return int(time.time())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database from its first statement on."""
        if self._writing is not None:
            yield self._writing
            return
        with translated(f"{self.describe()} cannot be read", ReadError):
            if self._stage is not None:
                yield self._stage.connection
                return
            with self.engine.connect() as connection:
                yield connection

    @property
    def is_writing(self) -> bool:
        """Whether a batch is under way, so that what is read now may be written next."""
        return self._writing is not None

    @property
    def is_rehearsing(self) -> bool:
        """Whether all that is written is taken back in the end."""
        return self._stage is not None

    @contextmanager
    def writing(self, *, known: bool = True) -> Iterator[Connection]:
        """One transaction: all of it is stored when the block ends well, nothing when it raises.

        One inside another is a part of it: when it raises, that part alone is taken back.

        Args:
            known: whether it has to be a Moodle that we know, or that has been accepted.

        Raises:
            ConfigError: it is none.
            TemporaryError: another process holds the database longer than we wait. We wait once: until we get in
                again, every further try fails at once, or a run of many batches would wait for each.
        """
        if self._writing is not None:
            with whole_or_not(self._writing):
                yield self._writing
            return
        if known:
            self.site.must_be_known()
        with translated(f"{self.describe()} cannot be written", DssError), ExitStack() as stack:
            if self._stage is not None:
                connection = stack.enter_context(self._stage.batch())
            else:
                connection = stack.enter_context(self.engine.connect())
                stack.enter_context(self._begun(connection))
                stack.enter_context(whole_or_not(connection))
            self._writing = connection
            try:
                yield connection
            finally:
                self._writing = None

    def _begun(self, connection: Connection) -> RootTransaction:
        """A transaction that may write from its beginning on."""
        connection.execution_options(**{WRITES: True, HURRIES: self._was_locked})
        try:
            transaction = connection.begin()
        except DBAPIError as error:
            self._was_locked = is_busy(error)
            raise
        try:
            self._take_turn(connection)
        except BaseException:
            transaction.close()
            raise
        self._was_locked = False
        return transaction

    def _take_turn(self, connection: Connection) -> None:
        """Let only one run at once write, wherever it runs: nothing in Moodle keeps two from making the same.

        What is locked is the row of the system's context, that nobody else changes. SQLite has but one writer anyhow.
        """
        if self.dialect.is_shared:
            context = self.tables.context
            turn = select(context.c.id).where(context.c.contextlevel == SYSTEM_LEVEL)
            try:
                connection.execute(turn.with_for_update(nowait=self._was_locked))
            except DBAPIError as error:
                self._was_locked = is_busy(error)
                raise

    @contextmanager
    def rehearsing(self) -> Iterator[Rehearsal]:
        """One transaction around everything that is read and written, taken back at the end, whatever happens.

        Raises:
            ConfigError: a table takes nothing back.
            StateError: a dry run, or a batch, is under way.
            TemporaryError: another process holds the database longer than we wait.
            DssError: the transaction did not last to the end.
        """
        if self._stage is not None or self._writing is not None:
            what = "a dry run" if self._stage is not None else "a batch"
            raise StateError(f"{self.describe()}: {what} is under way; end it first")
        tables, made, checks = self.tables, self.groups_made, dict(self.checks)
        # what is kept of the site was read before, and what is read now may not be true afterwards
        site = vars(self).pop("site", None)
        rehearsal = Rehearsal()
        with translated(f"{self.describe()} cannot be rehearsed on", DssError), ExitStack() as stack:
            connection = stack.enter_context(self.engine.connect())
            self._must_take_back(connection)
            # the driver's connection is closed at the end, with whatever state it has got into
            connection.detach()
            driver = driver_of(connection)
            self.dialect.keep_in_memory(driver)
            transaction = self._begun(connection)
            stack.callback(transaction.close)
            stack.enter_context(self.dialect.never_stored(driver))
            stack.enter_context(no_other_connection(self.engine))
            began = time.monotonic()
            stage = self._stage = Stage(connection, rehearsal, tables.names)
            try:
                yield rehearsal
                stage.verify()
            finally:
                self._stage = None
                stage.close()
                rehearsal.notes.append(self._lock_held(time.monotonic() - began))
                self.groups_made, self.checks = made, checks
                vars(self).pop("site", None)
                if site is not None:
                    vars(self)["site"] = site

    def _lock_held(self, seconds: float) -> str:
        if self.dialect.is_shared:
            return f"meanwhile, for {seconds:.1f} seconds, what it touched was locked, for Moodle too"
        return f"meanwhile, for {seconds:.1f} seconds, nobody else could write to the database"

    def _must_take_back(self, connection: Connection) -> None:
        found = self.dialect.without_transactions(connection, self.tables.metadata.tables)
        if found:
            listed = ", ".join(f"`{name}` ({engine})" for name, engine in sorted(found.items()))
            raise ConfigError(
                f"{self.describe()} cannot be rehearsed on: what is written to {listed} stays, since that engine has no"
                " transactions; convert it with `php admin/cli/mysql_engine.php --engine=InnoDB`"
            )
        # the question has begun a transaction
        connection.rollback()

    def close(self) -> None:
        """Close all connections."""
        if "engine" in vars(self):
            self.engine.dispose()


def _and_more(missing: list[str]) -> str:
    return f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""


@contextmanager
def translated(what: str, kind: type[DssError]) -> Iterator[None]:
    """Turn the driver's errors into ours, without the statement and its values, which may be personal."""
    try:
        yield
    except DBAPIError as error:
        if is_busy(error):
            raise TemporaryError(f"{what}: {reason(error)}; try again later") from error
        raise kind(f"{what}: {reason(error)}") from error
