"""One run of a configuration: trees built, read, compared, planned, guarded, applied."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from dss.actions import Action, Outcome
from dss.apply import Report, apply, missing_handlers
from dss.assembly import Assembly, shared_names
from dss.config import Config, SyncConfig, load_config
from dss.errors import ConfigError, DssError
from dss.guard import Hold, holds
from dss.importers import DefaultImporter
from dss.people import settle
from dss.plan import Plan, make_plan
from dss.registry import Registry, default_registry
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


@attrs.frozen
class Ready:
    """The actions of a plan that are not held; there may be too many of them for a list."""

    actions: Collection[Action]
    held: Collection[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.actions) - len(self.held)

    def __iter__(self) -> Iterator[Action]:
        return (action for action in self.actions if action.key not in self.held)


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
    def held(self) -> set[tuple[str, ...]]:
        """Keys of the actions that are held."""
        return {action.key for hold in self.holds for action in hold.actions}

    @property
    def ready(self) -> Ready:
        """The actions that are not held."""
        return Ready(() if self.plan is None else self.plan.actions, self.held)


class Run:
    """A run of one configuration; a context manager, since trees hold connections.

    Args:
        config: the configuration, or the path of its file.
        registry: where connectors are found; default is what is installed.
    """

    def __init__(self, config: Config | Path | str, registry: Registry | None = None) -> None:
        self.config = config if isinstance(config, Config) else load_config(config)
        self.registry = registry or default_registry()
        self._assembly = Assembly(self.config, self.registry)
        pairs = [self._assembly.pair(place) for place in range(len(self.config.syncs))]
        self.syncs = [Sync(config, *pair) for config, pair in zip(self.config.syncs, pairs, strict=True)]
        self._assembly.check_budgets(self._names())
        self._rules = [self._assembly.rule(place) for place in range(len(self.syncs))]

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

    def _names(self) -> set[str]:
        return {name for sync in self.syncs for name in shared_names(sync.config, sync.left, sync.right)}

    # -- running ---------------------------------------------------------------------------------------------------

    def plan(self, only: Collection[str] = (), told: Callable[[str], object] | None = None) -> list[Sync]:
        """Read both sides of every sync, compare and plan.

        Args:
            only: names of branches to which the run is limited; what they need to be read is read too.
            told: is called with a sentence when a step begins.
        """
        known = self._names()
        for name in only:
            if name not in known:
                raise ConfigError(
                    f"there is no branch `{name}` in any [[sync]]; there are {', '.join(sorted(known))}"
                )
        say = told or (lambda sentence: None)
        for place, sync in enumerate(self.syncs):
            self._plan(place, sync, only, say)
        return self.syncs

    def _plan(self, place: int, sync: Sync, only: Collection[str], say: Callable[[str], object]) -> None:
        names = shared_names(sync.config, sync.left, sync.right)
        say(f"reading {sync.left.name}")
        people = {branch.__name__ for branch in sync.left.branches if branch.people}
        derived = [name for name in names if sync.left.is_derived(name) and name not in people]
        sync.left.read([name for name in names if name not in derived])
        say(f"reading {sync.right.name}")
        sync.right.read(names)
        with self._assembly.naming(f"sync[{place}]"):
            settle(sync.left, names, self._rules[place], sync.right)
        if derived:
            # only now, so that what is derived names people as they have been settled
            sync.left.read(derived)
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
