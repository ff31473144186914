"""Whether the connector's classes and hooks are what they should be, and whether what is there is declared."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar, get_type_hints

import attrs
import pytest

from dss.branches import DataStoreBranch
from dss.capabilities import Capability, Finding
from dss.errors import DssError
from dss.templates import DefaultTemplate
from dss.testing.hostile import HOSTILE
from dss.testing.presence import missing, undeclared
from dss.testing.raising import answered, place_of
from dss.testing.rig import Rig
from dss.testing.samples import kinds
from dss.testing.suite import Suite, basic
from dss.testing.uses import WRITES, idle, takes_any_text
from dss.testing.verdict import fail, listed, require
from dss.tree import DataStoreTree

T = TypeVar("T")

LEVELS = ("ok", "warning", "error")
SECRETS = (
    "password",
    "passwd",
    "secret",
    "token",
    "bearer",
    "credential",
    "api_key",
    "apikey",
    "private_key",
)
"""What options that hold secrets are called."""


class ConnectorChecks(Suite):
    """What can be told of a connector at one look."""

    _known_system: ClassVar[tuple[dict[str, Any], str]]

    @basic
    def test_the_connector_is_found(self) -> None:
        """It can be loaded, and registers a tree and branches."""
        require(
            self.connector,
            f"`{type(self).__name__}` does not say which connector it is for",
            "set `connector` to the name of its entry point",
        )
        try:
            self.declared()
        except DssError as error:
            advice = "mend the entry point, or the hooks `dss_register_trees` and `dss_register_branches`"
            fail(str(error), _what_to_load(error, advice))

    @basic
    def test_what_is_registered_is_what_the_tree_has(self, rig: Rig) -> None:
        """Branches, models and template that the hooks register are those of the tree."""
        declared, tree = self.declared(), rig.tree()
        on_tree = {branch.__name__ for branch in tree.branches}
        registered = self._registered("branches", DataStoreBranch)
        require(
            on_tree == {branch.__branchname__ for branch in registered},
            f"`dss_register_branches` gives {', '.join(branch.__branchname__ for branch in registered)}, and a tree of"
            f" `{declared.tree.__name__}` has {', '.join(sorted(on_tree))}",
            "register the branch classes that stand in the module of the tree's `__branches__`, in their order",
        )
        models = tuple(self._registered("models", object))
        strange = [
            branch.__name__ for branch in tree.branches if models and not issubclass(branch.klass, models)
        ]
        require(
            not strange,
            f"the models of these branches are not among those of `dss_register_models`: {', '.join(strange)}",
            "register the class that stands in the branch's `klass`",
        )
        templates = tuple(self._registered("templates", DefaultTemplate))
        require(
            not templates or type(tree).__template__ is None or isinstance(tree.template, templates),
            f"the tree's template `{type(tree).__template__}` is not among those of `dss_register_templates`",
            "register the class that stands in the tree's `__template__`",
        )

    def _registered(self, kind: str, base: type[T]) -> list[type[T]]:
        declared = self.declared()
        try:
            return declared.registry.classes(declared.name, kind, base)
        except DssError as error:
            advice = f"let `dss_register_{kind}` return a list of classes; leave it out where there are none"
            fail(str(error), _what_to_load(error, advice))

    @basic
    def test_a_branch_answers_in_words_or_not_at_all(self, rig: Rig, branch: str) -> None:
        """`refusal` and `protection` give a reason as a text, or None; and none for an ordinary record."""
        bound, record = getattr(rig.tree(), branch), self.record(branch, 1)
        odd = {(sort, name): text for sort, text in HOSTILE.items() for name in self.free_texts(branch)}
        gaps = {(repr(value), name): value for value in (None, "") for name in record}
        words = "return a sentence for what the system cannot take, or must not lose, and None for everything else"
        with answered(f"`refusal`, or `protection`, of `{branch}`", words):
            answers: dict[str, Any] = {
                f"refusal({name!r}, ...)": bound.refusal(name, value) for name, value in record.items()
            }
            answers["protection(...)"] = bound.protection(record["idnumber"])
            for (sort, name), value in [*odd.items(), *gaps.items()]:
                answer = bound.refusal(name, value)
                if not (isinstance(answer, str) and answer):
                    # to refuse such a value is its right
                    answers[f"refusal({name!r}, ...) of {sort}"] = answer
        wrong = [f"`{call}` gives {answer!r}" for call, answer in answers.items() if answer is not None]
        require(
            not wrong,
            f"`{branch}` refuses or protects an ordinary sample record:{listed(wrong)}",
            f"{words}; where the samples are none that the system takes, give others by the suite's `record`",
        )

    @basic
    def test_capabilities_are_capabilities(self) -> None:
        """They are a frozenset of `Capability`, and reading is among them."""
        declared = self.declared()
        for owner, given in {
            declared.tree.__name__: declared.tree.capabilities,
            **declared.by_branch,
        }.items():
            require(
                isinstance(given, frozenset) and all(isinstance(one, Capability) for one in given),
                f"the capabilities of `{owner}` are {given!r}",
                "write `capabilities = frozenset({Capability.READ, ...})`",
            )
        require(
            Capability.READ in declared.all(),
            f"`{declared.tree.__name__}` declares nothing that can be read",
            "put `Capability.READ` into its `capabilities`; what is not declared is taken not to work",
        )

    @basic
    def test_every_option_is_explained(self) -> None:
        """Each field of `Options` has a help text, which `dss-run init` writes into the configuration."""
        options = self.declared().tree.Options
        require(
            attrs.has(options),
            f"`{options.__qualname__}` is no attrs class",
            "put `@attrs.frozen(kw_only=True)` above it",
        )
        silent = [field.name for field in attrs.fields(options) if not field.metadata.get("help")]
        require(
            not silent,
            f"these options have no help text: {', '.join(silent)}",
            'give each `attrs.field(metadata={"help": "what it is, and what a user has to put there"})`',
        )

    @basic
    def test_what_is_declared_is_there(self, rig: Rig, branch: str) -> None:
        """A capability needs its method, or its handlers."""
        found = list(missing(rig.tree(), self, branch))
        require(
            not found,
            f"what `{branch}` declares is not there:{listed(found)}",
            "write it, or take the capability out of `capabilities`",
        )

    @basic
    def test_what_is_there_is_declared(self, rig: Rig, branch: str) -> None:
        """Nobody would try what is not declared, and yet a run would use it."""
        found = list(undeclared(rig.tree(), self, branch))
        require(
            not found,
            f"`{branch}` has what it does not declare:{listed(found)}",
            "put the capability into `capabilities`, so that it is checked, or take the method away",
        )

    @basic
    def test_what_is_declared_is_of_use(self, rig: Rig) -> None:
        """For each capability at least one branch has something on which it can be tried."""
        found = idle(self, rig.bound)
        require(
            not found,
            f"these are declared, and no branch can use them, so that nothing of them is tried:{listed(found)}",
            "take them out of `capabilities`; or let the models have such attributes, and the suite's `record` values"
            " for them, and leave them out of its `fixed` and `plain`",
        )
        require(
            takes_any_text(self, rig.bound),
            f"no attribute of `{'`, `'.join(rig.bound)}` takes any text, so that nothing hostile would be tried",
            "let the suite's `record` give texts, and name as `plain` only what takes no free text; where the system"
            " really has none, name all sorts as `unstorable`, with the reason",
        )

    @basic
    def test_what_writes_is_tried_as_a_target(self) -> None:
        """A connector that declares to write anything is tried by a `TargetSuite`."""
        writing = sorted(self.declared().all() & set(WRITES))
        require(
            self.is_for_targets or not writing,
            f"`{type(self).__name__}` only reads, and the connector declares {', '.join(writing)}",
            "subclass `TargetSuite`; or take what writes out of `capabilities`",
        )

    @basic
    @pytest.mark.parametrize("which", ["one", "another"])
    def test_identity_tells_systems_apart(self, rig: Rig, which: str) -> None:
        """It is a text, the same each time, and another for another system: journal and plans know a system by it."""
        tree = rig.tree()
        first, second = tree.identity(), rig.tree().identity()
        require(
            isinstance(first, str) and first.strip() and first == second,
            f"`identity()` gave {first!r}, then {second!r}",
            "return a text that names this one system and never changes: a path, or address and site",
        )
        options, known = dict(rig.system.options()), vars(type(self)).get("_known_system")
        if known is None:
            type(self)._known_system = (options, first)
            known = ({}, "")
        require(
            first not in (type(tree).__name__, tree.name) and (known[1] != first or known[0] == options),
            f"`identity()` gives {first!r}, and gives it for other systems too",
            "override `identity` and name the system itself: the path of its file, or its address",
        )

    @basic
    def test_a_client_is_opened(self, rig: Rig) -> None:
        """`open_client()`, where a tree has one, gives the connection."""
        tree = rig.tree()
        advice = "return what reads and writes the system; leave the method out where there is no connection"
        if type(tree).open_client is DataStoreTree.open_client:
            require(
                not self.read_calls or type(self).tap is not Suite.tap,
                f"the suite's `read_calls` names methods of a client, and `{type(tree).__name__}` has no `open_client`",
                f"write `open_client` (is the name spelt right?); {advice}",
            )
            return
        with answered("`open_client()`", advice):
            client = tree.client

        require(client is not None, "`open_client()` gives None", advice)

    @basic
    def test_check_finds_nothing_wrong(self, rig: Rig) -> None:
        """`check()` gives findings, and none of a sound system is an error."""
        advice = f"yield `Finding(level, text)`, its level one of {', '.join(LEVELS)}; also for what cannot be reached"
        with answered("`check()`", advice):
            found = list(rig.tree().check())
        require(
            all(isinstance(one, Finding) and one.level in LEVELS for one in found),
            f"`check()` gave {found!r}",
            advice,
        )
        errors = [one.text for one in found if one.level == "error"]
        require(
            not errors,
            f"`check()` finds the suite's own system in error:{listed(errors)}",
            "mend `check`, or the suite's fixture `system`",
        )
        require(
            found,
            "`check()` finds nothing at all, so `dss-run check` cannot tell whether the system can be reached",
            "override `check`, connect, and yield at least one `Finding`",
        )

    @basic
    def test_what_a_run_leaves_to_do_is_told_in_sentences(self, rig: Rig) -> None:
        """`after_run()` gives texts."""
        advice = "yield one sentence for each thing, or nothing"
        with answered("`after_run()`", advice):
            given = rig.tree().after_run()
            found = given if isinstance(given, str) else list(given)
        require(
            not isinstance(found, str) and all(isinstance(one, str) for one in found),
            f"`after_run()` gave {found!r}",
            advice,
        )

    @basic
    def test_secrets_are_kept_as_secrets(self) -> None:
        """An option that is named like a secret is of a type that never shows it."""
        options = self.declared().tree.Options
        hints = get_type_hints(options)
        open_ones = [
            field.name
            for field in attrs.fields(options)
            if any(name in field.name.lower() for name in SECRETS)
            and any(kind in (str, bytes) for kind in kinds(hints.get(field.name, str)))
        ]
        require(
            not open_ones,
            f"these options hold secrets as plain text: {', '.join(open_ones)}",
            "annotate them with `dss.secrets.Secret`; the configuration then takes them by env, file or keyring only",
        )


def _what_to_load(error: DssError, advice: str) -> str:
    """What to change when hooks give no classes; when they raise, that comes first."""
    if error.__cause__ is None:
        return advice
    return f"mend what a hook raised when it was asked ({place_of(error)})"
