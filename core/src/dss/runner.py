"""One run of a configuration: trees built, read, compared, planned, guarded, applied."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from dss.actions import Outcome
from dss.apply import apply, missing_handlers
from dss.assembly import Assembly, shared_names
from dss.branches import DataStoreBranch
from dss.config import Config, load_config
from dss.errors import ConfigError, DssError, StateError
from dss.exit_codes import ExitCode, gravest
from dss.guard import holds
from dss.importers import DefaultImporter
from dss.people import settle
from dss.plan import make_plan
from dss.registry import Hooks, Registry, default_registry
from dss.stages import Sync, before, outdated, stages
from dss.store import State
from dss.templates import reason_of
from dss.tree import DataStoreTree, Finding

log = logging.getLogger("dss")


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
        self.syncs = [
            Sync(f"sync[{place}]", config, *pair)
            for place, (config, pair) in enumerate(zip(self.config.syncs, pairs, strict=True))
        ]
        self._is_finished = False
        self._assembly.check_policies(self._rights())
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

    def _rights(self) -> dict[str, type[DataStoreBranch]]:
        return {
            name: getattr(sync.right, name)
            for sync in self.syncs
            for name in shared_names(sync.config, sync.left, sync.right)
        }

    # -- running ---------------------------------------------------------------------------------------------------

    def stages(self) -> list[list[Sync]]:
        """The syncs, in order, cut where one reads what an earlier one changes.

        It can be planned for good only when the stage before it has been applied.
        """
        return stages(self.syncs)

    def plan(
        self,
        only: Collection[str] = (),
        told: Callable[[str], object] | None = None,
        syncs: Sequence[Sync] | None = None,
    ) -> list[Sync]:
        """Read both sides of every sync, compare and plan.

        Args:
            only: names of branches to which the run is limited; what they need to be read is read too.
            told: is called with a sentence when a step begins.
            syncs: those that are planned, such as a stage; None is all.
        """
        known = self._rights()
        for name in only:
            if name not in known:
                raise ConfigError(
                    f"there is no branch `{name}` in any [[sync]]; there are {', '.join(sorted(known))}"
                )
        say = told or (lambda sentence: None)
        wanted = self.syncs if syncs is None else list(syncs)
        for place, sync in enumerate(self.syncs):
            if sync in wanted:
                self._plan(place, sync, only, say)
        return wanted

    def _plan(self, place: int, sync: Sync, only: Collection[str], say: Callable[[str], object]) -> None:
        names = shared_names(sync.config, sync.left, sync.right)
        say(f"reading {sync.left.name}")
        people = {branch.__name__ for branch in sync.left.branches if branch.people}
        derived = [name for name in names if sync.left.is_derived(name) and name not in people]
        sync.left.read([name for name in names if name not in derived])
        say(f"reading {sync.right.name}")
        sync.right.read(names)
        self._check_provided(sync)
        with self._assembly.naming(sync.name):
            settle(sync.left, names, self._rules[place], sync.right)
        if derived:
            # only now, so that what is derived names people as they have been settled
            sync.left.read(derived)
        # what has been read lives to the end of the run; the collector need not walk it again
        gc.freeze()
        say(f"comparing {sync.left.name} with {sync.right.name}")
        sync.plan = make_plan(sync.left, sync.right, [name for name in names if not only or name in only])
        sync.holds = holds(sync.plan, self.config.policies)
        sync.planned_early = [one for one in before(sync, self.syncs) if one.report is None]
        sync.plan.notes += [
            f"{one.name} changes `{one.right.name}` before {sync.name} comes, which is planned here from what is there"
            " now; `dss-run apply` plans it again when its turn comes"
            for one in sync.planned_early
            if one.ready
        ]

    def _check_provided(self, sync: Sync) -> None:
        """A branch that is asked for by name must not drop out with no more than a note."""
        for name in sync.config.branches or ():
            for tree in (sync.left, sync.right):
                branch = getattr(tree, name)
                if branch.state() is State.NOT_PROVIDED:
                    reason = "; ".join(branch.contents().notes)
                    raise ConfigError(
                        f"{self.config.path}: `{sync.name}.branches` names `{name}`, which `{tree.name}` does not"
                        f" provide ({reason}); mend that, or take `{name}` out"
                    )

    def apply(
        self, told: Callable[[Sync, int], object] | None = None, syncs: Sequence[Sync] | None = None
    ) -> list[Sync]:
        """Carry out what has been planned, held removals left out.

        Args:
            told: is called after each batch with its sync and the number of its actions.
            syncs: those that are applied, such as a stage; None is all.

        Raises:
            StateError: a sync was planned before an earlier one changes what it reads; nothing has been written.
        """
        wanted = self.syncs if syncs is None else list(syncs)
        if any(sync.plan is None for sync in wanted):
            raise DssError("nothing has been planned yet; call `plan` first")
        for sync, first in outdated(wanted):
            raise StateError(
                f"{sync.name} was planned before {first.name} changes `{first.right.name}`, which it reads; plan and"
                " apply stage by stage: `for stage in run.stages(): run.plan(syncs=stage); run.apply(syncs=stage)`"
            )
        for sync in wanted:
            assert sync.plan is not None
            tell = None if told is None else _told_of(sync, told)
            sync.report = apply(sync.right, sync.plan.actions, held=sync.held, told=tell)
        if all(sync.report is not None for sync in self.syncs):
            self.finish()
        return wanted

    def finish(self) -> None:
        """Tell every plugin in use, once, of the run as far as it has come; `apply` does so after the last sync."""
        if self._is_finished:
            return
        self._is_finished = True
        plugins = {
            id(plugin): (name, plugin)
            for sync in self.syncs
            for name, plugin in sync.right.hooks.joined(sync.left.hooks).plugins
        }
        for name, plugin in plugins.values():
            try:
                Hooks([(name, plugin)]).report(self)
            except (Exception, SystemExit) as error:
                # what has been written stays so, and the report of it must not be lost for a mail that was not sent
                log.warning("plugin `%s` failed in `dss_report`: %s", name, reason_of(error))

    def check(self) -> Iterator[tuple[str, Finding]]:
        """Look at every tree: can it be reached, does it permit what is needed; yield tree name and finding."""
        for sync in self.syncs:
            for tree in (sync.left, sync.right):
                try:
                    yield from ((tree.name, finding) for finding in tree.check())
                except Exception as error:  # one tree's fault must not hide what the others say
                    yield tree.name, Finding("error", _told_wrong(error))
            try:
                yield from ((sync.right.name, finding) for finding in _slow(sync.right))
            except Exception as error:
                yield sync.right.name, Finding("error", _told_wrong(error))

    def exit_code(self) -> ExitCode:
        """What this run ends with, as far as it has come."""
        return gravest(self._codes())

    def _codes(self) -> Iterator[ExitCode]:
        """Everything that holds of this run."""
        reports = [sync.report for sync in self.syncs if sync.report is not None]
        if any(sync.plan is not None and sync.plan.errors for sync in self.syncs) or any(
            report.total(Outcome.FAILED, Outcome.DROPPED, Outcome.DRIFTED) for report in reports
        ):
            yield ExitCode.FAILED
        if any(not hold.quiet for sync in self.syncs for hold in sync.holds):
            yield ExitCode.HELD
        if not reports and any(len(sync.ready) for sync in self.syncs):
            yield ExitCode.CHANGES

    def missing_handlers(self) -> list[str]:
        """Handlers that the targets' templates lack for what is planned."""
        return [
            f"{sync.right.name}: {name}"
            for sync in self.syncs
            if sync.plan is not None
            for name in missing_handlers(sync.right, sync.plan.actions)
        ]


def errors_of(config: Config, registry: Registry | None = None) -> list[str]:
    """Everything that keeps the trees of a configuration from being made, not only the first thing."""
    assembly = Assembly(config, registry or default_registry())
    found = []
    for name in config.trees:
        try:
            assembly.tree(name)
        except DssError as error:
            found.append(str(error))
        except Exception as error:
            found.append(f"{config.path}: `trees.{name}`: {reason_of(error)}")
    return found


def _slow(right: DataStoreTree) -> Iterator[Finding]:
    importer = right.importer
    if importer is not None and type(importer).readin_items is DefaultImporter.readin_items:
        yield Finding("warning", "reads whole branches to look at single records; correct, but slow")


def _told_wrong(error: Exception) -> str:
    return str(error) if isinstance(error, DssError) else reason_of(error)


def _told_of(sync: Sync, told: Callable[[Sync, int], object]) -> Callable[[int], object]:
    return lambda count: told(sync, count)
