"""One run of a configuration: trees built, read, compared, planned, guarded, applied."""

from __future__ import annotations

import contextlib
import datetime
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from dss import clock
from dss.account import account
from dss.actions import Action, Outcome
from dss.apply import apply, missing_handlers
from dss.assembly import Assembly, shared_names
from dss.branches import DataStoreBranch
from dss.breaker import Fuse
from dss.checking import findings
from dss.collector import freeze_heap, paused_collector, thaw_heap
from dss.config import Config, load_config
from dss.digests import config_digests
from dss.drift import Drift
from dss.errors import DssError, StateError
from dss.exit_codes import ExitCode, gravest
from dss.guard import holds, in_doubt
from dss.journal import Journal, RunState
from dss.lines import Lines
from dss.memory import Memory
from dss.only import Only
from dss.planfile import PlanFile
from dss.planning import plan_sync
from dss.registry import Hooks, Registry, default_registry
from dss.remembering import memory_of
from dss.resume import Rest, resumed, settle_state
from dss.run_record import RunRecord
from dss.stages import Sync, before, kept_before, outdated, stages
from dss.stored_plan import check_plan, take_up
from dss.templates import reason_of
from dss.tree import DataStoreTree, Finding
from dss.undo import look_for_what_is_back, refuse_while_open, undo_run, undo_stages

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
        self.only = Only()
        self._is_finished = False
        self._record: RunRecord | None = None
        self._file: PlanFile | None = None
        self._undoes: int | None = None
        self._is_settled = False
        self._fuse = Fuse(self.config.policies.breaker)
        self.digests = config_digests(self.config, self.registry)
        self._assembly.check_policies(self._rights())
        self._rules = [self._assembly.rule(place) for place in range(len(self.syncs))]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._record is not None:
                self._record.close(error)
        finally:
            for tree in self.trees():
                tree.close()
        thaw_heap()

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
            only: to what the run is limited, `BRANCH` or `BRANCH:IDNUMBER`; what that needs to be read is read too.
            told: is called with a sentence when a step begins.
            syncs: those that are planned, such as a stage; None is all.
        """
        self.only = self.choice(only)
        say = told or _silent
        wanted = self.syncs if syncs is None else list(syncs)
        for place, sync in enumerate(self.syncs):
            if sync in wanted:
                self._plan(place, sync, say)
        return wanted

    def _plan(self, place: int, sync: Sync, say: Callable[[str], object]) -> None:
        sync.plan = plan_sync(sync, self._assembly, self._rules[place], self.only, say)
        with self._memory(sync) as memory:
            sync.holds = holds(sync.plan, self.config.policies, memory)
            sync.in_doubt = in_doubt(sync.plan, sync.holds, self.config.policies, memory)
            sync.in_doubt |= self.only.parted
        sync.planned_early = [one for one in before(sync, self.syncs) if one.report is None]
        sync.plan.notes += [
            f"{one.name} changes `{one.right.name}` before {sync.name} comes, which is planned here from what is there"
            " now; `dss-run apply` plans it again when its turn comes"
            for one in sync.planned_early
            if one.ready
        ]

    @contextlib.contextmanager
    def _memory(self, sync: Sync) -> Iterator[Memory]:
        """What earlier runs say about a sync, for as long as it is asked."""
        kept = kept_before(sync, self.syncs)
        if self._record is not None:
            yield memory_of(self._record.journal, sync.left, sync.right, kept)
            return
        journal = Journal.look(self.config.state)
        with journal if journal is not None else contextlib.nullcontext():
            yield memory_of(journal, sync.left, sync.right, kept)

    def load(self, file: PlanFile | Path | str) -> list[Sync]:
        """Choose the syncs of a plan file, instead of planning; `read_targets` then gives them their plans.

        Raises:
            PlanError: it is not whole, or not for this configuration and these targets.
        """
        self._file = file if isinstance(file, PlanFile) else PlanFile(file)
        return check_plan(self._file, self.digests, self.syncs)

    def read_targets(self, syncs: Sequence[Sync], told: Callable[[str], object] | None = None) -> None:
        """Read the right trees of syncs that a plan file was loaded for, and take their plans up from it."""
        if self._file is None:
            raise DssError("no plan file has been loaded; call `load` first")
        for place, sync in enumerate(syncs):
            if told is not None:
                told(f"reading {sync.right.name}")
            sync.right.read(shared_names(sync.config, sync.left, sync.right))
            with self._memory(sync) as memory, paused_collector():
                take_up(self._file, place, sync, self.config.policies, memory)
            if self._file.head.undoes is not None:
                self._look_for_what_is_back(self._file, sync)
            freeze_heap()

    def _look_for_what_is_back(self, file: PlanFile, sync: Sync) -> None:
        with Journal.look(self.config.state) or contextlib.nullcontext() as journal:
            if journal is not None and file.head.undoes is not None:
                look_for_what_is_back(journal, file.head.undoes, sync, self.choice(file.head.only))

    def settle_doubts(self) -> list[str]:
        """Find out what became of what an earlier run was doing when it died; a sentence for each such run."""
        self._is_settled = True
        return [str(one) for one in settle_state(self.config.state, self.syncs)]

    def take_up(self, told: Callable[[str], object] | None = None) -> Rest | None:
        """Take up what the last run has left undone, instead of planning; `apply` then goes on with it.

        Whatever was in doubt must have been settled, see `settle_doubts`.

        Args:
            told: is called with a sentence when a step begins.

        Returns:
            What is left, None when that is nothing; its syncs are to be applied.

        Raises:
            StateError: the configuration is not the one that was planned for.
        """
        rest, self._record = resumed(self.config.state, self.syncs, self.digests, told or _silent)
        return rest

    def undo_stages(self, number: int) -> list[list[Sync]]:
        """The syncs in which a run has done anything, the last one first, cut where two change one target.

        Raises:
            StateError: there is no such run, it cannot be undone any more, or an undo of it was cut short and can be
                gone on with.
        """
        with Journal.look(self.config.state) or contextlib.nullcontext() as journal:
            refuse_while_open(journal, number, self.digests)
            return undo_stages(journal, number, self.syncs)

    def plan_undo(
        self,
        number: int,
        only: Collection[str] = (),
        told: Callable[[str], object] | None = None,
        syncs: Sequence[Sync] | None = None,
    ) -> list[Sync]:
        """Plan to take back what a run has done; `apply` then does it. The sources are not looked at.

        Args:
            number: the run's.
            only: to what it is limited, as in `plan`.
            told: is called with a sentence when a step begins.
            syncs: those that are planned, such as a stage of `undo_stages`; None is all.

        Returns:
            The syncs that have been planned.

        Raises:
            StateError: see `undo_stages`.
        """
        self.only, self._undoes = self.choice(only), number
        policies, say = self.config.policies, told or _silent
        with Journal.look(self.config.state) or contextlib.nullcontext() as journal:
            if self._record is None:
                refuse_while_open(journal, number, self.digests)
            return undo_run(journal, number, self.syncs, self.only, policies, say, syncs)

    def choice(self, only: Collection[str]) -> Only:
        """Branches and records, as written on a command line, looked up in this configuration."""
        return Only.parse(only, self._rights())

    @contextlib.contextmanager
    def journal(self) -> Iterator[Journal]:
        """The journal, to be written to; made when it is not there yet."""
        if self._record is not None:
            yield self._record.journal
            return
        with Journal.open(self.config.state) as journal:
            yield journal

    def approve(self, actions: Collection[Action]) -> None:
        """Let held changes of this plan through, when they are next applied."""
        until = clock.now() + datetime.timedelta(days=self.config.policies.expiry.approvals)
        for sync in self.syncs:
            own = {action.fingerprint for hold in sync.holds for action in hold.actions}
            chosen = [action for action in actions if action.fingerprint in own]
            if chosen:
                with self.journal() as journal:
                    journal.approvals.add(sync.right.identity(), chosen, until, account())

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
        record = self._begin()
        for sync in wanted:
            self._apply(sync, record, told)
            if self.is_stopped:
                break
        if self.is_stopped or all(sync.report is not None for sync in self.syncs):
            self.finish()
        return wanted

    def _begin(self) -> RunRecord:
        """Open this run's page of the journal, once for all of its stages."""
        if self._record is None:
            for sentence in [] if self._is_settled else self.settle_doubts():
                log.warning("%s", sentence)
            of, plan = self._undoes, ""
            if self._file is not None:
                of, plan = self._file.head.undoes, str(self._file.path)
            self._record = RunRecord.begin(self.config.state, self.digests, self.syncs, of, plan)
        return self._record

    def _apply(self, sync: Sync, record: RunRecord, told: Callable[[Sync, int], object] | None) -> None:
        assert sync.plan is not None
        recorder, lines = record.recorder(sync), Lines(sync.left, sync.right)
        sync.report = apply(
            sync.right,
            sync.plan.actions,
            held=sync.reasons,
            told=None if told is None else _told_of(sync, told),
            drift=Drift(sync.right, lambda branch, idnumber: recorder.done(branch, idnumber, lines)),
            recorder=recorder,
            fuse=self._fuse,
        )
        record.remember(sync, self.only)

    @property
    def is_stopped(self) -> bool:
        """Whether the run stopped itself before its end."""
        return any(sync.report is not None and sync.report.stopped for sync in self.syncs)

    def finish(self) -> None:
        """Tell every plugin in use, once, of the run as far as it has come; `apply` does so after the last sync."""
        if self._is_finished:
            return
        self._is_finished = True
        if self._record is not None:
            state = RunState.STOPPED if self.is_stopped else RunState.DONE
            reason = next((one.report.stopped for one in self.syncs if one.report and one.report.stopped), "")
            self._record.end(state, self.exit_code(), reason)
            self._record.expire(self.config.policies.expiry.values)
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
        return findings(self.syncs)

    def exit_code(self) -> ExitCode:
        """What this run ends with, as far as it has come."""
        return gravest(self._codes())

    def _codes(self) -> Iterator[ExitCode]:
        """Everything that holds of this run."""
        reports = [sync.report for sync in self.syncs if sync.report is not None]
        if self.is_stopped:
            yield ExitCode.STOPPED
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


def _silent(sentence: str) -> None:
    """Tell nobody."""


def _told_of(sync: Sync, told: Callable[[Sync, int], object]) -> Callable[[int], object]:
    return lambda count: told(sync, count)
