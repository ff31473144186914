"""Connectors that cannot do with a value that is missing, or empty."""

from __future__ import annotations

from typing import Any

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Importer
from core.tests.testing.roster.template import Template

from dss.actions import Action

GAPS = "test_records_with_gaps_are_written"
CLEARED = "test_values_are_cleared"
ADVISED = "only what is not None"


@caught_by(GAPS, ADVISED)
class NeedsAnAddress(Template):
    def row(self, action: Action) -> dict[str, Any]:
        return {**super().row(action), "email": action.right.email.lower()}


@caught_by(GAPS, ADVISED)
class NeedsALetter(Template):
    def row(self, action: Action) -> dict[str, Any]:
        row = super().row(action)
        name = row.get("given_name")
        return {**row, "given_name": name if name is None else name[0] + name[1:]}


@caught_by(GAPS, ADVISED)
class WritesAWordForNothing(Template):
    def row(self, action: Action) -> dict[str, Any]:
        return {**super().row(action), "family_name": str(action.right.family_name)}


@caught_by(GAPS, ADVISED, branch="groups")
class NamesWhatHasNoName(Template):
    def row(self, action: Action) -> dict[str, Any]:
        row = super().row(action)
        return {**row, "name": "no name"} if row.get("name") == "" else row


@caught_by(CLEARED, ADVISED)
class NeverClears(Template):
    def update(self, action: Action) -> None:
        if action.wanted:
            super().update(action)


@caught_by(CLEARED, ADVISED)
class ClearsByAWord(Template):
    def update(self, action: Action) -> None:
        self.set(action, {str(action.attribute): action.wanted or "NULL"})


@caught_by(CLEARED, ADVISED)
class NeedsALetterToChange(Template):
    def update(self, action: Action) -> None:
        wanted = action.wanted
        self.set(action, {str(action.attribute): wanted[0] + wanted[1:]})


@caught_by(CLEARED, ADVISED)
class ClearsTheWholeRecord(Template):
    def update(self, action: Action) -> None:
        if action.wanted == "":
            self.set(action, {"enabled": False})
        super().update(action)


@caught_by(GAPS, ADVISED)
class KeepsTheLastOnesName(Template):
    def row(self, action: Action) -> dict[str, Any]:
        last: dict[str, Any] = vars(self.tree).setdefault("last", {})
        last.update(super().row(action))
        return {name: value for name, value in last.items() if name not in ("username", "email")}


@caught_by("test_values_that_were_missing_are_missing_again", "put back")
class FillsInAWordForNothing(Template):
    def update(self, action: Action) -> None:
        wanted = action.wanted
        self.set(action, {str(action.attribute): str(wanted) if wanted is None else wanted})


@caught_by("test_values_that_were_missing_are_missing_again", "put back")
class LeavesWhatWasFilledIn(Template):
    def update(self, action: Action) -> None:
        if action.wanted is not None:
            super().update(action)


@caught_by("test_missing_values_are_read_as_nothing", "read a missing value as None")
class ReadsAWordForNothing(Importer):
    def value(self, name: str, value: Any) -> Any:
        return str(value) if value is None else super().value(name, value)
