"""The handlers: methods named after what they carry out; the most special name wins.

Each writes inside a savepoint: one that raises has failed for its record alone, and leaves nothing behind.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from dss.actions import Action, Result
from dss.errors import DssError
from dss.templates import DefaultTemplate, Undo, handler
from dss_card_file.client import TABLES
from dss_card_file.config import DESK


class CardFileTemplate(DefaultTemplate):
    """Writes one record at a time, and only what is ours."""

    @property
    def _ours(self) -> str:
        return str(self.tree.options.origin)

    @handler(undo=Undo.PARTLY)
    def new_readers(self, action: Action) -> Result:
        """Add a reader. Undone in part: the reader is disabled, and stays."""
        return self.new(action)

    def new(self, action: Action) -> Result:
        """Add a group (its members follow one by one), a book or a loan; or take over what the desk has added."""
        given = {name: getattr(action.right, name) for name in TABLES[action.branch].columns}
        said = {name: value for name, value in given.items() if value is not None}
        columns = {**self._columns(action.branch, said), "origin": self._ours}
        if action.adopts is not None:
            self._update(action.branch, action.adopts.native, DESK, columns)
            return action.done(native=action.adopts.native)
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        statement = f"INSERT INTO {TABLES[action.branch].name} ({names}) VALUES ({marks})"
        return action.done(native=self._write(statement, *columns.values()).lastrowid)

    def release(self, action: Action) -> None:
        """Give back to the desk what was taken over, as it was found."""
        assert action.adopts is not None
        columns = {**self._columns(action.branch, action.adopts.was), "origin": DESK}
        self._update(action.branch, self._native(action), self._ours, columns)

    @handler(per="record")
    def update(self, actions: Sequence[Action]) -> None:
        """Change all that differs of one record in one statement; `enabled` is a column like any other."""
        wanted = {str(action.attribute): action.wanted for action in actions}
        columns = self._columns(actions[0].branch, wanted)
        self._update(actions[0].branch, self._native(actions[0]), self._ours, columns)

    def add_groups_members(self, action: Action) -> None:
        """Put a reader into a group."""
        reader = self.tree.readers.native(action.value)
        self._write(
            "INSERT INTO group_member (group_id, reader_id) VALUES (?, ?)", self._native(action), reader
        )

    def remove_groups_members(self, action: Action) -> None:
        """Take a reader out of a group."""
        reader = self.tree.readers.native(action.value)
        self._write(
            "DELETE FROM group_member WHERE group_id = ? AND reader_id = ?", self._native(action), reader
        )

    def old_readers(self, action: Action) -> None:
        """Disable a reader whom the source has no more; nobody is taken out of the file."""
        self._update("readers", self._native(action), self._ours, {"active": False})

    def old(self, action: Action) -> None:
        """Take a group, a book or a loan out of the file, which refuses that for a book that is out."""
        table = TABLES[action.branch].name
        self._write(f"DELETE FROM {table} WHERE id = ? AND origin = ?", self._native(action), self._ours)

    # -- one statement ---------------------------------------------------------------------------------------------

    def _update(self, branch: str, native: Any, origin: str, columns: Mapping[str, Any]) -> None:
        changes = ", ".join(f"{column} = ?" for column in columns)
        statement = f"UPDATE {TABLES[branch].name} SET {changes} WHERE id = ? AND origin = ?"
        self._write(statement, *columns.values(), native, origin)

    def _write(self, statement: str, *values: Any) -> sqlite3.Cursor:
        with self.tree.client.savepoint():
            cursor: sqlite3.Cursor = self.tree.client.write(statement, values)
            if cursor.rowcount != 1:
                raise DssError("the record is gone, or is not ours any more; plan again")
            return cursor

    def _native(self, action: Action) -> Any:
        """The file's own id of a record, also of one that was added a moment ago."""
        return getattr(self.tree, action.branch).native(action.idnumber)

    def _columns(self, branch: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is to stand in which column: an id for a reference, a text for a day."""
        columns, references = TABLES[branch].columns, getattr(self.tree, branch).references()
        stored = {}
        for name, value in given.items():
            if name in references and name in columns:
                value = getattr(self.tree, references[name][0]).native(value)
            elif isinstance(value, datetime.date):
                value = value.isoformat()
            if name in columns:
                stored[columns[name]] = value
        return stored
