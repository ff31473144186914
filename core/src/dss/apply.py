"""Carry out actions: batch by batch, each inside the target's own bracket, one failure never stopping the others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import stamina

from dss.actions import Action, Kind, Outcome, Result
from dss.breaker import Fuse
from dss.drift import Drift
from dss.errors import TemporaryError
from dss.report import Report
from dss.store import State
from dss.templates import handler_names, reason_of
from dss.tree import DataStoreTree
from dss.up_to_date import bring_up_to_date

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch
    from dss.registry import Hooks

Branches = Mapping[str, type["DataStoreBranch"]]

BATCH = 500
"""Actions in a batch whose handler does not say how many it wants."""
WATCHED = 100
"""The same where a fuse watches: what comes between two looks of it is tried whatever fails."""
ATTEMPTS = 4
"""How often a batch is tried while the target says that it is busy."""
OVER_BUDGET = "over the removal budget"
TOO_BUSY = "the target was still busy after several attempts"
BUSY = "not tried, since the target was still busy after several attempts at what came before"
IN_DOUBT = "it may have been stored all the same; `dss-run resume`, or the next run, finds out"


def missing_handlers(right: DataStoreTree, actions: Iterable[Action]) -> list[str]:
    """The handlers that the target's template lacks for these actions, named as they would have to be written."""
    missing: dict[str, None] = {}
    seen: set[tuple[str, Kind, str | None]] = set()
    for action in actions:
        sort = (action.branch, action.kind, action.attribute)
        if sort not in seen:
            seen.add(sort)
            if right.template.handler_for(action) is None:
                names = handler_names(action)
                missing[names[1] if action.kind is Kind.UPDATE else names[0]] = None
    return list(missing)


class Recorder(Protocol):
    """Keeps what is being done where a crash does not reach it."""

    def intend(self, actions: Sequence[Action]) -> None:
        """Write down what is about to be done; called inside the bracket, and once more for every new attempt."""

    def settle(self, results: Sequence[Result], *, is_over: bool = True) -> None:
        """Write down what became of a batch, when its bracket has closed; also of what never reached a handler.

        Args:
            results: all that is known.
            is_over: nothing else of the batch is in doubt any more.
        """


def apply(
    right: DataStoreTree,
    actions: Iterable[Action],
    *,
    hooks: Hooks | None = None,
    held: Collection[tuple[str, ...]] = (),
    told: Callable[[int], object] | None = None,
    drift: Drift | None = None,
    recorder: Recorder | None = None,
    fuse: Fuse | None = None,
) -> Report:
    """Carry out actions that stand in a plan's order.

    Args:
        right: the target.
        actions: in the order of the plan.
        hooks: whose `dss_handle_actions` is asked; default is the target's own.
        held: keys of actions that must be left undone; a mapping gives the reasons.
        told: is called after every batch with the number of actions it held.
        drift: reads again, just before writing, what is about to be touched; None trusts the plan.
        recorder: is told of everything, before and after.
        fuse: stops the run when too much fails; without one, all is tried.

    Raises:
        Exception: the recorder failed; what was recorded as intended is in doubt, nothing after it was done.
    """
    report = Report()
    run = _Run(right, hooks or right.hooks, report, drift, recorder, fuse)
    reasons = held if isinstance(held, Mapping) else dict.fromkeys(held, OVER_BUDGET)
    batches = _batches(right, actions, BATCH if fuse is None else WATCHED)
    for batch in batches:
        run.settle([_held(action, reasons[action.key]) for action in batch if action.key in reasons])
        parts = list(_rounds([action for action in batch if action.key not in reasons]))
        while parts and not report.stopped:
            run.carry_out(parts.pop(0))
        if told is not None:
            told(len(batch))
        if report.stopped:
            if not parts and next(batches, None) is None:
                # all has been tried: there is nothing left to stop
                report.stopped = ""
            break
    if report.total(Outcome.DONE):
        try:
            report.remarks += right.after_run()
        except Exception as error:
            # the report of what has been written must not be lost for it
            report.remarks.append(f"what follows a run could not be done: {reason_of(error)}")
    return report


def _held(action: Action, reason: str) -> Result:
    return Result(Outcome.HELD, reason, action=action)


def _rounds(batch: Sequence[Action]) -> Iterator[Sequence[Action]]:
    """What waits for something in its own batch goes into a later round, since handlers may answer in any order."""
    if not any(action.after for action in batch):
        yield batch
        return
    places: dict[tuple[str, ...], int] = {}
    rounds: list[list[Action]] = []
    for action in batch:
        # in a plan's order, what an action waits for stands before it
        place = max((places[first.key] + 1 for first in action.after if first.key in places), default=0)
        places[action.key] = place
        while len(rounds) <= place:
            rounds.append([])
        rounds[place].append(action)
    yield from rounds


def _batches(right: DataStoreTree, actions: Iterable[Action], single: int) -> Iterator[list[Action]]:
    """Cut the plan into batches of one kind, branch and handler, never splitting one record's actions.

    Args:
        right: the target, whose handlers say how many they want.
        actions: the plan.
        single: how many go together where a handler does not say.
    """
    batch: list[Action] = []
    sort: object = None
    size = single
    for action in actions:
        found = right.template.handler_for(action)
        handler = None if found is None else getattr(found[0], "__func__", found[0])
        # a record's changes stay together; what is new or old is settled before others refer to it
        apart = found is None or found[1].per != "record" or action.kind in (Kind.NEW, Kind.OLD)
        now = (action.branch, handler, action.kind if apart else None)
        full = len(batch) >= size and action.idnumber != batch[-1].idnumber
        if batch and (now != sort or full):
            yield batch
            batch = []
        sort = now
        size = (found[1].bulk if found is not None else 0) or single
        batch.append(action)
    if batch:
        yield batch


class _Run:
    """What is known while one plan is being carried out."""

    def __init__(
        self,
        right: DataStoreTree,
        hooks: Hooks,
        report: Report,
        drift: Drift | None,
        recorder: Recorder | None,
        fuse: Fuse | None,
    ) -> None:
        self.right, self.hooks, self.report = right, hooks, report
        self.drift, self.recorder, self.fuse = drift, recorder, fuse
        self.branches: Branches = {branch.__name__: branch for branch in right.branches}
        self.not_done: set[tuple[str, ...]] = set()
        self.gave_up = False
        self.unrecorded: Exception | None = None
        self.doubtful: set[int] = set()

    def carry_out(self, batch: Sequence[Action]) -> None:
        """Drop what cannot be done now, hand over the rest, and believe the answers once the bracket has closed."""
        ready, dropped = [], []
        for action in batch:
            reason = BUSY if self.gave_up else self._lacks(action)
            if reason:
                dropped.append(action.dropped(reason))
            else:
                ready.append(action)
        results = self._handled(ready) if ready else []
        self.settle([*dropped, *results])
        self.doubtful = set()
        if self.fuse is not None:
            self.report.stopped = TOO_BUSY if self.gave_up else self.fuse.watch(results)

    def _handled(self, batch: Sequence[Action]) -> list[Result]:
        """The answers; `doubtful` then holds what may have been stored, since the bracket failed while it closed."""
        waiting = {id(action): action for action in batch}
        answers: list[Result] = []
        try:
            for attempt in stamina.retry_context(on=TemporaryError, attempts=ATTEMPTS):
                if self._is_bracketed:
                    # what was answered before has been rolled back
                    waiting, answers = {id(action): action for action in batch}, []
                with attempt, self.right.batch():
                    self._set_aside(waiting, answers)
                    if waiting:
                        tried = set(waiting)
                        self._intend(list(waiting.values()))
                        self._collect(waiting, answers)
                        if self._is_bracketed and self.recorder is not None:
                            self.doubtful |= tried
        # a handler that ends the program ends its batch
        except (Exception, SystemExit) as error:
            if self.unrecorded is not None:
                raise
            self.gave_up = isinstance(error, TemporaryError)
            if self._is_bracketed:
                waiting, answers = {id(action): action for action in batch}, []
            reason = reason_of(error)
            answers += [
                action.failed(f"{reason}; {IN_DOUBT}" if number in self.doubtful else reason)
                for number, action in waiting.items()
            ]
        else:
            self.doubtful = set()
        return answers

    def _set_aside(self, waiting: dict[int, Action], answers: list[Result]) -> None:
        """Leave alone what the target has drifted from, and what it has already, be it from an attempt in doubt."""
        if self.drift is not None:
            for result in self.drift.judge(list(waiting.values())):
                action = waiting.pop(id(result.action))
                is_ours = result.outcome is Outcome.ALREADY and id(action) in self.doubtful
                answers.append(action.done(result.native) if is_ours else result)
            self.doubtful -= set(waiting)

    def _intend(self, actions: Sequence[Action]) -> None:
        """What cannot be written down is not done: it could neither be resumed nor undone."""
        if self.recorder is not None:
            try:
                self.recorder.intend(actions)
            except Exception as error:
                self.unrecorded = error
                raise

    @property
    def _is_bracketed(self) -> bool:
        """Whether the target takes a batch whole or not at all; then nothing is true before the bracket has closed."""
        return type(self.right).batch is not DataStoreTree.batch

    def _collect(self, waiting: dict[int, Action], answers: list[Result]) -> None:
        """Take the answers as they come, so that those given before an error are not lost."""
        for result in self.hooks.handle_actions(self.right, list(waiting.values())):
            if isinstance(result, Result) and waiting.pop(id(result.action), None) is not None:
                answers.append(result)
        answers += [action.failed("no answer") for action in waiting.values()]
        waiting.clear()

    def _lacks(self, action: Action) -> str:
        """Why an action cannot be done now: what it refers to is not there, or a value it takes was not freed."""
        for first in action.after:
            if first.key in self.not_done:
                return f"needs {first.branch} `{first.idnumber}` to give up `{first.attribute}` {first.was!r} first"
        if action.kind in (Kind.OLD, Kind.REMOVE):
            return ""
        own = self.branches.get(action.branch)
        if own is None:
            return ""
        if (
            action.joins is not None
            and action.joins in self.branches
            and not _has(self.branches[action.joins], action.idnumber)
        ):
            return f"needs {action.joins} `{action.idnumber}`, which is not there"
        if action.kind is not Kind.NEW and action.idnumber not in own:
            return f"needs {action.branch} `{action.idnumber}`, which is not there"
        for branches, value in lacking(self.branches, action):
            return f"needs {' or '.join(branches)} `{value}`, which is not there"
        return ""

    def settle(self, results: Sequence[Result]) -> None:
        """Write answers down and bring the branches up to date."""
        for result in results:
            action = result.action
            assert action is not None
            self.report.add(result)
            if not result.is_done:
                self.not_done.add(action.key)
                continue
            branch = self.branches.get(action.branch)
            if branch is not None:
                bring_up_to_date(branch, action, result.native)
        if results and self.recorder is not None:
            known = [result for result in results if id(result.action) not in self.doubtful]
            self.recorder.settle(known, is_over=not self.doubtful)


def lacking(branches: Branches, action: Action) -> Iterator[tuple[tuple[str, ...], str]]:
    """What an action refers to that is not in the target: the branches it could be in, and its idnumber.

    Args:
        branches: the target's, by name.
        action: what is to be done.
    """
    own = branches.get(action.branch)
    if own is None or action.kind in (Kind.OLD, Kind.REMOVE):
        return
    for attribute, names in own.references().items():
        value = _reference(action, attribute)
        known = [branches[name] for name in names if name in branches]
        if value is not None and known and not any(_has(branch, value) for branch in known):
            yield names, value


def _has(branch: type[DataStoreBranch], idnumber: str) -> bool:
    # a branch that was not read cannot tell; the handler will
    unread = branch.state() in (State.NOT_PROVIDED, State.UNREAD) and branch.tree.has_importer
    return unread or idnumber in branch


def _reference(action: Action, attribute: str) -> str | None:
    if action.kind is Kind.ADD:
        value = action.value if action.attribute == attribute else None
    elif action.kind is Kind.UPDATE:
        value = action.wanted if action.attribute == attribute else None
    else:
        value = getattr(action.right, attribute, None)
    return value if isinstance(value, str) and value else None
