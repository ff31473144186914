"""The connection to the journal's file: transactions, and SQLite's errors in words."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from dss.errors import JournalError
from dss.journal import files
from dss.journal.schema import APPLICATION, TABLES, VERSION

BUSY = 10.0
"""Seconds for which another process's transaction is waited for."""
CACHE = 16_000
"""Kibibytes of the file that are kept in memory."""
PAGE = 8192
"""Bytes of a page: a line is a few hundred."""
LARGEST_LOG = 32_000_000
"""Bytes that the write-ahead log keeps on the disk when its content has gone into the database."""


class Database:
    """One connection.

    Args:
        path: the file, for messages.
        connection: to it.
        is_readonly: nothing may be changed.
        copy: a folder that goes with the connection.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        *,
        is_readonly: bool = False,
        copy: tempfile.TemporaryDirectory[str] | None = None,
    ) -> None:
        self.path, self.connection, self.is_readonly = path, connection, is_readonly
        self._copy = copy
        self._is_durable: bool | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open for writing; an empty file gets its tables."""
        with told(path):
            made = cls(path, _connected(path, "mode=rw"))
            try:
                made._set_up()
            except BaseException:
                made.close()
                raise
        return made

    @classmethod
    def look(cls, path: Path) -> Self | None:
        """Open for reading; None when the file is still empty."""
        with told(path):
            try:
                made = cls._readonly(path)
            except OSError as error:
                raise JournalError(
                    f"the journal `{path}` cannot be read: {error.strerror or error}"
                ) from None
            try:
                if made._is_empty():
                    made.close()
                    return None
                made._check()
            except BaseException:
                made.close()
                raise
        return made

    @classmethod
    def _readonly(cls, path: Path) -> Self:
        """However the file can be read without changing what it says.

        What SQLite needs beside it while another process writes it can, where this account may write, be made and
        taken away again. Where it may not, and nobody has it open, the file alone says everything, unless a log that
        a dead process left behind has to be taken into account: that needs a copy.
        """
        if files.can_be_written(path):
            return cls(path, _connected(path, "mode=rw", "query_only=ON"), is_readonly=True)
        log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
        if not log.exists() or (not log.stat().st_size and not shared.exists()):
            return cls(path, _connected(path, "immutable=1"), is_readonly=True)
        try:
            connection = _connected(path, "mode=ro", "schema_version")
        except sqlite3.OperationalError:
            folder = tempfile.TemporaryDirectory(prefix="dss-journal-")
            copy = Path(folder.name) / path.name
            for one in (path, log):
                shutil.copyfile(one, copy.with_name(one.name))
            return cls(path, _connected(copy, "mode=rw"), is_readonly=True, copy=folder)
        return cls(path, connection, is_readonly=True)

    def close(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()
        if self._copy is not None:
            self._copy.cleanup()

    # -- reading and writing ---------------------------------------------------------------------------------------

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query."""
        with told(self.path):
            return self.connection.execute(statement, values).fetchall()

    def each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """The rows of a query one by one; nothing may be written before the last of them has been taken."""
        with told(self.path):
            yield from self.connection.execute(statement, values)

    def row(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The first row of a query; None when there is none."""
        with told(self.path):
            return self.connection.execute(statement, values).fetchone()

    @contextlib.contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it is written, or nothing.

        Args:
            durable: it has reached the disk when this returns; otherwise only the operating system, so that a power
                cut may lose it, though nothing that the process suffers.

        Raises:
            JournalError: it could not be written; nothing of it has been.
        """
        if self.is_readonly:
            raise JournalError(f"the journal `{self.path}` was opened for reading only")
        with told(self.path):
            if durable is not self._is_durable:
                self.connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._is_durable = durable
            try:
                # within, since a signal may come just as it returns
                self.connection.execute("BEGIN IMMEDIATE")
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                # after some errors SQLite has done so already
                with contextlib.suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                raise

    def empty_log(self) -> None:
        """Have nothing on the disk any more but what the database says now, unless somebody is reading it."""
        with contextlib.suppress(sqlite3.OperationalError):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # -- setting up ------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        run = self.connection.execute
        if self._is_empty():
            run(f"PRAGMA page_size={PAGE}")
        else:
            self._check()
        # where the file system cannot have it, SQLite stays with its older way, which is as safe and slower
        run("PRAGMA journal_mode=WAL").fetchall()
        run("PRAGMA secure_delete=ON").fetchall()
        run(f"PRAGMA cache_size=-{CACHE}")
        run(f"PRAGMA journal_size_limit={LARGEST_LOG}").fetchall()
        if self._is_empty():
            with self.writing() as connection:
                # another process may have been first
                if self._is_empty():
                    for table in TABLES:
                        connection.execute(table)
                    connection.execute(f"PRAGMA application_id={APPLICATION}")
                    connection.execute(f"PRAGMA user_version={VERSION}")

    def _is_empty(self) -> bool:
        number, version = self._number("application_id"), self._number("user_version")
        return not (
            number or version or self.connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        )

    def _check(self) -> None:
        if self._number("application_id") != APPLICATION:
            raise JournalError(
                f"`{self.path}` is another program's database; move it away, or name another folder with `state`"
            )
        version = self._number("user_version")
        if version > VERSION:
            raise JournalError(
                f"the journal `{self.path}` was written by a newer dss (version {version}; this one knows {VERSION});"
                " upgrade datastoresync, `pip install --upgrade datastoresync`"
            )

    def _number(self, pragma: str) -> int:
        return int(self.connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _connected(path: Path, how: str, *pragmas: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY, isolation_level=None
    )
    try:
        # deleted rows must not be found in what is written to a temporary file either
        for pragma in ("temp_store=MEMORY", *pragmas):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, which say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(_explained(path, error)) from error
    except UnicodeDecodeError as error:
        # nothing but text is ever written as text
        raise JournalError(_DAMAGED.format(path=path, folder=path.parent, error=error)) from error
    except OverflowError as error:
        raise JournalError(f"the journal `{path}` cannot take a number: {error}") from error


def _explained(path: Path, error: sqlite3.Error) -> str:
    # the lower bits tell the kind of error, the upper the circumstances
    code = getattr(error, "sqlite_errorcode", -1) & 0xFF
    for codes, text in _SENTENCES:
        if code in codes:
            return text.format(path=path, folder=path.parent, error=error)
    return f"the journal `{path}` cannot be used: {error}"


_DAMAGED = (
    "the journal `{path}` is damaged ({error}); put back a backup of `{folder}`, or move `journal.sqlite*` away:"
    " the next run then begins a new one and removes nothing until it is known again what is ours"
)

_SENTENCES: Iterable[tuple[tuple[int, ...], str]] = (
    (
        (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        "the journal `{path}` is being written by another process; try again when that is done",
    ),
    (
        (sqlite3.SQLITE_FULL,),
        "there is no room left for the journal `{path}`; make room on its disk, then run `dss-run resume`",
    ),
    (
        (sqlite3.SQLITE_IOERR,),
        "the journal `{path}` cannot be read or written ({error}); look at its disk: is it full or failing, is there a"
        " limit on the size of files? Then run `dss-run resume`",
    ),
    (
        (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
        _DAMAGED,
    ),
    (
        (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
        "the journal `{path}` cannot be opened for this ({error}); let `{folder}` and what is in it belong to the"
        " account that runs this",
    ),
)
