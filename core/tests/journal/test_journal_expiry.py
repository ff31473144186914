"""Names and values leave the journal after a time, and the disk with it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from dss import clock
from dss.actions import Outcome
from dss.journal import Journal, RunState

if TYPE_CHECKING:
    from core.tests.journal.conftest import Book

NOW = datetime.datetime(2024, 9, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
BEFORE = NOW - 90 * DAY


def finished(book: Book, monkeypatch: pytest.MonkeyPatch, began: datetime.datetime, name: str = "Ana") -> int:
    """A run that began then, came to its end, and holds a name in line, reason and native id."""
    monkeypatch.setattr(clock, "now", lambda: began)
    planned = book.actions(300, wanted=name * 5)
    run = book.plan(planned)
    batch = book.journal.intend(run, 0, range(300))
    book.journal.settle(run, 0, [(one, Outcome.FAILED, f"no {name}", name) for one in planned], batch)
    book.journal.end(run, RunState.FAILED, 1, f"no {name}")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return run


def test_what_is_old_is_forgotten_and_what_happened_stays(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Branch, idnumber, kind, attribute, fingerprint and outcome stay; a younger run stays whole."""
    old = finished(book, monkeypatch, NOW - 91 * DAY)
    young = finished(book, monkeypatch, NOW - 89 * DAY)
    before = list(book.journal.entries(old))

    assert book.journal.expire(BEFORE) == 1

    after = list(book.journal.entries(old))
    for attribute in ("branch", "idnumber", "kind", "attribute", "fingerprint", "outcome", "batch"):
        assert [getattr(one, attribute) for one in after] == [getattr(one, attribute) for one in before]
    assert {(one.line, one.reason, one.native) for one in after} == {("", "", None)}
    row, other = book.journal.run(old), book.journal.run(young)
    assert row is not None
    assert other is not None
    assert (row.expired, row.reason, row.counts) == (True, "", {Outcome.FAILED: 300})
    assert (other.expired, other.reason) == (False, "no Ana")
    assert all("Ana" in one.line for one in book.journal.entries(young))
    assert book.journal.expire(BEFORE) == 0


def test_what_is_forgotten_is_on_the_disk_no_more(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the database nor in its log, while the journal is still open."""
    finished(book, monkeypatch, NOW - 91 * DAY, "Wilhelmina")
    assert any(b"Wilhelmina" in file.read_bytes() for file in book.state.iterdir())

    book.journal.expire(BEFORE)

    assert not any(b"Wilhelmina" in file.read_bytes() for file in book.state.iterdir())


def test_a_run_that_has_not_ended_keeps_everything(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have to be resumed."""
    monkeypatch.setattr(clock, "now", lambda: NOW - 200 * DAY)
    run = book.plan(book.actions(3))
    monkeypatch.setattr(clock, "now", lambda: NOW)

    assert book.journal.expire(BEFORE) == 0

    assert all(one.line for one in book.journal.entries(run))


def test_somebody_who_reads_does_not_stop_it(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the reader holds back leaves the disk with the next time."""
    finished(book, monkeypatch, NOW - 91 * DAY, "Wilhelmina")
    monkeypatch.setattr("dss.journal.database.BUSY", 0.0)
    book.reopen()
    reader = Journal.look(book.state)
    assert reader is not None
    reader._database.connection.execute("BEGIN")
    reader._database.connection.execute("SELECT count(*) FROM actions").fetchone()

    assert book.journal.expire(BEFORE) == 1

    reader.close()
    book.journal.close()
    assert not any(b"Wilhelmina" in file.read_bytes() for file in book.state.iterdir())


def test_approvals_that_lapsed_long_ago_go(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others stay."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    old, young = book.actions(2, "old")
    book.journal.approvals.add(book.target, [old], NOW - 91 * DAY, "ana")
    book.journal.approvals.add(book.target, [young], NOW - 89 * DAY, "ana")

    book.journal.expire(BEFORE)

    assert [one.fingerprint for one in book.journal.approvals.all()] == [young.fingerprint]


def test_a_time_in_the_future_keeps_nothing_for_ever(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock was wrong: the run came before the next one."""
    wrong = finished(book, monkeypatch, NOW + 3000 * DAY)
    finished(book, monkeypatch, NOW - 100 * DAY)
    wrong_again = finished(book, monkeypatch, NOW + 3000 * DAY)
    young = finished(book, monkeypatch, NOW)

    assert book.journal.expire(BEFORE) == 3

    assert [row.expired for row in book.journal.runs()] == [False, True, True, True]
    assert (wrong, wrong_again, young) == (1, 3, 4)


def test_a_clock_that_stood_at_its_beginning_forgets_nothing_early(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is not older than the one before it."""
    finished(book, monkeypatch, NOW - 10 * DAY)
    finished(book, monkeypatch, datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC))

    assert book.journal.expire(BEFORE) == 0
