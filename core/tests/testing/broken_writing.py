"""Connectors whose handlers write something else than the action says."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Branch, Importer
from core.tests.testing.roster.system import Roster, Untidy
from core.tests.testing.roster.template import Template
from core.tests.testing.sound import SoundSuite

from dss.actions import Action, Result
from dss.errors import DssError
from dss.importers import Records, Scope
from dss.templates import handler
from dss.testing import Record

# -- keys ----------------------------------------------------------------------------------------------------------


@caught_by("test_hostile_keys_name_one_record_only", "what the action says")
class EndsByPattern(Template):
    def old_people(self, action: Action) -> None:
        self.client.write('UPDATE people SET enabled = 0 WHERE "key" LIKE ?', [action.idnumber])


# -- new -----------------------------------------------------------------------------------------------------------


@caught_by("test_new_records_are_written", "what the action says")
class NamesExchanged(Template):
    def row(self, action: Action) -> dict[str, Any]:
        row = super().row(action)
        return {**row, "given_name": row.get("family_name"), "family_name": row.get("given_name")}


@caught_by("test_new_records_are_written", "what the action says", branch="seats")
class NewForgetsRole(Template):
    def row(self, action: Action) -> dict[str, Any]:
        return {name: value for name, value in super().row(action).items() if name != "role"}


@caught_by("test_new_records_are_written", "what the action says")
class NewWritesNothing(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        return 1


@caught_by("test_new_records_are_written", "write the handler")
class NewRaises(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        raise DssError("not today")


@caught_by("test_new_records_are_written", "write the handler")
class NewAnswersInWords(Template):
    def new_people(self, action: Action) -> Result:
        super().new(action)
        return "made"  # type: ignore[return-value]


@caught_by("test_new_records_are_written", "form in which it is compared")
class ReadsOtherwise(Importer):
    def value(self, name: str, value: Any) -> Any:
        return f"<{value}>" if name == "email" else super().value(name, value)


@caught_by("test_the_systems_own_ids_are_those_it_reads", "action.done(native=...)")
class OtherIds(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        super().insert(table, row)
        return row["key"]


# -- update --------------------------------------------------------------------------------------------------------


@caught_by("test_updates_are_written", "what the action says")
@caught_by("test_many_updates_of_one_record_are_written", "what the action says")
class UpdatesAllRows(Template):
    def update(self, action: Action) -> None:
        self.client.write(f"UPDATE {action.branch} SET {action.attribute} = ? || id", [action.wanted])


@caught_by("test_updates_are_written", "what the action says", branch="seats")
class UpdateWritesNothing(Template):
    def set(self, action: Action, row: Mapping[str, Any]) -> None:
        pass


@caught_by("test_updates_are_written", "what the action says")
class UpdateForgetsOne(Template):
    def update_people_family_name(self, action: Action) -> None:
        pass


@caught_by("test_updates_are_written", "what the action says")
class UpdatesAnotherColumn(Template):
    def update_people_family_name(self, action: Action) -> None:
        self.set(action, {"given_name": action.wanted})


@caught_by("test_updates_are_written", "write the handler")
class CannotUpdateOne(Template):
    def update_people_email(self, action: Action) -> Result:
        return action.dropped("the address never changes")


@caught_by("test_updates_are_written", "`another`")
class AnotherIsTheSame(SoundSuite):
    def another(self, branch: str, attribute: str, value: Any) -> Any:
        return value


class SeedsNoNames(Roster):
    """The fixture forgets something."""

    def seed(self, branch: str, records: Sequence[Record]) -> None:
        super().seed(branch, [{**one, "family_name": None} for one in records])


@caught_by("test_updates_are_written", "mend the fixture's `seed`")
class WrongFixture(SeedsNoNames):
    pass


@caught_by("test_many_updates_of_one_record_are_written", "what the action says")
class FirstOfMany(Template):
    @handler(per="record")
    def update_people(self, actions: list[Action]) -> None:
        self.update(actions[0])


@caught_by("test_many_updates_of_one_record_are_written", "write the handler")
class AnswersTheFirst(Template):
    @handler(bulk=100)
    def update_people(self, actions: list[Action]) -> list[Result]:
        self.update(actions[0])
        return [actions[0].done()]


@caught_by("test_disabling_and_enabling_are_written", "what the action says")
class IgnoresEnabled(Template):
    def update_people_enabled(self, action: Action) -> None:
        pass


@caught_by("test_disabling_and_enabling_are_written", "what the action says")
class NeverEnables(Template):
    def update_people_enabled(self, action: Action) -> None:
        self.set(action, {"enabled": False})


@caught_by("test_disabling_and_enabling_are_written", "what the action says")
class DisablingForgets(Template):
    def update_people_enabled(self, action: Action) -> None:
        self.set(action, {"enabled": action.wanted, "email": None})


# -- old -----------------------------------------------------------------------------------------------------------


@caught_by("test_old_records_are_ended", "in the handler of `old`")
class OldWritesNothing(Template):
    def old_people(self, action: Action) -> None:
        pass


@caught_by("test_old_records_are_ended", "Capability.DISABLE out")
class OldDeletesPeople(Template):
    def old_people(self, action: Action) -> None:
        self.old(action)


@caught_by("test_old_records_are_ended", "what the action says", branch="groups")
class OldTakesAll(Template):
    def old(self, action: Action) -> None:
        self.client.write(f"DELETE FROM {action.branch}")


@caught_by("test_old_records_are_ended", "what the action says", branch="seats")
class OldTakesTheNeighbour(Template):
    def old(self, action: Action) -> None:
        super().old(action)
        self.client.write("DELETE FROM seats WHERE id = ? + 1", [self.id(action)])


@caught_by("test_what_was_ended_can_come_back", "take away what is in the way", branch="groups")
class OldIsInTheWay(Template):
    def old(self, action: Action) -> None:
        self.set(action, {"origin": "ended", "name": None})


@caught_by("test_what_was_ended_can_come_back", "what the action says")
class ComesBackBare(Template):
    def update_people_enabled(self, action: Action) -> None:
        self.set(action, {"enabled": action.wanted, "username": None})


# -- several values ------------------------------------------------------------------------------------------------


@caught_by("test_single_values_are_added_and_removed", "what the action says", branch="groups")
class AddReplacesAll(Template):
    def add_groups_members(self, action: Action) -> None:
        self.client.write('DELETE FROM members WHERE "group" = ?', [action.idnumber])
        super().add_groups_members(action)


@caught_by("test_single_values_are_added_and_removed", "what the action says", branch="groups")
class AddWritesNothing(Template):
    def add_groups_members(self, action: Action) -> None:
        pass


@caught_by("test_single_values_are_added_and_removed", "what the action says", branch="groups")
class RemoveTakesAll(Template):
    def remove_groups_members(self, action: Action) -> None:
        self.client.write('DELETE FROM members WHERE "group" = ?', [action.idnumber])


@caught_by("test_single_values_are_added_and_removed", "what the action says", branch="groups")
class RemoveTakesFromAllGroups(Template):
    def remove_groups_members(self, action: Action) -> None:
        self.client.write("DELETE FROM members WHERE person = ?", [action.value])


@caught_by("test_single_values_are_added_and_removed", "what the action says", branch="groups")
class RemoveWritesNothing(Template):
    def remove_groups_members(self, action: Action) -> None:
        pass


# -- texts ---------------------------------------------------------------------------------------------------------


class Altering(Template):
    """Alters texts on their way out."""

    def altered(self, value: str) -> str:
        """What is written instead."""
        return value

    def row(self, action: Action) -> dict[str, Any]:
        row = super().row(action)
        return {
            name: self.altered(value) if isinstance(value, str) and name != "key" else value
            for name, value in row.items()
        }


@caught_by("test_hostile_texts_are_written_intact_or_refused", "pass values as parameters")
class ValuesInTheStatement(Template):
    def insert(self, table: str, row: Mapping[str, Any]) -> Any:
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in row.values())
        return self.one(f"INSERT INTO {table} ({names}) VALUES ({values})", [])


@caught_by("test_hostile_texts_are_written_intact_or_refused", "pass values as parameters", branch="groups")
class CutsAtAHundred(Altering):
    def altered(self, value: str) -> str:
        return value[:100]


@caught_by("test_hostile_texts_are_written_intact_or_refused", "pass values as parameters", branch="seats")
class EscapesMarkup(Altering):
    def altered(self, value: str) -> str:
        return html.escape(value)


class HoldsNoNul(SoundSuite):
    """The author says that the system cannot hold one sort of texts."""

    unstorable: ClassVar[dict[str, str]] = {
        **SoundSuite.unstorable,
        "nul": "there is no NUL in the texts of a roster",
    }


@caught_by("test_hostile_texts_are_written_intact_or_refused", "let the handler raise", suite=HoldsNoNul)
class DropsNulInSilence(Altering):
    def altered(self, value: str) -> str:
        return value.replace("\0", "")


@caught_by("test_hostile_texts_are_written_intact_or_refused", "let the handler raise", suite=HoldsNoNul)
class LosesTheRecord(Template):
    def new_people(self, action: Action) -> Result:
        row = self.row(action)
        return action.done() if "\0" in repr(row).replace("\\x00", "\0") else self.new(action)


# -- once and again ------------------------------------------------------------------------------------------------


class FindsNothing(Importer):
    """Its look-up finds nobody."""

    def readin_items(self, branch: Branch, idnumbers: Collection[str], scope: Scope = Scope.OURS) -> Records:
        return []


@caught_by("test_one_plan_applied_twice_does_nothing_twice", "find what was just made")
class DoneAgainAndRefused(FindsNothing):
    pass


@caught_by("test_one_plan_applied_twice_does_nothing_twice", "as they are now", system=Untidy)
class DoneAgain(FindsNothing):
    pass


# -- what only another handler, another record or another moment shows ----------------------------------------------


@caught_by("test_hostile_texts_are_updated_intact", "pass values as parameters")
class UpdatesBySqlOfItsOwn(Template):
    def update_people_family_name(self, action: Action) -> None:
        text = str(action.wanted).replace("\0", "")
        query = f"UPDATE people SET family_name = '{text}' WHERE id = ?"
        self.one(query, [self.id(action)])


@caught_by("test_old_records_are_ended", "write in the handler")
class EndsWhatBeginsAlike(Template):
    def old_people(self, action: Action) -> None:
        self.client.write('UPDATE people SET enabled = 0 WHERE "key" LIKE ?', [f"{action.idnumber}%"])


@caught_by("test_disabling_and_enabling_are_written", "write in the handler")
class DisablesWhatBeginsAlike(Template):
    def update_people_enabled(self, action: Action) -> None:
        query = 'UPDATE people SET enabled = ? WHERE "key" LIKE ?'
        self.client.write(query, [action.wanted, f"{action.idnumber}%"])


@caught_by(
    "test_hostile_keys_that_are_referred_to_are_written_intact", "pass keys as parameters", branch="groups"
)
class AddsBehindCommas(Template):
    def add_groups_members(self, action: Action) -> None:
        for one in str(action.value).split(","):
            self.one('INSERT INTO members ("group", person) VALUES (?, ?)', [action.idnumber, one])
