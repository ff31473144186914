"""What the journal remembers from run to run: ownership, approvals, what was undone, missing and read."""

from __future__ import annotations

import datetime
import time
from typing import TYPE_CHECKING

import pytest

from dss import clock
from dss.actions import Kind, Outcome
from dss.journal.findings import CONTENTS
from dss.memory import HeldBefore, Missing, Reading, Undone
from dss.sources import Source

if TYPE_CHECKING:
    from core.tests.journal.conftest import Book

NOON = datetime.datetime(2024, 9, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def test_without_a_complete_record_nobody_knows_what_is_ours(book: Book) -> None:
    """What is written down bit by bit is not the whole, until somebody says so."""
    owned = book.journal.owned
    assert owned.of(book.target, "students") is None

    owned.add(book.target, "students", [("1", 11), ("2", None)], 1, "matched")

    assert owned.of(book.target, "students") is None
    assert owned.rows(book.target, "students") == {"1": 11, "2": None}
    assert not owned.is_complete(book.target, "students")
    owned.complete(book.target, "students")
    assert book.reopen().owned.of(book.target, "students") == {"1": 11, "2": None}
    assert book.journal.owned.of(book.target, "teachers") is None
    assert book.journal.owned.of("another", "students") is None


def test_a_complete_record_may_be_empty(book: Book) -> None:
    """Nothing is ours is something else than nobody knows."""
    book.journal.owned.complete(book.target, "students")

    assert book.journal.owned.of(book.target, "students") == {}


def test_a_native_id_is_brought_up_to_date_and_never_lost(book: Book) -> None:
    """The target may have made a record anew; not knowing is no news."""
    owned = book.journal.owned
    owned.add(book.target, "students", [("1", 11), ("2", 22)], 1, "made")

    owned.add(book.target, "students", [("1", None), ("2", 23)], 2, "matched")

    assert owned.rows(book.target, "students") == {"1": 11, "2": 23}


def test_what_is_let_go_is_not_ours(book: Book) -> None:
    """The others stay."""
    owned = book.journal.owned
    owned.add(book.target, "students", [("1", 11), ("2", 22)], 1, "made")

    owned.remove(book.target, "students", ["1", "unknown"])

    assert owned.rows(book.target, "students") == {"2": 22}


def test_a_large_record_is_read_quickly(book: Book) -> None:
    """A hundred thousand in well under a second."""
    book.journal.owned.add(book.target, "students", ((f"S{n:07}", n) for n in range(100_000)), 1, "made")
    book.journal.owned.complete(book.target, "students")

    start = time.perf_counter()
    found = book.journal.owned.of(book.target, "students")

    assert found is not None
    assert len(found) == 100_000
    assert time.perf_counter() - start < 2


def test_an_approval_holds_until_it_expires(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """For its target and its change only."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    approvals = book.journal.approvals
    old, new = book.action(0, "old"), book.action(1, "remove", attribute="clubs", value="chess")

    assert approvals.add(book.target, [old, new, old], NOON + 14 * DAY, "ana") == 2

    approvals = book.reopen().approvals
    assert approvals.valid(book.target, NOON) == {old.fingerprint, new.fingerprint}
    assert approvals.valid(book.target, NOON + 14 * DAY) == set()
    assert approvals.valid("another", NOON) == set()
    assert [
        (one.idnumber, one.kind, one.attribute, one.who, one.until, one.made) for one in approvals.all()
    ] == [
        ("S00000", Kind.OLD, None, "ana", NOON + 14 * DAY, NOON),
        ("S00001", Kind.REMOVE, "clubs", "ana", NOON + 14 * DAY, NOON),
    ]


def test_an_approval_from_the_future_does_not_hold(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock was wrong when it was given, and it would hold for years."""
    monkeypatch.setattr(clock, "now", lambda: NOON + 3000 * DAY)

    book.journal.approvals.add(book.target, book.actions(1, "old"), NOON + 3014 * DAY, "ana")

    assert book.journal.approvals.valid(book.target, NOON) == set()


def test_an_approval_is_good_for_one_use(book: Book) -> None:
    """Who is to be removed again later needs a new one; what was used stays known."""
    approvals, until = book.journal.approvals, clock.now() + DAY
    old, other = book.actions(2, "old")
    approvals.add(book.target, [old, other], until, "ana")

    approvals.use(book.target, [old.fingerprint], 7)

    assert approvals.valid(book.target, clock.now()) == {other.fingerprint}
    assert [one.used for one in approvals.all()] == [7, None]
    approvals.add(book.target, [old], until, "ben")
    assert approvals.valid(book.target, clock.now()) == {old.fingerprint, other.fingerprint}


def test_an_approval_lapses_when_its_change_is_not_found_again(book: Book) -> None:
    """It does not cover what a later run finds; used ones are kept for the record."""
    approvals, until = book.journal.approvals, clock.now() + DAY
    used, gone, kept = book.actions(3, "old")
    approvals.add(book.target, [used, gone, kept], until, "ana")
    approvals.add("another", [gone], until, "ana")
    approvals.use(book.target, [used.fingerprint], 7)

    assert approvals.lapse(book.target, {kept.fingerprint}) == 1

    assert [one.fingerprint for one in approvals.all() if one.target == book.target] == [
        used.fingerprint,
        kept.fingerprint,
    ]
    assert approvals.valid("another", clock.now()) == {gone.fingerprint}


def test_an_approval_can_be_taken_back(book: Book) -> None:
    """Before it was used."""
    approvals, until = book.journal.approvals, clock.now() + DAY
    used, other = book.actions(2, "old")
    approvals.add(book.target, [used, other], until, "ana")
    approvals.use(book.target, [used.fingerprint], 7)

    assert approvals.revoke([used.fingerprint, other.fingerprint]) == 1

    assert [one.fingerprint for one in approvals.all()] == [used.fingerprint]


def test_what_was_undone_is_known_until_it_is_dropped(book: Book) -> None:
    """By target; undoing again overwrites."""
    undone = book.journal.undone
    undone.add(book.target, {"a" * 16: Undone(3), "b" * 16: Undone(3, "digest")})
    undone.add(book.target, {"a" * 16: Undone(4)})

    assert book.reopen().undone.of(book.target) == {"a" * 16: Undone(4), "b" * 16: Undone(3, "digest")}
    assert book.journal.undone.of("another") == {}
    book.journal.undone.drop(book.target, ["a" * 16])
    assert list(book.journal.undone.of(book.target)) == ["b" * 16]


def test_good_runs_that_miss_a_record_are_counted(book: Book) -> None:
    """From the first; whoever returns begins anew."""
    missing = book.journal.missing
    missing.count(book.target, "students", ["1", "2"], NOON)
    missing.count(book.target, "students", ["1"], NOON + DAY)
    missing.count(book.target, "students", ["2", "1"], NOON + 2 * DAY)
    missing.count(book.target, "teachers", ["1"], NOON)

    found = book.reopen().missing.of(book.target, "students")

    assert found == {"1": Missing(NOON, 3), "2": Missing(NOON + 2 * DAY, 1)}
    assert book.journal.missing.of("another", "students") == {}
    book.journal.missing.count(book.target, "students", [], NOON + 3 * DAY)
    assert book.journal.missing.of(book.target, "students") == {}
    assert book.journal.missing.of(book.target, "teachers") == {"1": Missing(NOON, 1)}


def test_one_run_counts_once(book: Book) -> None:
    """However often it is told, as after a resume."""
    for _ in range(3):
        book.journal.missing.count(book.target, "students", ["1"], NOON)

    assert book.journal.missing.of(book.target, "students") == {"1": Missing(NOON, 1)}


def test_a_clock_set_back_makes_nobody_missing_for_longer(book: Book) -> None:
    """Nor does it make them wait for a time that is years away."""
    book.journal.missing.count(book.target, "students", ["1"], NOON + 3000 * DAY)

    book.journal.missing.count(book.target, "students", ["1"], NOON)

    assert book.journal.missing.of(book.target, "students") == {"1": Missing(NOON, 2)}


def test_the_last_good_reading_is_known(book: Book) -> None:
    """A branch that was not read this time keeps what it had."""
    readings = book.journal.readings
    reading = Reading(100, 99, {"email": 3})
    source = Source("students.csv", "abc", NOON)
    readings.save("sis", {"students": reading, "courses": Reading(5, 5)}, {"students.csv": source}, NOON)
    readings.save("sis", {"students": Reading(101, 101)}, {"database": Source("database", "x")}, NOON + DAY)

    found = book.reopen().readings.of("sis")

    assert found == (
        {"students": Reading(101, 101), "courses": Reading(5, 5)},
        {"students.csv": source, "database": Source("database", "x")},
    )
    assert book.journal.readings.of("other") == ({}, {})


def test_the_last_few_contents_of_a_source_are_known(book: Book) -> None:
    """What came again is as late as the last time; the oldest make room, those of other sources stay."""
    contents = book.journal.contents
    for day in range(CONTENTS):
        contents.add("sis", [Source("students.csv", f"{day}")], NOON + day * DAY)
    contents.add("sis", [Source("students.csv", "0"), Source("cc.csv", "1")], NOON + 100 * DAY)
    contents.add("sis", [Source("students.csv", "new")], NOON + 101 * DAY)

    found = book.reopen().contents.of("sis")

    assert len(found) == CONTENTS + 1
    assert found["students.csv", "0"] == found["cc.csv", "1"] == NOON + 100 * DAY
    assert ("students.csv", "1") not in found
    assert found["students.csv", "2"] == NOON + 2 * DAY
    assert book.journal.contents.of("other") == {}


def test_what_is_over_budget_stays_until_a_whole_plan_says_otherwise(book: Book) -> None:
    """A plan of a part says nothing of the rest, and no plan says anything of other branches."""
    held = book.journal.over_budget
    held.save(
        "sis",
        {
            "students": {("students", ""): HeldBefore(600, 3)},
            "cohorts": {("cohorts.members", "7B"): HeldBefore(25)},
        },
    )
    held.save("sis", {"students": {("students.guardians", "1"): HeldBefore(2)}}, ["students"])

    assert book.reopen().over_budget.of("sis") == {
        ("students", ""): HeldBefore(600, 3),
        ("students.guardians", "1"): HeldBefore(2),
        ("cohorts.members", "7B"): HeldBefore(25),
    }

    book.journal.over_budget.save("sis", {"students": {}})

    assert book.journal.over_budget.of("sis") == {("cohorts.members", "7B"): HeldBefore(25)}
    assert book.journal.over_budget.of("other") == {}


def test_halves_of_characters_harm_no_record(book: Book) -> None:
    """A file's name or a number may hold them."""
    odd = "x\ud800"
    book.journal.readings.save(odd, {odd: Reading(1, 1, {odd: 1})}, {odd: Source(odd, odd)}, NOON)
    book.journal.contents.add(odd, [Source(odd, odd)], NOON)
    book.journal.over_budget.save(odd, {odd: {(odd, odd): HeldBefore(1)}})
    book.journal.missing.count(odd, odd, [odd], NOON)
    book.journal.undone.add(odd, {"a": Undone(1, odd)})
    book.journal.approvals.add(odd, [book.action(0, "old", idnumber=odd)], clock.now() + DAY, odd)

    journal = book.reopen()

    assert journal.readings.of(odd) == ({odd: Reading(1, 1, {odd: 1})}, {odd: Source(odd, odd)})
    assert journal.contents.of(odd) == {(odd, odd): NOON}
    assert journal.over_budget.of(odd) == {(odd, odd): HeldBefore(1)}
    assert journal.missing.of(odd, odd) == {odd: Missing(NOON, 1)}
    assert journal.undone.of(odd) == {"a": Undone(1, odd)}
    assert [one.idnumber for one in journal.approvals.all()] == [odd]


def test_outcomes_have_the_words_that_people_read(book: Book) -> None:
    """The tables can be read without dss."""
    planned = book.actions(1)
    run = book.plan(planned)
    book.journal.settle(run, 0, [(planned[0], Outcome.ALREADY, "", None)])

    assert book.journal._database.rows("SELECT outcome FROM outcomes") == [("already done",)]
