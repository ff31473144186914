"""The connector does all that it declares, and touches nothing else: the suite of `dss.testing`."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dss.testing import System, TargetSuite

SCHEMA = Path(__file__).parent.parent / "card_file.sql"
COLUMNS = {
    "idnumber": "number",
    "username": "login",
    "enabled": "active",
    "reader": "reader_id",
    "book": "book_id",
}
TABLES = {"readers": "reader", "groups": "reader_group", "books": "book", "loans": "loan"}


class CardFile(System):
    """A card file as the library program makes and fills it, by statements of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as connection:
            connection.executescript(SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection

    def options(self) -> Mapping[str, Any]:
        """The table `[trees.NAME]` for it."""
        return {"path": str(self.path)}

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything there is, but for the list of changes: what is taken back leaves its trace there, too."""
        with self._open() as connection:
            tables = (*TABLES.values(), "group_member")
            return {table: list(map(tuple, connection.execute(f"SELECT * FROM {table}"))) for table in tables}

    def seed(self, branch: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records there as ours."""
        self._put(branch, records, "school")

    def seed_outside(self, branch: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records there as people at the desk do."""
        self._put(branch, records, "desk")

    def _put(self, branch: str, records: Sequence[Mapping[str, Any]], origin: str) -> None:
        with self._open() as connection:
            for record in records:
                values = {name: value for name, value in record.items() if value is not None}
                members = values.pop("members", ())
                if branch == "loans":
                    del values["idnumber"]
                    values["reader"] = _id(connection, "reader", values["reader"])
                    values["book"] = _id(connection, "book", values["book"])
                    if "due" in values:
                        values["due"] = values["due"].isoformat()
                columns = {COLUMNS.get(name, name): value for name, value in values.items()} | {
                    "origin": origin
                }
                known = "(reader_id, book_id)" if branch == "loans" else "(number)"
                updates = ", ".join(f"{column} = excluded.{column}" for column in columns)
                connection.execute(
                    f"INSERT INTO {TABLES[branch]} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
                    f" ON CONFLICT {known} DO UPDATE SET {updates}",
                    [*columns.values()],
                )
                if "members" in record:
                    self._set_members(connection, record["idnumber"], members)

    def _set_members(self, connection: sqlite3.Connection, group: str, members: Iterable[str]) -> None:
        number = _id(connection, "reader_group", group)
        connection.execute("DELETE FROM group_member WHERE group_id = ?", [number])
        for member in members:
            reader = _id(connection, "reader", member)
            connection.execute("INSERT INTO group_member VALUES (?, ?)", [number, reader])

    def read_back(self, branch: str) -> Iterable[Mapping[str, Any]]:
        """All records of a branch that are ours."""
        with self._open() as connection:
            for row in connection.execute(f"SELECT * FROM {TABLES[branch]} WHERE origin = 'school'"):
                record = {name: row[COLUMNS.get(name, name)] for name in ATTRIBUTES[branch]}
                if branch == "readers":
                    record["enabled"] = bool(record["enabled"])
                if branch == "groups":
                    query = "SELECT number FROM reader JOIN group_member ON reader_id = id WHERE group_id = ?"
                    record["members"] = {
                        member["number"] for member in connection.execute(query, [row["id"]])
                    }
                if branch == "loans":
                    record["reader"] = _number(connection, "reader", row["reader_id"])
                    record["book"] = _number(connection, "book", row["book_id"])
                    record["idnumber"] = f"{record['reader']}|{record['book']}"
                    record["due"] = datetime.date.fromisoformat(row["due"]) if row["due"] else None
                yield record

    def remove(self, branch: str, idnumbers: Sequence[str]) -> None:
        """Take records away, as the library program does."""
        with self._open() as connection:
            for idnumber in idnumbers:
                if branch == "loans":
                    reader, book = idnumber.split("|")
                    values = [_id(connection, "reader", reader), _id(connection, "book", book)]
                    connection.execute("DELETE FROM loan WHERE reader_id = ? AND book_id = ?", values)
                else:
                    connection.execute(f"DELETE FROM {TABLES[branch]} WHERE number = ?", [idnumber])


ATTRIBUTES = {
    "readers": ("idnumber", "given_name", "family_name", "email", "username", "enabled"),
    "groups": ("idnumber", "name"),
    "books": ("idnumber", "title"),
    "loans": (),
}


def _id(connection: sqlite3.Connection, table: str, number: str) -> int:
    (found,) = connection.execute(f"SELECT id FROM {table} WHERE number = ?", [number]).fetchone()
    return int(found)


def _number(connection: sqlite3.Connection, table: str, number: int) -> str:
    (found,) = connection.execute(f"SELECT number FROM {table} WHERE id = ?", [number]).fetchone()
    return str(found)


class TestCardFile(TargetSuite):
    """All checks; nothing is left out."""

    connector = "card_file"
    read_calls = ("rows",)
    write_calls = ("write", "commit")

    @pytest.fixture
    def system(self, tmp_path: Path) -> CardFile:
        """A card file of its own for every test, empty at first."""
        return CardFile(tmp_path / "library.db")
