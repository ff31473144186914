"""Connectors that declare what they are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, cast

import attrs
from core.tests.testing.broken import caught_by
from core.tests.testing.roster.importer import Importer
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import ALL, People, Tree
from core.tests.testing.sound import SoundSuite

from dss.actions import Action, Result
from dss.capabilities import Capability
from dss.importers import DefaultImporter
from dss.school import Person
from dss.templates import Undo, handler
from dss.tree import DataStoreTree

# -- capabilities --------------------------------------------------------------------------------------------------


@caught_by("test_capabilities_are_capabilities", "frozenset({Capability.READ")
class ListOfTexts(Tree):
    capabilities = cast(Any, ["read", "create"])


@caught_by("test_capabilities_are_capabilities", "frozenset({Capability.READ")
class PeopleWithATuple(People):
    capabilities = cast(Any, (Capability.READ,))


@caught_by("test_capabilities_are_capabilities", "what is not declared is taken not to work")
class DeclaresNothing(Tree):
    capabilities = frozenset()


class NoBlanks(Tree):
    """Does not say that it tells an empty value from a missing one."""

    capabilities = ALL - {Capability.BLANKS}


@caught_by("test_what_is_declared_is_of_use", "out of its `fixed` and `plain`")
class NothingChanges(SoundSuite):
    fixed: ClassVar[dict[str, tuple[str, ...]]] = {
        "people": ("given_name", "family_name", "email", "username"),
        "groups": ("name",),
        "seats": ("role",),
    }


@caught_by("test_what_is_declared_is_of_use", "name all sorts as `unstorable`", tree=NoBlanks)
class NoTextIsFree(SoundSuite):
    plain: ClassVar[dict[str, tuple[str, ...]]] = {
        "people": ("given_name", "family_name"),
        "groups": ("name",),
        "seats": ("role",),
    }


@caught_by("test_what_is_declared_is_of_use", "take them out of `capabilities`", branch="groups")
class OnlyAFixedCollection(SoundSuite):
    fixed: ClassVar[dict[str, tuple[str, ...]]] = {"groups": ("members",)}


@caught_by("test_what_is_declared_is_of_use", "take them out of `capabilities`")
class NobodyIsDisabled(SoundSuite):
    def record(self, branch: str, number: int) -> dict[str, Any]:
        return {name: value for name, value in super().record(branch, number).items() if name != "enabled"}


@caught_by("test_what_is_declared_is_of_use", "take them out of `capabilities`")
class ExchangesWithoutUpdates(Tree):
    capabilities = frozenset({Capability.READ, Capability.SWAP})


@caught_by("test_what_is_declared_is_of_use", "take them out of `capabilities`")
class UndoesNothing(Tree):
    capabilities = frozenset({Capability.READ, Capability.UNDO})


@caught_by("test_what_writes_is_tried_as_a_target", "subclass `TargetSuite`")
class TriesReadingOnly(SoundSuite):
    is_for_targets = False


@attrs.define(eq=False)
class Located(Person):
    """A person who is somewhere."""

    place: complex | None = None


@caught_by("test_sample_records_have_every_attribute", "give values in the suite's `record`")
class SomewhereElse(People):
    klass = Located


class MakesGroups(Tree):
    """Makes groups, and nobody can be put into them."""

    capabilities = ALL - {Capability.MULTI_VALUES}


@caught_by("test_what_is_declared_is_there", "take the capability out", branch="groups", tree=MakesGroups)
class NoMembers(Template):
    add_groups_members = remove_groups_members = cast(Any, None)


@caught_by("test_what_is_declared_is_there", "take the capability out", branch="groups")
class NothingIsUndone(Template):
    @handler(undo=Undo.NOT)
    def new(self, action: Action) -> Result:
        return super().new(action)

    @handler(undo=Undo.NOT)
    def update(self, action: Action) -> None:
        super().update(action)

    @handler(undo=Undo.NOT)
    def old(self, action: Action) -> None:
        super().old(action)

    @handler(undo=Undo.NOT)
    def release(self, action: Action) -> None:
        super().release(action)

    @handler(undo=Undo.NOT)
    def add_groups_members(self, action: Action) -> None:
        super().add_groups_members(action)

    @handler(undo=Undo.NOT)
    def remove_groups_members(self, action: Action) -> None:
        super().remove_groups_members(action)


class Reads(Tree):
    """Declares to end nothing."""

    capabilities = ALL - {Capability.END}


@caught_by("test_what_is_there_is_declared", "put the capability into `capabilities`", tree=Reads)
class HandlesAndLogs(Template):
    def handle(self, actions: Sequence[Action]) -> Iterator[Result]:
        yield from super().handle(actions)


@caught_by("test_a_branch_answers_in_words_or_not_at_all", "return a sentence")
class RefusesByTrue(People):
    @classmethod
    def refusal(cls, name: str, value: Any) -> str | None:
        return cast(str, "\0" in str(value) or None)


@caught_by("test_what_is_declared_is_there", "take the capability out")
class NoEnd(Template):
    old_people = old = cast(Any, None)


@caught_by("test_what_is_declared_is_there", "take the capability out", branch="groups")
class NoRemove(Template):
    remove_groups_members = cast(Any, None)


@caught_by("test_what_is_declared_is_there", "take the capability out")
class NoLookUp(Importer):
    readin_items = DefaultImporter.readin_items


@caught_by("test_what_is_declared_is_there", "take the capability out")
class NoSpareValue(Tree):
    spare_value = DataStoreTree.spare_value


@caught_by("test_what_is_there_is_declared", "put the capability into")
class UndeclaredDryRun(Tree):
    capabilities = ALL - {Capability.DRY_RUN}


@caught_by("test_what_is_there_is_declared", "put the capability into", branch="groups")
class UndeclaredMembers(Tree):
    capabilities = ALL - {Capability.MULTI_VALUES}


@caught_by("test_what_is_there_is_declared", "put the capability into")
class UndeclaredUndo(Tree):
    capabilities = ALL - {Capability.UNDO}


@caught_by("test_what_is_there_is_declared", "put the capability into")
class PeopleWithoutEnd(People):
    capabilities = ALL - {Capability.END}
