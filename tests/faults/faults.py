"""What goes wrong around a run without killing it: no room, locks, connections, errors, and being told to stop."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import stamina
from sqlalchemy import Engine, event
from tests.faults import instruments
from tests.faults.deaths import LARGEST, SMALLEST
from tests.faults.points import Points

import dss.journal.database
import dss_moodle_db.config
from dss_moodle_db.dialect import Session

PATIENCE = 0.3
"""Seconds for which a lock is waited for here, since nobody has time for more."""
BRIEFLY, FOR_EVER = 0.1, 600.0
ATTEMPTS = 4
"""As many as there are elsewhere, without the waiting between them."""
JOURNAL, TARGET = Path("state/journal.sqlite"), Path("moodle.db")
LOCKER = """
import select, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
select.select([sys.stdin], [], [], float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@attrs.frozen
class Fault:
    """Something that goes wrong.

    Attributes:
        sort: what does, in words, to be counted by.
        where: and where.
        prepare: is called in the process in which it is to.
    """

    sort: str
    where: str
    prepare: Callable[[], object]

    def __str__(self) -> str:
        return f"{self.sort}, {self.where}"


SORTS = 12
"""How many there are."""


def some(chance: random.Random, points: Sequence[str]) -> Iterator[Fault]:
    """One fault of every sort, each with numbers of its own.

    Args:
        chance: decides these.
        points: that an apply comes by.
    """
    yield _journal_full(chance.randrange(40))
    yield _target_full(chance.randrange(10))
    yield _files_limited(chance.randrange(SMALLEST, LARGEST))
    for seconds in (BRIEFLY, FOR_EVER):
        yield _locked(TARGET, seconds, _one_of(chance, points, "before the bracket"))
        yield _locked(JOURNAL, seconds, _one_of(chance, points, "before Journal."))
    yield _dropped(_one_of(chance, points, "before target's", "after target's", "before the handlers"))
    for stays_away in (False, True):
        yield _answer_lost(_one_of(chance, points, "before target's COMMIT"), stays_away)
    yield _raised(_one_of(chance, points, "after an answer", "before target's INSERT", "before the handlers"))
    yield _told_to_stop(_one_of(chance, points, "before", "after"))


def _one_of(chance: random.Random, points: Sequence[str], *starts: str) -> int:
    """The number of a point whose name begins so."""
    return chance.choice([number for number, name in enumerate(points, 1) if name.startswith(starts)])


def _impatiently(points: Points) -> None:
    instruments.put_in(points)
    instruments.replace(dss.journal.database, "BUSY", PATIENCE)
    instruments.replace(dss_moodle_db.config.Options, "session", lambda *_: Session(lock_seconds=0))
    stamina.set_testing(True, attempts=ATTEMPTS)


# -- no room ---------------------------------------------------------------------------------------------------


def _journal_full(pages: int) -> Fault:
    def prepare() -> None:
        instruments.put_in(Points())
        connected = dss.journal.database._connected

        def limited(*arguments: Any) -> sqlite3.Connection:
            connection = connected(*arguments)
            _limit(connection, pages)
            return connection

        instruments.replace(dss.journal.database, "_connected", limited)

    return Fault("no room for the journal", f"but for {pages} pages", prepare)


def _target_full(pages: int) -> Fault:
    def prepare() -> None:
        instruments.put_in(Points())

        @event.listens_for(Engine, "connect")
        def connect(connection: Any, _record: Any) -> None:
            _limit(connection, pages)

    return Fault("no room for the target", f"but for {pages} pages", prepare)


def _limit(connection: sqlite3.Connection, pages: int) -> None:
    (there,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {there + pages}").fetchall()


def _files_limited(size: int) -> Fault:
    def prepare() -> None:
        instruments.put_in(Points())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return Fault("no file may grow", f"beyond {size} bytes", prepare)


# -- somebody else -------------------------------------------------------------------------------------------------


def _locked(path: Path, seconds: float, point: int) -> Fault:
    kept: list[subprocess.Popen[bytes]] = []

    def lock() -> None:
        # it ends when the other end of its input does, with this process
        locker = subprocess.Popen(
            [sys.executable, "-c", LOCKER, str(path), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert locker.stdout is not None
        locker.stdout.readline()
        kept.append(locker)

    how_long = "for ever" if seconds == FOR_EVER else "for a moment"
    return Fault(
        f"{path.name} locked {how_long}", f"from point {point} on", lambda: _impatiently(Points(point, lock))
    )


def _told_to_stop(point: int) -> Fault:
    def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    return Fault("told to stop", f"at point {point}", lambda: _impatiently(Points(point, stop)))


# -- the connection ------------------------------------------------------------------------------------------------


class _Connections:
    """All that the target's driver has opened in this process."""

    def __init__(self) -> None:
        self.open: list[Any] = []
        self.are_refused = False

    def watch(self) -> None:
        @event.listens_for(Engine, "connect")
        def connect(connection: Any, _record: Any) -> None:
            self.open.append(connection)

        @event.listens_for(Engine, "do_connect")
        def do_connect(*_: Any) -> None:
            if self.are_refused:
                raise sqlite3.OperationalError("connection refused")

    def drop(self) -> None:
        for connection in self.open:
            connection.set_trace_callback(None)
            connection.close()
        self.open.clear()


def _dropped(point: int) -> Fault:
    connections = _Connections()

    def prepare() -> None:
        connections.watch()
        _impatiently(Points(point, connections.drop))

    return Fault("connection dropped", f"at point {point}", prepare)


def _answer_lost(point: int, stays_away: bool) -> Fault:
    connections = _Connections()

    def store_and_drop() -> None:
        for connection in connections.open:
            if connection.in_transaction:
                connection.execute("COMMIT")
        connections.drop()
        connections.are_refused = stays_away

    def prepare() -> None:
        connections.watch()
        _impatiently(Points(point, store_and_drop))

    more = ", and the server stays away" if stays_away else ""
    return Fault(f"answer to the commit lost{more}", f"at point {point}", prepare)


def _raised(point: int) -> Fault:
    def fail() -> None:
        raise RuntimeError("something went wrong")

    return Fault("a handler raises", f"at point {point}", lambda: _impatiently(Points(point, fail)))
