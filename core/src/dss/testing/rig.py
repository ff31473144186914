"""What a check works with: the connector on its system, a left tree that wants what it is told, whole runs of both."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from dss.actions import Action, Outcome, Result
from dss.attributes import is_blank, is_multi
from dss.branches import DataStoreBranch
from dss.claiming import unclaimed
from dss.config import load_config
from dss.drift import Drift
from dss.dry_run import rehearse
from dss.errors import ConfigError
from dss.filing import write_run
from dss.journal import Journal
from dss.launcher.toml import key_text, value_text
from dss.registry import Registry
from dss.rehearsal import Rehearsal
from dss.report import Report
from dss.runner import Run
from dss.structure import Structurer
from dss.testing.declared import Declared, declared_by
from dss.testing.raising import answered
from dss.testing.samples import Values
from dss.testing.system import System
from dss.testing.verdict import fail, require
from dss.testing.wanted import NAME, Wanted, wanted_plugin
from dss.testing.wire import Wire
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from dss.stages import Sync
    from dss.testing.suite import Suite

SYSTEM = "system"
"""The name of the tree that is tried."""
MANY = 1_000_000
COLLECTED = 20
"""After so many tests garbage is collected."""

FILTERED: set[str] = set()
"""Idnumbers that `is_kept` leaves out."""
IS_KEPT = "dss.testing.rig/is_kept"
"""How a configuration names it."""

Found = dict[str, dict[str, Any]]


@attrs.frozen
class Ran:
    """What one run has planned, and what came of it.

    Attributes:
        actions: what was planned.
        errors: what could not be planned.
        held: why what was held is held, by the keys of the actions.
        report: what became of the actions.
        number: the run's in the journal; 0 for a run that leaves none.
        rehearsal: of a dry run, what would have been sent.
    """

    actions: list[Action]
    errors: list[Action]
    held: Mapping[tuple[str, ...], str]
    report: Report
    number: int = 0
    rehearsal: Rehearsal | None = None

    @property
    def undone(self) -> list[Result]:
        """What was not done."""
        return [result for result in self.report.undone if result.outcome is not Outcome.HELD]

    def done(self) -> int:
        """How many actions were carried out."""
        return self.report.total(Outcome.DONE)

    def complaints(self) -> list[str]:
        """Everything that did not go as planned, a line each."""
        return [
            *(action.message for action in self.errors),
            *(f"{result.action}: {result.outcome.value}, {result.reason}" for result in self.undone),
            *(f"held: {reason}" for reason in dict.fromkeys(self.held.values())),
        ]


class Rig:
    """The connector on its system.

    Args:
        suite: whose samples are used.
        system: the system.
        declared: the connector.
        folder: where configuration, state and plan files go.

    Attributes:
        wanted: what the left tree holds, by branch and idnumber; changed by the checks.
        wire: between connector and system.
        bound: the branches of a tree on this system, as its options make them, by name and in the connector's order.
        filters: by branch, `filter.right` of the configuration.
        options: the connector's, as TOML gives them.
    """

    _closed: ClassVar[int] = 0

    def __init__(self, suite: Suite, system: System, declared: Declared, folder: Path) -> None:
        self.suite, self.system, self.declared, self.folder = suite, system, declared, folder
        self.wanted: Wanted = {}
        self.wire = Wire()
        self.filters: dict[str, str] = {}
        self.options: Mapping[str, Any] = _options(suite, system)
        self._trees: list[DataStoreTree] = []
        self.bound = _bound(declared, self.options, folder)
        self._registry: Registry | None = None

    def close(self) -> None:
        """Close what was opened; now and then let what all the runs have left behind be collected.

        A run moves what it made out of the collector's reach, which in a process of a thousand runs adds up.
        """
        for tree in self._trees:
            tree.close()
        Rig._closed += 1
        if Rig._closed % COLLECTED == 0:
            gc.collect()

    # -- the connector's tree --------------------------------------------------------------------------------------

    def tree(self) -> DataStoreTree:
        """The connector's tree, made anew, unread; closed after the test."""
        run = Run(self._config([]), self.registry)
        tree = run.syncs[0].right
        self._tap(tree)
        self._trees.append(tree)
        return tree

    def read(self, *branches: str) -> DataStoreTree:
        """The connector's tree, made anew and read."""
        tree = self.tree()
        tree.read(branches or None)
        return tree

    def items(self, branch: str) -> Found:
        """What the connector reads: by idnumber, the attributes that say anything."""
        bound = getattr(self.read(branch), branch)
        names = bound.names()
        return {
            idnumber: {name: value for name in names if (value := getattr(item, name, None)) is not None}
            for idnumber, item in bound.items()
        }

    def _tap(self, tree: DataStoreTree) -> None:
        if type(tree).open_client is DataStoreTree.open_client:
            self.suite.tap(None, self.wire)
            return
        opened = tree.open_client

        def open_client() -> Any:
            client = opened()
            self.suite.tap(client, self.wire)
            return client

        tree.open_client = open_client  # type: ignore[method-assign]

    # -- the system ------------------------------------------------------------------------------------------------

    def seed(self, branch: str, records: Iterable[Values]) -> None:
        """Put records into the system, and before them all that they refer to."""
        for name, needed in self.suite.with_needed(branch, records).items():
            self.system.seed(name, needed)

    def contents(self, branch: str) -> Found:
        """What the system holds, as its author reads it: by idnumber."""
        found: Found = {}
        for record in self.system.read_back(branch):
            values = dict(record)
            idnumber = values.pop("idnumber")
            if idnumber in found:
                fail(
                    f"the system holds {branch} `{idnumber}` twice",
                    "make each record by its key: let the system refuse a second one, or look for it, also outside our"
                    " scope, before it is made; never try a `new` once more that may have been stored",
                )
            found[idnumber] = values
        return found

    def unlike(self, branch: str, expected: Values, found: Mapping[str, Any] | None) -> list[str]:
        """In what a record differs from what it should be; attributes that should be None may be anything."""
        if found is None:
            return [f"{branch} `{expected['idnumber']}` is not there"]
        lines = []
        for name, value in expected.items():
            if name == "idnumber" or value is None:
                continue
            wanted, met = plain(self.suite.as_read(branch, name, value)), plain(found.get(name))
            if wanted != met and not (is_blank(wanted) and is_blank(met)):
                shown = (short(wanted), short(met))
                lines.append(
                    f"{branch} `{expected['idnumber']}`: `{name}` should be {shown[0]}, is {shown[1]}"
                )
        return lines

    # -- what is wanted --------------------------------------------------------------------------------------------

    def want(self, branch: str, *records: Values) -> None:
        """Want records, and all that they refer to; one that is wanted already takes on these values."""
        for name, needed in self.suite.with_needed(branch, records).items():
            mine = self.wanted.setdefault(name, {})
            for record in needed:
                if name == branch and any(record is one for one in records):
                    mine[record["idnumber"]] = record
                else:
                    mine.setdefault(record["idnumber"], record)

    def want_no_more(self, branch: str, *records: Values) -> None:
        """Want records no more."""
        for record in records:
            self.wanted.get(branch, {}).pop(record["idnumber"], None)

    # -- runs ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def run(self) -> Iterator[Run]:
        """A run, not planned yet, of the branches that anything is wanted of."""
        branches = [name for name in self.bound if name in self.wanted]
        with Run(self._config(branches), self.registry) as run:
            for sync in run.syncs:
                self._tap(sync.right)
            yield run

    def apply(self, file: Path | None = None) -> Ran:
        """Plan and carry out, as `dss-run apply` does; with a file, what stands in that."""
        with self.run() as run:
            run.settle_doubts()
            if file is None:
                syncs = run.plan()
            else:
                syncs = run.load(file)
                run.read_targets(syncs)
            run.apply(syncs=syncs)
            return self._ran(syncs[0])

    def plan(self, file: Path | None = None) -> Ran:
        """Plan only; with a file, write the plan into it."""
        with self.run() as run:
            syncs = run.plan()
            if file is not None:
                write_run(file, syncs, run.digests)
            return self._ran(syncs[0], is_planned_only=True)

    def dry_run(self, look: Callable[[DataStoreTree], object] | None = None) -> Ran:
        """Plan, and carry out as a dry run.

        Args:
            look: is called with the tree after each batch, while what was written can still be read.
        """
        with self.run() as run:
            (sync,) = run.plan()
            assert sync.plan is not None
            right = sync.right
            told = None if look is None else lambda _count: look(right)
            sync.report, seen = rehearse(
                right, sync.plan.actions, held=sync.reasons, told=told, drift=Drift(right)
            )
            return attrs.evolve(self._ran(sync, is_planned_only=True), report=sync.report, rehearsal=seen)

    def undo(self, number: int) -> Ran:
        """Take back what a run has done, as `dss-run undo` does."""
        with self.run() as run:
            run.settle_doubts()
            run.plan_undo(number, syncs=[sync for stage in run.undo_stages(number) for sync in stage])
            run.apply(syncs=[sync for sync in run.syncs if sync.plan is not None])
            return self._ran(run.syncs[0])

    def resume(self) -> None:
        """Go on with the last run when it was cut short, as `dss-run resume` does."""
        with self.run() as run:
            run.settle_doubts()
            rest = run.take_up()
            if rest is not None and rest.syncs:
                run.apply(syncs=list(rest.syncs.values()))

    def claim(self) -> Ran:
        """Say that all that is in our scope is ours, as `dss-run claim` does; gives the plan that was made for it."""
        with self.run() as run:
            (sync,) = run.plan()
            with run.journal() as journal:
                for one in unclaimed(journal, sync, run.choice(())):
                    one.settle(list(one.records))
            return self._ran(sync, is_planned_only=True)

    def _ran(self, sync: Sync, *, is_planned_only: bool = False) -> Ran:
        plan, report = sync.plan, sync.report or Report()
        actions = [] if plan is None else list(plan.actions)
        errors = [] if plan is None else list(plan.errors)
        number = 0
        if not is_planned_only:
            with Journal.look(self._state) or contextlib.nullcontext() as journal:
                number = journal.runs(1)[0].number if journal is not None else 0
        return Ran(actions, errors, sync.reasons, report, number)

    # -- configuration ---------------------------------------------------------------------------------------------

    @property
    def registry(self) -> Registry:
        """What is installed, the connector, and the left tree."""
        if self._registry is None:
            # a new one: the left tree is registered in it, and is another in each rig
            self._registry = declared_by(self.suite.connector, self.suite.branches).registry
            self._registry.register(NAME, wanted_plugin(self.bound.values(), self.wanted))
        return self._registry

    @property
    def _state(self) -> Path:
        return self.folder / "state"

    def _config(self, branches: Sequence[str]) -> Any:
        path = self.folder / "dss.toml"
        path.write_text("\n".join([*self._lines(branches), ""]), encoding="utf-8")
        return load_config(path)

    def _lines(self, branches: Sequence[str]) -> Iterator[str]:
        """A configuration that lets everything through: what it holds back is not the connector's doing."""
        yield f"[trees.{NAME}]\nconnector = {value_text(NAME)}"
        yield f"[trees.{SYSTEM}]\nconnector = {value_text(self.declared.name)}"
        for name, value in self.options.items():
            yield f"{key_text(name)} = {value_text(value)}"
        yield "[[sync]]"
        yield f"left = {value_text(NAME)}\nright = {value_text(SYSTEM)}\nsame_person = false"
        yield f"branches = {value_text(list(branches or self.bound))}"
        for branch in branches or self.bound:
            yield f"[sync.{branch}]\nallow_empty = true"
            if self.bound[branch].people:
                # the samples have the numbers that they are to have in the target
                yield f"idnumber = {value_text(branch + '-{idnumber}')}"
            if branch in self.filters:
                yield f"filter.right = {value_text(self.filters[branch])}"
        for branch in branches:
            yield f"[budgets.{branch}]\ncount = {MANY}\nper_parent = {{ count = {MANY} }}"
        yield f"[guards]\ncount = {MANY}"
        yield "[breaker]\nfailures = 0\nshare = 1.0"


def _options(suite: Suite, system: System) -> dict[str, Any]:
    """The connector's options, as its author gives them.

    Raises:
        NotConforming: the fixture gives no system, or that no options.
    """
    require(
        isinstance(system, System),
        f"the fixture `system` of `{type(suite).__name__}` gives {system!r}",
        "let it return an instance of your subclass of `dss.testing.System`, fresh and empty for every test",
    )
    kind = type(system).__name__
    advice = f"let `{kind}.options` return a dict of the connector's options, as they would stand in `[trees.NAME]`"
    with answered(f"`options` of `{kind}`", advice):
        return dict(system.options())


def _bound(declared: Declared, given: Mapping[str, Any], folder: Path) -> dict[str, type[DataStoreBranch]]:
    try:
        options = Structurer(folder).structure(dict(given), declared.tree.Options, "options")
    except ConfigError as error:
        fail(
            f"`{declared.tree.__name__}` cannot be made with the options that the suite's `System` gives: {error}",
            f"let `options` of the suite's `System` give the fields of `{declared.tree.Options.__qualname__}`, in the"
            " form that they would have in TOML",
        )
    tree = declared.tree(options, name=SYSTEM, registry=declared.registry, config_folder=folder)
    found = {branch.__name__: branch for branch in tree.branches}
    return {name: found[name] for name in declared.registered if name in found}


def plain(value: Any) -> Any:
    """A value by which two can be compared: any collection of values as a set."""
    return frozenset(value) if is_multi(value) else value


def short(value: Any) -> str:
    """A value as it may stand in a message."""
    text = ascii(sorted(value)) if isinstance(value, frozenset) else ascii(value)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"


def is_kept(item: Any) -> bool:
    """A filter, as a user would name one in the configuration."""
    return item.idnumber not in FILTERED
