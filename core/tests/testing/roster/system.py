"""A roster as its own program keeps it: one SQLite file, filled and read by plain statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

from dss.testing import Record, System

COLUMNS = {
    "people": ("given_name", "family_name", "email", "username", "enabled"),
    "groups": ("name",),
    "seats": ("group", "person", "role"),
}
"""By table, what there is beside `id`, `key` and `origin`. The members of groups have a table of their own."""
OURS, THEIRS = "ours", "theirs"
PASSWORD = "opensesame-42"

SCHEMA = """
CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "key" TEXT {unique}, origin TEXT NOT NULL DEFAULT 'theirs',
    given_name TEXT, family_name TEXT, email TEXT, username TEXT {unique}, enabled INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "key" TEXT {unique}, origin TEXT NOT NULL DEFAULT 'theirs', name TEXT
);
CREATE TABLE members ("group" TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY ("group", person));
CREATE TABLE seats (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "key" TEXT {unique}, origin TEXT NOT NULL DEFAULT 'theirs',
    "group" TEXT NOT NULL, person TEXT NOT NULL, role TEXT
);
CREATE TABLE changes (nr INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT, "key" TEXT);
"""
WATCHED = (("people", "key"), ("groups", "key"), ("members", "group"), ("seats", "key"))
"""Tables whose changes the program writes down, with the column of the key that it writes down."""
TRIGGER = """
CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN
    INSERT INTO changes (what, "key") VALUES ('{branch}', {row}."{column}");
END;
"""


class Roster(System):
    """One roster, empty at first.

    Attributes:
        unique: what stands behind columns whose values come once.
    """

    unique: ClassVar[str] = "UNIQUE"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "roster.db"
        self.password = folder / "password.txt"
        self.password.write_text(PASSWORD, encoding="utf-8")
        self.password.chmod(0o600)
        with self.open() as connection:
            connection.executescript(_script(self.unique))

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, for one thing to be done."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.row_factory = sqlite3.Row
            yield connection

    def options(self) -> Mapping[str, Any]:
        """The table `[trees.NAME]` for it."""
        return {"path": str(self.path), "password": {"file": str(self.password)}}

    def dump(self) -> object:
        """Everything but the list of changes, which only grows."""
        with self.open() as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master ORDER BY name")]
            return tables, [
                [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
                for table in (*COLUMNS, "members")
            ]

    def seed(self, branch: str, records: Sequence[Record]) -> None:
        """Put records there as ours."""
        self._put(branch, records, OURS)

    def seed_outside(self, branch: str, records: Sequence[Record]) -> None:
        """Put records there as somebody else's."""
        self._put(branch, records, THEIRS)

    def _put(self, branch: str, records: Sequence[Record], origin: str) -> None:
        with self.open() as connection:
            for record in records:
                row = {name: record[name] for name in COLUMNS[branch] if record.get(name) is not None}
                self._upsert(connection, branch, {"key": record["idnumber"], **row, "origin": origin})
                if "members" in record:
                    group = record["idnumber"]
                    connection.execute('DELETE FROM members WHERE "group" = ?', [group])
                    members = [(group, one) for one in sorted(record["members"] or ())]
                    connection.executemany("INSERT INTO members VALUES (?, ?)", members)

    def _upsert(self, connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
        sets = ", ".join(f'"{name}" = ?' for name in row)
        values = [*row.values()]
        query = f'UPDATE {table} SET {sets} WHERE "key" = ?'
        if not connection.execute(query, [*values, row["key"]]).rowcount:
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)

    def read_back(self, branch: str) -> Iterable[Record]:
        """All records of a branch that are ours."""
        with self.open() as connection:
            for row in connection.execute(f"SELECT * FROM {branch} WHERE origin = 'ours'"):
                record = {"idnumber": row["key"]} | {name: row[name] for name in COLUMNS[branch]}
                if branch == "people":
                    record["enabled"] = bool(row["enabled"])
                if branch == "groups":
                    query = 'SELECT person FROM members WHERE "group" = ?'
                    record["members"] = frozenset(one for (one,) in connection.execute(query, [row["key"]]))
                yield record

    def remove(self, branch: str, idnumbers: Sequence[str]) -> None:
        """Take records away."""
        with self.open() as connection:
            for one in idnumbers:
                connection.execute(f'DELETE FROM {branch} WHERE "key" = ?', [one])
                if branch == "groups":
                    connection.execute('DELETE FROM members WHERE "group" = ?', [one])


def _script(unique: str) -> str:
    """All statements that make a roster."""
    script = ["BEGIN;", SCHEMA.format(unique=unique)]
    for table, column in WATCHED:
        branch = "groups" if table == "members" else table
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            script.append(TRIGGER.format(table=table, event=event, branch=branch, row=row, column=column))
    return "".join([*script, "COMMIT;"])


class Untidy(Roster):
    """A roster whose program lets one key, or one username, stand in it more than once."""

    unique = ""
