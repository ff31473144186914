"""Connectors that are wrong at one look: in what they declare, and in what their hooks answer."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import attrs
from core.tests.testing.broken import BROKEN, Broken, caught_by
from core.tests.testing.roster.template import Template
from core.tests.testing.roster.tree import Group, Options, People, Seat, Tree
from core.tests.testing.sound import BRANCHES, module

from dss import hookimpl
from dss.capabilities import Finding
from dss.secrets import Secret
from dss.sources import Source
from dss.tree import DataStoreTree

for name, hooks, says in (
    ("NoTrees", module(dss_register_trees=[], dss_register_branches=list(BRANCHES)), "dss_register_trees"),
    ("NoBranches", module(dss_register_trees=[Tree], dss_register_branches=[]), "dss_register_branches"),
    ("NotInstalled", "a connector that nobody has installed", "entry point"),
    ("NoClasses", module(dss_register_trees=["Tree"], dss_register_branches=list(BRANCHES)), "entry point"),
):
    BROKEN.append(Broken(name, "test_the_connector_is_found", says, "", {"connector": hooks}))


@hookimpl
def dss_register_trees() -> list[type[Tree]]:
    """Stumbles over what its module does when it is imported."""
    raise ValueError("mandatory attributes come first")


@hookimpl
def dss_register_templates() -> list[type[Template]]:
    """The same."""
    raise SyntaxError("expected ':'")


for check, hooks in {
    "test_the_connector_is_found": {"dss_register_trees": dss_register_trees},
    "test_what_is_registered_is_what_the_tree_has": {"dss_register_templates": dss_register_templates},
}.items():
    raising = module(dss_register_trees=[Tree], dss_register_branches=list(BRANCHES))
    vars(raising).update(hooks)
    BROKEN.append(Broken("HookRaises", check, "broken_connector.py, line", "people", {"connector": raising}))


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
    (
        "ModelsAreTexts",
        module(
            dss_register_trees=[Tree], dss_register_branches=list(BRANCHES), dss_register_models=["Person"]
        ),
        "return a list of classes",
    ),
    (
        "NoListOfTemplates",
        module(dss_register_trees=[Tree], dss_register_branches=list(BRANCHES), dss_register_templates=None),
        "return a list of classes",
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
class RefusesNothingByTrue(People):
    @classmethod
    def refusal(cls, attribute: str, value: Any) -> str | None:
        return cast(str, True) if value is None else None


@caught_by("test_a_branch_answers_in_words_or_not_at_all", "return a sentence")
class MeasuresNothing(People):
    @classmethod
    def refusal(cls, attribute: str, value: Any) -> str | None:
        return "too long" if attribute == "email" and len(value) > 6000 else None


@caught_by("test_a_branch_answers_in_words_or_not_at_all", "return a sentence")
class ProtectsEverybody(People):
    @classmethod
    def protection(cls, idnumber: str) -> str | None:
        return "somebody"


@caught_by("test_identity_tells_systems_apart", "override `identity`")
class OneIdentityForAll(Tree):
    def identity(self) -> str:
        return "the roster"
