"""One run of a configuration: trees built, read, compared, planned, guarded, applied."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import attrs

from dss.actions import Action, Outcome
from dss.apply import Report, apply, missing_handlers
from dss.branches import DataStoreBranch
from dss.config import BranchConfig, Config, SyncConfig, load_config
from dss.errors import ConfigError, DssError
from dss.guard import Hold, holds
from dss.importers import DefaultImporter
from dss.number_spaces import check_number_spaces
from dss.people import same_person, settle
from dss.plan import Plan, make_plan
from dss.registry import Registry, default_registry
from dss.school import BRANCHES, IDNUMBER_TEMPLATES
from dss.specifiers import resolve
from dss.tree import DataStoreTree, Finding


class ExitCode(IntEnum):
    """What `dss-run` ends with."""

    IN_STEP = 0
    """Nothing is left to do."""
    ERROR = 1
    """Something is wrong: the configuration, a source, a record, or a change that failed."""
    CHANGES = 2
    """`plan` only: there are changes to apply."""
    HELD = 3
    """Removals over budget are held back; everything else has been done."""


@attrs.define
class Sync:
    """One `[[sync]]` of a run, with its two trees.

    Attributes:
        plan: what would be done; None until it is planned.
        holds: the removals over budget.
        report: what was done; None until it is applied.
    """

    config: SyncConfig
    left: DataStoreTree
    right: DataStoreTree
    plan: Plan | None = None
    holds: list[Hold] = attrs.field(factory=list)
    report: Report | None = None

    @property
    def held(self) -> set[int]:
        """Identities of the actions that are held."""
        return {id(action) for hold in self.holds for action in hold.actions}

    @property
    def ready(self) -> list[Action]:
        """The actions that are not held."""
        held = self.held
        return [] if self.plan is None else [action for action in self.plan.actions if id(action) not in held]


class Run:
    """A run of one configuration; a context manager, since trees hold connections.

    Args:
        config: the configuration, or the path of its file.
        registry: where connectors are found; default is what is installed.
    """

    def __init__(self, config: Config | Path | str, registry: Registry | None = None) -> None:
        self.config = config if isinstance(config, Config) else load_config(config)
        self.registry = registry or default_registry()
        self.syncs = [self._sync(place, sync) for place, sync in enumerate(self.config.syncs)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for tree in self.trees():
            tree.close()
        gc.unfreeze()

    def trees(self) -> Iterator[DataStoreTree]:
        """All trees of the run, the left of a sync before the right."""
        for sync in self.syncs:
            yield sync.left
            yield sync.right

    # -- building --------------------------------------------------------------------------------------------------

    def _sync(self, place: int, config: SyncConfig) -> Sync:
        left, right = self._tree(config.left), self._tree(config.right)
        path = f"sync[{place}]"
        for name in config.branches or ():
            for side, tree in (("left", left), ("right", right)):
                self._set_up(tree, side, name, config.of.get(name, BranchConfig()), f"{path}.{name}")
        for name in config.of if config.branches is None else ():
            for side, tree in (("left", left), ("right", right)):
                self._set_up(tree, side, name, config.of[name], f"{path}.{name}")
        left.set_idnumber_templates(self._number_spaces(config, left))
        return Sync(config, left, right)

    def _tree(self, name: str) -> DataStoreTree:
        config = self.config.trees[name]
        path = f"{self.config.path}: `trees.{name}`"
        connector: str | None
        if config.connector is not None:
            found = self.registry.classes(config.connector, "trees", DataStoreTree)
            if not found:
                raise ConfigError(f"{path}: connector `{config.connector}` registers no tree")
            kind: Any = found[0]
            connector = config.connector
        else:
            kind = resolve(config.tree or "", f"trees.{name}.tree")
            if not (isinstance(kind, type) and issubclass(kind, DataStoreTree)):
                raise ConfigError(f"{path}.tree is {kind!r}; wanted a subclass of DataStoreTree")
            connector = kind.__connector__
        kind = DataStoreTree.united(kind, self.registry)
        try:
            options = self.config.structurer.structure(config.options, kind.Options, f"trees.{name}")
        except ConfigError as error:
            raise ConfigError(f"{self.config.path}: {error}") from None
        plugins = [*([connector] if connector else []), *config.plugins]
        tree: DataStoreTree = kind(
            options, name=name, plugins=plugins, registry=self.registry, config_folder=self.config.folder
        )
        return tree

    def _set_up(self, tree: DataStoreTree, side: str, name: str, config: BranchConfig, path: str) -> None:
        derive = getattr(config.derive, side)
        if not any(branch.__name__ == name for branch in tree.branches):
            if derive is None:
                there = ", ".join(branch.__name__ for branch in tree.branches) or "none"
                raise ConfigError(
                    f"{self.config.path}: `{path}`: tree `{tree.name}` has no branch `{name}` (it has {there}); derive"
                    f" it with `derive.{side}`, or take it out of `branches`"
                )
            tree.add_branch(_declaration(name))
        branch: type[DataStoreBranch] = getattr(tree, name)
        if derive is not None:
            tree.add_branch(branch, derive=_function(derive, f"{path}.derive.{side}"))
        model = getattr(config.model, side)
        if model is not None:
            branch.configure(klass=model)
        rule = getattr(config.filter, side)
        if rule is not None:
            branch.keep_only(_function(rule, f"{path}.filter.{side}"))
        if side == "right":
            branch.configure(flow=config.flow)
            if config.attributes is not None:
                branch.configure(attributes=config.attributes)
        if config.allow_empty:
            branch.configure(allow_empty=True)

    def _number_spaces(self, config: SyncConfig, left: DataStoreTree) -> dict[str, str]:
        people = [branch.__name__ for branch in left.branches if branch.people]
        wanted = {name: one.idnumber for name, one in config.of.items() if one.idnumber is not None}
        for name in wanted:
            if name not in people:
                raise ConfigError(
                    f"{self.config.path}: `sync.{name}.idnumber`: {name} is no branch of people"
                )
        templates = {name: wanted.get(name, IDNUMBER_TEMPLATES.get(name, "{idnumber}")) for name in people}
        check_number_spaces({name: templates[name] for name in people if name in _names(config, left)})
        return templates

    # -- running ---------------------------------------------------------------------------------------------------

    def plan(self, only: Collection[str] = (), told: Callable[[str], object] | None = None) -> list[Sync]:
        """Read both sides of every sync, compare and plan.

        Args:
            only: names of branches to which the run is limited; what they need to be read is read too.
            told: is called with a sentence when a step begins.
        """
        known = {name for sync in self.syncs for name in _names(sync.config, sync.right)}
        for name in only:
            if name not in known:
                raise ConfigError(
                    f"there is no branch `{name}` in any [[sync]]; there are {', '.join(sorted(known))}"
                )
        say = told or (lambda sentence: None)
        for sync in self.syncs:
            self._plan(sync, only, say)
        return self.syncs

    def _plan(self, sync: Sync, only: Collection[str], say: Callable[[str], object]) -> None:
        names = _names(sync.config, sync.right)
        say(f"reading {sync.left.name}")
        direct = [name for name in names if not sync.left.is_derived(name)]
        sync.left.read(direct)
        say(f"reading {sync.right.name}")
        sync.right.read(names)
        if sync.config.same_person:
            rule = sync.config.same_person
            function = same_person if rule is True else _function(rule, "same_person")
            settle(sync.left, names, function, sync.right)
        sync.left.read([name for name in names if sync.left.is_derived(name)])
        # what has been read lives to the end of the run; the collector need not walk it again
        gc.freeze()
        say(f"comparing {sync.left.name} with {sync.right.name}")
        sync.plan = make_plan(sync.left, sync.right, [name for name in names if not only or name in only])
        sync.holds = holds(sync.plan, self.config.budgets)

    def apply(self, told: Callable[[Sync, int], object] | None = None) -> list[Sync]:
        """Carry out what has been planned, held removals left out.

        Args:
            told: is called after each batch with its sync and the number of its actions.
        """
        for sync in self.syncs:
            if sync.plan is None:
                raise DssError("nothing has been planned yet; call `plan` first")
            tell = None if told is None else _told_of(sync, told)
            sync.report = apply(sync.right, sync.plan.actions, held=sync.held, told=tell)
        for sync in self.syncs:
            sync.right.hooks.joined(sync.left.hooks).report(self)
        return self.syncs

    def check(self) -> Iterator[tuple[str, Finding]]:
        """Look at every tree: can it be reached, does it permit what is needed; yield tree name and finding."""
        for sync in self.syncs:
            for tree in (sync.left, sync.right):
                try:
                    yield from ((tree.name, finding) for finding in tree.check())
                except DssError as error:
                    yield tree.name, Finding("error", str(error))
            importer = sync.right.importer
            if importer is not None and type(importer).readin_items is DefaultImporter.readin_items:
                text = "reads whole branches to look at single records; correct, but slow"
                yield sync.right.name, Finding("warning", text)

    def exit_code(self) -> ExitCode:
        """What this run ends with, as far as it has come."""
        if any(sync.plan is not None and sync.plan.errors for sync in self.syncs):
            return ExitCode.ERROR
        reports = [sync.report for sync in self.syncs if sync.report is not None]
        if any(report.total(Outcome.FAILED, Outcome.DROPPED) for report in reports):
            return ExitCode.ERROR
        if any(sync.holds for sync in self.syncs):
            return ExitCode.HELD
        if not reports and any(sync.plan is not None and sync.plan.actions for sync in self.syncs):
            return ExitCode.CHANGES
        return ExitCode.IN_STEP

    def missing_handlers(self) -> list[str]:
        """Handlers that the targets' templates lack for what is planned."""
        return [
            f"{sync.right.name}: {name}"
            for sync in self.syncs
            if sync.plan is not None
            for name in missing_handlers(sync.right, sync.plan.actions)
        ]


def _told_of(sync: Sync, told: Callable[[Sync, int], object]) -> Callable[[int], object]:
    return lambda count: told(sync, count)


def _names(config: SyncConfig, right: DataStoreTree) -> Sequence[str]:
    if config.branches is not None:
        return config.branches
    return [branch.__name__ for branch in right.branches]


def _function(specifier: str, path: str) -> Callable[..., Any]:
    found = resolve(specifier, path)
    if not callable(found):
        raise ConfigError(f"`{path}` is {specifier!r}, which is {found!r}; wanted a function")
    function: Callable[..., Any] = found
    return function


def _declaration(name: str) -> type[DataStoreBranch]:
    """A branch that only the configuration knows of: from the school's vocabulary, or of any attributes."""
    mixin = BRANCHES.get(name)
    bases: tuple[type, ...] = (DataStoreBranch,) if mixin is None else (mixin, DataStoreBranch)
    declared: type[DataStoreBranch] = type(
        name, bases, {"__branchname__": name, "__doc__": f"The derived branch {name}."}
    )
    return declared
