"""What a Moodle holds, in a form in which two of them can be compared: every row, with names in the place of ids."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Picture = dict[str, Counter[tuple[Any, ...]]]
"""The rows of each table, and how often each is there."""
Row = sqlite3.Row

POINTERS = {
    "userid": "user",
    "modifierid": "user",
    "cohortid": "cohort",
    "groupid": "groups",
    "courseid": "course",
    "course": "course",
    "enrolid": "enrol",
    "contextid": "context",
    "roleid": "role",
    "category": "course_categories",
    "fieldid": "user_info_field",
}
"""Columns that point at a row of another table."""
LEVELS = {30: "user", 40: "course_categories", 50: "course"}


def picture(path: Path) -> Picture:
    """Look at a database."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        return _Looking(connection).picture()
    finally:
        connection.close()


def timeless(there: Picture) -> Picture:
    """The same without when rows were made and changed: what has failed once may have been changed once more."""
    return {
        table: Counter(
            tuple(cell for cell in row if not cell[0].startswith("time")) for row in rows.elements()
        )
        for table, rows in there.items()
    }


def differences(found: Picture, wanted: Picture) -> list[str]:
    """A sentence for every row that one of them has and the other has not."""
    told = []
    for table in sorted({*found, *wanted}):
        there, expected = found.get(table, Counter()), wanted.get(table, Counter())
        told += [f"{table}: {count} too many of {row}" for row, count in (there - expected).items()]
        told += [f"{table}: {count} lacking of {row}" for row, count in (expected - there).items()]
    return told


class _Looking:
    def __init__(self, connection: sqlite3.Connection) -> None:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mdl_%'"
        )
        self._tables = {
            name.removeprefix("mdl_"): {row["id"]: row for row in connection.execute(f"SELECT * FROM {name}")}
            for (name,) in names.fetchall()
        }
        self._names: dict[tuple[str, Any], Any] = {}

    def picture(self) -> Picture:
        return {
            table: Counter(tuple(self._cells(table, row)) for row in rows.values())
            for table, rows in self._tables.items()
        }

    def names(self) -> dict[tuple[str, int], Any]:
        return {
            (table, number): self._name(table, number) for table in _NAMING for number in self._tables[table]
        }

    def _cells(self, table: str, row: Row) -> Iterator[tuple[str, Any]]:
        for column in row.keys():  # noqa: SIM118  a row is no mapping
            value = row[column]
            if column == "id":
                continue
            if value is None or (column in POINTERS and value == 0):
                pass
            elif column == "path":
                value = tuple(self._name(_of_path(table), int(one)) for one in value.split("/") if one)
            elif column == "instanceid":
                value = self._name(LEVELS.get(row["contextlevel"], ""), value)
            elif table == "cache_flags" and column == "name":
                value = self._name("user", int(value))
            elif column in POINTERS:
                value = self._name(POINTERS[column], value)
            yield column, value

    def _name(self, table: str, number: Any) -> Any:
        """What tells a row from all others of its table, without its id."""
        if (table, number) not in self._names:
            row = self._tables.get(table, {}).get(number)
            self._names[table, number] = f"no {table} {number}" if row is None else _NAMING[table](self, row)
        return self._names[table, number]


def _of_path(table: str) -> str:
    return table if table == "course_categories" else "context"


_NAMING: dict[str, Callable[[_Looking, Row], Any]] = {
    "user": lambda look, row: row["idnumber"] or row["username"],
    "cohort": lambda look, row: row["idnumber"] or row["name"],
    "groups": lambda look, row: (row["idnumber"], look._name("course", row["courseid"])),
    "course": lambda look, row: row["shortname"],
    "enrol": lambda look, row: (row["enrol"], look._name("course", row["courseid"])),
    "context": lambda look, row: (
        row["contextlevel"],
        look._name(LEVELS.get(row["contextlevel"], ""), row["instanceid"]),
    ),
    "role": lambda look, row: row["shortname"],
    "course_categories": lambda look, row: row["name"],
    "user_info_field": lambda look, row: row["shortname"],
}


def names(path: Path) -> dict[tuple[str, int], Any]:
    """What tells each row from all others of its table, by table and id."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        return _Looking(connection).names()
    finally:
        connection.close()
