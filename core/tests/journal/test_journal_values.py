"""Native ids, odd texts and long lines come back as they were; what is made becomes ours."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from dss.actions import Adoption, Outcome
from dss.journal import RunState

if TYPE_CHECKING:
    from core.tests.journal.conftest import Book


@pytest.mark.parametrize(
    "native",
    [
        0,
        -5,
        2**70,
        "uid=ana,dc=example",
        "",
        b"\x00\xff",
        uuid.UUID(int=5),
        ("a", 1),
        ["a", None, True],
        {"id": 5, "of": {"deep": b"x"}},
        {"$uuid": "not one"},
        {1: "a"},
        1.5,
        Decimal("1.50"),
        datetime.date(2024, 2, 29),
        datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
        "\ud800",
    ],
)
def test_native_ids_come_back_as_they_were(book: Book, native: Any) -> None:
    """Of whatever type a system has them."""
    planned = book.actions(1, "new")
    run = book.plan(planned)

    book.journal.settle(run, 0, [(planned[0], Outcome.DONE, "", native)])

    (entry,) = book.journal.entries(run)
    assert (entry.native, type(entry.native)) == (native, type(native))
    assert book.journal.owned.rows(book.target, "students") == {"S00000": native}


def test_a_native_id_that_cannot_be_kept_stops_nothing(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    """The record has been made by then; the log tells the type, and no value."""
    planned = book.actions(1, "new")
    run = book.plan(planned)

    book.journal.settle(run, 0, [(planned[0], Outcome.DONE, "", object())])

    (entry,) = book.journal.entries(run)
    assert (entry.outcome, entry.native) == (Outcome.DONE, None)
    assert "native ids of type `object`" in caplog.text


def test_what_is_made_becomes_ours(book: Book) -> None:
    """Done, or done already; with the native id that is known."""
    planned = [
        book.action(0, "new"),
        book.action(1, "new", adopts=Adoption(55, {})),
        book.action(2, "new", joins="teachers", native=66),
        book.action(3, "new"),
        book.action(4, "new"),
        book.action(5),
    ]
    run = book.plan(planned)

    outcomes = [Outcome.DONE, Outcome.DONE, Outcome.ALREADY, Outcome.FAILED, Outcome.HELD, Outcome.DONE]
    book.journal.settle(
        run,
        0,
        [
            (one, outcome, "", 44 if one.place == 0 else None)
            for one, outcome in zip(planned, outcomes, strict=True)
        ],
    )

    assert book.reopen().owned.rows(book.target, "students") == {"S00000": 44, "S00001": 55, "S00002": 66}


def test_what_was_taken_for_made_and_was_not_is_not_ours(book: Book) -> None:
    """Unless it was ours before; under which id it is there now, is then not known."""
    planned = book.actions(2, "new")
    book.journal.owned.add(book.target, "students", [("S00001", 5)], 0, "matched")
    run = book.plan(planned)
    book.journal.settle(run, 0, [(one, Outcome.DONE, "", None) for one in planned])

    book.journal.settle(run, 0, [(one, Outcome.FAILED, "it is not there", None) for one in planned])

    assert book.journal.owned.rows(book.target, "students") == {"S00001": None}


@pytest.mark.parametrize("odd", ["S\ud800", "S\x00x", "Ä\u0308\U0001f600", "", "'; DROP TABLE runs; --"])
def test_odd_texts_come_back_as_they_were(book: Book, odd: str) -> None:
    """Also what SQLite itself cannot keep as a text."""
    planned = [book.action(0), book.action(1, "new", idnumber=odd, branch=odd), book.action(2, attribute=odd)]
    run = book.plan(planned)
    book.journal.settle(run, 0, [(one, Outcome.DROPPED, odd, None) for one in planned])
    book.journal.settle(run, 0, [(planned[1], Outcome.DONE, odd, odd)])
    book.journal.owned.complete(book.target, odd)
    book.journal.end(run, RunState.DONE, 0, odd)

    (entry,) = book.reopen().entries(run, branch=odd, idnumber=odd)

    assert (entry.idnumber, entry.branch, entry.reason, entry.native) == (odd, odd, odd, odd)
    assert [one.attribute for one in book.journal.entries(run)][2] == odd
    assert book.journal.owned.of(book.target, odd) == {odd: odd}
    assert [one.idnumber for _, one in book.journal.about(odd, odd, 3)] == [odd]
    assert [row.reason for row in book.journal.runs()] == [odd]


def test_a_line_may_be_very_long(book: Book) -> None:
    """A megabyte, say, and with characters of any sort."""
    run = book.begin()
    long = "\U0001f600\ud800" + "x" * 1_000_000
    book.journal.plan(run, 0, [(book.action(0), "short"), (book.action(1), long)])

    assert [one.line for one in book.reopen().entries(run)] == ["short", long]
