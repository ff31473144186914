"""The one transaction of a dry run: every batch is a part of it, and nothing but taking all of it back can end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError

from dss.errors import DssError
from dss.rehearsal import Rehearsal
from dss_moodle_db.dialect import dialect_of, is_in_transaction
from dss_moodle_db.statements import masked, may_run, writes

ALL = "dss_dry_run"
"""The savepoint of the whole dry run: a commit, however it comes, takes it away."""

BATCH = "dss_dry_run_batch"

STORES = "a dry run takes everything back, and this would store it"
REFUSED = "a handler tried to end its transaction itself, which only the dry run may do"
ENDED = "its transaction was ended by something else: a lost connection, a deadlock, a full disk, or a commit"


class Stage:
    """What handlers write on during a dry run.

    Statements are noted when a real run would have stored them: what is taken back within a batch, to find the one
    record that the database refuses, is not noted, nor what changes no row.

    Args:
        connection: inside a transaction that has just begun; nobody else uses it.
        rehearsal: where statements are noted.
        names: tables and columns, which may be shown.
    """

    def __init__(self, connection: Connection, rehearsal: Rehearsal, names: frozenset[str]) -> None:
        self.connection = connection
        self._rehearsal = rehearsal
        self._names = names
        self._over = ""
        self._noted: list[list[tuple[str, int]]] = []
        self._listeners: tuple[tuple[str, Callable[..., None]], ...] = (
            ("before_cursor_execute", self._before),
            ("after_cursor_execute", self._after),
            ("commit", self._refuse_commit),
            ("rollback", self._refuse_rollback),
            ("savepoint", self._began_part),
            ("release_savepoint", self._ended_part),
            ("rollback_savepoint", self._took_part_back),
        )
        connection.exec_driver_sql(f"SAVEPOINT {ALL}")
        for name, listener in self._listeners:
            event.listen(connection, name, listener)

    def close(self) -> None:
        """Let the transaction be taken back."""
        for name, listener in self._listeners:
            event.remove(self.connection, name, listener)

    @contextmanager
    def batch(self) -> Iterator[Connection]:
        """One batch: stays for those that follow when the block ends well, and is taken back when it raises.

        Raises:
            DssError: the transaction is no longer what it was, so nothing can be tried any more.
        """
        self._must_go_on()
        self.connection.exec_driver_sql(f"SAVEPOINT {BATCH}")
        self._noted = [[]]
        try:
            yield self.connection
            self._must_go_on()
            self.connection.exec_driver_sql(f"RELEASE SAVEPOINT {BATCH}")
        except BaseException:
            self._take_back()
            raise
        for text, count in self._noted[0]:
            self._rehearsal.add(text, count)

    def _take_back(self) -> None:
        try:
            self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {BATCH}")
            self.connection.exec_driver_sql(f"RELEASE SAVEPOINT {BATCH}")
        except (SQLAlchemyError, DssError):
            self._over = self._over or ENDED

    def verify(self) -> None:
        """See at the end whether the transaction is still the one that began.

        Raises:
            DssError: it is not. Then what was tried after that says nothing, and what came before it may be stored.
        """
        if not self._over:
            try:
                self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {ALL}")
            except (SQLAlchemyError, DssError):
                self._over = self._over or ENDED
        if self._over == ENDED:
            raise DssError(
                f"the dry run broke off: {ENDED}. Were it a commit, what came before it would be in the database:"
                " run `dss-run plan` again, and look whether it still wants the same changes"
            )

    def _must_go_on(self) -> None:
        if self._over:
            raise DssError(f"the dry run cannot go on: {self._over}")

    # -- what SQLAlchemy tells -------------------------------------------------------------------------------------

    def _before(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not is_in_transaction(connection):
            # what ran now would be stored at once
            self._over = self._over or ENDED
        self._must_go_on()
        if not may_run(statement):
            raise DssError(f"{STORES}, or might do so: {self._shown(statement)}")

    def _after(
        self, _connection: Connection, cursor: Any, statement: str, given: Any, _context: Any, many: bool
    ) -> None:
        if self._noted and writes(statement):
            count = cursor.rowcount if cursor.rowcount >= 0 else len(given) if many else 1
            if count:
                self._noted[-1].append((self._shown(statement), count))

    def _refuse_commit(self, _connection: Connection) -> None:
        self._over = self._over or REFUSED
        raise DssError(f"{STORES}: COMMIT")

    def _refuse_rollback(self, _connection: Connection) -> None:
        if not self._over:
            self._over = REFUSED
            raise DssError("a dry run takes everything back at its end, and this would do so now: ROLLBACK")

    def _began_part(self, *_: Any) -> None:
        self._noted.append([])

    def _ended_part(self, *_: Any) -> None:
        noted = self._noted.pop()
        if self._noted:
            self._noted[-1] += noted

    def _took_part_back(self, *_: Any) -> None:
        self._noted.pop()

    def _shown(self, statement: str) -> str:
        return masked(statement, self._names, dialect_of(self.connection).backslashes)


@contextmanager
def no_other_connection(engine: Engine) -> Iterator[None]:
    """Let nobody open a further connection: what is written on it could not be taken back."""

    def refuse(connection: Connection) -> None:
        connection.close()
        raise DssError(
            "a dry run has one connection, `client.writing()`: what another one wrote would be stored"
        )

    event.listen(engine, "engine_connect", refuse)
    try:
        yield
    finally:
        event.remove(engine, "engine_connect", refuse)
