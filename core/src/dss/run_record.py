"""What one run leaves in the journal, from its beginning to its end."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dss import clock
from dss.actions import Outcome, Result
from dss.exit_codes import ExitCode
from dss.journal import Journal, JournalSync, RunState
from dss.lines import Lines
from dss.memory import Undone
from dss.only import EVERYTHING, Only
from dss.remembering import remember, remember_what_is_over_budget
from dss.stored_plan import StoredActions
from dss.undo import note_undone

if TYPE_CHECKING:
    from pathlib import Path

    from dss.actions import Action
    from dss.stages import Sync


class RunRecord:
    """The journal's page for one run.

    Args:
        journal: is closed with the record.
        number: the run's.
        syncs: all of the configuration.
        kind: "apply" or "undo".
    """

    def __init__(self, journal: Journal, number: int, syncs: Sequence[Sync], kind: str = "apply") -> None:
        self.journal, self.number, self.kind = journal, number, kind
        self.syncs = list(syncs)
        self.began = clock.now()
        self._is_ended = False

    @classmethod
    def begin(
        cls,
        state: Path,
        digests: Mapping[str, str],
        syncs: Sequence[Sync],
        of: int | None = None,
        plan: str = "",
    ) -> RunRecord:
        """Begin a page.

        Args:
            state: the configuration's state folder.
            digests: of the configuration.
            syncs: all of the run.
            of: the number of the run that is undone; None applies.
            plan: the plan file that is applied; empty without one.
        """
        kind = "apply" if of is None else "undo"
        there = [
            JournalSync(sync.name, sync.left.name, sync.right.name, sync.right.identity()) for sync in syncs
        ]
        journal = Journal.open(state)
        try:
            number = journal.begin(kind, config=digests, syncs=there, of=of, plan=plan)
            return cls(journal, number, syncs, kind)
        except BaseException:
            journal.close()
            raise

    def recorder(self, sync: Sync) -> Recording:
        """Write down the whole plan of a sync, before any of it is carried out; then what becomes of it."""
        assert sync.plan is not None
        place = self.syncs.index(sync)
        # what is held is held from the beginning, whatever happens before its turn comes
        self.journal.plan(self.number, place, _with_lines(sync, sync.plan.actions), sync.reasons)
        if self.kind == "apply":
            remember_what_is_over_budget(
                self.journal, sync, [right.__name__ for _, right in sync.plan.pairs], is_beginning=True
            )
        if sync.back:
            back = {one: Undone(self.number, source) for one, source in sync.back.items()}
            self.journal.undone.add(sync.right.identity(), back)
        return Recording(self.journal, self.number, place)

    def remember(self, sync: Sync, only: Only = EVERYTHING) -> None:
        """Leave what the next run has to know; see `dss.remembering.remember`."""
        place = self.syncs.index(sync)
        remember(self.journal, self.number, sync, self.began, only=only, place=place, syncs=self.syncs)

    def end(self, state: RunState, code: ExitCode, reason: str = "") -> None:
        """Write down how the run ended, once."""
        if not self._is_ended:
            self._is_ended = True
            if self.kind == "undo":
                note_undone(self.journal, self.number, self.syncs)
            self.journal.end(self.number, state, int(code), reason)

    def expire(self, days: int) -> None:
        """Forget names and values of runs that are older."""
        self.journal.expire(self.began - datetime.timedelta(days=days))

    def close(self, error: BaseException | None) -> None:
        """Close the journal; a run that comes to no proper end is written down as stopped."""
        try:
            if error is None:
                self.end(RunState.STOPPED, ExitCode.STOPPED, "was not finished")
            else:
                is_told = isinstance(error, KeyboardInterrupt | SystemExit)
                reason = "was told to stop" if is_told else type(error).__name__
                self.end(RunState.STOPPED if is_told else RunState.FAILED, _code_of(error), reason)
        finally:
            self.journal.close()


def _with_lines(sync: Sync, actions: Collection[Action]) -> Iterator[tuple[Action, str]]:
    if isinstance(actions, StoredActions):
        return actions.with_lines()
    lines = Lines(sync.left, sync.right)
    return ((action, lines.dump(action)) for action in actions)


def _code_of(error: BaseException) -> ExitCode:
    return ExitCode.STOPPED if isinstance(error, KeyboardInterrupt) else ExitCode.ERROR


class Recording:
    """Writes down what is done of one sync; see `dss.apply.Recorder`."""

    def __init__(self, journal: Journal, run: int, sync: int) -> None:
        self.journal, self.run, self.sync = journal, run, sync
        self._batch: int | None = None

    def intend(self, actions: Sequence[Action]) -> None:
        """Write down what is about to be done; it is on the disk when this returns."""
        self._batch = self.journal.intend(self.run, self.sync, [action.place for action in actions])

    def settle(self, results: Sequence[Result], *, is_over: bool = True) -> None:
        """Write down what became of it; a batch that is not over stays in doubt."""
        batch, self._batch = self._batch if is_over else None, None
        found = (
            (one.action, one.outcome, one.reason, one.native) for one in results if one.action is not None
        )
        self.journal.settle(self.run, self.sync, found, batch)

    def done(self, branch: str, idnumber: str, lines: Lines) -> Iterator[Action]:
        """What the run has done to one record, before a crash too."""
        for outcome in (Outcome.DONE, Outcome.ALREADY):
            for entry in self.journal.entries(
                self.run, self.sync, outcome=outcome, branch=branch, idnumber=idnumber
            ):
                yield lines.load(entry.line)
