"""What the journal holds of runs and their actions."""

from __future__ import annotations

import datetime
import getpass
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dss import clock
from dss.actions import Action, Kind, Outcome
from dss.errors import JournalError
from dss.journal import Journal, JournalSync, RunState

if TYPE_CHECKING:
    from core.tests.journal.conftest import Book

DONE = (Outcome.DONE, "", None)


def settled(planned: list[Action], outcome: Outcome = Outcome.DONE, reason: str = "") -> Any:
    """The same answer for all."""
    return [(one, outcome, reason, None) for one in planned]


def test_a_run_that_has_begun_is_known(book: Book) -> None:
    """Who, where, when, with what; without an end it is unfinished."""
    number = book.journal.begin(
        "undo", config={"dss": "0.1.0"}, syncs=[JournalSync("sync[0]", "a", "b", "c")], of=3, plan="x.plan"
    )

    (row,) = book.reopen().unfinished()

    assert (row.number, row.kind, row.of, row.plan) == (number, "undo", 3, "x.plan")
    assert (row.state, row.ended, row.exit_code) == (RunState.RUNNING, None, None)
    assert (row.process, row.host) == (os.getpid(), socket.gethostname())
    assert row.who.startswith(getpass.getuser())
    assert row.config == {"dss": "0.1.0"}
    assert row.syncs == (JournalSync("sync[0]", "a", "b", "c"),)
    assert abs(row.began - clock.now()) < datetime.timedelta(minutes=1)


def test_a_run_that_has_ended_is_not_unfinished(book: Book) -> None:
    """State, exit code and reason stay."""
    number = book.begin()
    book.journal.end(number, RunState.STOPPED, 5, "too many failures")

    row = book.reopen().run(number)

    assert row is not None
    assert (row.state, row.exit_code, row.reason) == (RunState.STOPPED, 5, "too many failures")
    assert row.ended is not None
    assert book.journal.unfinished() == []


def test_runs_come_newest_first(book: Book) -> None:
    """By number, whatever the clock says; at most so many."""
    numbers = [book.begin() for _ in range(3)]

    assert [row.number for row in book.journal.runs()] == numbers[::-1]
    assert [row.number for row in book.journal.runs(limit=2)] == numbers[:0:-1]
    assert [row.number for row in book.journal.unfinished()] == numbers
    assert book.journal.run(99) is None


def test_a_number_is_never_given_twice(book: Book) -> None:
    """Begun twice is two runs, in two processes as in one."""
    first = book.begin()

    with Journal.open(book.state) as other:
        second = other.begin("apply", config={}, syncs=[])

    assert book.begin() > second > first


def test_the_clock_set_back_changes_no_order(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The later run is the one with the greater number."""
    first = book.begin()
    monkeypatch.setattr(clock, "now", lambda: datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC))
    second = book.begin()
    book.journal.end(second, RunState.DONE, 0)

    assert [row.number for row in book.journal.runs()] == [second, first]


def test_a_plan_is_there_whole_with_its_lines(book: Book) -> None:
    """Every action is a row without an outcome."""
    planned = [
        book.action(0, "new"),
        book.action(1),
        book.action(2, "add", attribute="clubs", value="chess"),
        book.action(3, "old"),
    ]
    run = book.plan(planned)

    found = list(book.reopen().entries(run))

    assert [(one.run, one.sync, one.place) for one in found] == [(run, 0, place) for place in range(4)]
    assert [one.kind for one in found] == [Kind.NEW, Kind.UPDATE, Kind.ADD, Kind.OLD]
    assert [one.attribute for one in found] == [None, "email", "clubs", None]
    assert [one.fingerprint for one in found] == [one.fingerprint for one in planned]
    assert [one.line for one in found] == [book.line(one) for one in planned]
    assert {(one.outcome, one.batch, one.reason, one.native) for one in found} == {(None, None, "", None)}


def test_a_plan_is_there_whole_or_not_at_all(book: Book) -> None:
    """An error in the middle of it leaves nothing, and it can be written again."""
    run = book.begin()

    def lines() -> Any:
        yield from ((one, "{}") for one in book.actions(1200))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        book.journal.plan(run, 0, lines())

    assert list(book.journal.entries(run)) == []
    book.plan(book.actions(3), run)
    assert len(list(book.journal.entries(run))) == 3


def test_a_plan_can_be_written_only_once(book: Book) -> None:
    """Two plans would run into one another."""
    run = book.plan(book.actions(3))

    with pytest.raises(JournalError, match="has been written into the journal already"):
        book.plan(book.actions(3), run)


def test_an_action_without_a_place_is_refused(book: Book) -> None:
    """It would be another one's."""
    run = book.begin()

    with pytest.raises(JournalError, match="no place in a plan"):
        book.journal.plan(run, 0, [(book.action(-1), "{}")])
    with pytest.raises(JournalError, match="no place in a plan"):
        book.journal.settle(run, 0, settled([book.action(-1)]))


def test_syncs_do_not_mix(book: Book) -> None:
    """Places are counted in each of them; a sync that the run does not have is an error."""
    run = book.begin("one", "two")
    book.journal.plan(run, 1, [(one, "two") for one in book.actions(2)])
    book.journal.plan(run, 0, [(one, "one") for one in book.actions(3)])

    assert [one.line for one in book.journal.entries(run)] == ["one"] * 3 + ["two"] * 2
    assert [one.place for one in book.journal.entries(run, 1)] == [0, 1]
    with pytest.raises(JournalError, match=f"no sync 2 in a run {run}"):
        book.journal.plan(run, 2, [])


def test_what_is_intended_is_in_doubt_until_it_is_settled(book: Book) -> None:
    """What was not tried yet is open, and in no doubt."""
    planned = book.actions(6)
    run = book.plan(planned)
    first = book.journal.intend(run, 0, [0, 1, 2])
    book.journal.settle(run, 0, settled(planned[:3]), first)
    second = book.journal.intend(run, 0, [4, 3])

    journal = book.reopen()

    assert [one.place for one in journal.entries(run, in_doubt=True)] == [3, 4]
    assert [one.place for one in journal.entries(run, is_open=True)] == [3, 4, 5]
    assert [one.place for one in journal.entries(run, outcome=Outcome.DONE)] == [0, 1, 2]
    assert [one.batch for one in journal.entries(run)] == [first] * 3 + [second] * 2 + [None]


def test_what_a_batch_does_not_answer_stays_in_doubt(book: Book) -> None:
    """Nothing is taken for done that nobody has said was done."""
    planned = book.actions(3)
    run = book.plan(planned)
    batch = book.journal.intend(run, 0, [0, 1, 2])

    book.journal.settle(run, 0, settled(planned[1:2]), batch)

    assert [one.place for one in book.journal.entries(run, in_doubt=True)] == [0, 2]


def test_outcomes_keep_reason_native_id_and_batch(book: Book) -> None:
    """What never reached a handler has no batch."""
    planned = book.actions(4)
    run = book.plan(planned)
    batch = book.journal.intend(run, 0, [0, 1])
    book.journal.settle(
        run,
        0,
        [(planned[0], Outcome.DONE, "", 17), (planned[1], Outcome.FAILED, "no such role", None)],
        batch,
    )
    book.journal.settle(
        run,
        0,
        [(planned[2], Outcome.HELD, "over budget", None), (planned[3], Outcome.ALREADY, "", None)],
    )

    found = [(one.outcome, one.reason, one.native, one.batch) for one in book.reopen().entries(run)]

    assert found == [
        (Outcome.DONE, "", 17, batch),
        (Outcome.FAILED, "no such role", None, batch),
        (Outcome.HELD, "over budget", None, None),
        (Outcome.ALREADY, "", None, None),
    ]


def test_settling_again_overwrites(book: Book) -> None:
    """The last word counts."""
    planned = book.actions(2)
    run = book.plan(planned)
    batch = book.journal.intend(run, 0, [0, 1])
    book.journal.settle(run, 0, settled(planned, Outcome.FAILED, "away"), batch)

    book.journal.settle(run, 0, settled(planned), batch)

    assert {(one.outcome, one.reason) for one in book.journal.entries(run)} == {(Outcome.DONE, "")}


def test_intending_again_is_a_new_batch_and_a_new_doubt(book: Book) -> None:
    """Those tried again belong to the new batch alone; the others of the old one stay in it."""
    planned = book.actions(10)
    run = book.plan(planned)
    old = book.journal.intend(run, 0, range(10))
    book.journal.settle(run, 0, settled(planned[:5]), old)

    new = book.journal.intend(run, 0, [2, 3, 6, 9])

    assert [one.batch for one in book.journal.entries(run)] == [
        new if place in (2, 3, 6, 9) else old for place in range(10)
    ]
    assert [one.place for one in book.journal.entries(run, in_doubt=True)] == [2, 3, 5, 6, 7, 8, 9]
    newer = book.journal.intend(run, 0, range(1, 8))
    assert [one.batch for one in book.journal.entries(run)] == [
        newer if 1 <= place < 8 else new if place == 9 else old for place in range(10)
    ]


def test_what_was_not_planned_cannot_be_settled(book: Book) -> None:
    """It would be lost without a word; nothing of the call is written."""
    planned = book.actions(3)
    run = book.plan(planned[:2])

    with pytest.raises(JournalError, match="1 of 3 actions"):
        book.journal.settle(run, 0, settled(planned))
    with pytest.raises(JournalError, match="no batch 7"):
        book.journal.settle(run, 0, settled(planned[:1]), 7)

    assert {one.outcome for one in book.journal.entries(run)} == {None}


def test_counts_by_outcome(book: Book) -> None:
    """While it is under way and after its end, and when something is settled after that."""
    planned = [book.action(0, "new"), book.action(1), book.action(2), book.action(3)]
    run = book.plan(planned)
    book.journal.settle(run, 0, settled(planned[:2]))
    book.journal.settle(run, 0, settled(planned[2:3], Outcome.DROPPED, "why"))

    for _ in range(2):
        row = book.journal.run(run)
        assert row is not None
        assert (row.counts, row.open) == ({Outcome.DONE: 2, Outcome.DROPPED: 1}, 1)
        assert book.journal.counts(run) == {
            (0, "students", Kind.NEW, Outcome.DONE): 1,
            (0, "students", Kind.UPDATE, Outcome.DONE): 1,
            (0, "students", Kind.UPDATE, Outcome.DROPPED): 1,
            (0, "students", Kind.UPDATE, None): 1,
        }
        book.journal.end(run, RunState.DONE, 0)
    book.journal.settle(run, 0, settled(planned[3:]))
    (row,) = book.journal.runs()
    assert (row.counts, row.open) == ({Outcome.DONE: 3, Outcome.DROPPED: 1}, 0)


def test_entries_of_one_record(book: Book) -> None:
    """By branch and idnumber, also across runs, the newest first."""
    first = book.plan([book.action(0), book.action(1), book.action(2, idnumber="S00001", attribute="grade")])
    second = book.plan(
        [book.action(0, idnumber="S00001"), book.action(1, idnumber="S00001", branch="teachers")]
    )

    assert [one.place for one in book.journal.entries(first, branch="students", idnumber="S00001")] == [1, 2]
    found = book.journal.about("students", "S00001", 10)
    assert [(row.number, one.run, one.place) for row, one in found] == [
        (second, second, 0),
        (first, first, 1),
        (first, first, 2),
    ]
    assert len(book.journal.about("students", "S00001", 1)) == 1
    assert book.journal.about("students", "nobody", 5) == []


def test_entries_may_be_settled_while_they_are_gone_through(book: Book) -> None:
    """That is what resuming does; each is met once."""
    planned = book.actions(1000)
    run = book.plan(planned)
    met = []

    for entry in book.journal.entries(run, is_open=True):
        met.append(entry.place)
        book.journal.settle(run, 0, settled([planned[entry.place]]))

    assert met == list(range(1000))
    assert list(book.journal.entries(run, is_open=True)) == []


def test_a_handler_that_answers_in_any_order(book: Book) -> None:
    """Thousands at once, and not in the order of the plan."""
    planned = book.actions(3000)
    run = book.plan(planned)
    batch = book.journal.intend(run, 0, [one.place for one in planned[::-2]])

    book.journal.settle(run, 0, settled(planned[::-2]), batch)

    row = book.journal.run(run)
    assert row is not None
    assert (row.counts, row.open) == ({Outcome.DONE: 1500}, 1500)
    assert list(book.journal.entries(run, in_doubt=True)) == []


def test_looking_finds_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    """And makes nothing."""
    assert Journal.look(tmp_path / "state") is None
    assert Journal.look(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
