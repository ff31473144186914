"""Connectors that are wrong at one look: in what they declare, and in what their hooks answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import attrs
from core.tests.testing.broken import BROKEN, Broken, caught_by
from core.tests.testing.roster.importer import Importer
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import ALL, Group, Options, People, Seat, Tree
from core.tests.testing.sound import BRANCHES, SoundSuite, module

from dss.actions import Action, Result
from dss.capabilities import Capability, Finding
from dss.importers import DefaultImporter
from dss.school import Person
from dss.secrets import Secret
from dss.sources import Source
from dss.templates import Undo, handler
from dss.tree import DataStoreTree

for name, hooks, says in (
    ("NoTrees", module(dss_register_trees=[], dss_register_branches=list(BRANCHES)), "dss_register_trees"),
    ("NoBranches", module(dss_register_trees=[Tree], dss_register_branches=[]), "dss_register_branches"),
    ("NotInstalled", "a connector that nobody has installed", "entry point"),
    ("NoClasses", module(dss_register_trees=["Tree"], dss_register_branches=list(BRANCHES)), "entry point"),
):
    BROKEN.append(Broken(name, "test_the_connector_is_found", says, "", {"connector": hooks}))


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


# -- options -------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Unexplained(DataStoreTree.Options):
    """One option without a word."""

    path: Path = attrs.field(converter=Path)
    password: Secret


@caught_by("test_every_option_is_explained", "help")
class SilentOptions(Tree):
    Options = Unexplained


class PlainOptions:
    """No attrs class."""

    def __init__(self, path: str, password: str) -> None:
        self.path = path


@caught_by("test_every_option_is_explained", "attrs.frozen")
class OptionsOfNoAttrs(Tree):
    Options = cast(Any, PlainOptions)


@attrs.frozen(kw_only=True)
class OpenOptions(Options):
    """A token as any other text."""

    token: str = attrs.field(default="abc", metadata={"help": "It opens the door."})


@caught_by("test_secrets_are_kept_as_secrets", "dss.secrets.Secret")
class OpenToken(Tree):
    Options = OpenOptions


@attrs.frozen(kw_only=True)
class OptionalOptions(Options):
    """A token that need not be given, and that the suite's fixture does not give."""

    token: str | None = attrs.field(default=None, metadata={"help": "It opens the door."})


@caught_by("test_secrets_are_kept_as_secrets", "dss.secrets.Secret")
class OpenTokenThatIsNotGiven(Tree):
    Options = OptionalOptions


# -- what the tree tells -------------------------------------------------------------------------------------------


@caught_by("test_identity_tells_systems_apart", "never changes")
class OtherEachTime(Tree):
    def identity(self) -> str:
        return f"roster at {time.monotonic_ns()}"


@caught_by("test_identity_tells_systems_apart", "return a text")
class IdentityIsAPath(Tree):
    def identity(self) -> str:
        return cast(str, self.options.path)


@caught_by("test_identity_tells_systems_apart", "override `identity`")
class NoIdentity(Tree):
    identity = DataStoreTree.identity


@caught_by("test_check_finds_nothing_wrong", "override `check`")
class ChecksNothing(Tree):
    check = DataStoreTree.check


@caught_by("test_check_finds_nothing_wrong", "Finding(level, text)")
class ChecksInTexts(Tree):
    def check(self) -> Iterable[Finding]:
        yield cast(Finding, "all is well")


@caught_by("test_check_finds_nothing_wrong", "Finding(level, text)")
class ChecksAtNoLevel(Tree):
    def check(self) -> Iterable[Finding]:
        yield Finding("fine", "all is well")


@caught_by("test_check_finds_nothing_wrong", "Finding(level, text)")
class ChecksByReturning(Tree):
    def check(self) -> Iterable[Finding]:
        return cast(Iterable[Any], None)


@caught_by("test_check_finds_nothing_wrong", "mend `check`")
class ChecksTooMuch(Tree):
    def check(self) -> Iterable[Finding]:
        yield Finding("error", "there is nobody in it")


@caught_by("test_check_finds_nothing_wrong", "yield `Finding")
class CheckRaises(Tree):
    def check(self) -> Iterable[Finding]:
        raise RuntimeError("there is nobody in it")


@caught_by("test_what_a_run_leaves_to_do_is_told_in_sentences", "one sentence for each thing")
class OneText(Tree):
    def after_run(self) -> Iterable[str]:
        return "purge the caches"


@caught_by("test_what_a_run_leaves_to_do_is_told_in_sentences", "one sentence for each thing")
class NothingAtAll(Tree):
    def after_run(self) -> Iterable[str]:
        return cast(Iterable[Any], None)


@caught_by("test_what_a_run_leaves_to_do_is_told_in_sentences", "one sentence for each thing")
class Findings(Tree):
    def after_run(self) -> Iterable[str]:
        yield cast(str, Finding("ok", "purge the caches"))


# -- sources -------------------------------------------------------------------------------------------------------


@caught_by("test_sources_are_known_again", "dss.sources.Source")
class SourcesAreTexts(Tree):
    def sources(self) -> Iterable[Source]:
        return [cast(Source, "roster.db")]


@caught_by("test_sources_are_known_again", "content alone")
class DigestOfTheTime(Tree):
    def sources(self) -> Iterable[Source]:
        return [Source("roster", str(time.monotonic_ns()))]


@caught_by("test_sources_are_known_again", "content that was read")
class DigestOfTheSize(Tree):
    def sources(self) -> Iterable[Source]:
        ((count,),) = self.client.rows("SELECT count(*) FROM people")
        return [Source("roster", str(count))]


@caught_by("test_sources_are_known_again", "content that was read")
class DigestOfTheName(Tree):
    def sources(self) -> Iterable[Source]:
        return [Source("roster", str(hash(self.options.path)))]


# -- what is registered --------------------------------------------------------------------------------------------


class OtherTemplate(Template):
    """One that the tree does not have."""


REGISTERED = "test_what_is_registered_is_what_the_tree_has"
for name, hooks, says in (
    ("BranchMissing", module(dss_register_trees=[Tree], dss_register_branches=[People]), "`__branches__`"),
    (
        "OtherModels",
        module(
            dss_register_trees=[Tree], dss_register_branches=list(BRANCHES), dss_register_models=[Group, Seat]
        ),
        "`klass`",
    ),
    (
        "TemplateOfSomebodyElse",
        module(
            dss_register_trees=[Tree],
            dss_register_branches=list(BRANCHES),
            dss_register_templates=[OtherTemplate],
        ),
        "`__template__`",
    ),
):
    BROKEN.append(Broken(name, REGISTERED, says, "people", {"connector": hooks}))


# -- what a branch answers -----------------------------------------------------------------------------------------


@caught_by("test_a_branch_answers_in_words_or_not_at_all", "return a sentence")
class RefusesByFalse(People):
    @classmethod
    def refusal(cls, attribute: str, value: Any) -> str | None:
        return cast(str, False)


@caught_by("test_a_branch_answers_in_words_or_not_at_all", "return a sentence")
class ProtectsEverybody(People):
    @classmethod
    def protection(cls, idnumber: str) -> str | None:
        return "somebody"


@caught_by("test_identity_tells_systems_apart", "override `identity`")
class OneIdentityForAll(Tree):
    def identity(self) -> str:
        return "the roster"
