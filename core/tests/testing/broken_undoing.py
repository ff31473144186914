"""Connectors whose dry runs, undos and transactions do not hold what they promise."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.client import Client
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import ALL, Tree

from dss.actions import Action
from dss.capabilities import Capability
from dss.errors import DssError
from dss.importers import Records, Scope
from dss.rehearsal import Rehearsal
from dss.templates import Undo, handler

# -- dry runs ------------------------------------------------------------------------------------------------------


@caught_by("test_a_dry_run_writes_nothing", "roll its transaction back")
class DryRunsAreStored(Client):
    @contextmanager
    def rehearsing(self) -> Iterator[Rehearsal]:
        with super().rehearsing() as rehearsal:
            yield rehearsal
            self.commit()


@caught_by("test_a_dry_run_writes_nothing", "method of its own")
class WritesWithoutTransactions(Tree):
    capabilities = ALL - {Capability.TRANSACTIONS}


@caught_by("test_a_dry_run_writes_nothing", "same handlers")
class DryRunsFail(Client):
    def note(self, statement: str, values: Sequence[Any]) -> None:
        super().note(statement, values)
        if self._rehearsal is not None and statement.startswith("UPDATE"):
            raise DssError("not in a dry run")


@caught_by("test_a_dry_run_tells_its_calls_without_values", "placeholders")
class DryRunsTellValues(Client):
    def note(self, statement: str, values: Sequence[Any]) -> None:
        super().note(f"{statement} {values}", values)


@caught_by("test_a_dry_run_tells_its_calls_without_values", "placeholders")
class DryRunsNoteValues(Client):
    def note(self, statement: str, values: Sequence[Any]) -> None:
        super().note(statement, values)
        if self._rehearsal is not None:
            self._rehearsal.notes.append(f"written: {values}")


@caught_by("test_a_dry_run_tells_of_every_sort_of_change", "rehearsal.add(text)")
class DryRunsTellNothing(Client):
    def note(self, statement: str, values: Sequence[Any]) -> None:
        pass


@caught_by("test_a_dry_run_tells_of_every_sort_of_change", "rehearsal.add(text)", branch="seats")
class DryRunsTellNoDeletes(Client):
    def note(self, statement: str, values: Sequence[Any]) -> None:
        if not statement.startswith("DELETE"):
            super().note(statement, values)


class Skipping(Client):
    """Does not carry out in a dry run what begins with a word."""

    skipped = ""

    def write(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if self._rehearsal is None or not statement.startswith(self.skipped):
            return super().write(statement, values)
        self.connection.execute("SAVEPOINT skipped")
        cursor = super().write(statement, values)
        self.connection.execute("ROLLBACK TO skipped")
        return cursor


@caught_by("test_what_a_dry_run_has_written_is_found_by_what_it_reads", "what is read", branch="seats")
class FindsNothingInADryRun(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        found = super().readin_items(branch, idnumbers, scope)
        return found if self.client._rehearsal is None else []


@caught_by("test_what_a_dry_run_has_written_is_found_by_what_it_reads", "what is read", branch="groups")
class DryRunsDeleteNothing(Skipping):
    skipped = "DELETE"


@caught_by("test_what_a_dry_run_has_written_is_found_by_what_it_reads", "what is read")
class DryRunsUpdateNothing(Skipping):
    skipped = "UPDATE"


@caught_by("test_what_a_dry_run_has_written_is_found_by_what_it_reads", "what is read")
class DryRunsDoNothing(Skipping):
    pass


# -- undo ----------------------------------------------------------------------------------------------------------


@caught_by("test_new_records_are_undone", "say with `@handler(undo=Undo.PARTLY)`", branch="groups")
class OldRenames(Template):
    def old(self, action: Action) -> None:
        self.set(action, {"name": "gone"})


@caught_by("test_new_records_are_undone", "in the handler of `old`")
class OldStays(Template):
    def old_people(self, action: Action) -> None:
        pass


@caught_by("test_new_records_are_undone", "handlers of the contrary change", branch="seats")
class OldRaises(Template):
    def old(self, action: Action) -> None:
        raise DssError("a seat is for life")


@caught_by("test_disabling_is_undone", "handlers of the contrary change")
class DisablesForGood(Template):
    def update_people_enabled(self, action: Action) -> None:
        self.set(action, {"enabled": action.wanted, "email": "nobody@example.org"})


@caught_by("test_updates_are_undone", "handlers of the contrary change")
class ChangesMoreThanItSays(Template):
    def update_people_family_name(self, action: Action) -> None:
        self.set(action, {"family_name": action.wanted, "email": "new@example.org"})


@caught_by("test_updates_are_undone", "handlers of the contrary change")
class ChangesOnce(Template):
    def update_people_family_name(self, action: Action) -> None:
        if "changed" in str(action.was):
            raise DssError("a name is changed once")
        self.update(action)


@caught_by("test_added_and_removed_values_are_undone", "handlers of the contrary change", branch="groups")
class RemovesMore(Template):
    def remove_groups_members(self, action: Action) -> None:
        self.client.write('DELETE FROM members WHERE "group" = ?', [action.idnumber])


@caught_by("test_added_and_removed_values_are_undone", "handlers of the contrary change", branch="groups")
class AddsNothing(Template):
    def add_groups_members(self, action: Action) -> None:
        if action.value.endswith("1"):
            return
        super().add_groups_members(action)


@caught_by("test_ended_records_come_back", "say with `@handler(undo=Undo.PARTLY)`")
class OldForgets(Template):
    def old_people(self, action: Action) -> None:
        self.set(action, {"enabled": False, "email": None})


@caught_by("test_ended_records_come_back", "handlers of the contrary change")
class NeverComesBack(Template):
    @handler(undo=Undo.PARTLY)
    def old_people(self, action: Action) -> None:
        super().old_people(action)

    def update_people_enabled(self, action: Action) -> None:
        pass


# -- transactions --------------------------------------------------------------------------------------------------


@caught_by("test_a_transaction_that_fails_leaves_nothing", "begin one transaction")
class NoBracket(Tree):
    def batch(self) -> AbstractContextManager[object]:
        return nullcontext()


@caught_by("test_a_transaction_that_fails_leaves_nothing", "let no handler commit")
class HandlersCommit(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        number = super().insert(table, row)
        self.client.commit()
        self.client.connection.execute("BEGIN")
        return number


@caught_by("test_a_transaction_that_fails_leaves_nothing", "roll it back on any exception", branch="groups")
class StoresInAnyCase(Client):
    @contextmanager
    def batch(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self.commit()


@caught_by("test_a_transaction_that_fails_leaves_nothing", "inside the transaction")
class AConnectionOfItsOwn(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        own = sqlite3.connect(self.tree.options.path, timeout=0)
        try:
            own.execute(f'INSERT INTO {table} ("key") VALUES (?)', [row["key"]])
        finally:
            own.close()
