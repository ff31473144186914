"""What may be wrong with the journal's file, and what is left of it when a disk is full or a process dies."""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dss.actions import Action, Outcome
from dss.errors import JournalError
from dss.journal import Journal, JournalSync, RunState

if TYPE_CHECKING:
    from core.tests.journal.conftest import Book, InChild

    Begin = Callable[[Path], int]

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals as in POSIX")


def damaged(path: Path, how: str) -> None:
    """Damage a database."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        if how == "cut short":
            file.truncate(size // 2)
        elif how == "cut very short":
            file.truncate(50)
        elif how == "junk":
            file.write(os.urandom(size))
        elif how == "junk behind the head":
            file.seek(100)
            file.write(b"\xa5" * (size - 100))
        elif how == "letters":
            whole = file.read()
            file.seek(0)
            file.write(whole.replace(b"CREATE TABLE runs", b"CREATE TABLE \xd6\xd6\xd6\xd6"))
        elif how == "text":
            file.truncate(0)
            file.write(b"this is no database\n" * 1000)


@pytest.mark.parametrize(
    "how", ["cut short", "cut very short", "junk", "junk behind the head", "letters", "text"]
)
def test_a_damaged_journal_is_told_with_what_to_do(book: Book, how: str) -> None:
    """At the latest when something is read from it; it is not touched."""
    run = book.plan(book.actions(2000))
    book.journal.end(run, RunState.DONE, 0)
    book.journal.close()
    path = book.state / "journal.sqlite"
    damaged(path, how)
    before = path.read_bytes()

    def read(way: Callable[[Path], Journal | None]) -> None:
        journal = way(book.state)
        assert journal is not None
        with journal:
            journal.runs()
            list(journal.entries(run))

    for way in (Journal.look, Journal.open):
        with pytest.raises(JournalError, match=r"is damaged .* put back a backup") as told:
            read(way)
        assert str(path) in str(told.value)

    assert path.read_bytes() == before


def test_a_newer_journal_is_left_alone(book: Book) -> None:
    """An older dss might forget what the newer one wrote."""
    book.begin()
    book.journal.close()
    with sqlite3.connect(book.state / "journal.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    for way in (Journal.look, Journal.open):
        with pytest.raises(JournalError, match=r"newer dss \(version 99.* upgrade"):
            way(book.state)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """It only happens to have this name."""
    connection = sqlite3.connect(tmp_path / "journal.sqlite")
    connection.execute("CREATE TABLE history (url)")
    connection.close()
    before = (tmp_path / "journal.sqlite").read_bytes()

    for way in (Journal.look, Journal.open):
        with pytest.raises(JournalError, match="another program's database"):
            way(tmp_path)

    assert (tmp_path / "journal.sqlite").read_bytes() == before


def test_a_locked_journal_is_waited_for_and_then_told(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards it can be written again."""
    monkeypatch.setattr("dss.journal.database.BUSY", 0.1)
    planned = book.actions(3)
    run = book.plan(planned)
    journal = book.reopen()
    other = sqlite3.connect(book.state / "journal.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    for attempt in (
        lambda: journal.intend(run, 0, [0]),
        lambda: journal.settle(run, 0, [(planned[0], Outcome.DONE, "", None)]),
        lambda: journal.end(run, RunState.DONE, 0),
        lambda: journal.begin("apply", config={}, syncs=[]),
    ):
        with pytest.raises(JournalError, match="being written by another process; try again"):
            attempt()

    assert [one.outcome for one in journal.entries(run)] == [None] * 3
    other.execute("ROLLBACK")
    other.close()
    assert journal.intend(run, 0, [0]) == 1


def test_a_full_disk_leaves_nothing_half_written(book: Book) -> None:
    """What was written before stays, and with more room the same call succeeds."""
    run = book.begin()
    connection = book.journal._database.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 5}")

    with pytest.raises(JournalError, match="there is no room left for the journal"):
        book.plan(book.actions(5000), run)

    assert list(book.journal.entries(run)) == []
    connection.execute("PRAGMA max_page_count = 1000000")
    book.plan(book.actions(5000), run)
    assert len(list(book.reopen().entries(run))) == 5000


def test_a_limit_on_files_leaves_nothing_half_written(book: Book, in_child: InChild) -> None:
    """Wherever the write fails, the process goes on, what returned is there, and what raised is not."""
    book.journal.close()
    notes = book.state.parent / "notes"

    def fill() -> None:
        with Journal.open(book.state) as journal:
            size = sum(one.stat().st_size for one in book.state.iterdir())
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 60_000, resource.RLIM_INFINITY))
            written, refused = [], 0
            for _ in range(40):
                try:
                    run = journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "a", "b", "c")])
                    journal.plan(run, 0, ((one, "x" * 500) for one in book.actions(20)))
                    written.append(run)
                except JournalError:
                    refused += 1
            assert refused > 0
            # the limit can be lifted, and all is well again
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            run = journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "a", "b", "c")])
            journal.plan(run, 0, ((one, "x" * 500) for one in book.actions(20)))
            written.append(run)
            notes.write_text(" ".join(map(str, written)))

    assert in_child(fill) == 0

    written = [int(one) for one in notes.read_text().split()]
    journal = book.reopen()
    for row in journal.runs():
        assert len(list(journal.entries(row.number))) == (20 if row.number in written else 0)
    assert set(written) <= {row.number for row in journal.runs()}
    assert journal._database.rows("PRAGMA integrity_check") == [("ok",)]


# -- a process that dies -----------------------------------------------------------------------------------------------


def steps(book: Book) -> list[tuple[str, Callable[[Journal], object], Callable[[Journal], object]]]:
    """What a run writes, call by call: a name, the call, and what must be found when it has returned."""
    planned = [book.action(0, "new"), *(book.action(place) for place in range(1, 6))]
    until = datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)
    done = [(one, Outcome.DONE, "", 40 + one.place) for one in planned]
    syncs = [JournalSync("sync[0]", "a", "b", book.target)]
    return [
        (
            "begin",
            lambda journal: journal.begin("apply", config={}, syncs=syncs),
            lambda journal: [row.number for row in journal.runs()] == [1],
        ),
        (
            "plan",
            lambda journal: journal.plan(1, 0, ((one, book.line(one)) for one in planned)),
            lambda journal: len(list(journal.entries(1))) == 6,
        ),
        (
            "intend",
            lambda journal: journal.intend(1, 0, [0, 1, 2]),
            lambda journal: list(journal.entries(1))[2].batch == 1,
        ),
        (
            "settle",
            lambda journal: journal.settle(1, 0, done[:3], 1),
            lambda journal: (
                [one.native for one in journal.entries(1, outcome=Outcome.DONE)] == [40, 41, 42]
                and journal.owned.rows(book.target, "students") == {"S00000": 40}
            ),
        ),
        (
            "held",
            lambda journal: journal.settle(1, 0, [(planned[5], Outcome.HELD, "why", None)]),
            lambda journal: [one.reason for one in journal.entries(1, outcome=Outcome.HELD)] == ["why"],
        ),
        (
            "approve",
            lambda journal: journal.approvals.add(book.target, planned[5:], until, "ana"),
            lambda journal: len(journal.approvals.all()) == 1,
        ),
        (
            "complete",
            lambda journal: journal.owned.complete(book.target, "students"),
            lambda journal: journal.owned.of(book.target, "students") is not None,
        ),
        (
            "end",
            lambda journal: journal.end(1, RunState.DONE, 3),
            lambda journal: [row.state for row in journal.runs()] == [RunState.DONE],
        ),
    ]


@pytest.mark.parametrize("killed_after", range(1, 9))
def test_what_has_returned_survives_a_kill(book: Book, killed_after: int, in_child: InChild) -> None:
    """Killed between any two calls: everything before is there, nothing after, and the journal is whole."""
    book.journal.close()

    def write() -> None:
        journal = Journal.open(book.state)
        for _, call, _ in steps(book)[:killed_after]:
            call(journal)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(write) == -signal.SIGKILL

    journal = book.reopen()
    for place, (name, _, is_there) in enumerate(steps(book)):
        if place < killed_after:
            assert is_there(journal), name
    assert journal._database.rows("PRAGMA integrity_check") == [("ok",)]
    assert len(journal.unfinished()) == (1 if killed_after < 8 else 0)


def test_a_kill_within_a_call_leaves_all_or_nothing(book: Book, in_child: InChild) -> None:
    """Half a plan is none."""
    book.journal.close()

    def write() -> None:
        journal = Journal.open(book.state)
        run = journal.begin("apply", config={}, syncs=[JournalSync("sync[0]", "a", "b", "c")])

        def lines() -> Iterator[tuple[Action, str]]:
            yield from ((one, "x" * 1000) for one in book.actions(30_000))
            os.kill(os.getpid(), signal.SIGKILL)

        journal.plan(run, 0, lines())

    assert in_child(write) == -signal.SIGKILL

    journal = book.reopen()
    assert [row.open for row in journal.runs()] == [0]
    assert book.plan(book.actions(3), 1) == 1


def test_two_processes_write_side_by_side(book: Book) -> None:
    """Somebody approves while a run is under way; neither loses anything."""
    book.journal.close()
    pid = os.fork()
    if pid == 0:  # pragma: no cover  the child
        with Journal.open(book.state) as journal:
            for place in range(50):
                journal.approvals.add(
                    book.target,
                    [book.action(place, "old")],
                    datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC),
                    "ana",
                )
        os._exit(0)
    journal = book.reopen()
    planned = book.actions(500)
    run = book.plan(planned)
    for place in range(0, 500, 10):
        batch = journal.intend(run, 0, range(place, place + 10))
        journal.settle(run, 0, [(one, Outcome.DONE, "", None) for one in planned[place : place + 10]], batch)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(journal.approvals.all()) == 50
    assert len(list(journal.entries(run, outcome=Outcome.DONE))) == 500


def test_a_key_pressed_in_the_middle_leaves_it_usable(book: Book) -> None:
    """Ctrl-C takes back what was just being written, and nothing else."""
    run = book.begin()

    def lines() -> Iterator[tuple[Action, str]]:
        yield from ((one, "{}") for one in book.actions(700))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.journal.plan(run, 0, lines())

    book.journal.end(run, RunState.STOPPED, 5)
    assert [row.open for row in book.reopen().runs()] == [0]


@pytest.mark.parametrize("seed", range(6))
def test_what_was_answered_survives_a_kill_at_any_moment(book: Book, seed: int) -> None:
    """Whatever the process was doing: each batch is settled, in doubt or not begun, and none is lost."""
    planned = book.actions(2000, "new")
    run = book.plan(planned)
    book.journal.close()
    ears, mouth = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover  the child
        journal = Journal.open(book.state)
        for place in range(0, 2000, 20):
            batch = journal.intend(run, 0, range(place, place + 20))
            os.write(mouth, b"i")
            chunk = [(one, Outcome.DONE, "", one.place) for one in planned[place : place + 20]]
            journal.settle(run, 0, chunk, batch)
            os.write(mouth, b"s")
        os._exit(0)
    heard = b""
    wanted = random.Random(seed).randrange(1, 150)
    while len(heard) < wanted:
        heard += os.read(ears, wanted - len(heard))
    time.sleep(random.Random(seed).random() / 500)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.set_blocking(ears, False)
    with contextlib.suppress(BlockingIOError):
        heard += os.read(ears, 1000)
    os.close(ears)
    os.close(mouth)

    journal = book.reopen()
    done = [one.place for one in journal.entries(run, outcome=Outcome.DONE)]
    doubtful = [one.place for one in journal.entries(run, in_doubt=True)]

    assert done == list(range(len(done)))
    assert len(done) in (heard.count(b"s") * 20, heard.count(b"s") * 20 + 20)
    assert doubtful in ([], list(range(len(done), len(done) + 20)))
    assert len(done) + len(doubtful) >= heard.count(b"i") * 20
    assert len(journal.owned.rows(book.target, "students")) == len(done)
    assert journal._database.rows("PRAGMA integrity_check") == [("ok",)]
