"""Writes a roster, in steps small enough that one of them can be done wrong alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.tests.testing.roster.client import Client
from core.tests.testing.roster.system import COLUMNS, OURS, THEIRS

from dss.actions import Action, Result
from dss.errors import DssError
from dss.templates import DefaultTemplate, Undo, handler

BELL = "\x07"
"""A character that a roster does not take."""


class Template(DefaultTemplate):
    """One action at a time, each behind a savepoint of its own."""

    @property
    def client(self) -> Client:
        """The connection."""
        client: Client = self.tree.client
        return client

    # -- handlers --------------------------------------------------------------------------------------------------

    @handler(undo=Undo.PARTLY)
    def new_people(self, action: Action) -> Result:
        """Enter somebody; undone, they stay, and are disabled."""
        return self.new(action)

    def new(self, action: Action) -> Result:
        """Enter a record, or take over one that is there."""
        if action.adopts is not None:
            row = {**self.row(action), "origin": OURS}
            self.change(action.branch, row, "id = ? AND origin = ?", [action.adopts.native, THEIRS])
            return action.done(native=action.adopts.native)
        return action.done(native=self.insert(action.branch, self.row(action)))

    def release(self, action: Action) -> None:
        """Give back what was taken over, as it was found."""
        assert action.adopts is not None
        was = {name: value for name, value in action.adopts.was.items() if name in COLUMNS[action.branch]}
        self.change(
            action.branch, {**was, "origin": THEIRS}, "id = ? AND origin = ?", [self.id(action), OURS]
        )

    def update(self, action: Action) -> None:
        """Change one value."""
        self.set(action, {str(action.attribute): action.wanted})

    def add_groups_members(self, action: Action) -> None:
        """Put somebody into a group."""
        self.one('INSERT INTO members ("group", person) VALUES (?, ?)', [action.idnumber, action.value])

    def remove_groups_members(self, action: Action) -> None:
        """Take somebody out of a group."""
        self.one('DELETE FROM members WHERE "group" = ? AND person = ?', [action.idnumber, action.value])

    def old_people(self, action: Action) -> None:
        """Disable somebody."""
        self.set(action, {"enabled": False})

    def old(self, action: Action) -> None:
        """Take a record out of the roster."""
        with self.client.savepoint():
            if action.branch == "groups":
                self.client.write('DELETE FROM members WHERE "group" = ?', [action.idnumber])
            self.one(f"DELETE FROM {action.branch} WHERE id = ? AND origin = ?", [self.id(action), OURS])

    # -- steps -----------------------------------------------------------------------------------------------------

    def id(self, action: Action) -> Any:
        """The roster's own id of a record."""
        return getattr(self.tree, action.branch).native(action.idnumber)

    def row(self, action: Action) -> dict[str, Any]:
        """What is to stand in the columns of a new record."""
        given = {name: getattr(action.right, name) for name in COLUMNS[action.branch]}
        row = {name: value for name, value in given.items() if value is not None}
        return {"key": action.idnumber, "origin": OURS, **row}

    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        """Enter a row; gives its id."""
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        return self.one(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])

    def set(self, action: Action, row: Mapping[str, Any]) -> None:
        """Change values of a record that is ours."""
        self.change(action.branch, row, "id = ? AND origin = ?", [self.id(action), OURS])

    def change(self, table: str, row: Mapping[str, Any], where: str, values: Sequence[Any]) -> None:
        """Change values of one row."""
        sets = ", ".join(f'"{name}" = ?' for name in row)
        self.one(f"UPDATE {table} SET {sets} WHERE {where}", [*row.values(), *values])

    def one(self, statement: str, values: Sequence[Any]) -> Any:
        """Carry out a statement that is about one row; gives the id of a new one."""
        if any(isinstance(value, str) and BELL in value for value in values):
            raise DssError(f"a roster takes no {BELL!a}")
        with self.client.savepoint():
            cursor = self.client.write(statement, values)
            if cursor.rowcount != 1:
                raise DssError("the record is gone, or is not ours any more; plan again")
            return cursor.lastrowid
