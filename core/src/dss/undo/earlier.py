"""Undoes of the same run that came before: what they have left half-way is ours, and is brought to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from dss.actions import Action, Kind, Outcome
from dss.digests import differences
from dss.errors import StateError
from dss.journal import Entry, Journal, RunRow, RunState
from dss.lines import Lines
from dss.undo.records import Record, action_of, record_of

if TYPE_CHECKING:
    from dss.branches import DataStoreBranch


def refuse_while_open(journal: Journal | None, number: int, digests: Mapping[str, str]) -> None:
    """See to it that an undo which was cut short is gone on with, instead of another one being begun.

    Args:
        journal: None when there is none.
        number: of the run that is to be undone.
        digests: of the configuration as it is now; where it is another one, nothing can be gone on with.

    Raises:
        StateError: the last run was an undo of that run, and something of it has not been tried; or it may still be at
            work, since nobody has found it dead, as whoever has the lock does first.
    """
    for last in [] if journal is None else journal.runs(limit=1):
        if last.of == number and last.state is RunState.RUNNING:
            raise StateError(
                f"run {number} is being taken back by run {last.number} just now; wait for its end. If it has died,"
                " `dss-run resume` goes on with it"
            )
        is_open = last.of == number and last.open > 0 and not last.expired
        if is_open and not differences(last.config, digests):
            raise StateError(
                f"run {last.number} was taking run {number} back and was cut short; `dss-run resume` goes on with it"
            )


class EarlierUndoes:
    """What undoes of one run have done in one target.

    Args:
        journal: where they stand.
        row: the run that they undid.
        target: which system.
        branches: those of it that are compared, by name.
        lines: what makes actions of the journal's lines.

    Attributes:
        on_the_way: unique values that they have written, by branch, idnumber and attribute; one that died may have
            left a spare one behind.
        made_again: what had been ended, and was made again.
    """

    def __init__(
        self,
        journal: Journal,
        row: RunRow,
        target: str,
        branches: Mapping[str, type[DataStoreBranch]],
        lines: Lines,
    ) -> None:
        self.on_the_way: dict[tuple[str, str, str], list[Any]] = {}
        self.made_again: set[Record] = set()
        self._put_in: set[str] = set()
        unique = {name: branch.circles() for name, branch in branches.items()}
        for entry in _done(journal, row, target):
            record = record_of(entry)
            if entry.kind is Kind.UPDATE and entry.attribute in unique.get(entry.branch, ()):
                attribute = (*record, entry.attribute or "")
                action = action_of(entry, lines)
                # of one that cannot be read, the record's own value tells whether it can be put back
                if action is not None:
                    self.on_the_way.setdefault(attribute, []).append(action.wanted)
            elif entry.kind is Kind.NEW:
                self.made_again.add(record)
            elif entry.kind is Kind.ADD:
                self._put_in.add(entry.fingerprint)

    def has_put_in(self, action: Action) -> bool:
        """Whether a value was put into a record by one of them; it may have been taken out by somebody since."""
        return action.fingerprint in self._put_in


def _done(journal: Journal, row: RunRow, target: str) -> Iterator[Entry]:
    later = takewhile(lambda one: one.number > row.number, journal.runs())
    for undo in [one for one in later if one.of == row.number and not one.expired]:
        for place, there in enumerate(undo.syncs):
            if there.target == target:
                yield from journal.entries(undo.number, place, outcome=Outcome.DONE)
