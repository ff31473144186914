"""The journal, as the rest of dss sees it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dss.actions import Action, Outcome
from dss.journal import files
from dss.journal.approvals import Approvals
from dss.journal.database import Database
from dss.journal.entries import Entries
from dss.journal.expiring import expire
from dss.journal.findings import Contents, MissingRecord, OverBudget, Readings, UndoneRecord
from dss.journal.ownership import Owned
from dss.journal.recording import Recording
from dss.journal.rows import Entry, JournalSync, RunRow, RunState
from dss.journal.runs import Counts, Runs
from dss.journal.sections import Scopes, Sections


class Journal:
    """What was done, in one file of the state folder; a context manager.

    Open it with `open`, or for reading with `look`. Every method raises `JournalError` when the file cannot be read or
    written, or is none of ours; then nothing of what it should have written has been, and it can be called again.

    Attributes:
        owned: which of a target's records are ours.
        approvals: what people have approved.
        undone: what has been undone.
        missing: what has been missing on the left.
        readings: what the last good readings looked like.
        contents: what sources have been in good runs.
        over_budget: what is held over a budget.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sections = Sections(database)
        scopes = Scopes(database)
        self.owned = Owned(database, scopes)
        self.approvals = Approvals(database)
        self.undone = UndoneRecord(database)
        self.missing = MissingRecord(database, scopes)
        self.readings = Readings(database)
        self.contents = Contents(database)
        self.over_budget = OverBudget(database)
        self._runs = Runs(database, self._sections)
        self._recording = Recording(database, self._sections, self.owned)
        self._entries = Entries(database, self._sections)

    @classmethod
    def open(cls, state: Path) -> Self:
        """Open the journal of a state folder; both are made where they are missing, for their owner only."""
        return cls(Database.open(files.prepared(state)))

    @classmethod
    def look(cls, state: Path) -> Self | None:
        """Open for reading only, even while another process writes it; None: there is none.

        Nothing is made and nothing changed, so it works where nothing may be written, too.
        """
        path = files.found(state)
        database = None if path is None else Database.look(path)
        return None if database is None else cls(database)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- a run, from its beginning to its end ----------------------------------------------------------------------

    def begin(
        self,
        kind: str,
        *,
        config: Mapping[str, str],
        syncs: Sequence[JournalSync],
        of: int | None = None,
        plan: str = "",
    ) -> int:
        """Write down that a run begins, now and by this process.

        Args:
            kind: "apply" or "undo".
            config: digests of the configuration's parts.
            syncs: all of them, in order; elsewhere they are known by their place.
            of: for an undo, the run that is undone.
            plan: the plan file that is applied.

        Returns:
            The run's number.
        """
        return self._runs.begin(kind, config, syncs, of, plan)

    def plan(
        self,
        run: int,
        sync: int,
        lines: Iterable[tuple[Action, str]],
        held: Mapping[tuple[str, ...], str] | None = None,
    ) -> None:
        """Write down all actions of a sync, each with its line, before the first of them is tried.

        All of them, or none: what the iterable raises passes through.

        Args:
            run: the run's number.
            sync: which of its syncs.
            lines: in the plan's order.
            held: why some are held, by their keys; whoever resumes the run knows it from the beginning.
        """
        self._recording.plan(run, sync, lines, held or {})

    def intend(self, run: int, sync: int, places: Sequence[int]) -> int:
        """Write down that these actions are about to be tried; on the disk when it returns.

        Until they are settled they are in doubt. Those that were tried before belong to this batch now.

        Returns:
            The batch's number.
        """
        return self._recording.intend(run, sync, places)

    def settle(
        self,
        run: int,
        sync: int,
        results: Iterable[tuple[Action, Outcome, str, Any]],
        batch: int | None = None,
    ) -> None:
        """Write down what became of actions: action, outcome, reason, native id.

        When it returns, the end of this process cannot undo it; a power cut may, and the batch is then in doubt. A
        `new` that is done or was done already becomes ours. Settling again overwrites.

        Args:
            run: the run's number.
            sync: which of its syncs.
            results: of actions that were planned.
            batch: in which they were tried; None for what never reached a handler.
        """
        self._recording.settle(run, sync, results, batch)

    def reopen(self, run: int, sync: int, places: Sequence[int]) -> None:
        """Write down that of what was tried these actions have not been done; nothing of the sync is in doubt any more.

        They are as if they had never been tried, and may be. To be called when all else that was in doubt is settled.
        """
        self._recording.reopen(run, sync, places)

    def end(self, run: int, state: RunState, exit_code: int, reason: str = "") -> None:
        """Write down how a run ended, now."""
        self._runs.end(run, state, exit_code, reason)

    def go_on(self, run: int) -> None:
        """Write down that a run which had ended before its time goes on, by this process; until it ends again."""
        self._runs.go_on(run)

    # -- looking back ----------------------------------------------------------------------------------------------

    def unfinished(self) -> list[RunRow]:
        """Runs that have begun and not ended, the oldest first."""
        return self._runs.unfinished()

    def in_question(self) -> list[RunRow]:
        """Runs that have not ended, or of which something may be in doubt, the oldest first."""
        return self._runs.in_question()

    def run(self, number: int) -> RunRow | None:
        """One run; None when there is none of that number."""
        return self._runs.one(number)

    def runs(self, limit: int | None = None) -> list[RunRow]:
        """The newest first, at most `limit`."""
        return self._runs.all(limit)

    def counts(self, run: int) -> Counts:
        """How many actions of a run, by sync, branch, kind and outcome (None: open), in the plan's order."""
        return self._runs.counts(run)

    def entries(
        self,
        run: int,
        sync: int | None = None,
        *,
        outcome: Outcome | None = None,
        branch: str | None = None,
        idnumber: str | None = None,
        is_open: bool = False,
        in_doubt: bool = False,
    ) -> Iterator[Entry]:
        """The actions of a run in the order of syncs and plans; while going through them, they may be settled.

        Args:
            run: the run's number.
            sync: only of this one.
            outcome: only those that had it.
            branch: only of this one.
            idnumber: only those about this record.
            is_open: only those without an outcome.
            in_doubt: only those without an outcome that were about to be tried.
        """
        return self._entries.of(run, sync, outcome, branch, idnumber, is_open, in_doubt)

    def about(self, branch: str, idnumber: str, limit: int) -> list[tuple[RunRow, Entry]]:
        """The last actions about one record, those of the newest run first."""
        entries = self._entries.about(branch, idnumber, limit)
        rows = {number: self._runs.one(number) for number in {entry.run for entry in entries}}
        return [(row, entry) for entry in entries if (row := rows[entry.run]) is not None]

    def expire(self, before: datetime.datetime) -> int:
        """Forget values, reasons and native ids of runs that began earlier and have ended; the number of these runs."""
        return expire(self._database, self._sections, before)
