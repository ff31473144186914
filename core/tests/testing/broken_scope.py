"""Connectors that do not know what is ours, or lay hands on what is not."""

from __future__ import annotations

from collections.abc import Collection

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import Tree

from dss.actions import Action, Result
from dss.importers import NATIVE, Given, Records, Scope


@caught_by("test_records_outside_the_scope_are_not_read", "read only what is in the scope")
class AllIsOurs(Importer):
    def where(self, scope: Scope) -> str:
        return "true"


@caught_by("test_records_outside_the_scope_are_not_read", "look at `scope`")
class LooksEverywhere(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        return super().readin_items(branch, idnumbers, Scope.ALL)


@caught_by("test_records_outside_the_scope_are_never_ended", "look in the whole system")
@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "`readin_items` with `Scope.ALL`")
@caught_by("test_a_stranger_with_our_key_is_not_taken_over", "`readin_items` with `Scope.ALL`")
class LooksAtOursOnly(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        return super().readin_items(branch, idnumbers, Scope.OURS)


@caught_by("test_records_outside_the_scope_are_never_ended", "touch only the record")
class EndsEverybody(Template):
    def old_people(self, action: Action) -> None:
        self.client.write("UPDATE people SET email = NULL, enabled = (id <> ?)", [self.id(action)])


@caught_by("test_what_somebody_else_made_is_not_ended", "while reading")
class TidiesUp(Importer):
    def readin_branch(self, branch: Branch) -> Given:
        last = f"SELECT max(id) FROM {branch.__branchname__}"
        self.client.connection.execute(f"DELETE FROM {branch.__branchname__} WHERE id > 1 AND id = ({last})")
        return super().readin_branch(branch)


@caught_by("test_what_a_filter_leaves_out_is_not_ended", "touch only the record")
class EndsAllTheRest(Template):
    def old_people(self, action: Action) -> None:
        self.client.write("UPDATE people SET enabled = 0 WHERE id > 1")


# -- taking over ---------------------------------------------------------------------------------------------------


@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "system's own id")
class NoIds(Importer):
    def column(self, name: str) -> str:
        return "NULL" if name == NATIVE else super().column(name)


@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "write the handler")
class MakesAnew(Template):
    def new_people(self, action: Action) -> Result:
        return action.done(native=self.insert(action.branch, self.row(action)))


@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "what the action says")
class TakesOverInNameOnly(Template):
    def new_people(self, action: Action) -> Result:
        return self.new(action) if action.adopts is None else action.done(native=action.adopts.native)


@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "out of our scope")
class ReleaseWritesNothing(Template):
    def release(self, action: Action) -> None:
        pass


@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "put back in `release_...`")
class ReleaseDisables(Template):
    def release_people(self, action: Action) -> None:
        self.set(action, {"origin": "theirs", "enabled": False})


@caught_by("test_an_existing_record_is_taken_over_and_not_made_twice", "put back in `release_...`")
class ReleaseLeavesAMark(Template):
    def release_people(self, action: Action) -> None:
        self.set(action, {"origin": "was ours"})


@caught_by("test_a_stranger_with_our_key_is_not_taken_over", "with its own values")
class TakesOverAnybody(Importer):
    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        found = super().readin_items(branch, idnumbers, scope)
        if scope is Scope.OURS:
            return found
        # as if whoever has the key had the username that belongs to it
        return [{**one, "username": one["idnumber"].replace("-", "")} for one in found]


# -- exchanges -----------------------------------------------------------------------------------------------------


@caught_by("test_spare_values_are_texts", "give a text that nobody has")
class NoSpareValues(Tree):
    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return None


@caught_by("test_unique_values_can_be_exchanged", "spare_value")
class OneSpareForAll(Tree):
    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return "spare"


@caught_by("test_unique_values_can_be_exchanged", "spare_value")
class SparesThatAreTaken(Tree):
    def spare_value(self, branch: str, attribute: str, idnumber: str) -> str | None:
        return "people1"
