"""What a card file may hold that no suite can know of: rows of the library's own, and rows that are not clear."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from dss import DataStoreBranch, DataStoreTree
from dss.plan import make_plan
from dss_card_file.branches import CardFileTree

SCHEMA = Path(__file__).parent.parent / "card_file.sql"


class School(DataStoreBranch):
    """What the school knows."""


class Readers(School):
    __branchname__ = "readers"


class SchoolTree(DataStoreTree):
    __branches__ = School


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    """An empty card file."""
    connection = sqlite3.connect(tmp_path / "library.db", isolation_level=None)
    connection.executescript(SCHEMA.read_text(encoding="utf-8"))
    return connection


@pytest.fixture
def library(connection: sqlite3.Connection, tmp_path: Path) -> CardFileTree:
    """The tree of it, unread."""
    return CardFileTree(path=tmp_path / "library.db")


def test_loan_whose_due_date_is_none_is_set_aside(
    connection: sqlite3.Connection, library: CardFileTree
) -> None:
    """It is read neither as a loan nor as none; the place where it stands is told."""
    connection.execute("INSERT INTO reader (number, origin) VALUES ('1001', 'school')")
    connection.execute("INSERT INTO book (number, origin) VALUES ('B7', 'school')")
    connection.execute("INSERT INTO loan (reader_id, book_id, due, origin) VALUES (1, 1, 'soon', 'school')")

    library.read()

    assert len(library.loans) == 0
    assert library.loans.contents().frozen == {
        "1001|B7": "id 1 of table loan: Invalid isoformat string: 'soon'"
    }


def test_reader_without_a_number_is_told(connection: sqlite3.Connection, library: CardFileTree) -> None:
    """Nobody knows who it is, so nobody is removed until it has one."""
    connection.execute("INSERT INTO reader (given_name, origin) VALUES ('Ada', 'school')")

    library.read()

    assert library.readers.contents().problems == [
        "id 1 of table reader is ours and has no number; give it one, or another origin"
    ]


def test_librarian_is_not_taken_over(connection: sqlite3.Connection, library: CardFileTree) -> None:
    """The library's own cards stay its own, whatever agrees."""
    connection.execute("INSERT INTO reader (number, login, origin) VALUES ('1001', 'ada', 'staff')")
    school = SchoolTree()
    school.readers.make("1001", username="ada")

    plan = make_plan(school, +library)

    (error,) = plan.errors
    assert "it is the library's own" in error.message
    assert not list(plan.actions)
