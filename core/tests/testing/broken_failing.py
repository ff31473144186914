"""Connectors that do not stand it when a call fails, the run dies, the system is busy, or somebody else writes too."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.system import OURS, Untidy
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import ALL, Tree
from core.tests.testing.sound import SoundSuite

from dss.actions import Action, Result
from dss.capabilities import Capability
from dss.importers import Given, Records, Scope
from dss.templates import Undo, handler


class NoTransactions(Tree):
    """Every statement is stored at once."""

    capabilities = ALL - {Capability.TRANSACTIONS}

    def batch(self) -> AbstractContextManager[object]:
        return nullcontext()


@caught_by("test_calls_that_write_go_through_the_wire", "write_calls")
class NamesNoWrites(SoundSuite):
    write_calls = ()


@caught_by("test_calls_that_write_go_through_the_wire", "write_calls")
class UpdatesBeside(Template):
    def update(self, action: Action) -> None:
        query = f'UPDATE {action.branch} SET "{action.attribute}" = ? WHERE id = ?'
        self.client.connection.execute(query, [action.wanted, self.id(action)])


# -- one that fails ------------------------------------------------------------------------------------------------


@caught_by("test_one_bad_record_takes_no_other_down", "answer `action.failed(reason)` for that one")
class AllOrNothing(Template):
    @handler(bulk=50, undo=Undo.PARTLY)
    def new_people(self, actions: list[Action]) -> list[Result]:  # type: ignore[override]
        with self.client.savepoint():
            return [self.new(action) for action in actions]


@caught_by("test_one_bad_record_takes_no_other_down", "let what the client raises pass")
class NewSwallows(Template):
    def new_people(self, action: Action) -> Result:
        try:
            return self.new(action)
        except Exception:
            return action.done()


@caught_by("test_one_bad_change_takes_no_other_down", "answer `action.failed(reason)` for that one")
class AllUpdatesOrNone(Template):
    @handler(bulk=50)
    def update_people(self, actions: list[Action]) -> list[Result]:
        with self.client.savepoint():
            for action in actions:
                self.update(action)
        return [action.done() for action in actions]


@caught_by("test_one_bad_change_takes_no_other_down", "answer `action.failed(reason)` for that one")
class UpdateDrops(Template):
    def update(self, action: Action) -> Result:  # type: ignore[override]
        try:
            super().update(action)
        except Exception:
            return action.dropped("the system would not")
        return action.done()


@caught_by("test_one_bad_change_takes_no_other_down", "let what the client raises pass")
@caught_by("test_what_is_refused_has_failed_and_is_not_asked_again", "done is only what was done")
class UpdateSwallows(Template):
    def update(self, action: Action) -> None:
        try:
            super().update(action)
        except Exception:
            return


@caught_by(
    "test_what_is_refused_has_failed_and_is_not_asked_again", "done is only what was done", branch="groups"
)
class RemoveSwallows(Template):
    def remove_groups_members(self, action: Action) -> None:
        try:
            super().remove_groups_members(action)
        except Exception:
            return


class Bulk(Template):
    """Carries several changes out behind one savepoint: when one is refused, none of them stays."""

    def all(self, actions: list[Action], one: Callable[[Action], object]) -> list[Result]:
        """The answers for all."""
        with self.client.savepoint():
            for action in actions:
                one(action)
        return [action.done() for action in actions]


@caught_by("test_one_refusal_takes_no_other_down", "answer `action.failed(reason)` for that one")
class AllEndsOrNone(Bulk):
    @handler(bulk=50)
    def old_people(self, actions: list[Action]) -> list[Result]:  # type: ignore[override]
        return self.all(actions, super().old_people)


@caught_by("test_one_refusal_takes_no_other_down", "answer `action.failed(reason)` for that one")
class AllAreDisabledOrNone(Bulk):
    @handler(bulk=50)
    def update_people_enabled(self, actions: list[Action]) -> list[Result]:
        return self.all(actions, self.update)


@caught_by(
    "test_one_refusal_takes_no_other_down", "answer `action.failed(reason)` for that one", branch="groups"
)
class AllMembersGoOrNone(Bulk):
    @handler(bulk=50)
    def remove_groups_members(self, actions: list[Action]) -> list[Result]:  # type: ignore[override]
        return self.all(actions, super().remove_groups_members)


@caught_by("test_what_is_refused_has_failed_and_is_not_asked_again", "done is only what was done")
class EmailsSwallow(Template):
    def update_people_email(self, action: Action) -> None:
        try:
            self.update(action)
        except Exception:
            return


# -- what is left half done ----------------------------------------------------------------------------------------


class SeesNoHalves(Importer):
    """Reads whole records only, also when it is asked for the whole system."""

    def where(self, scope: Scope) -> str:
        return super().where(scope) if scope is Scope.OURS else "origin <> 'half'"


@caught_by(
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
    "one step where the system can",
    tree=NoTransactions,
    importer=SeesNoHalves,
)
@caught_by(
    "test_a_death_at_any_write_loses_nothing",
    "one step where the system can",
    tree=NoTransactions,
    importer=SeesNoHalves,
)
class InTwoSteps(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        number = super().insert(table, {**row, "origin": "half"})
        self.change(table, {"origin": OURS}, "id = ?", [number])
        return number


@caught_by(
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
    "by its key",
    tree=NoTransactions,
    system=Untidy,
)
class TriesNewAgain(Template):
    def one(self, statement: str, values: Any) -> Any:
        try:
            return self.client.write(statement, values).lastrowid
        except Exception:
            return self.client.write(statement, values).lastrowid


@caught_by(
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
    "one step where the system can",
    tree=NoTransactions,
    importer=SeesNoHalves,
)
@caught_by(
    "test_a_death_at_any_write_loses_nothing",
    "one step where the system can",
    tree=NoTransactions,
    importer=SeesNoHalves,
)
class HidesWhileItUpdates(Template):
    def update(self, action: Action) -> None:
        self.set(action, {str(action.attribute): action.wanted, "origin": "half"})
        self.change(action.branch, {"origin": OURS}, "id = ?", [self.id(action)])


class OnlyEnds(NoTransactions):
    """Makes nothing and changes nothing."""

    capabilities = frozenset({Capability.READ, Capability.LOOKUP, Capability.END})


class OnlyUpdates(NoTransactions):
    """Makes nothing and ends nothing."""

    capabilities = frozenset({Capability.READ, Capability.LOOKUP, Capability.UPDATE})


class OnlyMembers(NoTransactions):
    """Knows of nothing but who is in a group."""

    capabilities = frozenset({Capability.READ, Capability.LOOKUP, Capability.MULTI_VALUES})


@caught_by(
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
    "one step where the system can",
    tree=OnlyUpdates,
    importer=SeesNoHalves,
)
@caught_by(
    "test_a_death_at_any_write_loses_nothing",
    "one step where the system can",
    tree=OnlyUpdates,
    importer=SeesNoHalves,
)
class HidesWhileItOnlyUpdates(HidesWhileItUpdates):
    pass


@caught_by(
    "test_a_failure_at_any_write_is_made_good_by_the_next_run",
    "one step where the system can",
    tree=OnlyMembers,
    branch="groups",
)
@caught_by(
    "test_a_death_at_any_write_loses_nothing",
    "one step where the system can",
    tree=OnlyMembers,
    branch="groups",
)
class HidesTheGroup(Template):
    def add_groups_members(self, action: Action) -> None:
        number = self.id(action)
        self.change("groups", {"origin": "half"}, "id = ?", [number])
        super().add_groups_members(action)
        self.change("groups", {"origin": OURS}, "id = ?", [number])


@caught_by("test_calls_that_write_go_through_the_wire", "write_calls", tree=OnlyEnds)
class EndsBeside(Template):
    def old_people(self, action: Action) -> None:
        self.client.connection.execute("UPDATE people SET enabled = 0 WHERE id = ?", [self.id(action)])


@caught_by("test_calls_that_write_go_through_the_wire", "write_calls")
class DisablesBeside(Template):
    def update_people_enabled(self, action: Action) -> None:
        query = "UPDATE people SET enabled = ? WHERE id = ?"
        self.client.connection.execute(query, [action.wanted, self.id(action)])


@caught_by("test_a_death_at_any_write_loses_nothing", "a lock that ends with its process")
class LeavesALock(Tree):
    def open_client(self) -> Any:
        lock = self.options.path.with_suffix(".lock")
        if lock.exists():
            raise RuntimeError("somebody else is at work")
        lock.touch()
        return super().open_client()

    def close(self) -> None:
        self.options.path.with_suffix(".lock").unlink(missing_ok=True)
        super().close()


@caught_by(
    "test_a_death_at_any_write_loses_nothing", "open no connection when modules are imported", branch="groups"
)
class OfOneProcess(Tree):
    process = os.getpid()

    def open_client(self) -> Any:
        if os.getpid() != self.process:
            raise RuntimeError("the connection is another process's")
        return super().open_client()


@caught_by("test_a_death_at_any_write_loses_nothing", "does not work in a forked process", branch="seats")
class CrashesInAnother(Tree):
    process = os.getpid()

    def open_client(self) -> Any:
        if os.getpid() != self.process:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().open_client()


# -- somebody else -------------------------------------------------------------------------------------------------


class Remembers(Importer):
    """Looks records up in what was read first, by any tree."""

    kept: ClassVar[dict[tuple[str, str], list[Any]]] = {}

    def readin_branch(self, branch: Branch) -> Given:
        found = list(super().readin_branch(branch))  # type: ignore[arg-type]
        self.kept.setdefault((str(self.tree.options.path), branch.__branchname__), found)
        return found

    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        known = self.kept.get((str(self.tree.options.path), branch.__branchname__))
        if known is None:
            return super().readin_items(branch, idnumbers, scope)
        return [record for record in known if record["idnumber"] in idnumbers]


class RemembersAll(Remembers):
    """Reads the system once, and never again."""

    def readin_branch(self, branch: Branch) -> Given:
        super().readin_branch(branch)
        return self.kept[str(self.tree.options.path), branch.__branchname__]


@caught_by("test_a_change_by_somebody_else_is_not_overwritten", "never from what was read before")
class TrustsWhatItRead(Remembers):
    pass


@caught_by("test_a_record_made_by_somebody_else_is_not_made_again", "by its key", system=Untidy)
class MakesItAgain(Remembers):
    pass


@caught_by(
    "test_a_record_taken_away_by_somebody_else_stays_away",
    "never from what was read before",
    importer=RemembersAll,
)
class Upserts(Template):
    def update(self, action: Action) -> None:
        try:
            super().update(action)
        except Exception:
            self.insert(action.branch, self.row(action))
